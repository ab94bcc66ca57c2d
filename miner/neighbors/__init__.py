"""Nearest neighbours of word vectors with FAISS: exact, or approximate with a measured recall."""

import logging

import numpy as np
import numpy.typing as npt

from miner.neighbors.cells import through_cells
from miner.neighbors.codes import through_codes
from miner.neighbors.sample import Neighbors, Sample
from miner.neighbors.search import flat_index, search_others

__all__ = ["EXACT_UP_TO", "Neighbors", "find_neighbors"]

logger = logging.getLogger(__name__)

EXACT_UP_TO = 50_000  # words; twice as many cost four times, and 50,000 x 1024 take half a minute on two cores
UNIT_NORM_TOLERANCE = 1e-3  # float32 rows normalised elsewhere, or stored at half precision


def find_neighbors(
    vectors: npt.NDArray[np.float32],
    k: int,
    *,
    exact_up_to: int = EXACT_UP_TO,
    min_recall: float = 0.95,
    seed: int = 0,
) -> Neighbors:
    """Find the ``k`` words of highest cosine similarity for every word.

    Up to ``exact_up_to`` words the search is exact. Above, it goes through the cells of an inverted file where the
    words lie in clusters. Where they do not, all words are compared, but by product-quantised codes (Jégou et al.
    2011; André et al. 2015 on scanning them in registers), and the best re-ranked by their vectors. The effort is
    the least one that finds ``min_recall`` of the true neighbours of a random sample; if none does, the search is
    exact after all. The same vectors and seed give the same neighbours.

    :param vectors: float32, shape (n_words, dim), rows of unit length.
    :param k: neighbours per word, at least 1; at most n_words - 1 are found.
    :param exact_up_to: largest n_words that is searched exactly.
    :param min_recall: least share of the true k neighbours that an approximate index must find, in (0, 1].
    :param seed: of the recall sample, the cells and the codes.
    :return: neighbours in the order of ``vectors``.
    :raises ValueError: if rows are not of unit length, or a number is out of range.
    """
    _check(vectors, k, min_recall)
    n_words = len(vectors)
    k = min(k, n_words - 1)
    if k < 1:  # a single word, or none: nobody is near
        return Neighbors(
            np.empty((n_words, 0), np.int64),
            np.empty((n_words, 0), np.float32),
            "none: fewer than two words",
            1.0,
        )
    if n_words <= exact_up_to:
        return _exact(vectors, k)
    sample = Sample.draw(vectors, k, seed)
    approximate = through_cells(vectors, sample, min_recall, seed) or through_codes(
        vectors, sample, min_recall, seed
    )
    if approximate is None:
        logger.warning(
            "no approximate search finds %.0f %% of the neighbours: searching exactly", 100 * min_recall
        )
    return approximate or _exact(vectors, k)


def _exact(vectors: npt.NDArray[np.float32], k: int) -> Neighbors:
    return Neighbors(*search_others(flat_index(vectors), vectors, np.arange(len(vectors)), k), "Flat", 1.0)


def _check(vectors: npt.NDArray[np.float32], k: int, min_recall: float) -> None:
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ValueError(
            f"vectors have shape {vectors.shape} and dtype {vectors.dtype}; expected (n_words, dim) float32"
        )
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least 1 neighbour")
    if not 0 < min_recall <= 1:
        raise ValueError(f"min_recall is {min_recall}; expected a share in (0, 1]")
    norms = np.sqrt(np.einsum("wd,wd->w", vectors, vectors))  # needs no copy, as np.linalg.norm does
    wrong = np.flatnonzero(~(np.abs(norms - 1) <= UNIT_NORM_TOLERANCE))  # ~(<=) also catches NaN
    if len(wrong):
        raise ValueError(
            f"{len(wrong)} of {len(vectors)} rows are not of unit length (row {wrong[0]} has norm "
            f"{norms[wrong[0]]:.4f}); normalise the rows and leave out words without a vector"
        )
