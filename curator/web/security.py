"""Headers that keep a page to itself, and the answer to a forged form."""

from flask import Flask, abort, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

csrf = CSRFProtect()

# No inline script, style or frame; a corpus that smuggles in markup has nothing to run it with.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000"


def refuse_null_characters() -> None:
    """Refuse NUL in an address or a form, as PostgreSQL's texts hold none; the API's schemas refuse it themselves.

    :raises 400: if there is one.
    """
    if request.path.startswith("/api/"):
        return
    for name, value in (*request.args.items(multi=True), *request.form.items(multi=True)):
        if "\0" in name or "\0" in value:
            abort(400, gettext("%(name)s is %(value)s", name=repr(name)[1:-1], value=repr(value[:100])))


def init_app(app: Flask) -> None:
    """Guard all views of an application."""
    csrf.init_app(app)
    app.before_request(refuse_null_characters)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"  # pages hold a person's work, not a copy of it
        return response
