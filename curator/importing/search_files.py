"""Reads Solr's synonym format, Elasticsearch's synonyms sets, WordNet's prolog format, nori's dictionaries."""

import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from curator.importing.json_entries import JsonFile
from curator.importing.rows import BrokenRow, Row, WordRow, printable, problem_of, row_of

MAX_BLANK_BYTES = 1_024  # before the brace of a synonyms set
_TOKENS = re.compile(r"\\(.)|(=>)|(,)|(.)", re.DOTALL)
_NORI_BLANKS = " \t\v\f\r"  # between words, for Java
_SYNSET_LINE = re.compile(r"s\((\d{9}),\d+,'(.*)',([nvasr]),\d+,\d+\)\.")
_POS = {"n": "Noun", "v": "Verb", "a": "Adjective", "s": "Adjective", "r": "Adverb"}


def read_solr(file: Path) -> Iterator[Row | BrokenRow]:
    """Read rules, a line each; of ``a, b => c`` the canonical word is ``c``."""
    for place, line in _lines(file):
        if line.strip() and not line.startswith("#"):
            yield _rule(place, line)


def read_synonyms_set(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a body of ``PUT _synonyms/<set>``, or what GET answers.

    :raises ValueError: if the file holds no such object.
    """
    json_file = JsonFile(file)
    if not isinstance(json_file.content, dict) or not isinstance(json_file.content.get("synonyms_set"), list):
        raise ValueError(
            f"{file} is no synonyms set; expected "
            '{"synonyms_set": [{"id": "1", "synonyms": "a, b => c"}, ...]}'
        )
    for number, entry in enumerate(json_file.entries(json_file.entry("synonyms_set")), 1):
        rule = entry.value if isinstance(entry.value, dict) else {}
        place = f"line {entry.line}, rule {printable(str(rule.get('id', number)))}"
        if isinstance(rule.get("synonyms"), str):
            yield _rule(place, rule["synonyms"])
        else:
            yield BrokenRow(place, 'has no text "synonyms"; expected {"id": "1", "synonyms": "a, b => c"}')


def read_elasticsearch(file: Path) -> Iterator[Row | BrokenRow]:
    """Read a synonyms set if the file is JSON, else rules.

    :raises ValueError: if it is JSON, and no synonyms set.
    """
    with file.open("rb") as start:
        is_json = start.read(MAX_BLANK_BYTES).removeprefix(BOM_UTF8).lstrip().startswith(b"{")
    return read_synonyms_set(file) if is_json else read_solr(file)


def read_wordnet(file: Path) -> Iterator[Row | BrokenRow]:
    """Read synsets; lines of one stand together, and a synset of one word is no group."""
    parsed = ((place, line, _SYNSET_LINE.fullmatch(line.rstrip())) for place, line in _lines(file) if line.strip())
    for synset, found in groupby(parsed, key=lambda item: item[2] and item[2][1]):
        if synset is None:
            expected = "expected s(100000001,1,'word',n,1,0)."
            yield from (
                BrokenRow(place, f"is no line of a synset: {line[:60]!r}; {expected}") for place, line, _ in found
            )
            continue
        lines = [(place, match[2].replace("''", "'"), match[3]) for place, _, match in found if match is not None]
        problems = {
            place: problem for place, word, _ in lines if (problem := problem_of(word.strip())) is not None
        }
        yield from (BrokenRow(place, problem) for place, problem in problems.items())
        pos = {word: _POS[letter] for place, word, letter in lines if place not in problems}
        yield row_of(lines[0][0], pos, pos)


def read_nori(file: Path) -> Iterator[WordRow | BrokenRow]:
    """Read a user dictionary: a word a line, with its parts if it has some."""
    for place, line in _lines(file):
        entry = unicodedata.normalize("NFC", line.partition("#")[0].strip(_NORI_BLANKS))
        word, *parts = re.split(f"[{_NORI_BLANKS}]+", entry)
        if not word:
            continue
        problem = problem_of(word)
        if problem is None and parts and "".join(parts) != word:
            problem = f"has the parts {printable(' '.join(parts))}, which do not make up {word}"
        yield BrokenRow(place, problem) if problem is not None else WordRow(place, word, tuple(parts))


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
    # As Lucene does, which drops empty terms.
    terms = [[word for term in side if (word := term.strip())] for side in reversed(sides)]
    if len(terms) == 2 and not all(terms):
        return BrokenRow(place, "has nothing on one side of =>; expected `a, b => c` or `a, b, c`")
    return row_of(place, [word for side in terms for word in side])


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    # A byte that is not UTF-8 is let pass, so that its word is named and the other lines are read.
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            yield f"line {number}", line.rstrip("\r\n")
