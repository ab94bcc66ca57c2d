"""Progress: who decides how much, what is left, and how far the confidence can be trusted."""

from datetime import UTC, datetime

from flask import Blueprint, render_template

from curator.review.opinions import agreement
from curator.review.statistics import by_confidence, by_person_and_day
from curator.store.models import Role
from curator.web.auth import needs
from curator.web.counts import facet_counts
from curator.web.database import engine_of_app, reading
from curator.web.plots import rate_plot

blueprint = Blueprint("progress", __name__)


@blueprint.get("/progress")
@needs(Role.REVIEWER)
def show() -> str:
    """Show the numbers of the last two weeks."""
    with reading() as session:
        days = by_person_and_day(session)
        n_hours = sum(len(day.hours) for day in days)
        return render_template(
            "progress.html",
            counts=facet_counts(engine_of_app()),
            days=days,
            plot=rate_plot(days, datetime.now(UTC).date()),
            pace=sum(day.n_groups for day in days) / n_hours if n_hours else None,
            bands=by_confidence(session),
            agreement=agreement(session),
        )
