"""Numbers of groups beside the facets: counted now and then where that takes longer than a page may."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select, text

from curator.store.models import Group
from curator.store.session import session_factory

MIN_AGE_SECONDS = 30.0  # a count over a million groups takes longer than a page may
PAUSES_PER_COUNT = 20  # counting takes a twentieth of one processor at most
PATIENCE_SECONDS = 0.02  # what a page waits for a count; a small database is counted by then


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many groups there are; empty where nothing was counted yet.

    :ivar by_both: by status and part of speech of the canonical word.
    """

    by_both: dict[tuple[str, str], int]

    @property
    def by_status(self) -> dict[str, int]:
        """Return the numbers of groups by status."""
        return self.with_pos(None)

    def with_pos(self, pos: str | None) -> dict[str, int]:
        """Return the numbers of groups of a part of speech, of all if None, by status."""
        found: Counter[str] = Counter()
        for (status, other), n_groups in self.by_both.items():
            if pos in (None, other):
                found[status] += n_groups
        return dict(found)

    def with_status(self, status: str | None) -> dict[str, int]:
        """Return the numbers of groups of a status, of all if None, by part of speech."""
        found = dict.fromkeys(sorted({pos for _, pos in self.by_both}), 0)
        for (other, pos), n_groups in self.by_both.items():
            if status in (None, other):
                found[pos] += n_groups
        return found


@dataclass(slots=True)
class Kept:
    """The counts of one database and when they are due again, on the monotonic clock."""

    counts: FacetCounts = field(default_factory=lambda: FacetCounts({}))
    due_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


kept_counts: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def facet_counts(engine: Engine) -> FacetCounts:
    """Return the numbers of groups as they were counted last, and begin to count anew when that is due.

    A page does not wait for the new numbers, except for a moment in which a small database is counted.
    """
    kept = kept_counts.setdefault(engine, Kept())
    if time.monotonic() >= kept.due_at and kept.lock.acquire(blocking=False):
        counting = threading.Thread(target=refresh, args=(engine, kept), daemon=True)
        counting.start()
        counting.join(PATIENCE_SECONDS)
    return kept.counts


def refresh(engine: Engine, kept: Kept) -> None:
    """Count anew; the caller holds the lock."""
    try:
        start = time.monotonic()
        kept.counts = count_groups(engine)
        end = time.monotonic()
        is_small = end - start < PATIENCE_SECONDS  # each page can wait for it, and has the numbers of now
        kept.due_at = end if is_small else end + max(MIN_AGE_SECONDS, PAUSES_PER_COUNT * (end - start))
    finally:
        kept.lock.release()


def count_groups(engine: Engine) -> FacetCounts:
    """Count the groups by status and part of speech: both stand in one index."""
    with session_factory(engine)() as session:
        if engine.dialect.name == "postgresql":  # on one processor, so that the others are left to the reviewers
            session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        query = select(Group.status, Group.pos, func.count()).group_by(Group.status, Group.pos)
        return FacetCounts({(str(status), pos): n_groups for status, pos, n_groups in session.execute(query)})
