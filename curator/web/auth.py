"""Who is there: login by password or one-time link, sessions that end, roles."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urljoin, urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from curator import accounts
from curator.store.models import Role, User
from curator.web.database import reading, writing

blueprint = Blueprint("auth", __name__)
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def load_user() -> None:
    """Find out who makes the request; it is nobody when the session has ended."""
    g.user = None
    if request.path.startswith("/api/"):  # no cookie counts there
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and token:
            with reading() as database:
                g.user = accounts.user_of_api_token(database, token.strip())
        return
    if "user_id" not in session:
        return
    with reading() as database:
        user = accounts.active_user(database, session["user_id"])
        if user is None or session.get("stamp") != accounts.session_stamp(user):
            session.clear()
            return
        g.user = user


def current_user() -> User:
    """Return who makes the request.

    :raises 401: if nobody is logged in.
    """
    if g.user is None:
        abort(401)
    return cast(User, g.user)


def needs(role: Role) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Return a decorator for views that a role, and the ones above it, may use."""

    def decorate(view: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(view)
        def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            if not accounts.may(current_user(), role):
                abort(403)
            return view(*args, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined] # the tests ask each route for it
        return guarded

    return decorate


def log_in(user: User) -> None:
    """Begin a session anew, so that nothing of one before it is left."""
    session.clear()
    session["user_id"] = user.id
    session["stamp"] = accounts.session_stamp(user)
    session.permanent = True


def local_target(target: str | None) -> str:
    """Return where to go after the login: a page of this server, whatever the address asks for."""
    here = urlsplit(request.host_url)
    wanted = urlsplit(urljoin(request.host_url, target or ""))
    is_here = (wanted.scheme, wanted.netloc) == (here.scheme, here.netloc)
    if not target or not is_here or "\\" in target or target.startswith("//"):
        return url_for("queue.show")
    return wanted._replace(scheme="", netloc="").geturl()


@blueprint.get("/login")
def show_login() -> str | Response:
    """Show the form, or go on for somebody who is logged in."""
    if g.user is not None:
        return redirect(local_target(request.args.get("next")))
    return render_template("login.html", next=request.args.get("next", ""))


@blueprint.post("/login")
@limiter.limit(lambda: current_app.config["LOGIN_LIMIT"], deduct_when=lambda answer: answer.status_code == 401)
def take_login() -> tuple[str, int] | Response:
    """Log in by name and password; what was wrong of the two is not said."""
    with reading() as database:
        user = accounts.check_password(database, request.form.get("name", ""), request.form.get("password", ""))
    if user is None:
        flash(gettext("Name or password is wrong."), "error")
        return render_template("login.html", next=request.form.get("next", "")), 401
    log_in(user)
    return redirect(local_target(request.form.get("next")))


@blueprint.get("/login/<token>")
def take_link(token: str) -> tuple[str, int] | Response:
    """Log in by the link that the terminal showed; it works once."""
    with writing() as database:
        user = accounts.redeem_login_token(database, token)
        if user is not None:
            log_in(user)
    if user is None:
        flash(
            gettext("This link has been used or is too old. Start `curator serve` again for a new one."), "error"
        )
        return render_template("login.html", next=""), 401
    return redirect(url_for("queue.show"))


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session."""
    session.clear()
    return redirect(url_for("auth.show_login"))
