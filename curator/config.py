"""Settings of the curator, read once, from the environment and a TOML file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

DATABASE_VARIABLE = "DONGUI_DATABASE_URL"
SECRET_VARIABLE = "DONGUI_SECRET_KEY"
DEFAULT_DATABASE = "dongui.db"
VARIABLES = {
    DATABASE_VARIABLE: "database_url",
    SECRET_VARIABLE: "secret_key",
    "DONGUI_OIDC_ISSUER": "oidc_issuer",
    "DONGUI_OIDC_CLIENT_ID": "oidc_client_id",
    "DONGUI_OIDC_CLIENT_SECRET": "oidc_client_secret",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the curator is told from outside.

    :ivar database_url: SQLite file or URL of the database.
    :ivar secret_key: signs the sessions of ``curator serve``; a random one each time if empty.
    :ivar oidc_issuer: address of the OpenID Connect provider; empty where people log in by password.
    :ivar oidc_client_id: what the provider calls this application.
    :ivar oidc_client_secret: what the application proves itself with.
    """

    database_url: str = DEFAULT_DATABASE
    secret_key: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)


def load_settings(environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """Read the settings: the environment first, then the file, then the defaults.

    :param environment: variables, of which those of ``VARIABLES`` are read.
    :param file: TOML file with the names of the settings as keys.
    :raises FileNotFoundError: if the file is not there.
    :raises ValueError: if the file is no TOML, or holds something that is no setting.
    """
    values = {} if file is None else read_file(file)
    for variable, name in VARIABLES.items():
        if environment.get(variable):
            values[name] = environment[variable]
    return Settings(**values)


def read_file(file: Path) -> dict[str, Any]:
    """Read a TOML file of settings.

    :raises FileNotFoundError: if the file is not there.
    :raises ValueError: if the file is no TOML, or holds something that is no setting.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is no TOML file: {error}") from error
    known = [field.name for field in fields(Settings)]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{file} has the setting {name}; known are: {', '.join(known)}")
        if not isinstance(value, str):
            raise ValueError(f"{file}: {name} is {value!r}; expected a text")
    return values
