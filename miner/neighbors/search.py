"""What a FAISS index finds for words that are in it themselves."""

import faiss
import numpy as np
import numpy.typing as npt

from miner.progress import progress_bar

N_WORDS_AT_ONCE = 16_384  # bounds the memory of their shortlists


def flat_index(vectors: npt.NDArray[np.float32]) -> faiss.Index:
    """Return an exact index of cosine similarity."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def search_others(
    index: faiss.Index, queries: npt.NDArray[np.float32], own_ids: npt.NDArray[np.int64], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the ids and similarities of each query's k nearest words, itself left out.

    :param queries: float32, shape (n_queries, dim).
    :param own_ids: int64, shape (n_queries,), of the queries in the index.
    :return: int64 and float32, shape (n_queries, k), as in ``Neighbors``.
    """
    ids = np.empty((len(queries), k), np.int64)
    similarity = np.empty((len(queries), k), np.float32)
    with progress_bar("Neighbours", len(queries)) as advance:
        for start in range(0, len(queries), N_WORDS_AT_ONCE):
            block = slice(start, start + N_WORDS_AT_ONCE)
            near, found = index.search(queries[block], k + 1)
            ids[block], similarity[block] = without_self(near, found, own_ids[block], k)
            advance(len(found))
    return ids, similarity


def without_self(
    similarity: npt.NDArray[np.float32], ids: npt.NDArray[np.int64], own_ids: npt.NDArray[np.int64], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Drop each query's own id out of k + 1 found ones, wherever it stands: equal vectors tie with it.

    Ties are ordered by id, so that the result does not depend on the order FAISS met them in.
    """
    similarity[ids == own_ids[:, None]] = np.nan  # sorts last
    order = np.lexsort((ids, -similarity), axis=1)[:, :k]
    ids = np.take_along_axis(ids, order, axis=1)
    similarity = np.take_along_axis(similarity, order, axis=1)
    similarity[ids < 0] = -np.inf
    return ids, similarity
