"""The blueprint of the API, its errors, and rows as values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Request
from flask_smorest import Blueprint, abort
from marshmallow import RAISE, Schema
from sqlalchemy.orm import Session
from webargs.flaskparser import FlaskParser

from curator.review.errors import NoSuchRowError, ReviewError, StaleVersionError
from curator.store.models import Base, Group
from curator.web.api.schemas import RefusalSchema


class StrictParser(FlaskParser):
    """Reads what is sent; a misspelt filter in an address is refused, as an unknown field of a body is."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012 - as there

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - what JSON holds
        """Read a body.

        :raises 400: if its values are nested too deeply for Python to read.
        """
        try:
            return super().load_json(req, schema)
        except RecursionError as error:
            abort(400, exc=error, messages={"json": ["Nested too deeply."]})


class ApiBlueprint(Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """The blueprint with our own way to read what is sent."""

    ARGUMENTS_PARSER = StrictParser()


blueprint = ApiBlueprint("api", __name__, url_prefix="/api/v1", description="Groups, words, runs and decisions")

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Base)

REFUSALS = {
    400: "The request cannot be read.",
    401: "There is no valid token.",
    403: "The role of the token's user does not allow this.",
    404: "There is no such thing.",
    409: "The group, or the number of groups, has changed.",
    422: "The request cannot be carried out.",
}


class ApiError(Exception):
    """A refusal with its status and what else the answer says."""

    def __init__(self, code: int, error: str, **values: object) -> None:
        self.code = code
        self.body = {"error": error, **values}
        super().__init__(error)


def refuses(*codes: int) -> Callable[[View], View]:
    """Return a decorator that writes into the document which refusals a view has, beside 401."""

    def decorate(view: View) -> View:
        for code in (401, *codes):
            view = blueprint.alt_response(code, schema=RefusalSchema, description=REFUSALS[code])(view)
        return view

    return decorate


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a review refuses into answers.

    :raises ApiError: in place of a ``ReviewError``.
    """
    try:
        yield
    except StaleVersionError as error:
        raise ApiError(409, str(error), current_version=error.current_version) from error
    except NoSuchRowError as error:
        raise ApiError(404, str(error)) from error
    except ReviewError as error:
        raise ApiError(422, str(error)) from error


@blueprint.errorhandler(ApiError)
def show_api_error(error: ApiError) -> tuple[dict[str, object], int]:
    """Answer with a refusal."""
    return error.body, error.code


def existing(session: Session, model: type[Row], key: int) -> Row:
    """Return a row by its key.

    :raises ApiError: if it is not there.
    """
    row = session.get(model, key)
    if row is None:
        raise ApiError(404, f"there is no {model.__name__.lower()} {key}")
    return row


def group_value(group: Group) -> dict[str, Any]:
    """Return a group as ``GroupSchema`` has it."""
    names = ("id", "version", "status", "origin", "run_id", "confidence", "min_pair_cosine_similarity")
    return {
        **{name: getattr(group, name) for name in (*names, "n_occurrences", "n_affected_pieces")},
        "members": [
            {
                "word_id": member.word_id,
                "text": member.word.text,
                "pos": member.word.pos,
                "is_canonical": member.word_id == group.canonical_word_id,
                "is_removed": member.is_removed,
                "cosine_similarity": member.cosine_similarity,
            }
            for member in sorted(group.members, key=lambda member: member.position)
        ],
    }
