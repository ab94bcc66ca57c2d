"""Filters and orders from the address, and back into it."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import abort, request
from flask_babel import gettext

from curator.review.filters import Cursor, GroupFilter, Order
from curator.store.models import GroupStatus


class View(NamedTuple):
    """What an address asks for: which groups, in which order."""

    wanted: GroupFilter
    order: Order

    def arguments(self) -> dict[str, Any]:
        """Return the view as arguments of an address, without what is the default."""
        found: dict[str, Any] = {
            name: str(value)
            for name in FIELDS
            if (value := getattr(self.wanted, name)) is not None and name != "decided_by"
        }
        if self.wanted.decided_by is not None:
            found["mine"] = "1"
        if self.order is not Order.CONFIDENCE:
            found["order"] = str(self.order)
        return found


def text_of(value: str) -> str:
    """Return a text of a sensible length.

    :raises ValueError: if it is longer.
    """
    if len(value) > 100:
        raise ValueError("too long")
    return value


def share_of(value: str) -> float:
    """Return a number in [0, 1].

    :raises ValueError: if it is none.
    """
    number = float(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError("out of range")
    return number


def finite(value: str) -> float:
    """Return a number that can be compared.

    :raises ValueError: if it is none.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def natural(value: str) -> int:
    """Return a whole number that a key may be.

    :raises ValueError: if it is none.
    """
    number = int(value)
    if not 0 <= number < 2**63:
        raise ValueError("out of range")
    return number


FIELDS: dict[str, Callable[[str], Any]] = {
    "status": GroupStatus,
    "run_id": natural,
    "pos": text_of,
    "min_members": natural,
    "max_members": natural,
    "min_confidence": share_of,
    "max_confidence": share_of,
    "word": text_of,
}


def view_of(arguments: Mapping[str, str], user_id: int, status: GroupStatus | None = GroupStatus.PROPOSED) -> View:
    """Read a view from an address.

    :param status: what is meant where the address names none; it names all by an empty one.
    :raises 400: if a value cannot be read.
    """
    values: dict[str, Any] = {} if "status" in arguments else {"status": status}
    for name, read in FIELDS.items():
        text = arguments.get(name, "").strip()
        if text:
            values[name] = read_value(name, text, read)
    if arguments.get("mine"):
        values["decided_by"] = user_id
    order = read_value("order", arguments.get("order") or Order.CONFIDENCE, Order)
    return View(GroupFilter(**values), order)


def read_value(name: str, text: str, read: Callable[[str], Any]) -> Any:  # noqa: ANN401 - what `read` gives
    """Return a value of the address.

    :raises 400: if it cannot be read.
    """
    try:
        return read(text)
    except ValueError:
        abort(400, gettext("%(name)s is %(value)s", name=name, value=repr(text[:100])))


def cursor_argument() -> Cursor | None:
    """Return where the page begins, from the argument ``after``: value and key.

    :raises 400: if it cannot be read.
    """
    text = request.args.get("after", "")
    if not text:
        return None
    value, _, key = text.partition(",")
    return Cursor(read_value("after", value, finite), read_value("after", key, natural))


def cursor_text(cursor: Cursor | None) -> str:
    """Return a cursor as the argument ``after``."""
    return "" if cursor is None else f"{cursor.value!r},{cursor.group_id}"
