"""Groups to review by the API: taken, held, given back."""

from datetime import datetime
from typing import Any

from flask import current_app

from curator.review import leases
from curator.review.filters import GroupFilter, is_narrow, keys_in_order, load
from curator.review.opinions import waits_for
from curator.store.models import Role
from curator.web.api import schemas
from curator.web.api.base import ApiError, blueprint, group_value, refuses
from curator.web.auth import current_user, needs
from curator.web.database import reading, writing


@blueprint.route("/leases", methods=["POST"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.LeaseQuerySchema)
@blueprint.response(200, schemas.GroupSchema(many=True))
@refuses(400, 422)
def take(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the first groups that nobody else has, for five minutes."""
    order, n_groups = body.pop("order"), body.pop("n_groups")
    with writing(is_durable=False) as session:
        wanted = GroupFilter(**body)
        query = keys_in_order(wanted, order, is_narrow=is_narrow(session, wanted))
        if current_app.config["N_OPINIONS"] > 1:
            query = query.where(waits_for(current_user().id, current_app.config["N_OPINIONS"]))
        keys = leases.lease_first(session, current_user().id, query, n_groups)
    with reading() as session:
        return [group_value(group) for group in load(session, keys)]


@blueprint.route("/leases", methods=["PUT"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.HeldSchema)
@blueprint.response(200, schemas.ExpirySchema)
@refuses(400, 404, 422)
def hold(body: dict[str, Any]) -> dict[str, datetime | None]:
    """Hold on to groups for five minutes more, and give back the user's others."""
    with writing(is_durable=False) as session:
        wanted = list(dict.fromkeys(body["group_ids"]))
        there = {group.id for group in load(session, wanted)}
        for key in wanted:
            if key not in there:
                raise ApiError(404, f"there is no group {key}")
        return {"expires_at": leases.renew(session, current_user().id, wanted)}


@blueprint.route("/leases", methods=["DELETE"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ReleasedSchema)
@refuses()
def give_back() -> dict[str, int]:
    """Give all groups of the user back."""
    with writing(is_durable=False) as session:
        return {"n_released": leases.release(session, current_user().id)}
