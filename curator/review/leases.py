"""Leases: who has which group before them, so that nobody gets the same one and nobody is stranded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from curator.store.models import Group, Lease, utc_now

LEASE_TIME = timedelta(minutes=5)  # a browser's heartbeat comes once a minute


def is_free_for(user_id: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody else has the group before them."""
    return ~exists().where(Lease.group_id == Group.id, Lease.user_id != user_id, Lease.expires_at > now)


def lease_first(session: Session, user_id: int, groups: Select[int], n_groups: int = 1) -> list[int]:
    """Lease the first groups of a query that nobody else has.

    :param groups: query for keys of groups, in order; it names ``Group``.
    :param n_groups: how many to lease at most.
    :return: keys of the groups, in the query's order; fewer only where no more are free.
    """
    taken: list[int] = []
    while len(taken) < n_groups:
        now = utc_now()
        query = groups.where(is_free_for(user_id, now), Group.id.not_in(taken)).limit(n_groups - len(taken))
        # Two reviewers who ask at one time get different groups, without waiting for each other.
        keys = session.scalars(query.with_for_update(of=Group, skip_locked=True)).all()
        if not keys:
            break
        taken += [key for key in keys if lease(session, user_id, key, now)]
    return taken


def lease(session: Session, user_id: int, group_id: int, now: datetime | None = None) -> bool:
    """Take a group for the time of a lease, or hold on to it; return False if somebody else has it."""
    now = now or utc_now()
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    values = {"user_id": user_id, "expires_at": now + LEASE_TIME}
    statement = insert(Lease).values(group_id=group_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=[Lease.group_id],
        set_=values,
        where=(Lease.user_id == user_id) | (Lease.expires_at <= now),
    )
    return session.scalar(statement.returning(Lease.group_id)) is not None


def renew(session: Session, user_id: int, group_ids: Sequence[int]) -> datetime | None:
    """Hold on to groups that the user has, and let the user's others go.

    :return: when the leases end now; None if one of the groups was lost to somebody else.
    """
    now = utc_now()
    session.execute(delete(Lease).where(Lease.user_id == user_id, Lease.group_id.not_in(group_ids)))
    held = [lease(session, user_id, group_id, now) for group_id in sorted(group_ids)]
    return now + LEASE_TIME if all(held) else None


def release(
    session: Session, user_id: int, group_ids: Sequence[int] | None = None, until: datetime | None = None
) -> int:
    """Give groups back, or all that the user has; return how many.

    :param until: only leases that end by then. A page that is left names the end of its newest lease, so that
        its farewell, when it arrives late, does not take the groups away from the page that came after it.
    """
    statement = delete(Lease).where(Lease.user_id == user_id)
    if group_ids is not None:
        statement = statement.where(Lease.group_id.in_(group_ids))
    if until is not None:
        statement = statement.where(Lease.expires_at <= until)
    return len(session.scalars(statement.returning(Lease.group_id)).all())


def holders(session: Session, group_ids: Sequence[int]) -> dict[int, Lease]:
    """Return the leases on groups that have not run out, by group."""
    query = select(Lease).where(Lease.group_id.in_(group_ids), Lease.expires_at > utc_now())
    return {lease.group_id: lease for lease in session.scalars(query)}


def next_free_at(session: Session, user_id: int) -> datetime | None:
    """Return when the first group that somebody else has comes free, if somebody has one."""
    now = utc_now()
    query = select(func.min(Lease.expires_at)).where(Lease.user_id != user_id, Lease.expires_at > now)
    return session.scalar(query)


def forget_expired(session: Session) -> int:
    """Delete the leases that have run out; they count for nothing, but nobody needs them."""
    expired = delete(Lease).where(Lease.expires_at <= utc_now())
    return len(session.scalars(expired.returning(Lease.group_id)).all())
