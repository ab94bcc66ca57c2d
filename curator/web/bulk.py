"""One decision on all groups that a filter matches, after a look at their number and a sample."""

import secrets
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from curator.review import bulk
from curator.review.errors import ReviewError
from curator.store.models import GroupStatus, Role
from curator.web.auth import current_user, needs
from curator.web.database import reading, write_sessions
from curator.web.i18n import refusal_text
from curator.web.parameters import natural, read_value, view_of
from curator.web.texts import number

blueprint = Blueprint("bulk", __name__)


@blueprint.get("/bulk")
@needs(Role.APPROVER)
def preview() -> str | Response:
    """Show how many groups a decision would be on, and some of them."""
    view = view_of(request.args, current_user().id)
    try:
        with reading() as session:
            shown = bulk.preview(session, view.wanted, seed=secrets.randbits(32))
            return render_template("bulk.html", view=view, preview=shown, operation=uuid4())
    except ReviewError as error:
        flash(refusal_text(error), "error")
        return redirect(url_for("groups.index", **view.arguments()))


@blueprint.post("/bulk")
@needs(Role.APPROVER)
def decide() -> Response:
    """Decide on all of them, if they are as many as were shown."""
    view = view_of(request.args, current_user().id)
    status = read_value("verdict", request.form.get("verdict", ""), GroupStatus)
    n_expected = read_value("n_expected", request.form.get("n_expected", ""), natural)
    try:
        outcome = bulk.decide_all(write_sessions(), current_user().id, view.wanted, status, n_expected)
    except ReviewError as error:
        flash(refusal_text(error), "error")
        return redirect(url_for("bulk.preview", **view.arguments()))
    said = gettext("Decided on %(n)s groups.", n=number(outcome.n_decided))
    if outcome.n_taken:
        words = gettext("%(n)s were left out: a word is in another accepted group.", n=number(outcome.n_taken))
        said = f"{said} {words}"
    if outcome.n_held:
        words = gettext("%(n)s were left out: somebody has them before them.", n=number(outcome.n_held))
        said = f"{said} {words}"
    flash(said, "done")
    return redirect(url_for("bulk.outcome", operation=outcome.operation, n=outcome.n_decided))


@blueprint.get("/bulk/<uuid:operation>")
@needs(Role.APPROVER)
def outcome(operation: object) -> str:
    """Show what came of it, with the way to undo it."""
    return render_template("bulk_done.html", operation=operation)
