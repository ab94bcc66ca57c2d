"""Bulk decisions by the API, for approvers."""

import secrets
from typing import Any

from curator.review import bulk
from curator.review.errors import BulkChangedError
from curator.review.filters import GroupFilter
from curator.store.models import Role
from curator.web.api import schemas
from curator.web.api.base import ApiError, blueprint, group_value, refusals, refuses
from curator.web.auth import current_user, needs
from curator.web.database import reading, write_sessions


@blueprint.route("/bulk", methods=["GET"])
@needs(Role.APPROVER)
@blueprint.arguments(schemas.FilterSchema, location="query")
@blueprint.response(200, schemas.BulkPreviewSchema)
@refuses(403, 422)
def preview_bulk(query: dict[str, Any]) -> dict[str, Any]:
    """Show how many groups a filter matches, and a random sample of them."""
    with refusals(), reading() as session:
        shown = bulk.preview(session, GroupFilter(**query), seed=secrets.randbits(32))
        return {"n_groups": shown.n_groups, "sample": [group_value(group) for group in shown.sample]}


@blueprint.route("/bulk", methods=["POST"])
@needs(Role.APPROVER)
@blueprint.arguments(schemas.BulkSchema)
@blueprint.response(200, schemas.BulkOutcomeSchema)
@refuses(400, 403, 409, 422)
def decide_bulk(body: dict[str, Any]) -> bulk.BulkOutcome:
    """Decide on every group that a filter matches, each with a decision of its own."""
    wanted = GroupFilter(**body["filter"])
    with refusals():
        try:
            return bulk.decide_all(write_sessions(), current_user().id, wanted, body["status"], body["n_expected"])
        except BulkChangedError as error:
            raise ApiError(409, str(error)) from error
