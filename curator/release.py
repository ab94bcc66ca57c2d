"""Releases: the accepted groups of the store, frozen under a number and a digest."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby
from operator import itemgetter

from sqlalchemy import Connection, Row, Select, and_, func, insert, select
from sqlalchemy.orm import aliased

from curator.groups import GroupMember, GroupSet, SynonymGroup, add_to_digest, group_set
from curator.store.models import (
    Action,
    Decision,
    Group,
    GroupStatus,
    Member,
    Release,
    ReleaseGroup,
    ReleaseMember,
    User,
    Word,
    WordStatistics,
    utc_now,
)

ROWS_PER_FETCH = 10_000


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """A release without its groups."""

    number: int
    digest: str
    note: str | None
    created_by: str | None
    created_at: datetime
    n_groups: int
    n_words: int


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """What one release has and another has not.

    :ivar added: groups of which no word was in a group before.
    :ivar removed: groups of which no word is in a group any more.
    :ivar changed: a group as it was, and the groups that now hold words of it; the words or the canonical
        word differ.
    """

    added: tuple[SynonymGroup, ...]
    removed: tuple[SynonymGroup, ...]
    changed: tuple[tuple[SynonymGroup, tuple[SynonymGroup, ...]], ...]


class NothingToReleaseError(ValueError):
    """There is nothing that a new release would hold: no accepted group, or none that the newest has not.

    :ivar number: of the newest release, which has the same content; none where no group is accepted.
    """

    def __init__(self, message: str, number: int | None = None) -> None:
        self.number = number
        super().__init__(message)


def freeze(connection: Connection, *, note: str | None = None, created_by: str | None = None) -> GroupSet:
    """Store the accepted groups as the next release.

    :param connection: in a transaction that writes, so that two releases do not take one number.
    :raises NothingToReleaseError: if no group is accepted, or the newest release has the same content.
    :raises ValueError: if a word is in two accepted groups.
    """
    number = (connection.scalar(select(func.max(Release.number))) or 0) + 1
    groups = _accepted_groups(connection)
    if not groups:
        raise NothingToReleaseError("no group is accepted yet; accept groups first, then make a release")
    found = group_set(f"release {number}", groups, number)
    newest = connection.execute(select(Release.number, Release.digest).order_by(Release.number.desc())).first()
    if newest is not None and newest.digest == found.digest:
        said = f"nothing has changed since release {newest.number}; use that one"
        raise NothingToReleaseError(said, newest.number)
    release = {"number": number, "digest": found.digest, "note": note, "created_by": created_by}
    connection.execute(insert(Release), {**release, "created_at": utc_now()})
    _store_groups(connection, number, found.groups)
    return found


def _accepted_groups(connection: Connection) -> list[SynonymGroup]:
    deciders = _deciders(connection)
    own = aliased(WordStatistics)
    newest_run = (
        select(WordStatistics.word_id, func.max(WordStatistics.run_id).label("run_id"))
        .group_by(WordStatistics.word_id)
        .subquery()
    )
    newest = aliased(WordStatistics)
    # A word's frequency is that of the run that proposed its group, so that the members of a group compare;
    # a word added by hand has that of the newest run that counted it, or none.
    weight = func.coalesce(own.frequency, newest.frequency, 0)
    query = (
        select(Group.id, Group.origin, Group.updated_at, Word.text, Word.pos, weight.label("weight"))
        .join(Member, and_(Member.group_id == Group.id, ~Member.is_removed))
        .join(Word, Word.id == Member.word_id)
        .outerjoin(own, and_(own.word_id == Word.id, own.run_id == Group.run_id))
        .outerjoin(newest_run, newest_run.c.word_id == Word.id)
        .outerjoin(newest, and_(newest.word_id == Word.id, newest.run_id == newest_run.c.run_id))
        .where(Group.status == GroupStatus.ACCEPTED)
        .order_by(Group.id, Word.id != Group.canonical_word_id, Member.position)
    )
    groups = []
    for key, rows in groupby(connection.execute(query), key=lambda row: row.id):
        listed = list(rows)
        by, at = deciders.get(key, (f"({listed[0].origin})", listed[0].updated_at))
        members = tuple(GroupMember(row.text, row.pos, float(row.weight)) for row in listed)
        groups.append(SynonymGroup(str(key), members, by, at.isoformat()))
    return groups


def _deciders(connection: Connection) -> dict[int, tuple[str, datetime]]:
    """Return who accepted each group, and when: by the newest acceptance not undone, else the newest act."""
    query = (
        select(Decision.group_id, User.name, Decision.decided_at)
        .join(User, User.id == Decision.user_id)
        .join(Group, Group.id == Decision.group_id)
        .where(Group.status == GroupStatus.ACCEPTED)
    )
    standing = (Decision.action == Action.ACCEPT) & Decision.undone_by_id.is_(None)
    rows = connection.execute(query.order_by(standing, Decision.id))
    return {row.group_id: (row.name, row.decided_at) for row in rows}


def _store_groups(connection: Connection, number: int, groups: Iterable[SynonymGroup]) -> None:
    listed = list(groups)
    rows = [
        {
            "release_number": number,
            "group_id": int(group.key),
            "decided_by": group.decided_by,
            "decided_at": datetime.fromisoformat(str(group.decided_at)),
        }
        for group in listed
    ]
    keys = connection.scalars(insert(ReleaseGroup).returning(ReleaseGroup.id, sort_by_parameter_order=True), rows)
    members = [
        {
            "release_group_id": key,
            "position": position,
            "release_number": number,
            "word": member.word,
            "pos": member.pos,
            "weight": member.weight,
        }
        for key, group in zip(keys, listed, strict=True)
        for position, member in enumerate(group.members)
    ]
    connection.execute(insert(ReleaseMember), members)


def list_releases(connection: Connection, number: int | None = None) -> list[ReleaseSummary]:
    """Return all releases, the newest first; or the one with a number, if there is one."""
    n_groups = select(func.count()).where(ReleaseGroup.release_number == Release.number).scalar_subquery()
    n_words = select(func.count()).where(ReleaseMember.release_number == Release.number).scalar_subquery()
    columns = (Release.number, Release.digest, Release.note, Release.created_by, Release.created_at)
    query = select(*columns, n_groups.label("n_groups"), n_words.label("n_words"))
    if number is not None:
        query = query.where(Release.number == number)
    rows = connection.execute(query.order_by(Release.number.desc()))
    return [ReleaseSummary(*row) for row in rows]


def find_release(connection: Connection, number: int | None = None) -> Row[int, str, datetime]:
    """Return number, digest and time of making of a release, by default of the newest.

    :raises ValueError: if there is no such release.
    """
    query = select(Release.number, Release.digest, Release.created_at).order_by(Release.number.desc())
    row = connection.execute(query if number is None else query.where(Release.number == number)).first()
    if row is None:
        numbers = [str(found) for found in connection.scalars(select(Release.number).order_by(Release.number))]
        which = "there is no release" if number is None else f"there is no release {number}"
        raise ValueError(
            f"{which}; there are: {', '.join(numbers) or 'none yet, make one with `curator release`'}"
        )
    return row


def read_release(connection: Connection, number: int | None = None) -> GroupSet:
    """Return the groups of a release, by default of the newest.

    :raises ValueError: if there is no such release, or its content no longer has its digest.
    """
    found = find_release(connection, number)
    groups = list(released_groups(connection, found.number, found.digest))
    groups_of_release = group_set(f"release {found.number}", groups, found.number)
    return replace(groups_of_release, created_at=found.created_at.isoformat())


def released_groups(connection: Connection, number: int, expected_digest: str) -> Iterator[SynonymGroup]:
    """Yield the groups of a release in their order; memory does not grow with their number.

    :raises ValueError: after the last group, if the content no longer has the digest. Until then nothing that
        was made of the groups may be shown as complete.
    """
    query = _groups_with_members().where(ReleaseGroup.release_number == number)
    query = query.execution_options(yield_per=ROWS_PER_FETCH)
    digest = hashlib.sha256()
    for _, rows in groupby(connection.execute(query), key=itemgetter(0)):
        group = _group_of(rows)
        add_to_digest(digest, group)
        yield group
    if digest.hexdigest() != expected_digest:
        raise ValueError(
            f"release {number} has the digest {expected_digest}, but its content has {digest.hexdigest()}: "
            "somebody changed it in the database. Restore it from a copy, or make a new release"
        )


def groups_on_page(
    connection: Connection, number: int, n_groups: int, after: int = 0
) -> tuple[list[SynonymGroup], int | None]:
    """Return some groups of a release in their order, and behind which key the next ones begin, if there are more.

    :param after: begin behind the group with this key of the release's own.
    """
    keys = select(ReleaseGroup.id).where(ReleaseGroup.release_number == number, ReleaseGroup.id > after)
    found = list(connection.scalars(keys.order_by(ReleaseGroup.id).limit(n_groups + 1)))
    shown = found[:n_groups]
    query = _groups_with_members().where(ReleaseGroup.id.in_(shown))
    groups = [_group_of(rows) for _, rows in groupby(connection.execute(query), key=itemgetter(0))]
    return groups, shown[-1] if len(found) > n_groups else None


def _groups_with_members() -> Select[int, int, str | None, datetime, str, str, float]:
    columns = (ReleaseGroup.id, ReleaseGroup.group_id, ReleaseGroup.decided_by, ReleaseGroup.decided_at)
    query = select(*columns).add_columns(ReleaseMember.word, ReleaseMember.pos, ReleaseMember.weight)
    query = query.join(ReleaseMember, ReleaseMember.release_group_id == ReleaseGroup.id)
    return query.order_by(ReleaseGroup.id, ReleaseMember.position)


def _group_of(rows: Iterator[Row[int, int, str | None, datetime, str, str, float]]) -> SynonymGroup:
    _, key, decided_by, decided_at, *_ = first = next(rows)
    # By place: by name, every column of three million rows would be looked up.
    members = tuple(GroupMember(*row[4:]) for row in chain((first,), rows))
    return SynonymGroup(str(key), members, decided_by, decided_at.isoformat())


def difference(old: Sequence[SynonymGroup], new: Sequence[SynonymGroup]) -> ReleaseDifference:
    """Compare two lists of groups by their words."""
    old_words = {word: group for group in old for word in group.words}
    new_words = {word: group for group in new for word in group.words}
    changed = []
    for group in old:
        heirs = tuple({id(heir): heir for word in group.words if (heir := new_words.get(word))}.values())
        is_same = (
            len(heirs) == 1 and set(heirs[0].words) == set(group.words) and heirs[0].words[0] == group.words[0]
        )
        if heirs and not is_same:
            changed.append((group, heirs))
    return ReleaseDifference(
        added=tuple(group for group in new if not any(word in old_words for word in group.words)),
        removed=tuple(group for group in old if not any(word in new_words for word in group.words)),
        changed=tuple(changed),
    )
