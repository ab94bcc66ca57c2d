"""The words of a run in the plane, with the group that each stands in."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from curator.review.filters import matches
from curator.store.models import Group, GroupStatus, Member, Run, Word, WordStatistics

# A word of several groups shows the one that says most of it.
MOST_TELLING = (
    GroupStatus.ACCEPTED,
    GroupStatus.DEFERRED,
    GroupStatus.PROPOSED,
    GroupStatus.REJECTED,
    GroupStatus.SUPERSEDED,
)


class Box(NamedTuple):
    """A part of the plane."""

    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A word on the map.

    :ivar group_id: a group that it stands in, and ``status`` where that stands; none if it was taken out of all.
    """

    word_id: int
    text: str
    x: float
    y: float
    frequency: int
    group_id: int | None
    status: GroupStatus | None


@dataclass(frozen=True, slots=True)
class WordMap:
    """A part of a run's map.

    :ivar n_words: words in that part; ``points`` are the most frequent of them.
    """

    run_id: int
    n_words: int
    points: list[MapPoint]


def mapped_runs(session: Session) -> list[Run]:
    """Return the runs whose words have places, the newest first."""
    has_place = select(WordStatistics.run_id).where(
        WordStatistics.run_id == Run.id, WordStatistics.map_x.is_not(None)
    )
    return list(session.scalars(select(Run).where(has_place.exists()).order_by(Run.id.desc())))


def word_map(
    session: Session, run_id: int, n_points: int, *, box: Box | None = None, word: str | None = None
) -> WordMap:
    """Return the most frequent words of a part of a run's map.

    :param n_points: at most so many.
    :param box: only what lies in it.
    :param word: only words that begin with this, or contain it if it begins with ``*``.
    """
    conditions: list[ColumnElement[bool]] = [WordStatistics.run_id == run_id, WordStatistics.map_x.is_not(None)]
    if box is not None:
        conditions.append(WordStatistics.map_x.between(box.left, box.right))
        conditions.append(WordStatistics.map_y.between(box.bottom, box.top))
    if word:
        conditions.append(matches(word))
    joined = select(WordStatistics).join(Word, Word.id == WordStatistics.word_id).where(*conditions)
    n_words = session.scalar(joined.with_only_columns(func.count())) or 0
    columns = (Word.id, Word.text, WordStatistics.map_x, WordStatistics.map_y, WordStatistics.frequency)
    order = (WordStatistics.frequency.desc(), Word.id)
    rows = session.execute(joined.with_only_columns(*columns).order_by(*order).limit(n_points)).all()
    groups = _groups(session, [row.id for row in rows])
    points = [
        MapPoint(row.id, row.text, row.map_x, row.map_y, row.frequency, *groups.get(row.id, (None, None)))
        for row in rows
        if row.map_x is not None and row.map_y is not None
    ]
    return WordMap(run_id, n_words, points)


def _groups(session: Session, word_ids: list[int]) -> dict[int, tuple[int, GroupStatus]]:
    query = select(Member.word_id, Group.id, Group.status).join(Group, Group.id == Member.group_id)
    rows = session.execute(query.where(Member.word_id.in_(word_ids), ~Member.is_removed)).all()
    found: dict[int, tuple[int, GroupStatus]] = {}
    for row in sorted(rows, key=lambda row: (MOST_TELLING.index(row.status), row.id)):
        found.setdefault(row.word_id, (row.id, row.status))
    return found
