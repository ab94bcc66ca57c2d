"""JSON entry by entry, each with the line that it stands in, which ``json`` tells of errors alone."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.importing.rows import line_of

_BLANK = re.compile(r"[ \t\r\n]*")  # what RFC 8259 lets stand between two tokens


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a JSON object or list.

    :ivar key: empty in a list.
    :ivar line: of the key, or of the value in a list; from 1.
    :ivar start: place of the value in the text, in characters.
    """

    key: str
    value: Any
    line: int
    start: int


class JsonFile:
    """A JSON file in memory.

    :ivar content: all of it, as ``json`` reads it.
    :ivar start: place of the value that it holds.
    :raises ValueError: if the file is no JSON in UTF-8.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._text = file.read_text(encoding="utf-8-sig")
            self.content: Any = json.loads(self._text)
        except UnicodeDecodeError as error:
            raise ValueError(f"{file} is no JSON: line {line_of(error)} is not UTF-8; convert it first") from error
        except RecursionError as error:
            raise ValueError(f"{file} is no JSON of groups: it is nested too deeply") from error
        except ValueError as error:
            raise ValueError(f"{file} is no JSON: {error}") from error
        self.start = self._skip(0)
        self._ends_of_lines = [found.start() for found in re.finditer("\n", self._text)]

    def entry(self, key: str) -> Entry:
        """Return the entry with a key of the object that the file is; of two the last one, as ``json`` does."""
        *_, last = (entry for entry in self.entries() if entry.key == key)
        return last

    def entries(self, within: Entry | None = None) -> Iterator[Entry]:
        """Yield the entries of an object or a list, with a key of an object given twice.

        :param within: entry whose value that is; the file itself by default.
        """
        start = self.start if within is None else within.start
        decode = json.JSONDecoder().raw_decode
        is_object = self._text[start] == "{"
        place = self._skip(start + 1)
        while self._text[place] not in "}]":
            key, begin = "", place
            if is_object:
                key, end = decode(self._text, place)
                begin = self._skip(self._skip(end) + 1)  # over the colon
            value, end = decode(self._text, begin)
            yield Entry(key, value, bisect_left(self._ends_of_lines, place) + 1, begin)
            place = self._skip(end)
            if self._text[place] == ",":
                place = self._skip(place + 1)

    def _skip(self, place: int) -> int:
        found = _BLANK.match(self._text, place)
        return found.end() if found else place
