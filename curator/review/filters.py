"""Which groups, and in which order: the same for the queue, the list and bulk decisions."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from curator.store.models import Decision, Group, GroupStatus, Member, Word

LAST_CHARACTER = "\U0010ffff"
MAX_FEW = 5_000  # groups that are found first and sorted then, in place of going through all of them in order
ONE: ColumnElement[int] = literal_column("1")  # asks for no column, so that an index alone answers
EVERYWHERE = "*"  # before a word that is searched for: also inside and at the end of others


class Order(StrEnum):
    """What comes first: the highest of it."""

    CONFIDENCE = "confidence"
    UNCERTAINTY = "uncertainty"
    FREQUENCY = "frequency"
    IMPACT = "impact"  # pieces of the corpus that the words outside the vocabulary are cut into
    SIZE = "size"


COLUMNS: dict[Order, InstrumentedAttribute[Any]] = {
    Order.CONFIDENCE: Group.confidence,
    Order.UNCERTAINTY: Group.uncertainty,
    Order.FREQUENCY: Group.n_occurrences,
    Order.IMPACT: Group.n_affected_pieces,
    Order.SIZE: Group.n_members,
}


# The conditions that compare a column of the group, in the order in which they are asked whether they leave few.
COMPARISONS: dict[str, tuple[InstrumentedAttribute[Any], Callable[[Any, Any], ColumnElement[bool]]]] = {
    "pos": (Group.pos, operator.eq),
    "run_id": (Group.run_id, operator.eq),
    "min_members": (Group.n_members, operator.ge),
    "max_members": (Group.n_members, operator.le),
    "min_confidence": (Group.confidence, operator.ge),
    "max_confidence": (Group.confidence, operator.le),
}


class Cursor(NamedTuple):
    """Where a page ended: the value that the order goes by, and the group's key."""

    value: float
    group_id: int


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """Conditions on groups; None means no condition.

    :ivar status: where the group stands.
    :ivar run_id: the run that last proposed it.
    :ivar pos: part of speech of its canonical word.
    :ivar min_members: at least so many words.
    :ivar max_members: at most so many words.
    :ivar min_confidence: in [0, 1].
    :ivar max_confidence: in [0, 1].
    :ivar decided_by: key of a user who has changed it.
    :ivar word: it has a word that begins with this; with ``*`` before it, a word that contains it.
    """

    status: GroupStatus | None = None
    run_id: int | None = None
    pos: str | None = None
    min_members: int | None = None
    max_members: int | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    decided_by: int | None = None
    word: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions, without the one on the status."""
        conditions = self._of_columns()
        if self.decided_by is not None:
            conditions.append(Group.id.in_(self._decided()))
        if self.word is not None:
            conditions.append(Group.id.in_(self._with_word()))
        return conditions

    def narrowings(self) -> list[Select[int]]:
        """Return for each condition that may leave few groups a query for as many rows, which an index answers."""
        statuses = list(GroupStatus) if self.status is None else [self.status]
        groups = select(Group.id).where(Group.status.in_(statuses))
        narrowings = []
        if self.word is not None:  # few words are in few groups, and to count them reads a range of one index
            narrowings.append(select(Word.id).where(matches(self.word)))
        if self.decided_by is not None:
            narrowings.append(self._decided())
        return narrowings + [groups.where(condition) for condition in self._of_columns()]

    def _of_columns(self) -> list[ColumnElement[bool]]:
        values = ((getattr(self, name), comparison) for name, comparison in COMPARISONS.items())
        return [compare(column, value) for value, (column, compare) in values if value is not None]

    def _decided(self) -> Select[int]:
        return select(Decision.group_id).where(Decision.user_id == self.decided_by)

    def _with_word(self) -> Select[int]:
        members = select(Member.group_id).join(Word, Word.id == Member.word_id).where(~Member.is_removed)
        return members.where(matches(self.word or ""))


def matches(words: str) -> ColumnElement[bool]:
    """Return the condition that a word begins with a text, or contains it if the text begins with ``*``."""
    if words.startswith(EVERYWHERE):
        return Word.text.contains(words.removeprefix(EVERYWHERE), autoescape=True)
    return begins_with(words)


def words_in_order(search: str, after: str = "") -> Select[Word]:
    """Return the query for the words that a search finds, or for all, in code-point order.

    :param after: begin behind this text.
    """
    if search.startswith(EVERYWHERE):
        # Found first and sorted then: PostgreSQL would go through the index of the texts, row by row.
        found = select(Word.id).where(matches(search), Word.text > after).cte("found").prefix_with("MATERIALIZED")
        return select(Word).join(found, found.c.id == Word.id).order_by(Word.text)
    query = select(Word).order_by(Word.text)
    if search:
        query = query.where(Word.text < search + LAST_CHARACTER)
    # One lower bound only: of two, SQLite may begin at the wrong one.
    return query.where(Word.text > after if after >= search else Word.text >= search)


def begins_with(text: str) -> ColumnElement[bool]:
    """Return the condition that a word begins with a text: a range of the index."""
    return (Word.text >= text) & (Word.text < text + LAST_CHARACTER)


def keys_in_order(
    wanted: GroupFilter, order: Order, after: Cursor | None = None, *, is_narrow: bool = False
) -> Select[int]:
    """Return the query for the keys of the groups, the highest first.

    :param after: begin behind this one.
    :param is_narrow: what the function of that name says of the filter: the few groups are found first, and
        sorted then. Otherwise an index has them in order, behind their status.
    :raises ValueError: if the filter is not narrow and names no status.
    """
    if wanted.status is None and not is_narrow:
        raise ValueError("the filter names no status; name one")
    column = COLUMNS[order]
    conditions = wanted.conditions()
    if wanted.status is not None:
        conditions.append(Group.status == wanted.status)
    if after is not None:
        conditions.append(tuple_(column, Group.id) < tuple_(after.value, after.group_id))
    if not is_narrow:
        return select(Group.id).where(*conditions).order_by(column.desc(), Group.id.desc())
    few = select(Group.id, column.label("value")).where(*conditions).cte("few").prefix_with("MATERIALIZED")
    joined = select(Group.id).join(few, few.c.id == Group.id)
    return joined.order_by(few.c.value.desc(), few.c.id.desc())


def is_narrow(session: Session, wanted: GroupFilter) -> bool:
    """Return whether one of the conditions alone leaves few groups.

    To find a page of them, the index of an order would be gone through to its end, a million groups long.
    """
    for rows in wanted.narrowings():
        ones = rows.with_only_columns(ONE, maintain_column_froms=True).limit(MAX_FEW + 1)
        n_found = select(func.count()).select_from(ones.subquery())
        if (session.scalar(n_found) or 0) <= MAX_FEW:
            return True
    return False


def page(
    session: Session, wanted: GroupFilter, order: Order, n_groups: int, after: Cursor | None = None
) -> tuple[list[Group], Cursor | None]:
    """Return a page of groups with their words, and where the next one begins, if there is more."""
    keys, rest = page_of_keys(session, wanted, order, n_groups, after)
    return load(session, keys), rest


def page_of_keys(
    session: Session, wanted: GroupFilter, order: Order, n_groups: int, after: Cursor | None = None
) -> tuple[list[int], Cursor | None]:
    """Return the keys of the groups of a page, and where the next one begins, if there is more.

    Without a status, each status gives its own first groups, and the highest of them are taken: a sort over
    all groups would cost time that grows with their number.
    """
    narrow = is_narrow(session, wanted)
    parts = [wanted]
    if wanted.status is None and not narrow:
        parts = [with_status(wanted, status) for status in GroupStatus]
    value = COLUMNS[order].label("value")
    queries = [keys_in_order(part, order, after, is_narrow=narrow).add_columns(value) for part in parts]
    firsts = [query.limit(n_groups + 1) for query in queries]
    query = firsts[0] if len(firsts) == 1 else union_all(*(select(first.subquery()) for first in firsts))
    found = sorted(((value, key) for key, value in session.execute(query)), reverse=True)[: n_groups + 1]
    keys = [key for _, key in found[:n_groups]]
    rest = Cursor(*found[n_groups - 1]) if len(found) > n_groups else None
    return keys, rest


def with_status(wanted: GroupFilter, status: GroupStatus) -> GroupFilter:
    """Return the filter for one status."""
    return replace(wanted, status=status)


def load(session: Session, group_ids: Sequence[int]) -> list[Group]:
    """Return groups with their members and words, in the order of the keys."""
    query = select(Group).where(Group.id.in_(group_ids))
    query = query.options(selectinload(Group.members).joinedload(Member.word))
    by_key = {group.id: group for group in session.scalars(query)}
    return [by_key[key] for key in group_ids if key in by_key]


def count(session: Session, wanted: GroupFilter) -> int:
    """Return how many groups there are."""
    query = select(func.count()).select_from(Group).where(*wanted.conditions())
    if wanted.status is not None:
        query = query.where(Group.status == wanted.status)
    return session.scalar(query) or 0


def cursor_of(group: Group | Row[*tuple[Any, ...]], order: Order) -> Cursor:
    """Return the cursor behind a group, or behind a row with the columns that orders go by."""
    return Cursor(getattr(group, COLUMNS[order].key), group.id)
