"""An inverted file that is searched for all of its own vectors: for words that lie in clusters."""

import bisect
import itertools
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from miner.neighbors.sample import Neighbors, Sample, mean_recall
from miner.neighbors.search import without_self
from miner.progress import progress_bar

logger = logging.getLogger(__name__)

Ids = npt.NDArray[np.integer[Any]]
Probes = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]  # cells, and beside them the words that search them

WORDS_PER_CELL = 100  # a topic has a cell of its own: with 500, a word had to search an eighth of a million
MAX_SHARE_SEARCHED = 0.05  # of the cells; the codes of all words cost as much as the vectors of a sixth of them
N_SIMILARITIES_AT_ONCE = 2**22  # of words to centres
N_PROBES_AT_ONCE = 2**24


def through_cells(
    vectors: npt.NDArray[np.float32], sample: Sample, min_recall: float, seed: int
) -> Neighbors | None:
    """Search the cells that hold enough of the sample's true neighbours.

    :param vectors: float32, shape (n_words, dim), unit rows.
    :param min_recall: least share of them, plus a standard error.
    :param seed: of the cells.
    :return: ``None`` if these are too many cells.
    """
    centres = _centres(vectors, seed)
    min_nearness, n_probes = _reach_for(min_recall, centres, vectors[sample.words], vectors[sample.truth.ravel()])
    logger.info("%.1f of %d cells hold the neighbours, to %.3f", n_probes, len(centres), min_nearness)
    if n_probes > max(MAX_SHARE_SEARCHED * len(centres), 1):
        return None
    ids, similarity = _search_cells(vectors, centres, min_nearness, sample.k)
    recall, _ = sample.recall(ids[sample.words])
    return Neighbors(ids, similarity, f"IVF{len(centres)},Flat nprobe={n_probes:.1f}", recall)


