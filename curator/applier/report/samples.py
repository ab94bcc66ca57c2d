"""The texts that both models are asked about."""

import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from tokenizers import Tokenizer

from curator.applier.manifest import Manifest
from curator.applier.particles import AFTER_CONSONANT, AFTER_VOWEL, ALL_PARTICLES, particles_after
from curator.applier.tokenization import WordSearch

MAX_TEXTS = 200  # drawn at random; the report says how many
N_FOLDS = 5
MAX_PROBE_TEXTS = 2_000

Drawn = TypeVar("Drawn")


def swap_synonyms(sample: Sequence[str], manifest: Manifest, *, seed: int) -> list[tuple[str, str]]:
    """Return sentences of a sample with one group's word replaced by another word of its group.

    An eojeol counts if it is the word, or the word with a particle; the particle takes the other word's form.
    """
    groups: dict[str, list[str]] = {}
    for word in manifest["words"]:
        if word["id"] is not None:
            groups.setdefault(word["group"], []).append(word["word"])
    owners = {word: key for key, words in groups.items() for word in words if len(words) > 1}
    pairs, chance = [], random.Random(seed)
    for sentence in sample:
        eojeols = sentence.split()
        for place, eojeol in enumerate(eojeols):
            found = _split(eojeol, owners)
            if found is not None:
                word, particle = found
                other = chance.choice([w for w in groups[owners[word]] if w != word])
                swapped = [*eojeols[:place], other + _fitting(particle, other), *eojeols[place + 1 :]]
                pairs.append((" ".join(eojeols), " ".join(swapped)))
                break
    return chance.sample(pairs, min(MAX_TEXTS, len(pairs)))


def _split(eojeol: str, owners: dict[str, str]) -> tuple[str, str] | None:
    for end in range(len(eojeol), 0, -1):
        word, particle = eojeol[:end], eojeol[end:]
        if word in owners and (not particle or particle in ALL_PARTICLES):
            return word, particle
    return None


def _fitting(particle: str, word: str) -> str:
    for forms in (AFTER_CONSONANT, AFTER_VOWEL):
        if particle in forms:
            return particles_after(word)[forms.index(particle)]
    return particle


def untouched_sentences(
    sample: Sequence[str], manifest: Manifest, tokenizer: Tokenizer, *, seed: int
) -> list[str]:
    """Return sentences of a sample without a word of any group, in any place."""
    search = WordSearch((word["word"] for word in manifest["words"]), tokenizer)
    free = [text for text in sample if not search.finds_one_in(text)]
    return drawn(free, MAX_TEXTS, seed=seed)


def drawn(texts: Sequence[Drawn], n_wanted: int, *, seed: int) -> list[Drawn]:
    """Draw that many texts, or all if there are no more."""
    return random.Random(seed).sample(texts, min(n_wanted, len(texts)))


def read_labelled(file: Path, text_column: str, label_column: str, *, seed: int) -> tuple[list[str], list[str]]:
    """Read texts and labels of a .csv or .tsv file with a header.

    At most 2,000 rows are drawn; those without a text or a label are left out, and those whose label has fewer
    texts than there are folds.

    :return: texts and labels.
    :raises FileNotFoundError: if there is no such file.
    :raises ValueError: if it is no UTF-8, a column is not there, or there are fewer than two labels.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}; expected .csv or .tsv with a header")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = _rows(stream, file, text_column, label_column)
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no UTF-8 text (byte {error.start}); save it as UTF-8") from error
    rows = drawn(rows, MAX_PROBE_TEXTS, seed=seed)
    counts = Counter(label for _, label in rows)
    common = {label for label, count in counts.items() if count >= N_FOLDS}
    if len(common) < 2:
        raise ValueError(
            f"{file}: the column {label_column} has {len(common)} labels of {N_FOLDS} texts or more; expected two"
        )
    kept = [(text, label) for text, label in rows if label in common]
    return [text for text, _ in kept], [label for _, label in kept]


def _rows(stream: TextIO, file: Path, text_column: str, label_column: str) -> list[tuple[str, str]]:
    # A field of a .tsv may begin with a quotation mark that is never closed, as in NSMC, and would swallow rows.
    is_tsv = file.suffix == ".tsv"
    reader = csv.DictReader(
        stream, delimiter="\t" if is_tsv else ",", quoting=csv.QUOTE_NONE if is_tsv else csv.QUOTE_MINIMAL
    )
    absent = [name for name in (text_column, label_column) if name not in (reader.fieldnames or ())]
    if absent:
        raise ValueError(f"{file} has no column {absent[0]}; it has {', '.join(reader.fieldnames or ())}")
    return [(row[text_column], row[label_column]) for row in reader if row[text_column] and row[label_column]]
