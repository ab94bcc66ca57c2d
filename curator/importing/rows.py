"""What a reader gives for each row of a file: a group, or why there is none."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
class BrokenRow:
    """A row that holds no group, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def row_of(place: str, words: Iterable[str], pos: Mapping[str, str] | None = None, **more: Any) -> Row | BrokenRow:  # noqa: ANN401 - the other fields of Row
    """Return the row with its words in NFC, or why they make no group."""
    texts = []
    for word in words:
        text = unicodedata.normalize("NFC", word.strip())
        if not text:
            return BrokenRow(place, "has a blank word")
        if any(unicodedata.category(character) == "Cc" for character in text):
            return BrokenRow(place, f"has a control character in {text!r}")
        texts.append(text)
    distinct = tuple(dict.fromkeys(texts))
    if len(distinct) < 2:
        return BrokenRow(place, f"has {len(distinct)} word ({', '.join(distinct)}); expected two or more")
    return Row(
        place, distinct, {unicodedata.normalize("NFC", key): value for key, value in (pos or {}).items()}, **more
    )
