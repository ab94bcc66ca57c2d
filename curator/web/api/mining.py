"""Runs, with their funnel and their map, by the API."""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from curator.review.word_map import Box, WordMap, word_map
from curator.store.models import Role, Run
from curator.web.api import other_schemas as schemas
from curator.web.api.base import ApiError, blueprint, existing, refuses
from curator.web.auth import needs
from curator.web.database import reading
from curator.web.runs import funnel, groups_by_status


@blueprint.route("/runs", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.RunSchema(many=True))
@refuses()
def list_runs() -> Sequence[Run]:
    """List the runs, the last first."""
    with reading() as session:
        return session.scalars(select(Run).order_by(Run.id.desc())).all()


@blueprint.route("/runs/<int:run_id>", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.RunDetailSchema)
@refuses(404)
def get_run(run_id: int) -> dict[str, Any]:
    """Get a run with its funnel, what became of its groups, and its manifest."""
    with reading() as session:
        run = existing(session, Run, run_id)
        with force_locale("en"):  # the names of the steps are part of the interface
            steps = [{"step": str(name), "n": count} for name, count in funnel(run.manifest)]
        names = ("id", "fingerprint", "started_at", "finished_at", "manifest")
        return {
            **{name: getattr(run, name) for name in names},
            "funnel": steps,
            "by_status": {str(status): count for status, count in groups_by_status(session, run_id).items()},
        }


@blueprint.route("/runs/<int:run_id>/map", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.MapQuerySchema, location="query")
@blueprint.response(200, schemas.MapSchema)
@refuses(404, 422)
def get_map(query: dict[str, Any], run_id: int) -> WordMap:
    """Get the most frequent words of a part of a run's map, each with a group that it stands in."""
    sides = [query[name] for name in Box._fields if name in query]
    if sides and len(sides) < len(Box._fields):
        raise ApiError(422, f"the box has {len(sides)} sides; give all of {', '.join(Box._fields)}, or none")
    with reading() as session:
        existing(session, Run, run_id)
        box = Box(*sides) if sides else None
        return word_map(session, run_id, query["limit"], box=box, word=query.get("word"))
