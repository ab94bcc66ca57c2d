"""One decision on everything that a filter matches: shown before, written down group by group."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from curator.review.errors import BulkChangedError, Refusal, ReviewError, StaleVersionError, WordTakenError
from curator.review.filters import GroupFilter, load
from curator.review.leases import is_free_for
from curator.review.operations import Review, Seen
from curator.store.models import Group, GroupStatus, utc_now

N_SAMPLED = 10
N_GROUPS_AT_ONCE = 20  # a transaction each, so that other reviewers wait for a moment only


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk decision would be on.

    :ivar n_groups: groups that the filter matches.
    :ivar sample: some of them, drawn at random.
    """

    n_groups: int
    sample: list[Group]


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What came of a bulk decision.

    :ivar operation: what ties its rows together, to undo them with.
    :ivar n_decided: groups that were decided.
    :ivar n_taken: groups left out, as a word of theirs is in another accepted group.
    :ivar n_held: groups left out, as somebody has them before them, or has just changed them.
    """

    operation: UUID
    n_decided: int
    n_taken: int
    n_held: int


def preview(session: Session, wanted: GroupFilter, seed: int) -> BulkPreview:
    """Return how many groups a filter matches, and a random sample of them.

    :raises ReviewError: if the filter names no status.
    """
    keys = session.scalars(matching(wanted)).all()
    chosen = random.Random(seed).sample(keys, min(N_SAMPLED, len(keys)))
    return BulkPreview(len(keys), load(session, chosen))


def decide_all(
    transaction: Callable[[], AbstractContextManager[Session]],
    user_id: int,
    wanted: GroupFilter,
    status: GroupStatus,
    n_expected: int,
    operation: UUID | None = None,
) -> BulkOutcome:
    """Decide on every group that a filter matches, each with a row of its own.

    :param transaction: gives a session for writing that begins one, as a ``sessionmaker`` does.
    :param n_expected: number of groups that the user has confirmed.
    :raises BulkChangedError: if the filter matches another number now; nothing is decided then.
    :raises ReviewError: if the filter names no status, or the one to be set.
    """
    if wanted.status == status:
        raise ReviewError(Refusal.BULK_DECIDED_SO, status=status)
    with transaction() as session:
        versions = [Seen(*row) for row in session.execute(matching(wanted).add_columns(Group.version))]
    if len(versions) != n_expected:
        raise BulkChangedError(n_expected, len(versions))
    operation = operation or uuid4()
    n_decided = n_taken = 0
    for start in range(0, len(versions), N_GROUPS_AT_ONCE):
        with transaction() as session, session.begin():
            part = versions[start : start + N_GROUPS_AT_ONCE]
            decided, taken = decide_part(Review(session, user_id, operation), part, status)
            n_decided += decided
            n_taken += taken
    return BulkOutcome(operation, n_decided, n_taken, len(versions) - n_decided - n_taken)


def decide_part(review: Review, groups: Sequence[Seen], status: GroupStatus) -> tuple[int, int]:
    """Decide on groups that nobody else has; return how many were decided, and how many had a taken word."""
    session = review.session
    free = select(Group.id).where(Group.id.in_([seen.group_id for seen in groups]))
    free_keys = set(session.scalars(free.where(is_free_for(review.user_id, utc_now()))))
    n_decided = n_taken = 0
    for seen in groups:
        if seen.group_id not in free_keys:
            continue
        try:
            with session.begin_nested():
                review.decide(seen, status)
            n_decided += 1
        except WordTakenError:
            n_taken += 1
        except StaleVersionError:
            continue
    return n_decided, n_taken


def matching(wanted: GroupFilter) -> Select[int]:
    """Return the query for the keys of the groups that a bulk decision would be on.

    :raises ReviewError: if the filter names no status.
    """
    if wanted.status is None:
        raise ReviewError(Refusal.BULK_STATUS)
    conditions = (Group.status == wanted.status, *wanted.conditions())
    return select(Group.id).where(*conditions).order_by(Group.id)
