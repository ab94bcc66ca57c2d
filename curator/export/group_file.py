"""Groups out of a JSON file, read twice and piece by piece, so that memory does not grow with them."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from curator.export.base import GroupStream, with_digest
from curator.groups import (
    FORMAT,
    SynonymGroup,
    created_at_of,
    digest_of,
    group_from_json,
    group_from_lists,
    read_groups,
    unique_keys,
)

CHARACTERS_AT_ONCE = 64 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")


def stream_of_file(path: Path) -> GroupStream:
    """Return the groups of a JSON file in either form that ``read_groups`` takes.

    A release whose ``format`` is not its first key, and what can be read but once, such as a pipe, are read as a
    whole.

    :raises FileNotFoundError: if there is no such file.
    :raises ValueError: if it is no file of groups; while reading, if it changes.
    """
    head: dict[str, Any] = {}
    try:
        if path.is_file():
            digest = _digest(path, head)
            groups = with_digest(_groups(path, {}), digest, str(path))
            return GroupStream(str(path), digest, groups, head.get("number"), created_at_of(path, head))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, sqlite3.Error):
        pass  # what is wrong, and where, is said by the reader of the whole
    whole = read_groups(path)
    return GroupStream(whole.source, whole.digest, whole.groups, whole.number, whole.created_at)


def _digest(path: Path, head: dict[str, Any]) -> str:
    """Return the digest of the groups, if all of them are as they should be.

    :param head: takes what the file says besides.
    """
    with closing(sqlite3.connect("")) as seen:  # a file of SQLite's own, which goes with the connection
        seen.execute("CREATE TABLE seen (kind, text, PRIMARY KEY (kind, text)) WITHOUT ROWID")
        digest = digest_of(_each_once(_groups(path, head), seen))
    if head.get("digest") not in (None, digest):
        raise ValueError("the file has another digest than its groups")
    return digest


def _each_once(groups: Iterator[SynonymGroup], seen: sqlite3.Connection) -> Iterator[SynonymGroup]:
    is_empty = True
    for group in groups:
        is_empty = False
        if len(group.members) < 2:
            raise ValueError("a group has fewer than two words")
        texts = [("key", group.key), *(("word", word) for word in group.words)]
        seen.executemany("INSERT INTO seen VALUES (?, ?)", texts)
        yield group
    if is_empty:
        raise ValueError("the file has no groups")


def _groups(path: Path, head: dict[str, Any]) -> Iterator[SynonymGroup]:
    with path.open(encoding="utf-8-sig") as file:
        text = _Text(file)
        is_release = None
        for key in text.keys():
            if is_release is None:
                is_release = key == "format"
            if not is_release:
                yield group_from_lists(str(path), key, text.value())
            elif key in head:
                raise ValueError(f"{key} stands twice")
            elif key == "groups":
                head[key] = None
                yield from (group_from_json(str(path), item) for item in text.items())
            else:
                head[key] = text.value()
                if head["format"] != FORMAT:
                    raise ValueError("the file has another format")
        if text.peek():
            raise ValueError("something follows the groups")


class _Text:
    """A JSON text of which no more is in memory than the value that is read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer, self._place = "", 0
        self._decode = json.JSONDecoder(object_pairs_hook=unique_keys).raw_decode

    def keys(self) -> Iterator[str]:
        """Yield the keys of an object; the caller takes the value of each before the next."""
        self._take("{")
        for _ in self._separated("}"):
            key = self.value()
            if not isinstance(key, str):
                raise TypeError(f"{key!r} is no key")
            self._take(":")
            yield key

    def items(self) -> Iterator[Any]:
        """Yield the values of a list."""
        self._take("[")
        for _ in self._separated("]"):
            yield self.value()

    def value(self) -> Any:  # noqa: ANN401 - JSON
        """Take the next value."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._buffer, self._place)
            except json.JSONDecodeError:
                if not self._read_more():
                    raise
                continue
            if end < len(self._buffer) or not self._read_more():  # else 12 may be the half of 123
                self._place = end
                return value

    def peek(self) -> str:
        """Return the next character that is not blank; empty at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._place)
            self._place = blank.end() if blank else self._place
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._read_more():
                return ""

    def _separated(self, close: str) -> Iterator[None]:
        while self.peek() != close:
            yield
            if self.peek() != close:
                self._take(",")
                if self.peek() == close:
                    raise ValueError("nothing follows a comma")
        self._take(close)

    def _take(self, expected: str) -> None:
        if self.peek() != expected:
            raise ValueError(f"{self.peek()!r} stands in place of {expected!r}")
        self._place += 1

    def _read_more(self) -> bool:
        rest = self._buffer[self._place :]
        piece = self._file.read(max(CHARACTERS_AT_ONCE, len(rest)))  # a long value is decoded anew each time
        self._buffer, self._place = rest + piece, 0
        return bool(piece)
