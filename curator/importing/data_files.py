"""Reads groups as CSV, JSONL, Parquet and JSON."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator.groups import FORMAT, is_utf8
from curator.importing.json_entries import JsonFile
from curator.importing.rows import BrokenRow, Row, Verdict, printable, problem_of, row_of
from curator.normalizer import FORMAT as NORMALIZER_FORMAT
from curator.normalizer import FORMAT_VERSION as NORMALIZER_VERSION


def read_csv(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a word a row, with the columns ``group`` and ``word``, and ``pos`` and ``position`` if they are there.

    A group stands where its first row does, and goes without the words of broken rows.

    :raises ValueError: if a column is missing.
    """
    groups: dict[str, tuple[str, list[tuple[int, str, str]]]] = {}
    for place, row in _csv_rows(file):
        if isinstance(row, str):
            yield BrokenRow(place, row)
            continue
        group, word, position = row.get("group"), row.get("word"), row.get("position") or "0"
        if not group or word is None or not position.isdecimal():
            yield BrokenRow(place, f"has the group {group!r}, the position {position!r} and the word {word!r}")
            continue
        if (problem := problem_of(word.strip())) is not None:
            yield BrokenRow(place, problem)
            continue
        _, words = groups.setdefault(group, (place, []))
        words.append((int(position), word, row.get("pos") or ""))
    for place, words in groups.values():
        words.sort(key=lambda word: word[0])
        yield row_of(place, [word for _, word, _ in words], {word: pos for _, word, pos in words if pos})


def _csv_rows(file: Path) -> Iterator[tuple[str, Mapping[str, str] | str]]:
    """Yield the place of each row, and its cells by column, or what is wrong with it."""
    # A byte that is not UTF-8 is let pass, so that its word is named and the other rows are read.
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        columns, problem = _next_row(reader)
        if problem is not None:
            raise ValueError(f"{file}, line 1 {problem}")
        if missing := sorted({"group", "word"} - set(columns)):
            raise ValueError(
                f"{file} has no column {' and no column '.join(missing)}, but "
                f"{printable(', '.join(columns)) or 'none'}; expected a word a row with its group, as "
                "`curator export csv` writes them; a group a line is the format solr"
            )
        while True:
            place = f"line {reader.line_num + 1}"
            before = reader.line_num
            cells, problem = _next_row(reader)
            if problem is not None:
                yield place, problem
            elif reader.line_num == before:
                return
            elif len(cells) > len(columns):
                yield place, f"has {len(cells)} cells, and the header {len(columns)}; quote what has a comma"
            elif cells:
                yield place, dict(zip(columns, cells, strict=False))


def _next_row(reader: Iterator[list[str]]) -> tuple[list[str], str | None]:
    """Return the next row, empty at the end, and what is wrong with it; the reader goes on after an error."""
    try:
        return next(reader, []), None
    except csv.Error as error:
        return [], f"is no CSV: {error}; mend its quotes"


def read_jsonl(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a group a line: of a release, or of an earlier project with its decisions."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            place = f"line {number}"
            try:
                if line.strip():
                    yield _group(place, json.loads(line.rstrip(b"\r\n")))
            except json.JSONDecodeError as error:
                yield BrokenRow(place, f"is no JSON: {error.msg} (column {error.colno})")
            except UnicodeDecodeError as error:
                yield BrokenRow(place, f"is not UTF-8 (byte {error.start} of the line); convert it first")
            except RecursionError:
                yield BrokenRow(place, "is nested too deeply; expected a group")


def read_parquet(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a group a record.

    :raises ValueError: if the file is no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as parquet:
            number = 0
            for batch in parquet.iter_batches():
                for item in batch.to_pylist():
                    number += 1
                    yield _group(f"record {number}", item)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{file} is no Parquet file that can be read: {error}") from error


def read_json(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a dictionary of lists, or what ``curator release show --json`` prints.

    :raises ValueError: if the file is no JSON object.
    """
    json_file = JsonFile(file)
    content = json_file.content
    if not isinstance(content, dict):
        raise ValueError(f'{file} holds no JSON object; expected {{"name": ["word", "word", ...], ...}}')
    if content.get("format") == FORMAT:
        if not isinstance(content.get("groups"), list):
            raise ValueError(f'{file} has no list "groups"; expected what `curator release show --json` prints')
        for number, entry in enumerate(json_file.entries(json_file.entry("groups")), 1):
            yield _group(f"line {entry.line}, group {number}", entry.value)
        return
    for entry in json_file.entries():
        place = f"line {entry.line}, key {entry.key!r}"
        texts = list(entry.value) if isinstance(entry.value, list | dict) else []
        if not texts or not all(isinstance(text, str) for text in texts):
            yield BrokenRow(place, "holds no list of words")
        else:
            yield row_of(place, sorted(texts, key=lambda text: text != entry.key))


def read_word_normalizer(file: Path) -> Iterator[Row | BrokenRow]:
    """Read what ``curator export word-normalizer`` writes; the words of one canonical word are a group.

    :raises ValueError: if the file is something else.
    """
    json_file = JsonFile(file)
    content = json_file.content
    is_ours = isinstance(content, dict) and content.get("format") == NORMALIZER_FORMAT
    if not is_ours or content.get("version") != NORMALIZER_VERSION or not isinstance(content.get("words"), dict):
        raise ValueError(f"{file} is no word normalizer; expected a file of `curator export word-normalizer`")
    groups: dict[str, tuple[str, list[str]]] = {}
    canonical_words = {word for word in content["words"].values() if isinstance(word, str)}
    for entry in json_file.entries(json_file.entry("words")):
        place = f"line {entry.line}"
        if not isinstance(entry.value, str):
            yield BrokenRow(place, f"has no canonical word for {entry.key!r}")
        elif entry.key != entry.value and entry.key in canonical_words:
            yield BrokenRow(place, f"has {entry.key!r} replaced, which is a canonical word of others")
        elif (problem := problem_of(entry.key.strip())) is not None:
            yield BrokenRow(place, problem)
        else:
            groups.setdefault(entry.value, (place, [entry.value]))[1].append(entry.key)
    for place, words in groups.values():
        yield row_of(place, words)


def _group(place: str, item: Any) -> Row | BrokenRow:  # noqa: ANN401 - JSON
    try:
        members: list[Mapping[str, Any]] = item["members"]
        words = [member["word"] for member in members]
        pos = {member["word"]: member["pos"] for member in members if member.get("pos")}
        if "status" not in item:
            return row_of(place, words, pos)
        if not is_utf8(json.dumps(item, ensure_ascii=False)):
            return BrokenRow(place, "has a text that UTF-8 cannot hold; mend it")
        verdict = Verdict(item["status"]) if item["status"] in set(Verdict) else None
        return row_of(place, words, pos, verdict=verdict, content=item)
    except (KeyError, TypeError, AttributeError) as error:
        return BrokenRow(
            place, f'has another form ({type(error).__name__}: {error}); expected "members" with "word"'
        )
