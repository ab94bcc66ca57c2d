"""How the review goes on: decisions by person and hour, accepted and rejected by confidence."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from curator.store.models import Action, Decision, Group, GroupStatus, User

VERDICTS = (Action.ACCEPT, Action.REJECT, Action.DEFER)
N_BANDS = 10


@dataclass(slots=True)
class PersonDay:
    """What one person decided on one day, UTC.

    :ivar n_groups: decisions on whole groups that were not undone.
    :ivar n_hours: clock hours with such a decision.
    """

    name: str
    day: str
    n_groups: int = 0
    hours: set[str] = field(default_factory=set)

    @property
    def groups_per_hour(self) -> float:
        """Return the groups for each clock hour in which there was one."""
        return self.n_groups / len(self.hours)


@dataclass(frozen=True, slots=True)
class Band:
    """Groups of one range of confidence.

    :ivar low: where it begins.
    :ivar high: where it ends; the last one holds its end.
    """

    low: float
    high: float
    n_accepted: int
    n_rejected: int

    @property
    def accept_rate(self) -> float | None:
        """Return the share of accepted groups among the decided ones, None where there are none."""
        n_decided = self.n_accepted + self.n_rejected
        return self.n_accepted / n_decided if n_decided else None


def hour_of(session: Session, column: Any) -> ColumnElement[str]:  # noqa: ANN401 - a column of the ORM
    """Return a UTC time cut to its hour, ``2026-01-31 23``."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    in_utc = func.timezone("UTC", column) if is_postgresql else column
    return func.substr(cast(in_utc, String), 1, 13)


def by_person_and_day(session: Session, n_days: int = 14) -> list[PersonDay]:
    """Return what each person decided on each of the last days, the last day first."""
    since = datetime.now(UTC) - timedelta(days=n_days)
    hour = hour_of(session, Decision.decided_at)
    query = (
        select(User.name, hour, func.count())
        .join(User, User.id == Decision.user_id)
        .where(Decision.decided_at >= since, Decision.action.in_(VERDICTS), Decision.undone_by_id.is_(None))
        .group_by(User.name, hour)
    )
    found: dict[tuple[str, str], PersonDay] = {}
    for name, text, count in session.execute(query):
        day = found.setdefault((text[:10], name), PersonDay(name, text[:10]))
        day.n_groups += count
        day.hours.add(text)
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1]), reverse=True)]


def by_confidence(session: Session) -> list[Band]:
    """Return how many groups were accepted and rejected in each tenth of the confidence."""
    counts: dict[tuple[GroupStatus, int], int] = defaultdict(int)
    for status in (GroupStatus.ACCEPTED, GroupStatus.REJECTED):
        for band in range(N_BANDS):
            low, high = band / N_BANDS, (band + 1) / N_BANDS
            below = Group.confidence <= high if band == N_BANDS - 1 else Group.confidence < high
            query = select(func.count()).where(Group.status == status, Group.confidence >= low, below)
            counts[status, band] = session.scalar(query) or 0
    return [
        Band(
            band / N_BANDS,
            (band + 1) / N_BANDS,
            counts[GroupStatus.ACCEPTED, band],
            counts[GroupStatus.REJECTED, band],
        )
        for band in range(N_BANDS)
    ]
