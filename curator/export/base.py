"""What all formats share: where groups come from, the check of every word, a file that appears when complete."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from curator.files import by_rename
from curator.groups import SynonymGroup, add_to_digest
from curator.release import find_release, released_groups

MAX_NAMED_WORDS = 20
NO_CANONICAL_WORD = "goes without its canonical word: the word after it stands in its place"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # Unicode's categories Cc, Zl and Zp


@dataclass(frozen=True, slots=True)
class GroupStream:
    """Groups on their way out.

    :ivar source: where they come from, for messages: ``release 3`` or a file's name.
    :ivar digest: of the groups; it stands in the files whose format has room for it.
    :ivar groups: in an order that the digest fixes; may be read once.
    :ivar number: of the release, if it is one.
    :ivar created_at: when the release was made, ISO 8601 in UTC.
    :ivar is_of_words: whether each group is one word of the lexicon, and no group at all.
    """

    source: str
    digest: str
    groups: Iterable[SynonymGroup]
    number: int | None = None
    created_at: str | None = None
    is_of_words: bool = False


class Format(Protocol):
    """A format of files, with its settings."""

    @property
    def min_words(self) -> int:
        """Return the least number of words with which a group has something to say in this format."""
        ...

    def problem(self, word: str) -> str | None:
        """Say why the format cannot hold the word, or None."""
        ...

    def notes(self, group: SynonymGroup) -> Iterable[str]:
        """Yield what a user of the file has to know of the group; each text is counted."""
        ...

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write all groups, the same bytes for the same groups."""
        ...


@dataclass(slots=True)
class ExportReport:
    """What was written, and what was not.

    :ivar left_out: the first words that the format cannot hold, each with the reason; the count has all.
    :ivar notes: what to know of the file -> number of groups that it concerns.
    """

    n_groups: int = 0
    n_words: int = 0
    n_left_out_words: int = 0
    n_left_out_groups: int = 0
    left_out: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def stream_of_release(connection: Connection, number: int | None = None) -> GroupStream:
    """Return the groups of a release, by default of the newest, read from the database as they are written.

    :raises ValueError: if there is no such release; while reading, if its content no longer has its digest.
    """
    found = find_release(connection, number)
    groups = released_groups(connection, found.number, found.digest)
    made = found.created_at.isoformat()
    return GroupStream(f"release {found.number}", found.digest, groups, found.number, made)


def with_digest(groups: Iterable[SynonymGroup], digest: str, source: str) -> Iterator[SynonymGroup]:
    """Yield groups whose digest was taken before, since it stands at the head of a file.

    :raises ValueError: after the last group, if they are others meanwhile.
    """
    found = hashlib.sha256()
    for group in groups:
        add_to_digest(found, group)
        yield group
    if found.hexdigest() != digest:
        raise ValueError(f"{source} changed while it was written; try again")


def export(stream: GroupStream, path: Path, format: Format) -> ExportReport:
    """Write groups into a file, which appears when all of them have been checked and written.

    A word that the format cannot hold is left out, counted and named, as is a group that has too few words
    without it.

    :raises ValueError: if no group is left, or the groups are not those of their digest; there is no file then.
    :raises OSError: if the file cannot be written.
    """
    report = ExportReport()
    with by_rename(path) as unfinished:
        format.write(replace(stream, groups=_checked(stream, format, report)), unfinished)
        if not report.n_groups:
            kind = "word" if stream.is_of_words else "group"
            count = f"{report.n_left_out_groups} were left out"
            first = f"; the first: {report.left_out[0]}" if report.left_out else ""
            raise ValueError(f"{stream.source} has no {kind} that this format can hold: {count}{first}")
    return report


def check(stream: GroupStream, format: Format) -> ExportReport:
    """Return what an export into a format would write and leave out, without writing it.

    :raises ValueError: if the groups are not those of their digest.
    """
    report = ExportReport()
    for _ in _checked(stream, format, report):
        pass
    return report


def text_problem(word: str) -> str | None:
    """Say what is wrong with a word in any format, or None."""
    if not word.strip():
        return "is blank"
    if word != word.strip():
        return "has white space at an end"
    if _CONTROL.search(word):
        return "has a line break" if {"\n", "\r"} & set(word) else "has a control character"
    if not unicodedata.is_normalized("NFC", word):
        return "is not in Unicode's form NFC"
    return None


def write_lines(path: Path, lines: Iterable[str]) -> None:
    r"""Write lines in UTF-8, each ended by ``\n``."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(line)
            out.write("\n")


def _checked(stream: GroupStream, format: Format, report: ExportReport) -> Iterator[SynonymGroup]:
    for group in stream.groups:
        kept = []
        for member in group.members:
            problem = text_problem(member.word) or format.problem(member.word)
            if problem is None:
                kept.append(member)
                continue
            report.n_left_out_words += 1
            if len(report.left_out) < MAX_NAMED_WORDS:
                where = "" if stream.is_of_words else f" of the group {group.key}"
                report.left_out.append(f"{member.word!r}{where} {problem}")
        if len(kept) < format.min_words:
            report.n_left_out_groups += 1
            continue
        report.n_groups += 1
        report.n_words += len(kept)
        checked = group if len(kept) == len(group.members) else replace(group, members=tuple(kept))
        report.notes.update(format.notes(checked))
        if format.min_words > 1 and kept[0] is not group.members[0]:  # else the words stand for themselves
            report.notes[NO_CANONICAL_WORD] += 1
        yield checked
