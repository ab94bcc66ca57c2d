"""The keys of the queue: what each does, where it is by default, and the user's own choice."""

import re

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from curator.store.models import User

# Names of physical keys (https://www.w3.org/TR/uievents-code/): they are the same with the Hangul input
# method on, where the letter that arrives is another one or none.
DEFAULT_KEYS = {
    "accept": "KeyA",
    "reject": "KeyX",
    "defer": "KeyD",
    "undo": "KeyZ",
    "previous": "KeyK",
    "next": "KeyJ",
    "canonical": "KeyM",
    "evidence": "KeyE",
    "neighbors": "KeyN",
    "comment": "KeyC",
    "split": "KeyS",
    "scores": "KeyH",
}
KEY_NAMES: dict[str, LazyString] = {
    "accept": lazy_gettext("Accept"),
    "reject": lazy_gettext("Reject"),
    "defer": lazy_gettext("Defer"),
    "undo": lazy_gettext("Undo"),
    "previous": lazy_gettext("Previous group"),
    "next": lazy_gettext("Next group, without a decision"),
    "canonical": lazy_gettext("Choose the main word: then its number"),
    "evidence": lazy_gettext("Why it is here"),
    "neighbors": lazy_gettext("Close words and search"),
    "comment": lazy_gettext("Comment"),
    "split": lazy_gettext("Split: then the numbers, then Enter"),
    "scores": lazy_gettext("Hide or show scores"),
}
CODE = re.compile(r"(Key[A-Z]|Arrow(Up|Down|Left|Right)|Space|Enter|Backspace|Backquote|F\d{1,2}|Numpad\w{1,12})")


def keys_of(user: User) -> dict[str, str]:
    """Return the user's keys by what they do."""
    own = user.settings.get("keys") or {}
    return {name: own.get(name, code) for name, code in DEFAULT_KEYS.items()}


def check_keys(keys: dict[str, str]) -> list[str]:
    """Return the names of what has no valid key, or shares one."""
    codes = list(keys.values())
    return [name for name, code in keys.items() if not CODE.fullmatch(code) or codes.count(code) > 1]


def key_label(code: str) -> str:
    """Return what stands on a key."""
    arrows = {"ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→"}
    return arrows.get(code, code.removeprefix("Key"))
