"""Imported rows into the store: proposals of their own origin, beside what people have decided here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from curator.importing.rows import BrokenRow, Row, Verdict, sound_rows
from curator.importing.words import lock_words, store_words
from curator.store.models import (
    Group,
    GroupOrigin,
    GroupStatus,
    ImportedGroup,
    Member,
    Run,
    WordStatistics,
)
from curator.store.queries import DecidedPairs, batches, decided_pairs, find_groups, find_words, signature_of

UNKNOWN_POS = "Other"
Content = dict[str, Any] | list[dict[str, Any]] | None  # of an imported group
# Belief that a group is right, where nothing measured it: what the earlier project said, else nothing.
CONFIDENCES = {Verdict.ACCEPTED: 1.0, Verdict.REJECTED: 0.0, None: 0.5}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that says something else than people here; what they said stays."""

    place: str
    words: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.place} ({', '.join(self.words)}): {self.reason}"


@dataclass(slots=True)
class ImportReport:
    """What became of each row.

    :ivar n_new: became groups, open for review.
    :ivar n_known: equal a group that is here already, or say what people here have said.
    :ivar n_repeated: equal another row of the file.
    :ivar n_new_words: words that no run and no import had before.
    :ivar conflicts: not imported.
    :ivar broken: not read.
    """

    n_new: int = 0
    n_known: int = 0
    n_repeated: int = 0
    n_new_words: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)


def import_groups(
    connection: Connection, rows: Iterable[Row | BrokenRow], *, file: str, format: str, strict: bool = False
) -> ImportReport:
    """Store the rows that are new as proposals. None counts as reviewed, whatever the file says of it.

    :param connection: in a transaction that writes.
    :param file: name of the file, which is kept with each group.
    :param strict: whether a broken row is an error.
    :raises ValueError: if the file has no group, or under ``strict`` a broken row; nothing is stored then.
    """
    report = ImportReport()
    read, report.broken = sound_rows(rows, file=file, format=format, strict=strict)
    lock_words(connection)
    new, known = _sorted_out(connection, read, report)
    heads = [rows[0] for rows in new]
    keys = _store_words(connection, heads, report)
    ids = _store_groups(connection, heads, keys)
    _store_origins(connection, {**dict(zip(ids, new, strict=True)), **known}, file, format)
    report.n_new = len(new)
    return report


def _sorted_out(
    connection: Connection, rows: Sequence[Row], report: ImportReport
) -> tuple[list[list[Row]], dict[int, list[Row]]]:
    """Return the rows that become groups, and the decisions on groups of the store, by key of the group.

    Rows of the same words stand together.
    """
    by_signature: dict[str, list[Row]] = {}
    for row in rows:
        by_signature.setdefault(signature_of(row.words), []).append(row)
    known = find_groups(connection, list(by_signature), datetime.now(UTC))
    words = find_words(connection, sorted({word for row in rows for word in row.words}))
    pairs = decided_pairs(connection)
    new: list[list[Row]] = []
    known_rows: dict[int, list[Row]] = {}
    for signature, same in by_signature.items():
        keys = {word: words[word][0] for word in same[0].words if word in words}
        found = {row.place: reason for row in same if (reason := _contradiction(row, keys, pairs)) is not None}
        report.conflicts += [
            Conflict(row.place, row.words, found[row.place]) for row in same if row.place in found
        ]
        fitting = [row for row in same if row.place not in found]
        if not fitting:
            continue
        report.n_repeated += len(fitting) - 1
        if signature in known:
            report.n_known += 1
            decided = [row for row in fitting if row.content is not None]
            if decided:
                known_rows[known[signature].id] = decided
        else:
            new.append(fitting)
    return new, known_rows


def _contradiction(row: Row, keys: Mapping[str, int], pairs: DecidedPairs) -> str | None:
    """Say what people here decided otherwise, or None. A group that was rejected there claims to be none."""
    own = {(min(keys[a], keys[b]), max(keys[a], keys[b])): (a, b) for a, b in combinations(keys, 2)}
    if row.verdict is Verdict.REJECTED:
        together = len(keys) == len(row.words) and own.keys() <= pairs.must_link
        return "was rejected there, and people here put these words together" if together else None
    apart = [own[pair] for pair in sorted(own.keys() & pairs.cannot_link)]
    return f"people here keep {apart[0][0]} and {apart[0][1]} apart" if apart else None


