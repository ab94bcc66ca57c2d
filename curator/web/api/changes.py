"""Changing groups by the API: each change names the version that it was made on."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from curator.accounts import may
from curator.review import opinions
from curator.review.filters import load
from curator.review.operations import Review, Seen
from curator.review.undo import undo, undo_operation
from curator.store.models import Group, Role
from curator.web.api import schemas
from curator.web.api.base import blueprint, group_value, refusals, refuses
from curator.web.auth import current_user, needs
from curator.web.changes import is_done
from curator.web.database import writing


def change(group_id: int, body: dict[str, Any], work: Callable[[Review, Seen], list[Group]]) -> dict[str, Any]:
    """Make a change in one transaction, and return the groups that it has left.

    :raises ApiError: if it is refused.
    """
    operation = body.get("operation")
    with refusals(), writing() as session:
        if operation is not None and is_done(session, operation):
            return changed(session, [group_id])
        review = Review(session, current_user().id, operation)
        groups = work(review, Seen(group_id, body["version"]))
        return changed(session, [group.id for group in groups])


def changed(session: Session, group_ids: list[int]) -> dict[str, Any]:
    """Return groups as ``ChangedSchema`` has them."""
    return {"groups": [group_value(group) for group in load(session, group_ids)]}


@blueprint.route("/groups/<int:group_id>/verdict", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.VerdictSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def decide(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Accept, reject or defer a group; where a decision takes several people, say what one of them thinks."""
    n_opinions, may_settle = current_app.config["N_OPINIONS"], may(current_user(), Role.APPROVER)

    def work(review: Review, seen: Seen) -> list[Group]:
        return [opinions.decide(review, seen, body["status"], n_opinions, may_settle=may_settle)]

    return change(group_id, body, work)


@blueprint.route("/groups/<int:group_id>/take-out", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.WordChangeSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def take_out(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Take a word out of a group."""
    return change(group_id, body, lambda review, seen: [review.take_out(seen, body["word_id"])])


@blueprint.route("/groups/<int:group_id>/add", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.WordChangeSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def add(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Add a word to a group, or put one back."""
    return change(group_id, body, lambda review, seen: [review.add(seen, body["word_id"])])


@blueprint.route("/groups/<int:group_id>/move", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.MoveSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def move(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Move a word from this group to another."""
    target = Seen(body["target_id"], body["target_version"])
    return change(group_id, body, lambda review, seen: list(review.move(seen, body["word_id"], target)))


@blueprint.route("/groups/<int:group_id>/split", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.SplitSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def split(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Split words off into a new group."""
    return change(group_id, body, lambda review, seen: list(review.split(seen, body["word_ids"])))


@blueprint.route("/groups/<int:group_id>/merge", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.MergeSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def merge(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Bring the words of another group into this one, and close the other."""
    other = Seen(body["target_id"], body["target_version"])
    return change(group_id, body, lambda review, seen: [review.merge(seen, other)])


@blueprint.route("/groups/<int:group_id>/rename", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.WordChangeSchema)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(400, 404, 409, 422)
def rename(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Choose the word that stands for a group."""
    return change(group_id, body, lambda review, seen: [review.rename(seen, body["word_id"])])


@blueprint.route("/groups/<int:group_id>/comments", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.NewCommentSchema)
@blueprint.response(201, schemas.CommentSchema)
@refuses(400, 404, 422)
def comment(body: dict[str, Any], group_id: int) -> dict[str, Any]:
    """Remark on a group."""
    user = current_user()
    with refusals(), writing() as session:
        written = Review(session, user.id).comment(group_id, body["text"])
        return {"user": user.name, "text": written.text, "created_at": written.created_at}


@blueprint.route("/decisions/<int:decision_id>/undo", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ChangedSchema)
@refuses(404, 409, 422)
def undo_decision(decision_id: int) -> dict[str, Any]:
    """Undo a decision of one's own on which nothing later depends."""
    with refusals(), writing() as session:
        groups = undo(session, current_user().id, decision_id)
        return changed(session, [group.id for group in groups])


@blueprint.route("/operations/<uuid:operation>/undo", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.UndoneSchema)
@refuses(404, 409, 422)
def undo_all(operation: UUID) -> object:
    """Undo a bulk decision of one's own, but for the groups that have changed since."""
    with refusals(), writing() as session:
        return undo_operation(session, current_user().id, operation)
