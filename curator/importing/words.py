"""Words of a dictionary into the store: those that it has not, and where they come from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select, text, update

from curator.importing.rows import BrokenRow, WordRow, sound_rows
from curator.store.models import ImportedWord, Word
from curator.store.queries import batches, find_words

# As the miner names them. Nori takes each word of its user dictionary for a noun.
NOUN, COMPOUND = "Noun", "Compound"


@dataclass(slots=True)
class WordImportReport:
    """What became of each row.

    :ivar n_new: words that no run and no import had before.
    :ivar n_known: words that were here already, and are now known to stand in the dictionary, too.
    :ivar n_other_parts: of the known ones, those that an earlier import had with other parts; the new ones hold.
    :ivar n_repeated: rows whose word another row of the file has; the first one holds.
    :ivar broken: not read.
    """

    n_new: int = 0
    n_known: int = 0
    n_other_parts: int = 0
    n_repeated: int = 0
    broken: list[BrokenRow] = field(default_factory=list)


def import_words(
    connection: Connection, rows: Iterable[WordRow | BrokenRow], *, file: str, format: str, strict: bool = False
) -> WordImportReport:
    """Store the words, in no group and decided by nobody, with their parts and where they come from.

    :param connection: in a transaction that writes.
    :param file: name of the file, which is kept with each word.
    :param strict: whether a broken row is an error.
    :raises ValueError: if the file has no word, or under ``strict`` a broken row; nothing is stored then.
    """
    report = WordImportReport()
    read, report.broken = sound_rows(rows, file=file, format=format, strict=strict)
    by_word: dict[str, WordRow] = {}
    for row in read:
        by_word.setdefault(row.word, row)
    lock_words(connection)
    pos = {word: COMPOUND if row.parts else NOUN for word, row in by_word.items()}
    keys, report.n_new = store_words(connection, pos)
    report.n_known = len(by_word) - report.n_new
    report.n_repeated = len(read) - len(by_word)
    origin = {"file": file, "format": format, "imported_at": datetime.now(UTC)}
    values = {
        keys[word]: {**origin, "place": row.place, "parts": list(row.parts) or None}
        for word, row in by_word.items()
    }
    report.n_other_parts = _store_origins(connection, values)
    return report


def lock_words(connection: Connection) -> None:
    """Keep a run at the same time from bringing the same new words; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE words IN SHARE ROW EXCLUSIVE MODE"))


def store_words(connection: Connection, pos: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Store the words that are new.

    :param pos: part of speech of each word, by text; a word that is here keeps its own.
    :return: keys of all of them, by text, and how many are new.
    """
    found = find_words(connection, list(pos))
    new = [{"text": word, "pos": kind} for word, kind in pos.items() if word not in found]
    if new:
        connection.execute(insert(Word), new)
        found |= find_words(connection, [row["text"] for row in new])
    return {word: key for word, (key, _) in found.items()}, len(new)


def _store_origins(connection: Connection, values: Mapping[int, Mapping[str, object]]) -> int:
    """Store or replace the origins, by key of the word; return how many had other parts before."""
    before: dict[int, list[str] | None] = {}
    columns = (ImportedWord.word_id, ImportedWord.parts)
    for part in batches(list(values)):
        rows = connection.execute(select(*columns).where(ImportedWord.word_id.in_(part)))
        before.update({key: parts for key, parts in rows})
    new = [{**value, "word_id": key} for key, value in values.items() if key not in before]
    changed = [{**values[key], "key": key} for key, parts in before.items() if parts != values[key]["parts"]]
    if new:
        connection.execute(insert(ImportedWord), new)
    if changed:
        connection.execute(update(ImportedWord).where(ImportedWord.word_id == bindparam("key")), changed)
    return len(changed)
