"""Rows that stand for words beside their own vectors, and how alike those of two words are."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]

_ROWS_FILE = "rows.npz"
_PAIRS_PER_BLOCK = 100_000
_N_DRAWN_PAIRS = 20_000
_MIN_ROWS_TO_COMPARE = 50


@dataclass(frozen=True, slots=True)
class WordRows:
    """A row per word.

    :ivar rows: sparse, float32, shape (n_words, dim), of unit length where ``has_row``.
    :ivar has_row: bool, shape (n_words,).
    """

    rows: sparse.csr_array
    has_row: npt.NDArray[np.bool_]

    def of(self, words: npt.NDArray[np.int64]) -> "WordRows":
        """Return the rows of some words."""
        return WordRows(self.rows[words], self.has_row[words])

    def cosine_similarity(self, pairs: npt.NDArray[np.int64]) -> Floats:
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
        )

    def usual_similarity(self) -> tuple[float, float]:
        """Return mean and standard deviation of the cosine similarity of pairs of words drawn at random."""
        there = np.flatnonzero(self.has_row)
        if len(there) < _MIN_ROWS_TO_COMPARE:
            return 0.0, 1.0
        drawn = np.random.default_rng(0).choice(there, (_N_DRAWN_PAIRS, 2))
        found = self.cosine_similarity(drawn[drawn[:, 0] != drawn[:, 1]])
        return float(found.mean()), float(found.std()) or 1.0


def margins(rows: WordRows, similarity: Floats) -> Floats:
    """Tell how far similarities are beyond what is usual: 0 is one deviation above that of two random words.

    Half of all unrelated pairs lie below -1. Far above there are antonyms and members of one class beside
    synonyms, so that more than 2 says no more; and 0 stands for what is not known.

    :param rows: that were compared.
    :param similarity: float32, shape (n_pairs,), NaN where a word has no row.
    :return: float32, shape (n_pairs,), in [-2, 2].
    """
    mean, deviation = rows.usual_similarity()
    return np.asarray(np.nan_to_num(((similarity - mean) / deviation - 1).clip(-2, 2)), np.float32)


def load_rows(folder: Path) -> WordRows:
    """Read what ``WordRows.save`` wrote."""
    with np.load(folder / _ROWS_FILE) as arrays:
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        return WordRows(sparse.csr_array(parts, shape=tuple(arrays["shape"])), arrays["has_row"])