def _store_words(connection: Connection, rows: Sequence[Row], report: ImportReport) -> dict[str, int]:
    pos: dict[str, str] = {}
    for row in rows:
        for word in row.words:
            pos.setdefault(word, row.pos.get(word, UNKNOWN_POS))
    keys, report.n_new_words = store_words(connection, pos)
    return keys


def _store_groups(connection: Connection, rows: Sequence[Row], keys: Mapping[str, int]) -> list[int]:
    counts = _counts(connection, sorted({keys[word] for row in rows for word in row.words}))
    stored: list[int] = []
    for part in batches(rows):
        ids = connection.scalars(
            insert(Group).returning(Group.id, sort_by_parameter_order=True),
            [_group_values(row, [keys[word] for word in row.words], counts) for row in part],
        ).all()
        members = [
            {"group_id": key, "word_id": keys[word], "position": position}
            for key, row in zip(ids, part, strict=True)
            for position, word in enumerate(row.words)
        ]
        connection.execute(insert(Member), members)
        stored.extend(ids)
    return stored


def _store_origins(connection: Connection, rows: Mapping[int, Sequence[Row]], file: str, format: str) -> None:
    """Store where groups come from. The first file stays, and what earlier projects said of a group adds up."""
    before: dict[int, Content] = {}
    for part in batches(list(rows)):
        query = select(ImportedGroup.group_id, ImportedGroup.content).where(ImportedGroup.group_id.in_(part))
        before.update((key, content) for key, content in connection.execute(query))
    common = {"file": file, "format": format, "imported_at": datetime.now(UTC)}
    new, changed = [], []
    for key, same in rows.items():
        content = _all_said(before.get(key), same)
        if key not in before:
            new.append({**common, "group_id": key, "place": same[0].place, "content": content})
        elif content != before[key]:
            changed.append({"key": key, "content": content})
    if new:
        connection.execute(insert(ImportedGroup), new)
    if changed:
        connection.execute(update(ImportedGroup).where(ImportedGroup.group_id == bindparam("key")), changed)


def _all_said(before: Content, rows: Iterable[Row]) -> Content:
    """Return the one row that decisions came from, or a list of several, each once."""
    said = list(before) if isinstance(before, list) else [] if before is None else [before]
    for row in rows:
        if row.content is not None and row.content not in said:
            said.append(dict(row.content))
    return said if len(said) > 1 else said[0] if said else None


def _group_values(row: Row, word_ids: Sequence[int], counts: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    signature = signature_of(row.words)
    frequencies = [counts.get(key, (0, 0)) for key in word_ids]
    return {
        "status": GroupStatus.PROPOSED,
        "origin": GroupOrigin.IMPORTED,
        "signature": signature,
        "proposed_signature": signature,
        "canonical_word_id": word_ids[0],
        "n_members": len(word_ids),
        "confidence": CONFIDENCES[row.verdict],
        "n_occurrences": sum(n_occurrences for n_occurrences, _ in frequencies),
        "n_affected_pieces": sum(n_pieces for _, n_pieces in frequencies),
    }


def _counts(connection: Connection, word_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return occurrences, and pieces that they are cut into if out of vocabulary, in the newest run."""
    newest = connection.scalar(select(func.max(Run.id)))
    counts: dict[int, tuple[int, int]] = {}
    for part in batches(word_ids):
        columns = (WordStatistics.word_id, WordStatistics.frequency, WordStatistics.is_oov, WordStatistics.pieces)
        query = select(*columns).where(WordStatistics.run_id == newest, WordStatistics.word_id.in_(part))
        for key, frequency, is_oov, pieces in connection.execute(query):
            counts[key] = (frequency, frequency * len(pieces) if is_oov else 0)
    return counts
