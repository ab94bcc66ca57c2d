"""The API for programs: REST under /api/v1 with tokens, and a document that is derived from the code."""

from flask import Flask, Response, render_template
from flask_smorest import Api

from curator.web.api import (  # noqa: F401 - they add their routes
    account,
    bulk,
    changes,
    groups,
    leases,
    mining,
    others,
    releases,
)
from curator.web.api.base import blueprint
from curator.web.api.schemas import RefusalSchema
from curator.web.security import csrf

PREFIX = "/api/v1"
TITLE = "Dongui"


class DocumentedApi(Api):  # type: ignore[misc] # flask-smorest has no types
    """The API with our own answer to what is refused."""

    ERROR_SCHEMA = RefusalSchema


def init_app(app: Flask) -> None:
    """Give an application the API, its document and the page of the document."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": "Review synonym groups. Make a token in the settings of the review page."},
            "security": [{"token": []}],
        },
    )
    api = DocumentedApi(app)
    api.register_converter(app.url_map.converters["int"], lambda _: {"type": "integer", "minimum": 0})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(blueprint)
    csrf.exempt(blueprint)  # no cookie counts here, so there is nothing that another site could misuse

    @app.get(f"{PREFIX}/docs")
    def api_docs() -> Response | str:
        """Show the document as a page, made here without anybody else's scripts."""
        return render_template("api.html", spec=api.spec.to_dict())
