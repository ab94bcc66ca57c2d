"""What people have answered and what is still open, with its evidence; new confidences back into the store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, bindparam, or_, select, update
from sqlalchemy.orm import aliased

from curator.store.models import Evidence, Group, GroupOrigin, GroupStatus, Member, Word
from curator.store.queries import batches
from curator.store.session import writing
from miner.sink import opened_store

OPEN = (GroupStatus.PROPOSED, GroupStatus.DEFERRED)
ANSWERED = (GroupStatus.ACCEPTED, GroupStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A pair of words of a mined group.

    :ivar group_id: key of the group.
    :ivar word_a: one word; ``word_b`` the other.
    :ivar is_same: whether a person said that they mean the same; ``None`` while the group is open.
    :ivar evidence: numbers by name, as the run stored them.
    """

    group_id: int
    word_a: str
    word_b: str
    is_same: bool | None
    evidence: Mapping[str, float]


def stored_pairs(database: str | Engine) -> list[StoredPair]:
    """Return the pairs of all mined groups that are answered or open, in the order of their groups.

    In a rejected group, and between a word that was taken out and one that stayed, the words differ. A pair
    without evidence, such as one with a word that a person added, is left out.

    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used.
    """
    with opened_store(database, create=False) as engine, engine.connect() as connection:
        return list(_pairs(connection))


def _pairs(connection: Connection) -> Iterator[StoredPair]:
    key: tuple[int, str, str, bool | None] | None = None
    evidence: dict[str, float] = {}
    for group_id, status, a, b, a_is_removed, b_is_removed, kind, value in connection.execute(_evidence()):
        if a_is_removed and b_is_removed:
            continue  # nobody said what two words that were taken out are to each other
        is_same = None
        if status in ANSWERED:
            is_same = status == GroupStatus.ACCEPTED and not a_is_removed and not b_is_removed
        if (group_id, a, b, is_same) != key:
            if key is not None:
                yield StoredPair(*key, evidence)
            key, evidence = (group_id, a, b, is_same), {}
        evidence[kind] = value
    if key is not None:
        yield StoredPair(*key, evidence)


def _evidence() -> Select[int, GroupStatus, str, str, bool, bool, str, float]:
    """Select the evidence of mined groups, that of one pair after the other."""
    word_a, word_b, member_a, member_b = aliased(Word), aliased(Word), aliased(Member), aliased(Member)
    return (
        select(
            Evidence.group_id,
            Group.status,
            word_a.text,
            word_b.text,
            member_a.is_removed,
            member_b.is_removed,
            Evidence.kind,
            Evidence.value,
        )
        .join(Group, Evidence.group_id == Group.id)
        .join(word_a, Evidence.word_a_id == word_a.id)
        .join(word_b, Evidence.word_b_id == word_b.id)
        .join(member_a, (member_a.group_id == Group.id) & (member_a.word_id == word_a.id))
        .join(member_b, (member_b.group_id == Group.id) & (member_b.word_id == word_b.id))
        .where(Group.origin == GroupOrigin.MINED, Group.status.in_((*OPEN, *ANSWERED)))
        .order_by(Evidence.group_id, word_a.text, word_b.text)
    )


def store_confidences(database: str | Engine, confidences: Mapping[int, float]) -> int:
    """Give open groups, by key, a new confidence, all of them or none; answered ones keep theirs.

    :return: number of groups that changed.
    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used.
    """
    rows = [{"key": key, "new": value} for key, value in confidences.items()]
    # The version counts changes by people, and updated_at tells of them: a new order is none.
    change = (
        update(Group)
        .where(Group.id == bindparam("key"), or_(*(Group.status == status for status in OPEN)))
        .values(confidence=bindparam("new"), updated_at=Group.updated_at)
    )
    n_changed = 0
    with opened_store(database, create=False) as engine, writing(engine).begin() as connection:
        for part in batches(rows):
            n_changed += connection.execute(change, list(part)).rowcount
    return n_changed
