"""The account that a token stands for, its settings and tokens; and all accounts, for administrators."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from curator.store.models import Role, Token, TokenKind, User, utc_now
from curator.web.api import account_schemas as schemas
from curator.web.api.base import ApiError, blueprint, refuses
from curator.web.auth import current_user, needs
from curator.web.database import reading, writing
from curator.web.keys import check_keys, keys_of


@blueprint.route("/me", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.UserSchema)
@refuses()
def get_me() -> User:
    """Get the account that the token stands for."""
    return current_user()


@blueprint.route("/users", methods=["GET"])
@needs(Role.ADMIN)
@blueprint.response(200, schemas.UserSchema(many=True))
@refuses(403)
def list_users() -> Sequence[User]:
    """List all accounts; `curator user` adds and changes them."""
    with reading() as session:
        return session.scalars(select(User).order_by(User.name)).all()


@blueprint.route("/settings", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.SettingsSchema)
@refuses()
def get_settings() -> dict[str, Any]:
    """Get one's own settings of the review page."""
    return settings_of(current_user())


@blueprint.route("/settings", methods=["PATCH"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.NewSettingsSchema)
@blueprint.response(200, schemas.SettingsSchema)
@refuses(400, 422)
def change_settings(body: dict[str, Any]) -> dict[str, Any]:
    """Change some of one's own settings; two things on one key are refused."""
    with writing() as session:
        user = session.get_one(User, current_user().id)
        keys = keys_of(user) | body.get("keys", {})
        wrong = check_keys(keys)
        if wrong:
            raise ApiError(422, f"these need a valid key of their own: {', '.join(wrong)}")
        user.settings = {**user.settings, **body, "keys": keys}
        return settings_of(user)


@blueprint.route("/tokens", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.TokenSchema(many=True))
@refuses()
def list_tokens() -> Sequence[Token]:
    """List one's own tokens that are valid; the settings of the review page make them."""
    with reading() as session:
        own = (Token.user_id == current_user().id) & (Token.kind == TokenKind.API) & Token.revoked_at.is_(None)
        return session.scalars(select(Token).where(own).order_by(Token.id)).all()


@blueprint.route("/tokens/<int:token_id>", methods=["DELETE"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.TokenSchema)
@refuses(404)
def revoke_token(token_id: int) -> dict[str, Any]:
    """Make a token of one's own worthless."""
    with writing() as session:
        token = session.get(Token, token_id)
        is_own = token is not None and token.user_id == current_user().id and token.kind == TokenKind.API
        if token is None or not is_own or token.revoked_at is not None:
            raise ApiError(404, f"you have no valid token {token_id}")
        token.revoked_at = utc_now()
        names = ("id", "name", "created_at", "used_at", "revoked_at")
        return {name: getattr(token, name) for name in names}


def settings_of(user: User) -> dict[str, Any]:
    """Return a user's settings as ``SettingsSchema`` has them."""
    return {
        "language": user.settings.get("language"),
        "theme": user.settings.get("theme", "auto"),
        "hide_scores": bool(user.settings.get("hide_scores")),
        "keys": keys_of(user),
    }
