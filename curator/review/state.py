"""A group as a value: what decisions keep of it before and after, and the way back."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from curator.review.errors import NoSuchRowError, Refusal, StaleVersionError
from curator.store.models import Evidence, Group, GroupStatus, Member, Word, WordStatistics, utc_now
from curator.store.queries import signature_of

# Columns of a group that follow from its members; kept with each decision, so that an undo is exact.
MEASURES = ("confidence", "min_pair_cosine_similarity", "n_occurrences", "n_affected_pieces")


def state_of(group: Group) -> dict[str, Any]:
    """Return the group as JSON: status, canonical word, members in order, measures."""
    return {
        "status": str(group.status),
        "canonical_word_id": group.canonical_word_id,
        "members": [
            {
                "word_id": member.word_id,
                "text": member.word.text,
                "is_removed": member.is_removed,
                "cosine_similarity": member.cosine_similarity,
            }
            for member in sorted(group.members, key=lambda member: member.position)
        ],
        **{name: getattr(group, name) for name in MEASURES},
    }


def restore(session: Session, group: Group, state: dict[str, Any]) -> None:
    """Make the group what it was when ``state_of`` gave the state."""
    group.status = GroupStatus(state["status"])
    group.canonical_word_id = state["canonical_word_id"]
    there = {member.word_id: member for member in group.members}
    for position, kept in enumerate(state["members"]):
        member = there.pop(kept["word_id"], None)
        if member is None:
            word = session.get_one(Word, kept["word_id"])
            member = Member(group=group, word_id=word.id, word=word)
        member.position = position
        member.is_removed = kept["is_removed"]
        member.cosine_similarity = kept["cosine_similarity"]
    for member in there.values():
        group.members.remove(member)
        session.delete(member)
    for name in MEASURES:
        setattr(group, name, state[name])
    settle(group)


def settle(group: Group) -> None:
    """Bring the columns that follow from the members up to date, and mark the row as changed."""
    texts = [member.word.text for member in active(group)]
    group.n_members = len(texts)
    group.signature = signature_of(texts)
    group.updated_at = utc_now()  # the version counts on even where a change leaves all other columns alone


def active(group: Group) -> list[Member]:
    """Return the members that nobody took out, in order."""
    return sorted((m for m in group.members if not m.is_removed), key=lambda member: member.position)


def lock_groups(session: Session, versions: dict[int, int]) -> dict[int, Group]:
    """Load groups with members and words, locked against others until the transaction ends.

    :param versions: by key of a group, the version that the caller saw.
    :raises NoSuchRowError: if a group is not there.
    :raises StaleVersionError: if a group has another version.
    """
    query = (
        select(Group)
        .where(Group.id.in_(versions))
        .order_by(Group.id)  # always in this order, so that two changes never wait for each other
        .options(selectinload(Group.members).joinedload(Member.word))
        .with_for_update(of=Group)
        .execution_options(populate_existing=True)
    )
    groups = {group.id: group for group in session.scalars(query)}
    for group_id, version in versions.items():
        if group_id not in groups:
            raise NoSuchRowError(Refusal.NO_GROUP, group_id=group_id)
        if groups[group_id].version != version:
            raise StaleVersionError(group_id, version, groups[group_id].version)
    return groups


def measure(session: Session, group: Group) -> None:
    """Count occurrences and pieces anew, and find the farthest pair, after the members have changed.

    A word that the group's run did not have counts as the last run that had it says. The farthest pair is
    known only where the similarity of every pair is.
    """
    word_ids = [member.word_id for member in active(group)]
    rows = session.scalars(
        select(WordStatistics).where(WordStatistics.word_id.in_(word_ids)).order_by(WordStatistics.run_id)
    )
    by_word: dict[int, WordStatistics] = {}
    for row in rows:
        known = by_word.get(row.word_id)
        if known is None or known.run_id != group.run_id:
            by_word[row.word_id] = row
    counted = by_word.values()
    group.n_occurrences = sum(row.frequency for row in counted)
    group.n_affected_pieces = sum(row.frequency * len(row.pieces) for row in counted if row.is_oov)
    similarities = pair_similarities(session, group.id)
    pairs = [frozenset(pair) for pair in combinations(word_ids, 2)]
    is_known = bool(pairs) and all(pair in similarities for pair in pairs)
    group.min_pair_cosine_similarity = min(similarities[pair] for pair in pairs) if is_known else None


def pair_similarities(session: Session, group_id: int) -> dict[frozenset[int], float]:
    """Return the cosine similarities of the pairs of words that the group's evidence has."""
    query = select(Evidence.word_a_id, Evidence.word_b_id, Evidence.value)
    query = query.where(Evidence.group_id == group_id, Evidence.kind == "cosine_similarity")
    return {frozenset((a, b)): value for a, b, value in session.execute(query)}


def copy_evidence(session: Session, source_id: int, target_id: int, word_ids: Iterable[int]) -> None:
    """Give a group the evidence between words that another group has."""
    words = set(word_ids)
    fields = ("word_a_id", "word_b_id", "kind", "value", "sentence")
    there = {reason_key(row) for row in evidence_of(session, target_id)}
    for row in evidence_of(session, source_id):
        if {row.word_a_id, row.word_b_id} <= words and reason_key(row) not in there:
            session.add(Evidence(group_id=target_id, **{name: getattr(row, name) for name in fields}))


def evidence_of(session: Session, group_id: int) -> Sequence[Evidence]:
    """Return the evidence of a group, as it was stored."""
    return session.scalars(select(Evidence).where(Evidence.group_id == group_id).order_by(Evidence.id)).all()


def reason_key(row: Evidence) -> tuple[frozenset[int], str, str | None]:
    """Return what makes two rows of evidence the same reason."""
    return frozenset((row.word_a_id, row.word_b_id)), row.kind, row.sentence
