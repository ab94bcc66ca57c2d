"""Helpers of the templates: marked words, numbers, names; and which kind of answer is wanted."""

import re

from flask import Flask, g, request, url_for
from markupsafe import Markup, escape

from curator.store.models import Example, GroupStatus
from curator.web.export_texts import left_out_text, note_text
from curator.web.i18n import EVIDENCE_NAMES, POS_NAMES, STATUS_NAMES, WEIGHT_NAMES
from curator.web.reasons import by_pair, largest_weight

COMMAND = re.compile("`([^`]+)`")


def wants_json() -> bool:
    """Return whether a program asks, in place of a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    is_part = "X-Part" in request.headers  # a script that loads a part of the page reads errors as JSON, too
    return request.path.startswith("/api/") or is_part or best == "application/json"


def marked(example: Example, n_around: int | None = None) -> Markup:
    """Return a sentence with its word marked, all of it escaped.

    :param n_around: characters to keep before and after the word, dots for the others; all if None.

    The sentence is isolated in its direction: marks in it cannot turn the rest of the page around.
    """
    text = example.sentence
    if example.start is None or example.end is None:
        return Markup("<bdi>{}</bdi>").format(text)
    before, word, after = text[: example.start], text[example.start : example.end], text[example.end :]
    if n_around is not None and len(before) > n_around:
        before = "… " + before[-n_around:].lstrip()
    if n_around is not None and len(after) > n_around:
        after = after[:n_around].rstrip() + " …"
    return Markup("<bdi>{}<mark>{}</mark>{}</bdi>").format(before, word, after)


def word_text(text: str) -> Markup:
    """Return a word of the corpus, escaped and isolated in its direction."""
    return Markup(f"<bdi>{escape(text)}</bdi>")


def coded(text: str) -> Markup:
    """Return a text, escaped, with what stands between backquotes as code: commands to type."""
    return Markup(COMMAND.sub(r"<code>\1</code>", str(escape(text))))


def number(value: float | int | None, digits: int = 0) -> str:
    """Return a number as Korean and English write it, which is the same; a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def bar(value: float | None, label: str) -> Markup:
    """Return a number from 0 to 1 as a bar with the number beside it; a list has fifty of them."""
    shown = number(value, 2)
    meter = f'<meter class="bar" min="0" max="1" value="{value or 0}" aria-label="{escape(label)}">{shown}</meter>'
    return Markup(f'<span class="measure">{meter}<span class="figure" aria-hidden="true">{shown}</span></span>')


def status(value: GroupStatus) -> Markup:
    """Return where a group stands, in its colour."""
    return Markup(f'<span class="status {value}">{escape(STATUS_NAMES[value])}</span>')


def pos_name(pos: str) -> str:
    """Return the name of a part of speech; what is not known is shown as it is."""
    return str(POS_NAMES.get(pos, pos))


def evidence_name(kind: str) -> str:
    """Return the name of a kind of evidence; what is not known is shown as it is."""
    return str(EVIDENCE_NAMES.get(kind, kind.replace("_", " ")))


def weight_name(kind: str) -> str:
    """Return the name of a kind of evidence as it is weighed; what is not known is shown as it is."""
    return str(WEIGHT_NAMES.get(kind, kind))


def theme() -> str:
    """Return the user's theme: auto, light or dark."""
    user = g.get("user")
    chosen = user.settings.get("theme") if user is not None else None
    return chosen if chosen in ("light", "dark") else "auto"


def file_stem(document: str) -> str:
    """Return the name of a corpus file without its folders."""
    return document.replace("\\", "/").rsplit("/", 1)[-1]


def static_url(name: str) -> str:
    """Return the address of a file of the application."""
    return url_for("static", filename=name)


def init_app(app: Flask) -> None:
    """Give the templates of an application these helpers."""
    app.jinja_env.filters.update(
        marked=marked,
        word=word_text,
        coded=coded,
        number=number,
        pos_name=pos_name,
        evidence_name=evidence_name,
        file_stem=file_stem,
        by_pair=by_pair,
        weight_name=weight_name,
        note_text=note_text,
        left_out_text=left_out_text,
    )
    app.jinja_env.globals.update(
        theme=theme, static_url=static_url, largest_weight=largest_weight, escape=escape, bar=bar, status=status
    )
