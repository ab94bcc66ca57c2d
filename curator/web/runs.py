"""Mining runs: what they read, what they dropped, and what became of their groups."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curator.store.models import Group, GroupStatus, Role, Run
from curator.web.auth import needs
from curator.web.database import reading

blueprint = Blueprint("runs", __name__)

# Where a manifest counts what, from the corpus to the groups.
FUNNEL: list[tuple[LazyString, tuple[str, ...]]] = [
    (lazy_gettext("rows read"), ("stages", "eojeols", "report", "n_rows")),
    (lazy_gettext("sentences"), ("stages", "eojeols", "report", "n_counted_sentences")),
    (lazy_gettext("distinct eojeols"), ("stages", "eojeols", "report", "n_distinct_eojeols")),
    (lazy_gettext("distinct words"), ("stages", "lexicon", "report", "n_distinct_words")),
    (lazy_gettext("words offered for grouping"), ("stages", "lexicon", "report", "n_words")),
    (lazy_gettext("words in groups"), ("stages", "groups", "report", "n_grouped_words")),
    (lazy_gettext("groups"), ("stages", "groups", "report", "n_groups")),
]


@blueprint.get("/runs")
@needs(Role.REVIEWER)
def index() -> str:
    """List the runs, the last first."""
    with reading() as session:
        runs = session.scalars(select(Run).order_by(Run.id.desc())).all()
        return render_template("runs.html", runs=[(run, funnel(run.manifest)) for run in runs])


@blueprint.get("/runs/<int:run_id>")
@needs(Role.REVIEWER)
def show(run_id: int) -> str:
    """Show a run: its funnel, what became of its groups, its manifest."""
    with reading() as session:
        run = session.get(Run, run_id)
        if run is None:
            abort(404)
        by_status = groups_by_status(session, run_id)
        return render_template("run.html", run=run, funnel=funnel(run.manifest), by_status=by_status)


def groups_by_status(session: Session, run_id: int) -> dict[GroupStatus, int]:
    """Return what became of the groups that a run proposed last: how many have each status."""
    counts = select(Group.status, func.count()).where(Group.run_id == run_id).group_by(Group.status)
    return {status: count for status, count in session.execute(counts)}


def funnel(manifest: Mapping[str, Any]) -> list[tuple[LazyString, int]]:
    """Return the counts of a manifest from sentences to groups; those that it does not have are left out."""
    found = []
    for name, path in FUNNEL:
        value: Any = manifest
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, int):
            found.append((name, value))
    return found
