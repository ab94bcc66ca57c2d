"""Releases and their files by the API."""

from typing import Any

from flask import Response
from sqlalchemy import Connection

from curator.export import ExportReport
from curator.export.named import NAMED_FORMATS
from curator.groups import SynonymGroup
from curator.release import NothingToReleaseError, ReleaseSummary, freeze, groups_on_page, list_releases
from curator.store.models import Role
from curator.web.api import release_schemas as schemas
from curator.web.api.base import ApiError, blueprint, refuses
from curator.web.auth import current_user, needs
from curator.web.database import engine_of_app, writing
from curator.web.downloads import decisions_file, release_file, release_report, words_file
from curator.web.releases import compared

FILE = {"type": "string", "format": "binary"}
FILE_TYPE = "application/octet-stream"


@blueprint.route("/releases", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ReleaseSchema(many=True))
@refuses()
def list_all_releases() -> list[ReleaseSummary]:
    """List the releases, the newest first."""
    with engine_of_app().begin() as connection:
        return list_releases(connection)


@blueprint.route("/releases", methods=["POST"])
@needs(Role.APPROVER)
@blueprint.arguments(schemas.NewReleaseSchema)
@blueprint.response(201, schemas.ReleaseSchema)
@refuses(400, 403, 409, 422)
def make_release(body: dict[str, Any]) -> ReleaseSummary:
    """Freeze the accepted groups under the next number."""
    try:
        with writing() as session:
            connection = session.connection()
            made = freeze(connection, note=body.get("note") or None, created_by=current_user().name)
            return release_of(connection, made.number or 0)
    except NothingToReleaseError as error:
        raise ApiError(409, str(error)) from error
    except ValueError as error:
        raise ApiError(422, str(error)) from error


@blueprint.route("/releases/<int:number>", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ReleaseSchema)
@refuses(404)
def get_release(number: int) -> ReleaseSummary:
    """Get a release without its groups."""
    with engine_of_app().begin() as connection:
        return release_of(connection, number)


@blueprint.route("/releases/<int:number>/groups", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.ReleasedPageSchema, location="query")
@blueprint.response(200, schemas.ReleasedGroupsSchema)
@refuses(404, 422)
def list_released_groups(query: dict[str, Any], number: int) -> dict[str, Any]:
    """List the groups of a release, page by page, as they were when it was made."""
    with engine_of_app().begin() as connection:
        release_of(connection, number)
        groups, after = groups_on_page(connection, number, query["limit"], query["after"])
        return {"groups": [released_value(group) for group in groups], "after": after}


@blueprint.route("/releases/<int:number>/difference", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.DifferenceQuerySchema, location="query")
@blueprint.response(200, schemas.DifferenceSchema)
@refuses(404, 422)
def get_difference(query: dict[str, Any], number: int) -> dict[str, Any]:
    """Compare a release with another one: the numbers, and a part of each list."""
    with engine_of_app().begin() as connection:
        for each in (number, query["since"]):
            release_of(connection, each)
        try:
            found = compared(connection, query["since"], number)
        except ValueError as error:
            raise ApiError(422, str(error)) from error
    part = slice(query["offset"], query["offset"] + query["limit"])
    return {
        "n_added": len(found.added),
        "n_removed": len(found.removed),
        "n_changed": len(found.changed),
        "added": [released_value(group) for group in found.added[part]],
        "removed": [released_value(group) for group in found.removed[part]],
        "changed": [
            {"before": released_value(before), "after": [released_value(group) for group in after]}
            for before, after in found.changed[part]
        ],
    }


@blueprint.route("/exports", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.FormatSchema(many=True))
@refuses()
def list_formats() -> list[dict[str, str]]:
    """List the formats in which a release is exported."""
    return [
        {"name": name, "suffix": format.suffix, "media_type": format.media_type}
        for name, format in NAMED_FORMATS.items()
    ]


@blueprint.route("/exports/decisions", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, FILE, content_type=FILE_TYPE)
@refuses()
def export_decisions() -> Response:
    """Get all that people decided, a JSON object a line, for another project to import."""
    return decisions_file(FILE_TYPE)


@blueprint.route("/exports/words", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.WordsQuerySchema, location="query")
@blueprint.response(200, FILE, content_type=FILE_TYPE)
@refuses(422)
def export_words(query: dict[str, Any]) -> Response:
    """Get the words out of vocabulary, of all runs or of one, as a user dictionary for nori."""
    try:
        return words_file(query.get("run"), FILE_TYPE)
    except ValueError as error:
        raise ApiError(422, str(error)) from error


@blueprint.route("/releases/<int:number>/exports/<name>", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, FILE, content_type=FILE_TYPE)
@refuses(404, 422)
def export_release(number: int, name: str) -> Response:
    """Get a release as a file; the header `Dongui-Left-Out-Words` counts what the format cannot hold."""
    check_names(number, name)
    try:
        return release_file(number, name, FILE_TYPE)
    except ValueError as error:
        raise ApiError(422, str(error)) from error


@blueprint.route("/releases/<int:number>/exports/<name>/report", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ExportReportSchema)
@refuses(404, 422)
def report_export(number: int, name: str) -> ExportReport:
    """Get what a file of a format would hold of a release, and what not."""
    check_names(number, name)
    try:
        return release_report(number, name)
    except ValueError as error:
        raise ApiError(422, str(error)) from error


def release_of(connection: Connection, number: int) -> ReleaseSummary:
    """Return a release without its groups.

    :raises ApiError: if there is none with this number.
    """
    found = list_releases(connection, number)
    if not found:
        raise ApiError(404, f"there is no release {number}")
    return found[0]


def check_names(number: int, name: str) -> None:
    """Check that there is such a release and such a format.

    :raises ApiError: if not.
    """
    if name not in NAMED_FORMATS:
        raise ApiError(404, f"there is no format {name!r}; there are: {', '.join(NAMED_FORMATS)}")
    with engine_of_app().begin() as connection:
        release_of(connection, number)


def released_value(group: SynonymGroup) -> dict[str, Any]:
    """Return a released group as ``ReleasedGroupSchema`` has it."""
    members = [{"word": m.word, "pos": m.pos, "weight": m.weight} for m in group.members]
    values = {"group_id": int(group.key), "decided_by": group.decided_by, "decided_at": group.decided_at}
    return {**values, "members": members}
