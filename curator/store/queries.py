"""Questions to the store that more than one caller has."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select, update
from sqlalchemy.orm import aliased

from curator.store.models import (
    CategoryFrequency,
    Comment,
    Decision,
    Group,
    GroupOrigin,
    GroupStatus,
    Lease,
    Member,
    Opinion,
    Word,
    WordStatistics,
)

BATCH_SIZE = 10_000  # values in one statement; SQLite takes 32,766, PostgreSQL 65,535

Value = TypeVar("Value")


class KnownGroup(NamedTuple):
    """A group of the store that a proposal equals, now or as it was first proposed."""

    id: int
    status: GroupStatus
    is_untouched: bool


class DecidedPairs(NamedTuple):
    """Pairs of keys of words, the smaller key first."""

    must_link: set[tuple[int, int]]
    cannot_link: set[tuple[int, int]]


def signature_of(words: Iterable[str]) -> str:
    """Return the identity of a group as a set of words: the SHA-256 of their sorted texts."""
    text = json.dumps(sorted(words), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def batches(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values in parts that fit into one statement."""
    for start in range(0, len(values), BATCH_SIZE):
        yield values[start : start + BATCH_SIZE]


def find_words(connection: Connection, texts: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return key and part of speech of the words that the store has, by text."""
    found: dict[str, tuple[int, str]] = {}
    for part in batches(texts):
        rows = connection.execute(select(Word.text, Word.id, Word.pos).where(Word.text.in_(part)))
        found.update((text, (key, pos)) for text, key, pos in rows)
    return found


def category_frequencies(connection: Connection, word_id: int, run_id: int) -> dict[str, int]:
    """Return the occurrences of a word in each category that has it, the most frequent first.

    :return: empty if the run's corpus was not read by category.
    """
    query = (
        select(CategoryFrequency.category, CategoryFrequency.frequency)
        .where(CategoryFrequency.word_id == word_id, CategoryFrequency.run_id == run_id)
        .order_by(CategoryFrequency.frequency.desc(), CategoryFrequency.category)
    )
    return {category: frequency for category, frequency in connection.execute(query)}


def find_groups(connection: Connection, signatures: Sequence[str], now: datetime) -> dict[str, KnownGroup]:
    """Return the groups with these signatures, now or as first proposed.

    Of several, the one that a person touched counts, then the oldest.

    :param now: leases that expired before count for nothing.
    """
    found: dict[str, KnownGroup] = {}
    untouched = is_untouched(now)
    for column in (Group.proposed_signature, Group.signature):
        for part in batches(signatures):
            query = select(column.label("signature"), Group.id, Group.status, untouched.label("is_untouched"))
            oldest_last = query.where(column.in_(part)).order_by(Group.id.desc())
            for row in connection.execute(oldest_last):
                if row.signature not in found or found[row.signature].is_untouched:
                    found[row.signature] = KnownGroup(row.id, row.status, row.is_untouched)
    return found


def is_untouched(now: datetime) -> ColumnElement[bool]:
    """Return the condition that the miner made the group and no person did anything with it, nor does now."""
    return (Group.origin == GroupOrigin.MINED) & ~or_(
        exists().where(Decision.group_id == Group.id),
        exists().where(Comment.group_id == Group.id),
        exists().where(Opinion.group_id == Group.id),
        exists().where(Lease.group_id == Group.id, Lease.expires_at > now),
    )


def supersede_unproposed(connection: Connection, run_id: int, now: datetime) -> int:
    """Close the open, untouched groups that a run had all words of and did not propose again.

    :return: number of groups closed.
    """
    not_offered = exists().where(
        Member.group_id == Group.id,
        ~exists().where(WordStatistics.run_id == run_id, WordStatistics.word_id == Member.word_id),
    )
    statement = (
        update(Group)
        .where(Group.status == GroupStatus.PROPOSED, Group.run_id != run_id, is_untouched(now), ~not_offered)
        .values(status=GroupStatus.SUPERSEDED, version=Group.version + 1)
    )
    return connection.execute(statement).rowcount


def decided_pairs(connection: Connection) -> DecidedPairs:
    """Return the pairs of words that people put together or keep apart.

    Apart are the words of a rejected group, and a word that was taken out of a group from those that stayed.
    A pair that stands in an accepted group is together, whatever else was said of it.
    """
    a, b = aliased(Member), aliased(Member)
    stay = (a.group_id == b.group_id) & ~b.is_removed
    in_group = (
        select(a.word_id, b.word_id).join(b, stay & (a.word_id < b.word_id)).join(Group, a.group_id == Group.id)
    )
    in_group = in_group.where(~a.is_removed)
    taken_out = select(a.word_id, b.word_id).join(b, stay).where(a.is_removed)
    together = ordered(connection.execute(in_group.where(Group.status == GroupStatus.ACCEPTED)))
    apart = ordered(connection.execute(in_group.where(Group.status == GroupStatus.REJECTED)))
    apart |= ordered(connection.execute(taken_out))
    return DecidedPairs(together, apart - together)


def ordered(pairs: Iterable[Row[int, int]]) -> set[tuple[int, int]]:
    """Return the pairs as a set, the smaller key first."""
    return {(min(a, b), max(a, b)) for a, b in pairs}
