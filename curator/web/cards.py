"""A group with all that a decision on it needs, in a handful of queries."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Row, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from curator.review.filters import COLUMNS
from curator.store.models import (
    Comment,
    Evidence,
    Example,
    Group,
    GroupStatus,
    Lease,
    Member,
    User,
    Word,
    WordStatistics,
    utc_now,
)

Record: TypeAlias = Row[*tuple[Any, ...]]

N_EXAMPLES = 2  # shown at once; more on demand

# Each group that is shown asks these: they are built once, ask for no more than what is shown, and are few, as
# each is a message to the server and back. What few groups have, comments and words in common with another one,
# is asked for only where the first answers say that it is there.
GROUP_ID: BindParameter[int] = bindparam("group_id")
WORD_IDS: BindParameter[list[int]] = bindparam("word_ids", expanding=True)
HOLDER = (
    select(User.name)
    .join(Lease, Lease.user_id == User.id)
    .where(Lease.group_id == Group.id, Lease.user_id != bindparam("user_id"), Lease.expires_at > bindparam("now"))
)
GROUP = (
    select(Group.id, Group.status, Group.version, Group.run_id, Group.canonical_word_id, Word.text.label("word"))
    .add_columns(Group.origin, *COLUMNS.values())
    .add_columns(HOLDER.scalar_subquery().label("holder"))
    .add_columns(exists().where(Comment.group_id == Group.id).label("has_comments"))
    .join(Word, Word.id == Group.canonical_word_id)
    .where(Group.id == GROUP_ID)
)
COUNTED = (WordStatistics.run_id, WordStatistics.frequency, WordStatistics.is_oov, WordStatistics.pieces)
elsewhere, other_group = aliased(Member), aliased(Group)
IN_OTHER_GROUP = exists().where(
    elsewhere.word_id == Member.word_id,
    ~elsewhere.is_removed,
    elsewhere.group_id != Member.group_id,
    other_group.id == elsewhere.group_id,
    other_group.status != GroupStatus.SUPERSEDED,
)
MEMBERS = (
    select(Member.word_id, Word.text, Word.pos, Member.cosine_similarity, Member.is_removed, *COUNTED)
    .add_columns(IN_OTHER_GROUP.label("is_elsewhere"))
    .join(Word, Word.id == Member.word_id)
    .outerjoin(WordStatistics, WordStatistics.word_id == Member.word_id)
    .where(Member.group_id == GROUP_ID)
    .order_by(Member.position, WordStatistics.run_id)
)
WORDS = (
    select(Word.id.label("word_id"), Word.text, Word.pos, *COUNTED)
    .outerjoin(WordStatistics, WordStatistics.word_id == Word.id)
    .where(Word.id.in_(WORD_IDS))
    .order_by(WordStatistics.run_id)
)
EXAMPLES = (
    select(Example.word_id, Example.sentence, Example.start, Example.end)
    .where(Example.word_id.in_(WORD_IDS))
    .order_by(Example.id)
)
GROUPS = (
    select(Member.word_id, Group.id, Group.status, Group.version, Word.text.label("word"))
    .join(Group, Group.id == Member.group_id)
    .join(Word, Word.id == Group.canonical_word_id)
    .where(Member.word_id.in_(WORD_IDS), ~Member.is_removed)
    .order_by(Group.id)
)
EVIDENCE = (
    select(Evidence.word_a_id, Evidence.word_b_id, Evidence.kind, Evidence.value, Evidence.sentence)
    .where(Evidence.group_id == GROUP_ID)
    .order_by(Evidence.kind, Evidence.value.desc(), Evidence.id)
)
COMMENTS = (
    select(Comment.text, Comment.created_at, User.name)
    .join(User, User.id == Comment.user_id)
    .where(Comment.group_id == GROUP_ID)
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
    statistics: Record | None
    examples: Sequence[Record]
    n_examples: int
    other_groups: list[Record]


@dataclass(slots=True)
class Card:
    """A group as a reviewer sees it.

    :ivar group: a row of ``GROUP``.
    :ivar comments: rows of ``COMMENTS``, the oldest first.
    :ivar holder: name of somebody else who has the group before them.
    :ivar texts: of all words, by key.
    """

    group: Record
    members: list[CardMember]
    removed: list[CardMember]
    evidence: Sequence[Record]
    comments: Sequence[Record]
    holder: str | None
    texts: dict[int, str]


def card_of(session: Session, group_id: int, user_id: int) -> Card | None:
    """Return a group with its words, sentences and reasons, or None if it is not there.

    :param user_id: who looks at it: their own lease is not shown.
    """
    found = session.execute(GROUP, {"group_id": group_id, "user_id": user_id, "now": utc_now()})
    group = found.one_or_none()
    if group is None:
        return None
    members = members_of(session, group)
    texts = {member.word_id: member.text for member in members}
    return Card(
        group,
        [member for member in members if not member.is_removed],
        [member for member in members if member.is_removed],
        evidence_for(session, group_id, texts),
        comments_on(session, group_id) if group.has_comments else [],
        group.holder,
        texts,
    )


def members_of(session: Session, group: Record) -> list[CardMember]:
    """Return the words of a group, in order, with counts, sentences and the other groups that they stand in.

    :param group: a row of ``GROUP``.
    """
    rows = counted_in(session.execute(MEMBERS, {"group_id": group.id}), group.run_id)
    examples: dict[int, dict[str, Record]] = defaultdict(dict)
    for example in session.execute(EXAMPLES, {"word_ids": list(rows)}):
        examples[example.word_id].setdefault(example.sentence, example)  # a later run samples the same ones
    elsewhere = open_groups_of(session, [word_id for word_id, row in rows.items() if row.is_elsewhere])
    return [
        CardMember(
            word_id,
            row.text,
            row.pos,
            row.cosine_similarity,
            row.is_removed,
            word_id == group.canonical_word_id,
            statistics=None if row.run_id is None else row,
            examples=list(examples[word_id].values())[:N_EXAMPLES],
            n_examples=len(examples[word_id]),
            other_groups=[other for other in elsewhere.get(word_id, ()) if other.id != group.id],
        )
        for word_id, row in rows.items()
    ]


def counted_in(rows: Iterable[Record], run_id: int | None) -> dict[int, Record]:
    """Return a row for each word: what a run counted; of words it did not have, what the last run that did.

    :param rows: of words with ``COUNTED``, the first run first.
    """
    found: dict[int, Record] = {}
    for row in rows:
        if row.word_id not in found or found[row.word_id].run_id != run_id:
            found[row.word_id] = row
    return found


def words_by_key(session: Session, word_ids: Sequence[int], run_id: int | None) -> dict[int, Record]:
    """Return words with what a run counted of them, as ``counted_in`` chooses; ``run_id`` is None for none."""
    return counted_in(session.execute(WORDS, {"word_ids": word_ids}), run_id) if word_ids else {}


def groups_of_words(session: Session, word_ids: Sequence[int]) -> dict[int, list[Record]]:
    """Return the groups that words stand in, with their main word, by the word's key."""
    found: dict[int, list[Record]] = defaultdict(list)
    for row in session.execute(GROUPS, {"word_ids": word_ids}) if word_ids else ():
        found[row.word_id].append(row)
    return found


def open_groups_of(session: Session, word_ids: Sequence[int]) -> dict[int, list[Record]]:
    """Return the groups that words stand in, without the closed ones, by the word's key."""
    groups = groups_of_words(session, word_ids)
    return {key: [g for g in groups[key] if g.status != GroupStatus.SUPERSEDED] for key in word_ids}


def evidence_for(session: Session, group_id: int, texts: Container[int]) -> list[Record]:
    """Return the reasons of a group between words that are or were in it, the strongest kind by kind."""
    rows = session.execute(EVIDENCE, {"group_id": group_id})
    return [row for row in rows if row.word_a_id in texts and row.word_b_id in texts]


def comments_on(session: Session, group_id: int) -> Sequence[Record]:
    """Return the comments on a group with the names of who wrote them, the oldest first."""
    return session.execute(COMMENTS, {"group_id": group_id}).all()


def examples_of(session: Session, word_id: int) -> Sequence[Example]:
    """Return all sentences of a word, each once, those of the last run first."""
    query = select(Example).where(Example.word_id == word_id)
    found: dict[str, Example] = {}
    for example in session.scalars(query.order_by(Example.run_id.desc(), Example.id)):
        found.setdefault(example.sentence, example)
    return list(found.values())
