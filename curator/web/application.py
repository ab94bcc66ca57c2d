"""The application: what it is made of, and how it is set up."""

from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy import Engine
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError, ServiceUnavailable, Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from curator.store.session import DatabaseUnavailableError
from curator.web import (
    adjudication,
    api,
    auth,
    bulk,
    changes,
    database,
    exports,
    groups,
    i18n,
    openid,
    preferences,
    progress,
    queue,
    releases,
    runs,
    security,
    texts,
    timing,
    word_map,
    words,
)
from curator.web.api.schemas import MAX_KEY
from curator.web.configuration import LOOPBACK_NAMES, WebSettings

Answer = tuple[str, int] | Response | tuple[dict[str, Any], int]
PAGES = (auth, queue, groups, changes, words, word_map, runs, progress, bulk, releases, exports, preferences)
MAX_REQUEST_BYTES = 1024 * 1024  # forms only; there is nothing to upload


class KeyConverter(IntegerConverter):
    """Keys of rows in an address; a number that no database holds is not found."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MAX_KEY)


def create_app(engine: Engine, settings: WebSettings | None = None) -> Flask:
    """Return the application on a database whose tables are up to date.

    :param engine: of the database, see ``curator.store.session``.
    :param settings: what it may do; for one machine only if None.
    """
    settings = settings or WebSettings()
    app = Flask(__name__)
    app.config.update(flask_settings(settings))
    app.wsgi_app = timing.ServerTiming(app.wsgi_app)  # type: ignore[method-assign]
    if settings.is_behind_tls:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.url_map.converters["int"] = KeyConverter
    database.init_app(app, engine)
    auth.limiter.init_app(app)
    app.before_request(auth.load_user)  # before the check of forms: that of an ended session is told as such
    security.init_app(app)
    i18n.init_app(app)
    texts.init_app(app)
    for module in (*PAGES, adjudication):
        app.register_blueprint(module.blueprint)
    openid.init_app(app, settings)
    api.init_app(app)
    app.add_url_rule("/", "start", lambda: redirect(url_for("queue.show")))
    app.jinja_env.globals["pages"] = set(app.view_functions)
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(CSRFError, show_error)
    app.register_error_handler(DatabaseUnavailableError, show_database_error)
    return app


def flask_settings(settings: WebSettings) -> dict[str, Any]:
    """Return the settings in the names of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key or settings.random_key,
        "SESSION_COOKIE_NAME": "dongui",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_behind_tls,
        "PERMANENT_SESSION_LIFETIME": settings.session_time,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "TRUSTED_HOSTS": [*LOOPBACK_NAMES, *settings.hosts],
        "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
        "LOGIN_LIMIT": settings.login_limit,
        "N_OPINIONS": settings.n_opinions,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lasts as long as its session: people leave a page open for hours
        "WTF_CSRF_SSL_STRICT": settings.is_behind_tls,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def show_error(error: HTTPException) -> Answer:
    """Say what went wrong and what to do; strangers are sent to the login."""
    if isinstance(error, CSRFError) and g.get("user") is None and request.endpoint != "auth.take_login":
        error = Unauthorized()  # the session has ended, and the form's token with it
    code = error.code or 500
    if isinstance(error, SecurityError):  # the host is not ours, so there is no address to link to
        return Response("unknown host", code, mimetype="text/plain")
    if code == 401 and request.method == "GET" and not texts.wants_json():
        return redirect(url_for("auth.show_login", next=request.full_path.rstrip("?")))
    said = message(error)
    if texts.wants_json():
        fields = getattr(error, "data", {}).get("messages")  # what webargs says of the fields
        of_other_session = {"is_of_other_session": True} if isinstance(error, CSRFError) else {}
        return {"error": said, **({"errors": fields} if fields else {}), **of_other_session}, code
    return render_template("error.html", code=code, message=said), code


def show_database_error(error: DatabaseUnavailableError) -> Answer:
    """Say that the database cannot be used as things are: what was asked for can be sent again."""
    current_app.logger.error("the database cannot be used", exc_info=error)
    return show_error(ServiceUnavailable())


def message(error: HTTPException) -> str:
    """Return what an error means to the person at the browser."""
    if isinstance(error, CSRFError):
        return str(gettext("The form is from another session. Load the page again and repeat the step."))
    if isinstance(error, BadRequest) and error.description == BadRequest.description:
        return str(gettext("The address or the form cannot be read."))
    if error.code == 401 and request.path.startswith("/api/"):
        return str(gettext("There is no valid token. Make one in the settings, and send it as a bearer."))
    messages = {
        400: gettext("The address or the form cannot be read: %(what)s", what=error.description or ""),
        401: gettext("Your session has ended. Log in again; nothing that was saved is lost."),
        403: gettext("Your role does not allow this. Ask an administrator."),
        404: gettext("There is nothing at this address."),
        405: gettext("This address does not take that kind of request."),
        413: gettext("That is too large."),
        422: gettext("The request cannot be carried out."),
        429: gettext("Too many tries. Wait a minute."),
        503: gettext("The database cannot be used at the moment. Try again; the log says more."),
    }
    fallback = gettext("Something went wrong here. It has been written to the log.")
    return str(messages.get(error.code or 500, fallback))
