"""Undo: any decision of one's own on which nothing later depends."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from curator.review.errors import NoSuchRowError, NotUndoableError, Refusal
from curator.review.operations import check_not_taken
from curator.review.state import lock_groups, restore, state_of
from curator.store.models import Action, Decision, Group

# Rows of one operation that stand for themselves: a bulk decision is many answers, not one change.
SINGLE_ACTIONS = (Action.ACCEPT, Action.REJECT, Action.DEFER)


@dataclass(frozen=True, slots=True)
class UndoneOperation:
    """What came of undoing a whole operation.

    :ivar n_undone: groups that are as they were before.
    :ivar n_kept: groups that have changed since; they were left alone.
    """

    n_undone: int
    n_kept: int


def is_standing() -> ColumnElement[bool]:
    """Return the condition that a decision is in force: no undo, not undone, nothing later on the group."""
    later = aliased(Decision)
    return (
        Decision.undone_by_id.is_(None)
        & (Decision.action != Action.UNDO)
        & ~exists().where(
            later.group_id == Decision.group_id,
            later.id > Decision.id,
            later.undone_by_id.is_(None),
            later.action != Action.UNDO,
        )
    )


def last_undoable(session: Session, user_id: int) -> Decision | None:
    """Return the user's last decision that can be undone as things are, or None."""
    query = select(Decision).where(Decision.user_id == user_id, is_standing())
    for decision in session.scalars(query.order_by(Decision.decided_at.desc(), Decision.id.desc()).limit(100)):
        if all(is_free(session, row) for row in rows_to_undo(session, decision)):
            return decision
    return None


def undo(session: Session, user_id: int, decision_id: int) -> list[Group]:
    """Undo one decision; of a move, a split or a merge, both groups.

    :raises NoSuchRowError: if there is no such decision.
    :raises NotUndoableError: if it is somebody else's, an undo, undone, or something later depends on it.
    :raises WordTakenError: if a group would be accepted again, and a word of it is in another by now.
    """
    decision = session.get(Decision, decision_id)
    if decision is None:
        raise NoSuchRowError(Refusal.NO_DECISION, decision_id=decision_id)
    return undo_rows(session, user_id, rows_to_undo(session, decision))


def undo_operation(session: Session, user_id: int, operation: UUID) -> UndoneOperation:
    """Undo a bulk decision, but for the groups that have changed since.

    :raises NoSuchRowError: if there is no such operation.
    :raises NotUndoableError: if it is somebody else's, an undo, or undone.
    """
    rows = session.scalars(select(Decision).where(Decision.operation == operation).order_by(Decision.id)).all()
    if not rows:
        raise NoSuchRowError(Refusal.NO_OPERATION, operation=operation)
    free = [row for row in rows if is_free(session, row)]
    if len(free) < len(rows) and any(row.action not in SINGLE_ACTIONS for row in rows):
        free = []
    if not free:
        raise NotUndoableError(Refusal.ALL_CHANGED)
    undo_rows(session, user_id, free)
    return UndoneOperation(len(free), len(rows) - len(free))


def rows_to_undo(session: Session, decision: Decision) -> Sequence[Decision]:
    """Return the rows that can only be undone together with a decision, itself among them."""
    if decision.action in SINGLE_ACTIONS:
        return [decision]
    query = select(Decision).where(Decision.operation == decision.operation).order_by(Decision.id)
    return session.scalars(query).all()


def is_free(session: Session, decision: Decision) -> bool:
    """Return whether a decision stands and nothing later on its group does."""
    return bool(session.scalar(select(exists().where(Decision.id == decision.id, is_standing()))))


def undo_rows(session: Session, user_id: int, rows: Sequence[Decision]) -> list[Group]:
    """Undo rows of one operation, all or none, under an operation of its own.

    :raises NotUndoableError: if they are somebody else's, undos, undone, or something later depends on one.
    :raises WordTakenError: if a group would be accepted again, and a word of it is in another by now.
    """
    current = {row.group_id: session.get_one(Group, row.group_id).version for row in rows}
    groups = lock_groups(session, current)  # before the checks, so that nobody decides between them and us
    for row in rows:
        session.refresh(row)
        check_undoable(session, user_id, row)
    operation = uuid4()
    for row in rows:
        group = groups[row.group_id]
        before = state_of(group)
        with session.no_autoflush:  # each flush would count the version on
            restore(session, group, row.before)
        session.flush()
        undoing = Decision(
            operation=operation,
            group_id=group.id,
            user_id=user_id,
            action=Action.UNDO,
            before=before,
            after=state_of(group),
            group_version=group.version,
        )
        session.add(undoing)
        session.flush()
        row.undone_by_id = undoing.id
    session.flush()
    check_not_taken(session, list(groups.values()))
    return list(groups.values())


def check_undoable(session: Session, user_id: int, row: Decision) -> None:
    """Check that a user may undo a decision as things are.

    :raises NotUndoableError: if it is somebody else's, an undo, undone, or something later depends on it.
    """
    if row.user_id != user_id:
        raise NotUndoableError(Refusal.NOT_OWN, decision_id=row.id)
    if row.action == Action.UNDO:
        raise NotUndoableError(Refusal.IS_UNDO, decision_id=row.id)
    if row.undone_by_id is not None:
        raise NotUndoableError(Refusal.UNDONE, decision_id=row.id)
    if not is_free(session, row):
        raise NotUndoableError(Refusal.DEPENDED_ON, group_id=row.group_id, decision_id=row.id)
