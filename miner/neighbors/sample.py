"""How many of their true neighbours an approximate search finds, measured on a few words."""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from miner.neighbors.search import without_self

N_WORDS = 300


@dataclass(frozen=True, slots=True)
class Neighbors:
    """The nearest neighbours of every word, itself left out.

    :ivar ids: int64, shape (n_words, k), nearest first; -1 where fewer than k words were found.
    :ivar cosine_similarity: float32, shape (n_words, k), beside ``ids``; -inf where the id is -1.
    :ivar index_description: FAISS's name of the index and its effort.
    :ivar recall: share of the true k neighbours that the index finds, measured on a sample; 1.0 when exact.
    """

    ids: npt.NDArray[np.int64]
    cosine_similarity: npt.NDArray[np.float32]
    index_description: str
    recall: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Random words with their true neighbours.

    :ivar words: int64, shape (n_sample,), rows of the vectors.
    :ivar truth: int64, shape (n_sample, k), their nearest neighbours.
    """

    words: npt.NDArray[np.int64]
    truth: npt.NDArray[np.int64]

    @classmethod
    def draw(cls, vectors: npt.NDArray[np.float32], k: int, seed: int) -> "Sample":
        """Draw words and compare them with all others."""
        words = np.random.default_rng(seed).choice(len(vectors), min(N_WORDS, len(vectors)), replace=False)
        similarity, ids = faiss.knn(vectors[words], vectors, k + 1, metric=faiss.METRIC_INNER_PRODUCT)
        truth, _ = without_self(similarity, ids, words, k)
        return cls(words, truth)

    @property
    def k(self) -> int:
        """Neighbours per word."""
        return int(self.truth.shape[1])

    def recall(self, found: npt.NDArray[np.int64]) -> tuple[float, float]:
        """Return the share of the true neighbours among those found, and its standard error.

        :param found: int64, shape (n_sample, k).
        """
        return mean_recall(np.array([np.isin(*pair) for pair in zip(self.truth, found, strict=True)]))


def mean_recall(is_found: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the share of neighbours that are found, and its standard error over words.

    :param is_found: bool, shape (n_words, k).
    """
    of_words = is_found.mean(axis=1)
    return float(of_words.mean()), float(of_words.std() / np.sqrt(len(of_words)))
