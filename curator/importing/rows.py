"""What a reader gives for each row of a file: a group, or why there is none."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from curator.groups import is_utf8

FORMATS_OF_WORDS = frozenset({"nori"})
MAX_WORD_BYTES = 2_000  # in UTF-8; PostgreSQL's index of words takes up to 2,704


class Verdict(StrEnum):
    """What an earlier project said of a group."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Row:
    """A group of the file.

    :ivar place: where it stands: ``line 3``.
    :ivar words: two or more, NFC, none twice, the canonical one first.
    :ivar pos: parts of speech, by word, as far as the file has them.
    :ivar verdict: of an earlier project.
    :ivar content: the row as it stood, if it is to be given back unchanged.
    """

    place: str
    words: tuple[str, ...]
    pos: Mapping[str, str]
    verdict: Verdict | None = None
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of a dictionary that says nothing of synonyms.

    :ivar place: where it stands: ``line 3``.
    :ivar word: NFC.
    :ivar parts: what it is made of, if the file says so; put together they are the word.
    """

    place: str
    word: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that holds no group, or no word, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


AnyRow = TypeVar("AnyRow", Row, WordRow)


def row_of(place: str, words: Iterable[str], pos: Mapping[str, str] | None = None, **more: Any) -> Row | BrokenRow:  # noqa: ANN401 - the other fields of Row
    """Return the row with its words in NFC, or why they make no group."""
    texts = []
    for word in words:
        text = unicodedata.normalize("NFC", word.strip())
        problem = problem_of(text)
        if problem is not None:
            return BrokenRow(place, problem)
        texts.append(text)
    kinds = (pos or {}).values()
    if odd := [kind for kind in kinds if not isinstance(kind, str) or problem_of(kind) is not None]:
        return BrokenRow(place, f"has the part of speech {odd[0]!r}; expected a text")
    distinct = tuple(dict.fromkeys(texts))
    if len(distinct) < 2:
        return BrokenRow(place, f"has {len(distinct)} word ({', '.join(distinct)}); expected two or more")
    return Row(
        place, distinct, {unicodedata.normalize("NFC", key): value for key, value in (pos or {}).items()}, **more
    )


def problem_of(word: str) -> str | None:
    """Say why a text is no word, or None."""
    if not word:
        return "has a blank word"
    if not is_utf8(word):
        return f"has {word!r}, which is no text in UTF-8; convert the file, or mend the word"
    if len(word.encode()) > MAX_WORD_BYTES:
        n_bytes = f"{len(word.encode()):,} bytes"
        return f"has a word of {n_bytes}, {word[:20]!r}...; expected {MAX_WORD_BYTES:,} or less"
    if any(unicodedata.category(character) == "Cc" for character in word):
        return f"has a control character in {word!r}"
    return None


def line_of(error: UnicodeDecodeError) -> int:
    """Return the line, from 1, at which a whole file was found to be no UTF-8."""
    return error.object.count(b"\n", 0, error.start) + 1


def printable(text: str) -> str:
    """Return a text that may be no UTF-8 as one that is, for messages."""
    return text.encode(errors="backslashreplace").decode()


def sound_rows(
    rows: Iterable[AnyRow | BrokenRow], *, file: str, format: str, strict: bool
) -> tuple[list[AnyRow], list[BrokenRow]]:
    """Read all rows, and tell those that hold something from the broken ones.

    :raises ValueError: if all are broken, or there is none; under ``strict``, if one is.
    """
    read = list(rows)
    broken = [row for row in read if isinstance(row, BrokenRow)]
    if broken and strict:
        others = f", and {len(broken) - 1} rows more" if len(broken) > 1 else ""
        raise ValueError(f"{file}, {broken[0]}{others}; nothing was imported")
    if len(broken) == len(read):
        first = f"; the first row: {broken[0]}" if read else ""
        kind = "word" if format in FORMATS_OF_WORDS else "group"
        raise ValueError(f"{file} has no {kind} in the format {format}{first}")
    return [row for row in read if not isinstance(row, BrokenRow)], broken
