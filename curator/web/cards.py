"""A group with all that a decision on it needs, in a handful of queries."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from curator.review.filters import begins_with, load, matches
from curator.store.models import (
    Comment,
    Evidence,
    Example,
    Group,
    GroupStatus,
    Lease,
    Member,
    Neighbor,
    User,
    Word,
    WordStatistics,
    utc_now,
)

Record: TypeAlias = Row[*tuple[Any, ...]]

N_EXAMPLES = 2  # shown at once; more on demand
N_CLOSE_WORDS = 12

# Each group that is shown asks these: they are built once, and ask for no more than what is shown.
WORD_IDS: BindParameter[list[int]] = bindparam("word_ids", expanding=True)
WORDS = select(Word.id, Word.text, Word.pos).where(Word.id.in_(WORD_IDS))
STATISTICS = (
    select(WordStatistics.word_id, WordStatistics.run_id, WordStatistics.frequency)
    .add_columns(WordStatistics.is_oov, WordStatistics.pieces)
    .where(WordStatistics.word_id.in_(WORD_IDS))
    .order_by(WordStatistics.run_id)
)
EXAMPLES = (
    select(Example.word_id, Example.sentence, Example.start, Example.end)
    .where(Example.word_id.in_(WORD_IDS))
    .order_by(Example.id)
)
GROUPS = (
    select(Member.word_id, Group.id, Group.status, Group.version)
    .join(Group, Group.id == Member.group_id)
    .where(Member.word_id.in_(WORD_IDS), ~Member.is_removed)
    .where(Group.status != GroupStatus.SUPERSEDED)
    .order_by(Group.id)
)
EVIDENCE = (
    select(Evidence.word_a_id, Evidence.word_b_id, Evidence.kind, Evidence.value, Evidence.sentence)
    .where(Evidence.group_id == bindparam("group_id"))
    .order_by(Evidence.kind, Evidence.value.desc(), Evidence.id)
)
OTHER_HOLDER = (
    select(User.name)
    .join(Lease, Lease.user_id == User.id)
    .where(Lease.group_id == bindparam("group_id"), Lease.user_id != bindparam("user_id"))
    .where(Lease.expires_at > bindparam("now"))
)
COMMENTS = (
    select(Comment, User.name)
    .join(User, User.id == Comment.user_id)
    .where(Comment.group_id == bindparam("group_id"))
    .order_by(Comment.id)
)


@dataclass(slots=True)
class CardMember:
    """A word of the group, with what its run counted."""

    word_id: int
    text: str
    pos: str
    cosine_similarity: float | None
    is_removed: bool
    is_canonical: bool
    statistics: Record | None = None
    examples: Sequence[Record] = ()
    n_examples: int = 0
    other_groups: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class CloseWord:
    """A word that is not in the group and might be."""

    word_id: int
    text: str
    pos: str
    frequency: int | None
    group_id: int | None
    group_version: int | None
    is_removed: bool


@dataclass(slots=True)
class Card:
    """A group as a reviewer sees it."""

    group: Group
    members: list[CardMember]
    removed: list[CardMember]
    evidence: Sequence[Record]
    comments: Sequence[tuple[Comment, str]]
    holder: str | None
    texts: dict[int, str]


def card_of(session: Session, group_id: int, user_id: int) -> Card | None:
    """Return a group with its words, sentences and reasons, or None if it is not there.

    :param user_id: who looks at it: their own lease is not shown.
    """
    found = load(session, [group_id])
    if not found:
        return None
    group = found[0]
    members = [
        CardMember(m.word_id, m.word.text, m.word.pos, m.cosine_similarity, m.is_removed, False)
        for m in group.members
    ]
    fill_in(session, group, members)
    texts = {member.word_id: member.text for member in members}
    return Card(
        group,
        [member for member in members if not member.is_removed],
        [member for member in members if member.is_removed],
        evidence_for(session, group_id, texts),
        comments_on(session, group_id),
        session.scalar(OTHER_HOLDER, {"group_id": group_id, "user_id": user_id, "now": utc_now()}),
        texts,
    )


def fill_in(session: Session, group: Group, members: Sequence[CardMember]) -> None:
    """Add counts, sentences and other groups to the members."""
    by_id = {member.word_id: member for member in members}
    for row in statistics_of(session, list(by_id), group.run_id).values():
        by_id[row.word_id].statistics = row
    examples: dict[int, list[Record]] = defaultdict(list)
    for example in session.execute(EXAMPLES, {"word_ids": list(by_id)}):
        examples[example.word_id].append(example)
    for word_id, member in by_id.items():
        member.is_canonical = word_id == group.canonical_word_id
        member.n_examples = len(examples[word_id])
        member.examples = examples[word_id][:N_EXAMPLES]
    for other in session.execute(GROUPS, {"word_ids": list(by_id)}):
        if other.id != group.id:
            by_id[other.word_id].other_groups.append(other)


def statistics_of(session: Session, word_ids: Sequence[int], run_id: int | None) -> dict[int, Record]:
    """Return what a run counted of words; of those it did not have, what the last run counted that did."""
    found: dict[int, Record] = {}
    for row in session.execute(STATISTICS, {"word_ids": word_ids}):
        if row.word_id not in found or found[row.word_id].run_id != run_id:
            found[row.word_id] = row
    return found


def groups_of_words(session: Session, word_ids: Sequence[int]) -> list[tuple[int, Group]]:
    """Return the groups that words stand in, with the word's key before each."""
    query = select(Member.word_id, Group).join(Group, Group.id == Member.group_id)
    query = query.where(Member.word_id.in_(word_ids), ~Member.is_removed).order_by(Group.id)
    return [(word_id, group) for word_id, group in session.execute(query)]


