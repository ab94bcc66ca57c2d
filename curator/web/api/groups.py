"""Reading groups by the API."""

from typing import Any

from curator.review.filters import Cursor, GroupFilter, load, page
from curator.store.models import Decision, Role
from curator.web.api.base import ApiError, blueprint, group_value, refuses
from curator.web.api.other_schemas import CloseQuerySchema, CloseWordSchema
from curator.web.api.schemas import DecisionSchema, GroupDetailSchema, GroupPageSchema, PageSchema
from curator.web.auth import needs
from curator.web.cards import comments_on, evidence_for
from curator.web.close_words import CloseWord, close_words, own_words
from curator.web.database import reading
from curator.web.groups import decisions_on
from curator.web.parameters import cursor_text, finite, natural


@blueprint.route("/groups", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, GroupPageSchema)
@refuses(422)
def list_groups(query: dict[str, Any]) -> dict[str, Any]:
    """List groups, page by page."""
    order, limit, after = query.pop("order"), query.pop("limit"), cursor_of_text(query.pop("after", None))
    with reading() as session:
        groups, rest = page(session, GroupFilter(**query), order, limit, after)
        return {"groups": [group_value(group) for group in groups], "after": cursor_text(rest) or None}


@blueprint.route("/groups/<int:group_id>", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, GroupDetailSchema)
@refuses(404)
def get_group(group_id: int) -> dict[str, Any]:
    """Get a group with its reasons, comments and decisions."""
    with reading() as session:
        found = load(session, [group_id])
        if not found:
            raise ApiError(404, f"there is no group {group_id}")
        texts = {member.word_id: member.word.text for member in found[0].members}
        return {
            **group_value(found[0]),
            "evidence": evidence_for(session, group_id, texts),
            "comments": [
                {"user": comment.name, "text": comment.text, "created_at": comment.created_at}
                for comment in comments_on(session, group_id)
            ],
            "decisions": [decision_value(item) for item in decisions_on(session, Decision.group_id == group_id)],
        }


@blueprint.route("/groups/<int:group_id>/close-words", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(CloseQuerySchema, location="query")
@blueprint.response(200, CloseWordSchema(many=True))
@refuses(404, 422)
def list_close_words(query: dict[str, str], group_id: int) -> list[CloseWord]:
    """List words that were left out of a group, the closest first, or those that a search finds."""
    with reading() as session:
        own = own_words(session, group_id)
        if not own:
            raise ApiError(404, f"there is no group {group_id}")
        return close_words(session, own, query.get("search", "").strip())


@blueprint.route("/groups/<int:group_id>/decisions", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, DecisionSchema(many=True))
@refuses(404)
def list_decisions(group_id: int) -> list[dict[str, Any]]:
    """List what was decided on a group, the last first."""
    with reading() as session:
        if not load(session, [group_id]):
            raise ApiError(404, f"there is no group {group_id}")
        return [decision_value(item) for item in decisions_on(session, Decision.group_id == group_id)]


def decision_value(item: dict[str, Any]) -> dict[str, Any]:
    """Return a decision as ``DecisionSchema`` has it."""
    row = item["row"]
    names = ("id", "operation", "group_id", "decided_at", "action", "before", "after", "group_version")
    values = {name: getattr(row, name) for name in names}
    return {**values, "undone_by_id": row.undone_by_id, "user": item["name"], "can_undo": item["can_undo"]}


def cursor_of_text(text: str | None) -> Cursor | None:
    """Return where a page begins.

    :raises ApiError: if it cannot be read.
    """
    if not text:
        return None
    value, _, key = text.partition(",")
    try:
        return Cursor(finite(value), natural(key))
    except ValueError as error:
        raise ApiError(422, f"after is {text!r}; give the field `after` of the page before") from error
