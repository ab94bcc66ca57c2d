"""Reads Solr's synonym format, the synonyms sets of Elasticsearch, and WordNet's prolog format."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from curator.importing.rows import BrokenRow, Row, row_of

_TOKENS = re.compile(r"\\(.)|(=>)|(,)|(.)", re.DOTALL)
_SYNSET_LINE = re.compile(r"s\((\d{9}),\d+,'(.*)',([nvasr]),\d+,\d+\)\.")
_POS = {"n": "Noun", "v": "Verb", "a": "Adjective", "s": "Adjective", "r": "Adverb"}


def read_solr(file: Path) -> Iterator[Row | BrokenRow]:
    """Read rules, a line each; of ``a, b => c`` the canonical word is ``c``.

    :raises ValueError: if the file is not UTF-8.
    """
    for place, line in _lines(file):
        if line.strip() and not line.startswith("#"):
            yield _rule(place, line)


def read_synonyms_set(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a body of ``PUT _synonyms/<set>``, or what GET answers.

    :raises ValueError: if the file holds no such object.
    """
    try:
        rules = json.loads(file.read_text(encoding="utf-8"))["synonyms_set"]
        texts = [(str(rule.get("id", number)), rule["synonyms"]) for number, rule in enumerate(rules, 1)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{file} is no synonyms set ({type(error).__name__}: {error}); expected "
            '{"synonyms_set": [{"id": "1", "synonyms": "a, b => c"}, ...]}'
        ) from error
    for key, text in texts:
        yield _rule(f"rule {key}", text)


def read_elasticsearch(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a synonyms set if the file is JSON, else rules.

    :raises ValueError: if it is neither.
    """
    with file.open("rb") as start:
        is_json = start.read(1) == b"{"
    return read_synonyms_set(file) if is_json else read_solr(file)


def read_wordnet(file: Path) -> Iterator[Row | BrokenRow]:
    """Read synsets; lines of one stand together, and a synset of one word is no group.

    :raises ValueError: if the file is not UTF-8.
    """
    parsed = ((place, line, _SYNSET_LINE.fullmatch(line.rstrip())) for place, line in _lines(file) if line.strip())
    for synset, found in groupby(parsed, key=lambda item: item[2] and item[2][1]):
        if synset is None:
            expected = "expected s(100000001,1,'word',n,1,0)."
            yield from (
                BrokenRow(place, f"is no line of a synset: {line[:60]!r}; {expected}") for place, line, _ in found
            )
            continue
        lines = [(place, match) for place, _, match in found if match is not None]
        pos = {match[2].replace("''", "'"): _POS[match[3]] for _, match in lines}
        yield row_of(lines[0][0], pos, pos)


def _rule(place: str, text: str) -> Row | BrokenRow:
    sides: list[list[str]] = [[""]]
    for escaped, arrow, comma, character in _TOKENS.findall(text.strip("\r\n")):
        if arrow:
            sides.append([""])
        elif comma:
            sides[-1].append("")
        else:
            sides[-1][-1] += escaped or character
    if len(sides) > 2:
        return BrokenRow(place, "has more than one =>; expected `a, b => c` or `a, b, c`")
    words = [word.strip() for side in reversed(sides) for word in side]
    return row_of(place, [word for word in words if word])  # as Lucene does, which drops empty terms


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    number = 0
    try:
        with file.open(encoding="utf-8-sig", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                yield f"line {number}", line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8, after line {number}: {error.reason}; convert it first") from error