def evidence_for(session: Session, group_id: int, texts: Container[int]) -> list[Record]:
    """Return the reasons of a group between words that are or were in it, the strongest kind by kind."""
    rows = session.execute(EVIDENCE, {"group_id": group_id})
    return [row for row in rows if row.word_a_id in texts and row.word_b_id in texts]


def comments_on(session: Session, group_id: int) -> list[tuple[Comment, str]]:
    """Return the comments on a group with the names of who wrote them, the oldest first."""
    return [(comment, name) for comment, name in session.execute(COMMENTS, {"group_id": group_id})]


def close_words(session: Session, group: Group) -> list[CloseWord]:
    """Return words that were left out.

    First those that somebody took out, then the nearest ones that mining found, those of groups that share a
    word, and those spelt alike.
    """
    removed = [member.word_id for member in group.members if member.is_removed]
    own = {member.word_id: member.word.text for member in group.members if not member.is_removed}
    found = dict.fromkeys(removed)
    for query in close_queries(group.id, own):
        if len(found) < N_CLOSE_WORDS:
            found |= dict.fromkeys(session.scalars(query.limit(N_CLOSE_WORDS)))
    return described(session, list(found)[:N_CLOSE_WORDS], group, set(removed))


def close_queries(group_id: int, own: dict[int, str]) -> Iterator[Select[int]]:
    """Yield queries for keys of words outside of a group, the closest first.

    :param own: texts of the words in it, by key.
    """
    nearest = select(Neighbor.neighbor_id).where(Neighbor.word_id.in_(own), Neighbor.neighbor_id.not_in(own))
    yield nearest.group_by(Neighbor.neighbor_id).order_by(func.max(Neighbor.cosine_similarity).desc())
    mine, theirs = aliased(Member), aliased(Member)
    shared = select(theirs.word_id).join(mine, mine.group_id == theirs.group_id)
    yield shared.where(mine.word_id.in_(own), theirs.word_id.not_in(own), mine.group_id != group_id).distinct()
    for start in dict.fromkeys(text[:2] for text in own.values() if len(text) >= 2):
        yield select(Word.id).where(begins_with(start), Word.id.not_in(own)).order_by(Word.text)


def search_words(session: Session, search: str, group: Group | None) -> list[CloseWord]:
    """Return words that begin with a text, the exact one first; with ``*`` before it, words that contain it."""
    keys = list(session.scalars(select(Word.id).where(matches(search)).order_by(Word.text).limit(N_CLOSE_WORDS)))
    own = {m.word_id for m in group.members if not m.is_removed} if group is not None else set()
    return described(session, [key for key in keys if key not in own], group, set())


def described(session: Session, keys: Sequence[int], group: Group | None, removed: set[int]) -> list[CloseWord]:
    """Return words with their frequency and the group that they can be moved from, if they are in one."""
    words = {word.id: word for word in session.execute(WORDS, {"word_ids": keys})}
    statistics = statistics_of(session, keys, group.run_id if group is not None else None)
    there = session.execute(GROUPS, {"word_ids": keys})
    groups = {row.word_id: row for row in there if row.status != GroupStatus.REJECTED}
    return [
        CloseWord(
            key,
            words[key].text,
            words[key].pos,
            statistics[key].frequency if key in statistics else None,
            groups[key].id if key in groups else None,
            groups[key].version if key in groups else None,
            key in removed,
        )
        for key in keys
    ]


def examples_of(session: Session, word_id: int) -> Sequence[Example]:
    """Return all sentences of a word, those of the last run first."""
    query = select(Example).where(Example.word_id == word_id)
    return session.scalars(query.order_by(Example.run_id.desc(), Example.id)).all()
