"""The map: words by their vectors in the plane, a part at a time."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file, url_for
from flask_babel import gettext

from curator.review.word_map import Box, MapPoint, mapped_runs, word_map
from curator.store.models import Role
from curator.web import plotly_script
from curator.web.auth import needs
from curator.web.database import reading
from curator.web.i18n import STATUS_NAMES
from curator.web.parameters import finite, natural, read_value, text_of

blueprint = Blueprint("word_map", __name__, url_prefix="/map")

MAX_POINTS = 1_500  # marks that a browser moves without a stutter; the page tells how many words there are
SCRIPT_AGE_SECONDS = 31_536_000


@blueprint.get("")
@needs(Role.REVIEWER)
def show() -> str:
    """Show the map of a run, by default of the newest that has one."""
    wanted = request.args.get("run_id", "").strip()
    with reading() as session:
        runs = mapped_runs(session)
        run_id = read_value("run_id", wanted, natural) if wanted else next((run.id for run in runs), None)
        if run_id is not None and run_id not in {run.id for run in runs}:
            abort(404)
        return render_template(
            "map.html",
            runs=runs,
            run_id=run_id,
            statuses=[*((key, str(name)) for key, name in STATUS_NAMES.items()), ("none", gettext("in no group"))],
            style_names=plotly_script.style_names(),
            script_version=plotly_script.script_version(),
        )


@blueprint.get("/points")
@needs(Role.REVIEWER)
def points() -> dict[str, Any]:
    """Return the most frequent words of a part of the map, as the page's script reads them."""
    run_id = read_value("run_id", request.args.get("run_id", ""), natural)
    word = read_value("word", request.args.get("word", "").strip(), text_of)
    with reading() as session:
        found = word_map(session, run_id, MAX_POINTS, box=box_argument(), word=word or None)
    said = gettext("%(n)s words", n=f"{found.n_words:,}")
    if found.n_words > len(found.points):
        shown, n_words = f"{len(found.points):,}", f"{found.n_words:,}"
        said = gettext(
            "The most frequent %(shown)s of %(n)s words here; zoom in to see more.", shown=shown, n=n_words
        )
    return {
        "is_whole": found.n_words == len(found.points),
        "said": said,
        "points": [point_value(point) for point in found.points],
    }


@blueprint.get("/plotly.js")
@needs(Role.REVIEWER)
def script() -> Response:
    """Return the script of the plotting library, which stays the same at an address with its version."""
    version = plotly_script.script_version()
    if request.accept_encodings["gzip"] > 0:
        answer = Response(plotly_script.compressed_script(), mimetype="text/javascript")
        answer.content_encoding = "gzip"
        answer.set_etag(f"{version}-gzip")
    else:
        answer = send_file(plotly_script.script_path(), mimetype="text/javascript", etag=version)
    answer.vary.add("Accept-Encoding")
    answer.cache_control.private = True
    answer.cache_control.no_cache = None  # which the file has by default
    answer.cache_control.max_age = SCRIPT_AGE_SECONDS
    answer.cache_control.immutable = request.args.get("v") == version
    answer.make_conditional(request)
    return answer


def point_value(point: MapPoint) -> dict[str, Any]:
    """Return a word with the address that a click opens: its group, or the word where it is in none."""
    if point.group_id is not None:
        address = url_for("groups.show", group_id=point.group_id)
    else:
        address = url_for("words.show", word_id=point.word_id)
    return {
        "text": point.text,
        "x": point.x,
        "y": point.y,
        "n": point.frequency,
        "status": point.status or "none",
        "status_name": str(STATUS_NAMES[point.status]) if point.status else gettext("in no group"),
        "address": address,
    }


def box_argument() -> Box | None:
    """Return the part of the plane that the address asks for.

    :raises 400: if a side cannot be read, or is missing beside others.
    """
    if not any(name in request.args for name in Box._fields):
        return None
    return Box(*(read_value(name, request.args.get(name, ""), finite) for name in Box._fields))
