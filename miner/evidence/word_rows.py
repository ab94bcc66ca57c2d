"""Rows that stand for words beside their own vectors, and how alike those of two words are."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_ROWS_FILE = "rows.npz"
_PAIRS_PER_BLOCK = 100_000
_N_DRAWN_PAIRS = 20_000
MIN_ROWS_TO_COMPARE = 50


@dataclass(frozen=True, slots=True)
class WordRows:
    """A row per word.

    :ivar rows: sparse, float32, shape (n_words, dim), of unit length where ``has_row``.
    :ivar has_row: bool, shape (n_words,).
    :ivar n_occurrences: int64, shape (n_words,), that were counted for the row, where rows depend on them.
    """

    rows: sparse.csr_array
    has_row: npt.NDArray[np.bool_]
    n_occurrences: Ids | None = None

    def of(self, words: Ids) -> "WordRows":
        """Return the rows of some words."""
        n_occurrences = None if self.n_occurrences is None else self.n_occurrences[words]
        return WordRows(self.rows[words], self.has_row[words], n_occurrences)

    def cosine_similarity(self, pairs: Ids) -> Floats:
        """Compare pairs of words.

        :param pairs: int64, shape (n_pairs, 2).
        :return: float32, shape (n_pairs,), NaN where a word has no row.
        """
        found = np.full(len(pairs), np.nan, np.float32)
        there = np.flatnonzero(self.has_row[pairs].all(axis=1))
        for start in range(0, len(there), _PAIRS_PER_BLOCK):
            block = there[start : start + _PAIRS_PER_BLOCK]
            products = self.rows[pairs[block, 0]].multiply(self.rows[pairs[block, 1]])
            found[block] = np.asarray(products.sum(axis=1)).ravel()
        return found

    def save(self, folder: Path) -> None:
        """Write the rows into a folder; ``load_rows`` reads them back."""
        rows = self.rows
        np.savez(
            folder / _ROWS_FILE,
            data=rows.data,
            indices=rows.indices,
            indptr=rows.indptr,
            shape=np.array(rows.shape),
            has_row=self.has_row,
            n_occurrences=np.array([] if self.n_occurrences is None else self.n_occurrences, np.int64),
        )

    def drawn_pairs(self) -> Ids:
        """Return random pairs of different words that have rows, int64, shape (n_pairs, 2); none of very few."""
        there = np.flatnonzero(self.has_row)
        if len(there) < MIN_ROWS_TO_COMPARE:
            return np.empty((0, 2), np.int64)
        drawn = np.random.default_rng(0).choice(there, (_N_DRAWN_PAIRS, 2))
        different: Ids = drawn[drawn[:, 0] != drawn[:, 1]]
        return different

    def usual_similarity(self) -> tuple[float, float]:
        """Return mean and standard deviation of the cosine similarity of pairs of words drawn at random."""
        found = self.cosine_similarity(self.drawn_pairs())
        return (float(found.mean()), float(found.std()) or 1.0) if len(found) else (0.0, 1.0)


def context_margins(rows: WordRows, pairs: Ids, similarity: Floats) -> Floats:
    """Tell how far vectors in context are more alike than usual: 0 is one deviation above two random words.

    Half of all unrelated pairs lie below -1. Far above there are antonyms and members of one class beside
    synonyms, so that more than 2 says no more; and 0 stands for what is not known.

    :param rows: that were compared.
    :param pairs: int64, shape (n_pairs, 2).
    :param similarity: of the pairs, float32, shape (n_pairs,), NaN where a word has no row.
    :return: float32, shape (n_pairs,), in [-2, 2].
    """
    mean, deviation = rows.usual_similarity()
    return np.asarray(np.nan_to_num(((similarity - mean) / deviation - 1).clip(-2, 2)), np.float32)


def load_rows(folder: Path) -> WordRows:
    """Read what ``WordRows.save`` wrote."""
    with np.load(folder / _ROWS_FILE) as arrays:
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        rows = sparse.csr_array(parts, shape=tuple(arrays["shape"]))
        has_row, n_occurrences = arrays["has_row"], arrays["n_occurrences"]
        return WordRows(rows, has_row, n_occurrences if len(n_occurrences) == len(has_row) else None)
