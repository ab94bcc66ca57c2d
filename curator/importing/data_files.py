"""Reads SKOS, and groups as CSV, JSONL, Parquet and JSON."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator.groups import FORMAT
from curator.importing.rows import BrokenRow, Row, Verdict, row_of

LANGUAGE = "ko"
SYNTAXES = {".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld", ".nt": "nt"}


def read_skos(file: Path) -> Iterator[Row | BrokenRow]:
    """Read concepts, in the order of their URIs: labels in Korean, or without a language.

    :raises ValueError: if the syntax cannot be told from the file's name, or the file cannot be parsed.
    """
    from xml.sax import SAXException

    from rdflib import RDF, SKOS, Graph
    from rdflib.exceptions import ParserError
    from rdflib.plugins.parsers.notation3 import BadSyntax

    syntax = SYNTAXES.get(file.suffix.lower())
    if syntax is None:
        raise ValueError(f"{file}: its name does not tell the syntax; expected it to end in {', '.join(SYNTAXES)}")
    try:
        graph = Graph().parse(str(file), format=syntax)
    except (ParserError, BadSyntax, SAXException, SyntaxError, ValueError) as error:
        raise ValueError(f"{file} is no RDF in the syntax {syntax}: {error}") from error
    for concept in sorted(graph.subjects(RDF.type, SKOS.Concept), key=str):
        labels = {
            name: sorted(str(label) for label in graph.objects(concept, SKOS[name]) if _is_korean(label))
            for name in ("prefLabel", "altLabel", "hiddenLabel")
        }
        preferred = labels["prefLabel"]
        if len(preferred) != 1:
            found = ", ".join(preferred) or "none"
            yield BrokenRow(f"concept <{concept}>", f"has {len(preferred)} prefLabels ({found}); expected one")
        else:
            yield row_of(f"concept <{concept}>", [label for found in labels.values() for label in found])


def _is_korean(label: Any) -> bool:  # noqa: ANN401 - a node of rdflib, which may be no literal
    return getattr(label, "language", "") in (None, LANGUAGE)


def read_csv(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a word a row, with the columns ``group`` and ``word``, and ``pos`` and ``position`` if they are there.

    A group stands where its first row does.

    :raises ValueError: if a column is missing, or the file is not UTF-8 or no CSV.
    """
    groups: dict[str, tuple[str, list[tuple[int, str, str]]]] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = {"group", "word"} - set(reader.fieldnames or ())
            if missing:
                raise ValueError(f"{file} has no column {' and no column '.join(sorted(missing))}")
            for row in reader:
                place, position = f"line {reader.line_num}", row.get("position") or "0"
                if row["word"] is None or not position.isdecimal():
                    yield BrokenRow(place, f"has the position {position!r} and the word {row['word']!r}")
                    continue
                _, words = groups.setdefault(row["group"], (place, []))
                words.append((int(position), row["word"], row.get("pos") or ""))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{file} is no CSV in UTF-8: {error}") from error
    for place, words in groups.values():
        words.sort(key=lambda word: word[0])
        yield row_of(place, [word for _, word, _ in words], {word: pos for _, word, pos in words if pos})


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
    except pa.ArrowInvalid as error:
        raise ValueError(f"{file} is no Parquet file: {error}") from error


def read_json(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a dictionary of lists, or what ``curator release show --json`` prints.

    :raises ValueError: if the file is no JSON object.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=list)
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from error
    if not isinstance(content, list) or not all(isinstance(pair, tuple) for pair in content):
        raise ValueError(f'{file} holds no JSON object; expected {{"name": ["word", "word", ...], ...}}')
    if ("format", FORMAT) in content:
        for number, item in enumerate(dict(content)["groups"], 1):
            yield _group(f"group {number}", _as_object(item))
        return
    for name, words in content:
        texts = [word[0] if isinstance(word, tuple) else word for word in words] if isinstance(words, list) else []
        if not texts or not all(isinstance(text, str) for text in texts):
            yield BrokenRow(f"key {name!r}", "holds no list of words")
        else:
            yield row_of(f"key {name!r}", sorted(texts, key=lambda text: text != name))


def _as_object(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Make objects of the lists of pairs that the reader of a dictionary keeps, to see a key twice."""
    if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
        return {key: _as_object(each) for key, each in value}
    return [_as_object(each) for each in value] if isinstance(value, list) else value


def _group(place: str, item: Any) -> Row | BrokenRow:  # noqa: ANN401 - JSON
    try:
        members: list[Mapping[str, Any]] = item["members"]
        words = [member["word"] for member in members]
        pos = {member["word"]: member["pos"] for member in members if member.get("pos")}
        if "status" not in item:
            return row_of(place, words, pos)
        verdict = Verdict(item["status"]) if item["status"] in set(Verdict) else None
        return row_of(place, words, pos, verdict=verdict, content=item)
    except (KeyError, TypeError, AttributeError) as error:
        return BrokenRow(
            place, f'has another form ({type(error).__name__}: {error}); expected "members" with "word"'
        )
