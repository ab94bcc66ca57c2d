"""Changes of groups by forms: each names the version that it was made on."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from curator import accounts
from curator.review import opinions
from curator.review.errors import NoSuchRowError, ReviewError, StaleVersionError
from curator.review.operations import Review, Seen
from curator.review.undo import last_undoable, undo, undo_operation
from curator.store.models import Decision, GroupStatus, Role
from curator.web.auth import current_user, local_target, needs
from curator.web.database import writing
from curator.web.i18n import refusal_text
from curator.web.parameters import natural, read_value
from curator.web.texts import wants_json

blueprint = Blueprint("changes", __name__)

MAX_COMMENT_LENGTH = 4000
Answer = Response | tuple[dict[str, Any], int] | dict[str, Any]


def decide(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Accept, reject or defer; where a decision takes several people, say what one of them thinks."""
    status = read_value("status", form.get("status", ""), GroupStatus)
    may_settle = accounts.may(current_user(), Role.APPROVER)
    opinions.decide(review, seen, status, current_app.config["N_OPINIONS"], may_settle=may_settle)


def take_out(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Take a word out."""
    review.take_out(seen, key(form, "word_id"))


def add(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Add a word."""
    review.add(seen, key(form, "word_id"))


def move(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Move a word to another group, or bring it here from another one."""
    target = Seen(key(form, "target_id"), key(form, "target_version"))
    if form.get("direction") == "here":
        seen, target = target, seen
    review.move(seen, key(form, "word_id"), target)


def split(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Split the words that the form names off."""
    names = request.form.getlist("word_ids") if form is request.form else form.get("word_ids", [])
    review.split(seen, [read_value("word_ids", name, natural) for name in names])


def merge(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Bring the words of another group in."""
    review.merge(seen, Seen(key(form, "target_id"), key(form, "target_version")))


def rename(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Choose the main word."""
    review.rename(seen, key(form, "word_id"))


def comment(review: Review, seen: Seen, form: Mapping[str, Any]) -> None:
    """Write a comment."""
    text = form.get("text", "")
    if len(text) > MAX_COMMENT_LENGTH:
        abort(413)
    review.comment(seen.group_id, text)


CHANGES: dict[str, Callable[[Review, Seen, Mapping[str, Any]], None]] = {
    "decide": decide,
    "take-out": take_out,
    "add": add,
    "move": move,
    "split": split,
    "merge": merge,
    "rename": rename,
    "comment": comment,
}


def key(form: Mapping[str, Any], name: str) -> int:
    """Return a key or a version of a form.

    :raises 400: if it is missing or no number.
    """
    return int(read_value(name, form.get(name, ""), natural))


@blueprint.post(
    "/groups/<int:group_id>/<any('decide','take-out','add','move','split','merge','rename','comment'):change>"
)
@needs(Role.REVIEWER)
def make(group_id: int, change: str) -> Answer:
    """Make a change; a stale one leads to both versions side by side, with all that was typed."""
    form = request.form
    name = form.get("operation")
    operation = read_value("operation", name, UUID) if name else None
    try:
        with writing() as session:
            if operation is None or not is_done(session, operation):
                seen = Seen(group_id, key(form, "version"))
                CHANGES[change](Review(session, current_user().id, operation), seen, form)
    except StaleVersionError as error:
        return stale(group_id, change, error)
    except ReviewError as error:
        return refused(error, url_for("groups.show", group_id=group_id))
    return done(url_for("groups.show", group_id=group_id))


@blueprint.post("/undo")
@needs(Role.REVIEWER)
def take_back() -> Answer:
    """Undo a decision, the rows of an operation, or the last thing that can be undone."""
    form = request.form
    user_id = current_user().id
    try:
        with writing() as session:
            if form.get("operation"):
                undo_operation(session, user_id, read_value("operation", form["operation"], UUID))
                return done(url_for("groups.history"))
            if form.get("decision_id"):
                decision_id = key(form, "decision_id")
            else:
                last = last_undoable(session, user_id)
                withdrawn = withdraw_last_opinion(session, last)
                if withdrawn is not None:
                    return done(url_for("groups.history"), group_id=withdrawn)
                if last is None:
                    return nothing_to_undo()
                decision_id = last.id
            groups = undo(session, user_id, decision_id)
            return done(url_for("groups.history"), group_id=groups[0].id)
    except ReviewError as error:
        return refused(error, url_for("groups.history"))


def withdraw_last_opinion(session: Session, last: Decision | None) -> int | None:
    """Take back what the user thought of a group since their last decision; return the group, or None."""
    if current_app.config["N_OPINIONS"] <= 1:
        return None
    return opinions.withdraw_last(session, current_user().id, None if last is None else last.decided_at)


def nothing_to_undo() -> Answer:
    """Answer that there is no decision of the user that could be undone."""
    said = gettext("There is nothing of yours to undo.")
    if wants_json():
        return {"error": said}, 404
    flash(said, "error")
    return redirect(url_for("groups.history"))


def is_done(session: Session, operation: UUID) -> bool:
    """Return whether an operation of the user is stored: an answer was lost, and the browser asks again."""
    query = select(Decision.id).where(Decision.operation == operation, Decision.user_id == current_user().id)
    return session.scalar(query.limit(1)) is not None


def done(page: str, **values: object) -> Answer:
    """Answer that a change was made."""
    if wants_json():
        return {"done": True, **values}
    return redirect(local_target(request.form.get("next") or page))


def refused(error: ReviewError, page: str) -> Answer:
    """Answer that a change cannot be made."""
    said = refusal_text(error)
    if wants_json():
        return {"error": said}, 404 if isinstance(error, NoSuchRowError) else 422
    flash(said, "error")
    return redirect(local_target(request.form.get("next") or page))


def stale(group_id: int, change: str, error: StaleVersionError) -> Answer:
    """Answer that the group has changed: lead to both versions, with the form as it was filled in."""
    kept = request.form.to_dict(flat=False)
    for name in ("csrf_token", "version", "operation"):
        kept.pop(name, None)
    arguments: dict[str, Any] = {**kept, "seen": error.seen_version, "change": change, "on": group_id}
    page = url_for("groups.conflict", group_id=error.group_id, **arguments)
    if wants_json():
        return {"error": refusal_text(error), "conflict": page}, 409
    return redirect(page, 303)
