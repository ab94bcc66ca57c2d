"""Labelled pairs of words: what the model is trained on and judged by."""

import csv
import unicodedata
from collections.abc import Iterable
from pathlib import Path

SAME = ("synonym", "abbreviation", "loanword", "drug", "neologism")
DIFFERENT = ("antonym", "related")
HEADER = ["word_a", "word_b", "label"]

Pair = tuple[str, str]


def read_labels(path: str | Path) -> dict[Pair, str]:
    """Read labelled pairs: tab-separated ``word_a``, ``word_b``, ``label`` under a header.

    A pair that stands there twice keeps its first label.

    :return: labels by pair, NFC, in code-point order.
    :raises ValueError: if the header, a row or a label is another.
    :raises OSError: if the file cannot be read.
    """
    labels: dict[Pair, str] = {}
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        header = next(rows, [])
        if header != HEADER:
            raise ValueError(f"{path}: the header is {header}; expected {HEADER}, tab-separated")
        for number, row in enumerate(rows, start=2):
            if len(row) != len(HEADER) or row[2] not in (*SAME, *DIFFERENT):
                raise ValueError(
                    f"{path}, row {number}: {row}; expected two words and one of {', '.join((*SAME, *DIFFERENT))}"
                )
            a, b = (unicodedata.normalize("NFC", word) for word in row[:2])
            labels.setdefault((min(a, b), max(a, b)), row[2])
    return labels


def synonym_sets(pairs: Iterable[Pair]) -> dict[str, int]:
    """Give each connected set of words that mean the same a number."""
    members: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = members.get(a, {a}) | members.get(b, {b})
        members.update((word, joined) for word in joined)
    numbers: dict[int, int] = {}
    return {word: numbers.setdefault(id(joined), len(numbers)) for word, joined in sorted(members.items())}
