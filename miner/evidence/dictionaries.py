"""Dictionaries that the user has: CSV, Solr synonyms or JSON, as evidence with the name of the file."""

import csv
import json
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from miner.evidence.table import PairSource

FORMATS = (".csv", ".tsv", ".txt", ".json", ".jsonl")


def read_dictionaries(paths: list[Path]) -> PairSource:
    """Read dictionaries of synonyms into pairs.

    ``.csv`` and ``.tsv`` hold a group a row; ``.txt`` is the format of Solr (``a, b`` and ``a, b => c``, ``#`` for
    remarks); ``.jsonl`` holds a list, or an object with a list named ``words``, a line; ``.json`` holds a list of
    these, or an object of lists by word.

    :param paths: files; a pair that several have counts more.
    :return: number of dictionaries by pair in code-point order, and the names of these in place of a sentence.
    :raises ValueError: if a file has another ending, is not UTF-8, or a row cannot be read.
    :raises OSError: if a file cannot be read.
    """
    values: dict[tuple[str, str], float] = {}
    names: dict[tuple[str, str], str] = {}
    for path in paths:
        pairs = {pair for group in read_groups(path) for pair in combinations(sorted(set(group)), 2)}
        for pair in pairs:
            values[pair] = values.get(pair, 0.0) + 1
            names[pair] = f"{names[pair]}, {path.name}" if pair in names else path.name
    return PairSource(values, names)


def read_groups(path: Path) -> Iterator[list[str]]:
    """Yield the groups of a dictionary, words NFC and without white space around them.

    :raises ValueError: as ``read_dictionaries``.
    """
    if path.suffix not in FORMATS:
        raise ValueError(f"{path} ends in {path.suffix!r}; expected a dictionary in {', '.join(FORMATS)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8; save the dictionary as UTF-8") from error
    rows: Iterator[list[str]]
    if path.suffix in (".csv", ".tsv"):
        rows = csv.reader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ",")
    elif path.suffix == ".json":
        rows = _json_groups(path, text)
    else:
        parse = _solr_words if path.suffix == ".txt" else _json_words
        rows = (parse(path, number, line) for number, line in enumerate(text.splitlines(), start=1))
    for row in rows:
        words = [unicodedata.normalize("NFC", word.strip()) for word in row]
        words = [word for word in words if word]
        if len(words) > 1:
            yield words


def _solr_words(path: Path, number: int, line: str) -> list[str]:
    rule = line.partition("#")[0]
    if rule.count("=>") > 1:
        raise ValueError(f"{path}, row {number}: {line!r} has more than one =>; expected a, b or a, b => c")
    return rule.replace("=>", ",").split(",")


def _json_words(path: Path, number: int, line: str) -> list[str]:
    if not line.strip():
        return []
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, row {number}: {error}; expected a JSON list of words") from error
    return _listed(value, f"{path}, row {number}")


def _json_groups(path: Path, text: str) -> Iterator[list[str]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: {error}; expected a JSON list of lists of words") from error
    if isinstance(content, dict):
        for word, others in content.items():
            yield [word, *_listed(others, f"{path}, {word!r}")]
    elif isinstance(content, list):
        for number, value in enumerate(content, start=1):
            yield _listed(value, f"{path}, group {number}")
    else:
        raise ValueError(f"{path}: found {type(content).__name__}; expected a JSON list of lists of words")


def _listed(value: Any, place: str) -> list[str]:  # noqa: ANN401 - whatever the JSON holds
    words = value.get("words") if isinstance(value, dict) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{place}: expected a list of words, or an object with a list named words")
    return words
