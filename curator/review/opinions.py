"""Blind review: several people say what they think of a group before it is decided; approvers settle disputes."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from curator.review.errors import Refusal, ReviewError
from curator.review.operations import ACTIONS, Review, Seen
from curator.review.state import lock_groups
from curator.store.models import Group, GroupStatus, Lease, Opinion, User, utc_now

UNDECIDED = (GroupStatus.PROPOSED, GroupStatus.DEFERRED)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two people agree beyond chance.

    :ivar n_groups: groups that both have judged in the same version.
    :ivar cohen_kappa: Cohen's kappa, at most 1; None where chance alone would make them agree always.
    """

    names: tuple[str, str]
    n_groups: int
    cohen_kappa: float | None


def decide(review: Review, seen: Seen, verdict: GroupStatus, n_opinions: int, *, may_settle: bool) -> Group:
    """Decide on a group, or state an opinion on it where a decision takes several.

    When the last of them agrees with the others, the group is decided so. When they differ, the group waits
    for somebody who may settle it, and their word is a decision at once; so it is on a decided group.

    :param n_opinions: how many people judge a group; 1 means that each word is a decision.
    :param may_settle: whether the user is an approver.
    :raises ReviewError: if the group is stale, or is decided already and not the user's to change.
    """
    if verdict not in ACTIONS:
        raise ReviewError(Refusal.NO_VERDICT, status=verdict)
    if n_opinions <= 1:
        return review.decide(seen, verdict)
    group = lock_groups(review.session, dict([seen]))[seen.group_id]
    given = opinions_on(review.session, group)
    is_disputed = len(given) >= n_opinions and len(set(given.values())) > 1
    if may_settle and (is_disputed or group.status not in UNDECIDED):
        return review.decide(seen, verdict)
    if group.status not in UNDECIDED:
        raise ReviewError(Refusal.DECIDED_SO, group_id=group.id, status=group.status)
    state_opinion(review, group, verdict)
    given[review.user_id] = verdict
    if len(given) >= n_opinions and set(given.values()) == {verdict} and group.status != verdict:
        return review.decide(seen, verdict)
    return group


def state_opinion(review: Review, group: Group, verdict: GroupStatus) -> None:
    """Store what the user thinks of a group as it is now, in place of what they thought before."""
    key = (group.id, review.user_id)
    opinion = review.session.get(Opinion, key) or Opinion(group_id=group.id, user_id=review.user_id)
    opinion.verdict, opinion.group_version, opinion.stated_at = verdict, group.version, utc_now()
    review.session.add(opinion)
    own_lease = (Lease.group_id == group.id) & (Lease.user_id == review.user_id)
    review.session.execute(delete(Lease).where(own_lease))
    review.session.flush()


def withdraw_last(session: Session, user_id: int, since: datetime | None) -> int | None:
    """Take back what a user thought last of a group that is still undecided and unchanged.

    :param since: what was stated before this stays.
    :return: the group, None if there is none such.
    """
    is_present = (Group.id == Opinion.group_id) & (Group.version == Opinion.group_version)
    query = select(Opinion).join(Group, is_present).where(Opinion.user_id == user_id, Group.status.in_(UNDECIDED))
    last = session.scalar(query.order_by(Opinion.stated_at.desc()).limit(1))
    if last is None or (since is not None and last.stated_at < since):
        return None
    session.delete(last)
    return last.group_id


def opinions_on(session: Session, group: Group) -> dict[int, GroupStatus]:
    """Return what people think of a group in its present version, by user."""
    query = select(Opinion.user_id, Opinion.verdict)
    query = query.where(Opinion.group_id == group.id, Opinion.group_version == group.version)
    return {user_id: verdict for user_id, verdict in session.execute(query)}


def waits_for(user_id: int, n_opinions: int) -> ColumnElement[bool]:
    """Return the condition that a group still needs an opinion, and has none of the user's."""
    present = (Opinion.group_id == Group.id) & (Opinion.group_version == Group.version)
    n_given = select(func.count()).where(present).correlate(Group).scalar_subquery()
    return ~exists().where(present, Opinion.user_id == user_id) & (n_given < n_opinions)


def disputed(session: Session, n_opinions: int, n_groups: int = 100) -> list[tuple[int, dict[str, GroupStatus]]]:
    """Return undecided groups of which people think differently, the oldest first, with who thinks what."""
    other = aliased(Opinion)
    differ = (other.group_id == Opinion.group_id) & (other.group_version == Opinion.group_version)
    query = (
        select(Group.id)
        .join(Opinion, (Opinion.group_id == Group.id) & (Opinion.group_version == Group.version))
        .where(Group.status.in_(UNDECIDED), exists().where(differ, other.verdict != Opinion.verdict))
        .group_by(Group.id)
        .having(func.count() >= n_opinions)
        .order_by(Group.id)
        .limit(n_groups)
    )
    keys = session.scalars(query).all()
    found: dict[int, dict[str, GroupStatus]] = {key: {} for key in keys}
    rows = select(Opinion.group_id, User.name, Opinion.verdict).join(User, User.id == Opinion.user_id)
    for group_id, name, verdict in session.execute(rows.where(Opinion.group_id.in_(keys)).order_by(User.name)):
        found[group_id][name] = verdict
    return list(found.items())


def agreement(session: Session) -> tuple[list[PairAgreement], float | None, int]:
    """Return Cohen's kappa of each pair of people, Fleiss' kappa of all, and the groups that it is over.

    Fleiss' kappa takes the groups that the same number of people have judged, of those with the most groups.
    """
    query = select(Opinion.group_id, Opinion.group_version, User.name, Opinion.verdict)
    judged: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for group_id, version, name, verdict in session.execute(query.join(User, User.id == Opinion.user_id)):
        judged[group_id, version][name] = str(verdict)
    shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for verdicts in judged.values():
        for a, b in combinations(sorted(verdicts), 2):
            shared[a, b].append((verdicts[a], verdicts[b]))
    pairs = [PairAgreement(names, len(both), cohen_kappa(both)) for names, both in sorted(shared.items())]
    sizes = Counter(len(verdicts) for verdicts in judged.values() if len(verdicts) > 1)
    if not sizes:
        return pairs, None, 0
    size, n_groups = sizes.most_common(1)[0]
    same = [list(verdicts.values()) for verdicts in judged.values() if len(verdicts) == size]
    return pairs, fleiss_kappa(same), n_groups


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return the agreement of two people beyond chance (Cohen 1960), None where chance explains all of it.

    :param pairs: the two verdicts on each thing.
    """
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(first[verdict] * second[verdict] for verdict in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def fleiss_kappa(verdicts: Sequence[Sequence[str]]) -> float | None:
    """Return the agreement of several people beyond chance (Fleiss 1971), None where chance explains all of it.

    :param verdicts: for each thing the verdicts on it, the same number for all, at least two.
    """
    n_things, n_people = len(verdicts), len(verdicts[0])
    counts = [Counter(row) for row in verdicts]
    totals = sum(counts, Counter[str]())
    n_agreeing = sum(sum(c * c for c in row.values()) - n_people for row in counts)
    observed = n_agreeing / (n_things * n_people * (n_people - 1))
    expected = sum((total / (n_things * n_people)) ** 2 for total in totals.values())
    return None if expected == 1 else (observed - expected) / (1 - expected)
