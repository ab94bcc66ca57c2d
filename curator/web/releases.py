"""Releases: made of the accepted groups, shown, compared."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Connection, func, select
from werkzeug.wrappers import Response

from curator.release import (
    NothingToReleaseError,
    ReleaseDifference,
    ReleaseSummary,
    difference,
    freeze,
    groups_on_page,
    list_releases,
    read_release,
)
from curator.store.models import Group, GroupStatus, Role
from curator.web.auth import current_user, needs
from curator.web.database import engine_of_app, writing
from curator.web.exports import FORMAT_FAMILIES
from curator.web.parameters import natural, read_value

blueprint = Blueprint("releases", __name__, url_prefix="/releases")

N_ON_PAGE = 100
N_COMPARED = 200  # groups of each kind of difference on the page, which tells how many there are
MAX_NOTE_LENGTH = 500


@blueprint.get("")
@needs(Role.REVIEWER)
def index() -> str:
    """List the releases, the newest first, with the form for the next one."""
    with engine_of_app().begin() as connection:
        n_accepted = connection.scalar(select(func.count()).where(Group.status == GroupStatus.ACCEPTED))
        return render_template("releases.html", releases=list_releases(connection), n_accepted=n_accepted)


@blueprint.post("")
@needs(Role.APPROVER)
def make() -> Response:
    """Freeze the accepted groups."""
    note = request.form.get("note", "").strip()
    if len(note) > MAX_NOTE_LENGTH:
        abort(413)
    try:
        with writing() as session:
            made = freeze(session.connection(), note=note or None, created_by=current_user().name)
    except NothingToReleaseError as error:
        if error.number is None:
            flash(gettext("No group is accepted yet; accept groups first, then make a release."), "error")
        else:
            said = gettext("Nothing has changed since release %(number)s; use that one.", number=error.number)
            flash(said, "error")
        return redirect(url_for("releases.index"))
    except ValueError as error:
        flash(gettext("No release was made: %(reason)s", reason=error), "error")
        return redirect(url_for("releases.index"))
    flash(gettext("Release %(number)s is made.", number=made.number), "done")
    return redirect(url_for("releases.show", number=made.number))


@blueprint.get("/<int:number>")
@needs(Role.REVIEWER)
def show(number: int) -> str:
    """Show a release: its digest, its groups with who decided on them, its downloads."""
    after = read_value("after", request.args.get("after", "0"), natural)
    with engine_of_app().begin() as connection:
        release = release_or_404(connection, number)
        groups, following = groups_on_page(connection, number, N_ON_PAGE, after)
        numbers = [other.number for other in list_releases(connection) if other.number != number]
        return render_template(
            "release.html",
            release=release,
            groups=groups,
            after=following,
            others=numbers,
            families=FORMAT_FAMILIES,
        )


@blueprint.get("/<int:number>/difference")
@needs(Role.REVIEWER)
def compare(number: int) -> str:
    """Show what a release has that another has not, by default the one before it."""
    since = read_value("since", request.args.get("since", str(max(number - 1, 0))), natural)
    with engine_of_app().begin() as connection:
        new, old = release_or_404(connection, number), release_or_404(connection, since)
        found = compared(connection, since, number)
    return render_template("difference.html", old=old, new=new, difference=found, n_shown=N_COMPARED)


def compared(connection: Connection, old: int, new: int) -> ReleaseDifference:
    """Return the difference of two releases.

    :raises ValueError: if the content of one has not its digest.
    """
    return difference(read_release(connection, old).groups, read_release(connection, new).groups)


def release_or_404(connection: Connection, number: int) -> ReleaseSummary:
    """Return a release without its groups.

    :raises 404: if there is none with this number.
    """
    found = list_releases(connection, number)
    if not found:
        abort(404)
    return found[0]
