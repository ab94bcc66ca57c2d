"""Login by OpenID Connect, where it is configured; only people whom an administrator has added come in."""

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from joserfc.errors import JoseError
from sqlalchemy import select
from werkzeug.wrappers import Response

from curator.store.models import User
from curator.web.auth import log_in
from curator.web.configuration import WebSettings
from curator.web.database import reading

blueprint = Blueprint("openid", __name__, url_prefix="/openid")
EXTENSION = "dongui_openid"


def init_app(app: Flask, settings: WebSettings) -> None:
    """Let people log in by the provider of the settings, if they name one."""
    if not settings.oidc_issuer:
        return
    oauth = OAuth(app)
    app.extensions[EXTENSION] = oauth.register(
        "openid",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
    )
    app.register_blueprint(blueprint)


@blueprint.get("/login")
def begin() -> Response:
    """Send the browser to the provider."""
    answer: Response = provider().authorize_redirect(url_for("openid.finish", _external=True))
    return answer


@blueprint.get("/callback")
def finish() -> Response | tuple[str, int]:
    """Take the provider's answer, and log in whom it names if they are a user here."""
    try:
        token = provider().authorize_access_token()
    except (OAuthError, JoseError) as error:
        abort(400, str(error))
    claims = token["userinfo"]
    subject = f"{claims['iss']} {claims['sub']}"
    with reading() as session:
        user = session.scalars(select(User).where(User.oidc_subject == subject, User.is_active)).one_or_none()
    if user is None:
        said = gettext(
            "Nobody here has this account. An administrator can add it: %(subject)s", subject=claims["sub"]
        )
        flash(said, "error")
        return render_template("login.html", next=""), 401
    log_in(user)
    return redirect(url_for("queue.show"))


def provider() -> Any:  # noqa: ANN401 - Authlib has no types
    """Return the client of the configured provider."""
    return current_app.extensions[EXTENSION]
