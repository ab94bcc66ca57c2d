"""Leases: who has which group before them, so that nobody gets the same one and nobody is stranded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from curator.store.models import Group, Lease, UtcDateTime, utc_now

LEASE_TIME = timedelta(minutes=5)  # a browser's heartbeat comes once a minute


def is_free_for(user_id: int, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody else has the group before them."""
    return ~exists().where(Lease.group_id == Group.id, Lease.user_id != user_id, Lease.expires_at > now)


def lease_first(
    session: Session, user_id: int, groups: Select[int], n_groups: int = 1, keep: Sequence[int] | None = None
) -> list[int]:
    """Lease the first groups of a query that nobody else has.

    :param groups: query for keys of groups, in order; it names ``Group``.
    :param n_groups: how many to lease at most.
    :param keep: the user's leases on other groups than these and the new ones end; none ends if this is None.
    :return: keys of the groups, in the query's order; fewer only where no more are free.
    """
    taken: list[int] = []
    while len(taken) < n_groups:
        now = utc_now()
        free = groups.where(is_free_for(user_id, now)).limit(n_groups - len(taken))
        if taken:
            free = free.where(Group.id.not_in(taken))
        # Two reviewers who ask at one time get different groups, without waiting for each other.
        free = free.with_for_update(of=Group, skip_locked=True)
        keys = take(session, user_id, free, now, keep)
        if not keys and session.scalar(free.limit(1)) is None:
            break  # there is none; otherwise somebody else was faster
        taken += keys
    return taken if len(taken) < 2 else list(session.scalars(groups.where(Group.id.in_(taken))))


def take(
    session: Session, user_id: int, free: Select[int], now: datetime, keep: Sequence[int] | None
) -> Sequence[int]:
    """Lease the groups of a query; return the keys of those that nobody else took meanwhile.

    PostgreSQL does all of it by one message: each costs more than what it asks for.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    found = free.cte("found")
    of_each = select(found.c.id, literal(user_id), literal(now + LEASE_TIME, UtcDateTime()))
    others = delete(Lease).where(Lease.user_id == user_id, Lease.group_id.not_in(keep or []))
    if not is_postgresql:
        if keep is not None:
            session.execute(others)
        of_each = of_each.where(true())  # tells the ON of the conflict from that of a join
    elif not session.connection().get_execution_options().get("is_durable", True):
        # The statement's own commit does not wait for the disk; to say so before would be another message.
        of_each = of_each.where(func.set_config("synchronous_commit", "off", true()).is_not(None))
    statement = upsert(session, user_id, now).from_select(["group_id", "user_id", "expires_at"], of_each)
    if is_postgresql and keep is not None:
        statement = statement.add_cte(others.where(Lease.group_id.not_in(select(found.c.id))).cte("ended"))
    return session.scalars(statement).all()


def lease(session: Session, user_id: int, group_id: int, now: datetime | None = None) -> bool:
    """Take a group for the time of a lease, or hold on to it; return False if somebody else has it."""
    now = now or utc_now()
    values = {"group_id": group_id, "user_id": user_id, "expires_at": now + LEASE_TIME}
    return session.scalar(upsert(session, user_id, now).values(values)) is not None


def upsert(session: Session, user_id: int, now: datetime) -> Any:  # noqa: ANN401 - an insert of either dialect
    """Return the insert of leases that leaves those of others alone; it gives the keys of the groups it leased."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgresql else sqlite.insert)(Lease)
    return statement.on_conflict_do_update(
        index_elements=[Lease.group_id],
        set_={"user_id": user_id, "expires_at": now + LEASE_TIME},
        where=(Lease.user_id == user_id) | (Lease.expires_at <= now),
    ).returning(Lease.group_id)


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
