"""A person's own settings: language, theme, scores, keys, password, tokens for programs."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from curator import accounts
from curator.store.models import Role, Token, TokenKind, User, utc_now
from curator.web.auth import current_user, log_in, needs
from curator.web.database import reading, writing
from curator.web.i18n import LANGUAGES
from curator.web.keys import DEFAULT_KEYS, KEY_NAMES, check_keys, key_label, keys_of

blueprint = Blueprint("preferences", __name__, url_prefix="/settings")


@blueprint.get("")
@needs(Role.REVIEWER)
def show() -> str:
    """Show the settings."""
    return page(keys_of(current_user()))


@blueprint.post("")
@needs(Role.REVIEWER)
def store() -> str | Response | tuple[str, int]:
    """Store language, theme, scores and keys; two things on one key are refused."""
    form = request.form
    keys = {name: form.get(f"key-{name}", code).strip() for name, code in DEFAULT_KEYS.items()}
    if form.get("reset"):
        keys = dict(DEFAULT_KEYS)
    wrong = check_keys(keys)
    if wrong:
        names = ", ".join(str(KEY_NAMES[name]) for name in wrong)
        flash(gettext("These need a key of their own: %(names)s", names=names), "error")
        return page(keys), 422
    settings: dict[str, Any] = {"keys": keys, "hide_scores": bool(form.get("hide_scores"))}
    if form.get("language") in LANGUAGES:
        settings["language"] = form["language"]
    if form.get("theme") in ("light", "dark"):
        settings["theme"] = form["theme"]
    with writing() as session:
        session.get_one(User, current_user().id).settings = settings
    flash(gettext("Saved."), "done")
    return redirect(url_for("preferences.show"))


@blueprint.post("/password")
@needs(Role.REVIEWER)
def change_password() -> Response:
    """Change the password; other sessions of the user end."""
    with writing() as session:
        user = session.get_one(User, current_user().id)
        old, new = request.form.get("old", ""), request.form.get("new", "")
        if user.password_hash and accounts.check_password(session, user.name, old) is None:
            flash(gettext("The old password is wrong."), "error")
        elif len(new) < accounts.MIN_PASSWORD_LENGTH:
            n = accounts.MIN_PASSWORD_LENGTH
            flash(gettext("The new password is too short; it needs %(n)s characters.", n=n), "error")
        else:
            accounts.set_password(user, new)
            log_in(user)
            flash(gettext("Saved."), "done")
    return redirect(url_for("preferences.show"))


@blueprint.post("/tokens")
@needs(Role.REVIEWER)
def new_token() -> str:
    """Make a token for programs, and show it this once."""
    name = request.form.get("name", "").strip()[:100] or "API"
    with writing() as session:
        token = accounts.new_api_token(session, session.get_one(User, current_user().id), name)
    return page(keys_of(current_user()), new=token)


@blueprint.post("/tokens/<int:token_id>/revoke")
@needs(Role.REVIEWER)
def revoke(token_id: int) -> Response:
    """Make a token of one's own worthless."""
    with writing() as session:
        token = session.get(Token, token_id)
        if token is not None and token.user_id == current_user().id and token.kind == TokenKind.API:
            token.revoked_at = utc_now()
            flash(gettext("The token is worthless now."), "done")
    return redirect(url_for("preferences.show"))


def page(keys: dict[str, str], new: str = "") -> str:
    """Return the page of the settings."""
    with reading() as session:
        query = select(Token).where(Token.user_id == current_user().id, Token.kind == TokenKind.API)
        tokens = session.scalars(query.where(Token.revoked_at.is_(None)).order_by(Token.id)).all()
        return render_template(
            "preferences.html", keys=keys, key_names=KEY_NAMES, key_label=key_label, tokens=tokens, new_token=new
        )