def _centres(vectors: npt.NDArray[np.float32], seed: int) -> npt.NDArray[np.float32]:
    """Find centres of cells by k-means: few iterations on few points, as the measured recall judges them.

    :return: float32, shape (n_cells, dim), rows of unit length.
    """
    n_cells = -(-len(vectors) // WORDS_PER_CELL)
    # FAISS takes the seed 0 for "unset".
    means = faiss.Kmeans(
        *(vectors.shape[1], n_cells),
        niter=3,
        min_points_per_centroid=1,
        max_points_per_centroid=20,
        spherical=True,
        seed=seed + 1,
    )
    means.train(vectors)
    return np.asarray(means.centroids)


def _reach_for(
    min_recall: float,
    centres: npt.NDArray[np.float32],
    words: npt.NDArray[np.float32],
    truth: npt.NDArray[np.float32],
) -> tuple[float, float]:
    """Return which cells to search for that share of the true neighbours, less a standard error, and how many.

    A word amid its cell has nobody near in others, a word between cells has: it searches all whose centres are
    nearly as near as the nearest.

    :param words: float32, shape (n_sample, dim).
    :param truth: float32, shape (n_sample * k, dim), the neighbours of the first word first.
    :return: the least cosine similarity of a centre, as a share of that of the nearest; the mean number of cells.
    """
    nearness = words @ centres.T
    nearness /= np.maximum(nearness.max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    cells_of_truth = (truth @ centres.T).argmax(axis=1)
    of_truth = np.take_along_axis(nearness, cells_of_truth.reshape(len(words), -1), axis=1)

    def recall(min_nearness: float) -> float:
        mean, error = mean_recall(of_truth >= min_nearness)
        return mean - error

    choices = np.unique(of_truth)[::-1].tolist()
    min_nearness = choices[bisect.bisect_left(choices, min_recall, hi=len(choices) - 1, key=recall)]
    return min_nearness, float(np.count_nonzero(nearness >= min_nearness, axis=1).mean())


def _search_cells(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], min_nearness: float, k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Search cell by cell.

    All words that search a cell meet its words in one matrix product, many times the speed of a word at a time,
    and no second copy of the vectors is needed.
    """
    ids = np.full((len(vectors), k + 1), -1, np.int64)
    similarity = np.full((len(vectors), k + 1), -np.inf, np.float32)
    own_cell, probes = _probes(vectors, centres, min_nearness)
    words_of = _split(own_cell, np.arange(len(vectors)), len(centres))
    with progress_bar("Neighbours", sum(len(cells) for cells, _ in probes)) as advance:
        for cells, words in _batches(probes):
            asking_of = _split(cells, words, len(centres))
            busy = [pair for pair in zip(words_of, asking_of, strict=True) if all(map(len, pair))]
            _search_batch(vectors, busy, ids, similarity)
            advance(len(cells))
    return without_self(similarity, ids, np.arange(len(vectors)), k)


def _search_batch(
    vectors: npt.NDArray[np.float32],
    cells: list[tuple[Ids, Ids]],
    ids: npt.NDArray[np.int64],
    similarity: npt.NDArray[np.float32],
) -> None:
    """Search the words of each cell for those that ask it, and keep the best."""
    # A new array of megabytes costs more in page faults than the copying into it.
    own_rows, asking_rows = (
        np.empty((max(map(len, words)), vectors.shape[1]), np.float32) for words in zip(*cells, strict=True)
    )
    for own, asking in cells:
        near, found = faiss.knn(
            np.take(vectors, asking, axis=0, out=asking_rows[: len(asking)], mode="clip"),
            np.take(vectors, own, axis=0, out=own_rows[: len(own)], mode="clip"),
            ids.shape[1],
            metric=faiss.METRIC_INNER_PRODUCT,
        )
        _keep_best(ids, similarity, asking, np.where(found >= 0, own[found], -1), near)


def _keep_best(
    ids: npt.NDArray[np.int64],
    similarity: npt.NDArray[np.float32],
    asking: Ids,
    found: npt.NDArray[np.int64],
    near: npt.NDArray[np.float32],
) -> None:
    """Put what the asking words have found into ``ids`` and ``similarity``, where the farthest stands last."""
    n_kept = ids.shape[1]
    is_better = near[:, 0] > similarity[asking, -1]
    asking = asking[is_better]
    near = np.concatenate([similarity[asking], near[is_better]], axis=1)
    found = np.concatenate([ids[asking], found[is_better]], axis=1)
    best = np.argpartition(-near, n_kept - 1, axis=1)[:, :n_kept]
    similarity[asking] = np.take_along_axis(near, best, axis=1)
    ids[asking] = np.take_along_axis(found, best, axis=1)


def _probes(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], min_nearness: float
) -> tuple[Ids, list[Probes]]:
    """Return the cell that each word lies in, and cells beside the words that search them, in blocks of words."""
    own_cell = np.empty(len(vectors), np.int64)
    probes = []
    n_rows = max(N_SIMILARITIES_AT_ONCE // len(centres), 1)
    similarity = np.empty((n_rows, len(centres)), np.float32)
    with progress_bar("Cells", len(vectors)) as advance:
        for start in range(0, len(vectors), n_rows):
            block = vectors[start : start + n_rows]
            to_centres = np.matmul(block, centres.T, out=similarity[: len(block)])
            nearest = to_centres.argmax(axis=1)
            is_near = to_centres >= min_nearness * to_centres.max(axis=1, keepdims=True)
            is_near[np.arange(len(block)), nearest] = True
            words, cells = np.nonzero(is_near)
            own_cell[start : start + n_rows] = nearest
            probes.append((cells.astype(np.int32), (start + words).astype(np.int32)))
            advance(len(block))
    return own_cell, probes


def _batches(probes: Sequence[Probes]) -> Iterator[Probes]:
    """Join blocks, as many as may be searched at once."""
    n_probes = itertools.accumulate(len(cells) for cells, _ in probes)
    numbered = zip(n_probes, probes, strict=True)
    for _, batch in itertools.groupby(numbered, key=lambda block: block[0] // N_PROBES_AT_ONCE):
        cells, words = zip(*(block for _, block in batch), strict=True)
        yield np.concatenate(cells), np.concatenate(words)


def _split(cells: Ids, words: Ids, n_cells: int) -> list[Ids]:
    """Return for each cell the words that stand beside it."""
    order = np.argsort(cells, kind="stable")
    return np.split(words[order], np.searchsorted(cells[order], np.arange(1, n_cells)))
