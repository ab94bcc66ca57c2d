"""What the API takes and gives of accounts, settings and tokens."""

from marshmallow import Schema, validate
from marshmallow.fields import AwareDateTime, Boolean, Dict, Enum, Integer, String

from curator.store.models import Role
from curator.web.i18n import LANGUAGES
from curator.web.keys import CODE, DEFAULT_KEYS

THEMES = ("auto", "light", "dark")


class UserSchema(Schema):
    """Somebody who decides."""

    id = Integer()
    name = String()
    role = Enum(Role, by_value=True)
    is_active = Boolean()
    created_at = AwareDateTime()


class SettingsSchema(Schema):
    """Settings of the review page."""

    language = String(allow_none=True, metadata={"description": "Null: as the browser wishes."})
    theme = String()
    hide_scores = Boolean()
    keys = Dict(keys=String(), values=String(), metadata={"description": "What is done -> code of the key."})


class NewSettingsSchema(Schema):
    """The settings that are to change."""

    language = String(validate=validate.OneOf(list(LANGUAGES)))
    theme = String(validate=validate.OneOf(THEMES))
    hide_scores = Boolean(truthy={True}, falsy={False})
    keys = Dict(
        keys=String(validate=validate.OneOf(list(DEFAULT_KEYS))),
        values=String(validate=validate.Regexp(f"^{CODE.pattern}$")),
    )


class TokenSchema(Schema):
    """A token for programs, without its secret."""

    id = Integer()
    name = String(allow_none=True)
    created_at = AwareDateTime()
    used_at = AwareDateTime(allow_none=True)
    revoked_at = AwareDateTime(allow_none=True)
