"""Sentences of a text file, to see what an adjustment changes on a user's own text."""

import gzip
import lzma
import random
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import IO

DEFAULT_N_SENTENCES = 20_000


def read_sample(file: Path, *, n_sentences: int = DEFAULT_N_SENTENCES, seed: int = 0) -> tuple[list[str], int]:
    """Draw sentences at random, each as likely as any other.

    :param file: text in UTF-8, a sentence a line; also .gz and .xz.
    :return: the sentences, NFC, in the order of the file, and the number of those that the file has.
    :raises FileNotFoundError: if there is no such file.
    :raises ValueError: if it is no text, or empty.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}; expected text, a sentence a line")
    try:
        with _opened(file) as stream:
            sentences, n_all = _draw(stream, n_sentences, random.Random(seed))
    except (UnicodeDecodeError, lzma.LZMAError, gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{file} cannot be read as UTF-8 text, a sentence a line: {error}") from error
    if not sentences:
        raise ValueError(f"{file} has no sentences; expected text, a sentence a line")
    return sentences, n_all


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8")
    return lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else file.open(encoding="utf-8")


def _draw(stream: IO[str] | Iterable[str], n_wanted: int, chance: random.Random) -> tuple[list[str], int]:
    """Reservoir sampling (Vitter 1985, algorithm R)."""
    kept: list[tuple[int, str]] = []
    n_all = 0
    for line in stream:
        sentence = unicodedata.normalize("NFC", line.strip())
        if not sentence:
            continue
        place = n_all if n_all < n_wanted else chance.randrange(n_all + 1)
        if place < n_wanted:
            kept[place : place + 1] = [(n_all, sentence)]
        n_all += 1
    return [sentence for _, sentence in sorted(kept)], n_all
