"""Groups of which people think differently, for approvers to settle."""

from flask import Blueprint, current_app, render_template

from curator.review.filters import load
from curator.review.opinions import disputed
from curator.store.models import Role
from curator.web.auth import needs
from curator.web.database import reading

blueprint = Blueprint("adjudication", __name__)


@blueprint.get("/disputes")
@needs(Role.APPROVER)
def index() -> str:
    """List the disputed groups with who thinks what."""
    with reading() as session:
        found = dict(disputed(session, current_app.config["N_OPINIONS"]))
        groups = [(group, found[group.id]) for group in load(session, list(found))]
        return render_template("disputes.html", groups=groups)
