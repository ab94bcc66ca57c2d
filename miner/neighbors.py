"""Nearest neighbours of word vectors with FAISS: exact, or approximate with a measured recall."""

import logging
import math
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from miner.progress import progress_bar

logger = logging.getLogger(__name__)

EXACT_UP_TO = 50_000  # words; twice as many cost four times, and 50,000 x 1024 take half a minute on two cores
MAX_COMPARED_PER_WORD = 50_000  # through cells; a graph is cheaper than more
N_RECALL_SAMPLE = 300  # words whose true neighbours are found exactly to measure an approximate index
UNIT_NORM_TOLERANCE = 1e-3  # float32 rows normalised elsewhere, or stored at half precision


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


def find_neighbors(
    vectors: npt.NDArray[np.float32],
    k: int,
    *,
    exact_up_to: int = EXACT_UP_TO,
    min_recall: float = 0.95,
    seed: int = 0,
) -> Neighbors:
    """Find the ``k`` words of highest cosine similarity for every word.

    Up to ``exact_up_to`` words the search is exact (``IndexFlatIP``). Above, it goes through the cells of an
    inverted file, or through a graph (FAISS wiki, *Guidelines to choose an index*), with the effort that finds
    ``min_recall`` of the true neighbours of a random sample; if neither does, the search is exact after all.

    :param vectors: float32, shape (n_words, dim), rows of unit length.
    :param k: neighbours per word, at least 1; at most n_words - 1 are found.
    :param exact_up_to: largest n_words that is searched exactly.
    :param min_recall: least share of the true k neighbours that an approximate index must find, in (0, 1].
    :param seed: of the recall sample and of the cells.
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
        ids, similarity = _search_others(_exact(vectors), vectors, np.arange(n_words), k)
        return Neighbors(ids, similarity, "Flat", 1.0)
    return _approximate(vectors, k, min_recall, seed)


def _check(vectors: npt.NDArray[np.float32], k: int, min_recall: float) -> None:
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ValueError(
            f"vectors have shape {vectors.shape} and dtype {vectors.dtype}; expected (n_words, dim) float32"
        )
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least 1 neighbour")
    if not 0 < min_recall <= 1:
        raise ValueError(f"min_recall is {min_recall}; expected a share in (0, 1]")
    norms = np.linalg.norm(vectors, axis=1)
    wrong = np.flatnonzero(~(np.abs(norms - 1) <= UNIT_NORM_TOLERANCE))  # ~(<=) also catches NaN
    if len(wrong):
        raise ValueError(
            f"{len(wrong)} of {len(vectors)} rows are not of unit length (row {wrong[0]} has norm "
            f"{norms[wrong[0]]:.4f}); normalise the rows and leave out words without a vector"
        )


def _approximate(vectors: npt.NDArray[np.float32], k: int, min_recall: float, seed: int) -> Neighbors:
    """Take cells where few enough of them hold enough of a sample's true neighbours, else a graph, else all."""
    sample = np.random.default_rng(seed).choice(len(vectors), min(N_RECALL_SAMPLE, len(vectors)), replace=False)
    truth, _ = _search_others(_exact(vectors), vectors[sample], sample, k)
    centres = _centres(vectors, seed)
    n_probes = _n_probes_for(min_recall, centres, vectors[sample], vectors[truth.ravel()])
    n_compared = n_probes * len(vectors) / centres.ntotal
    logger.info("%d cells of %d hold the neighbours: %.0f words each", n_probes, centres.ntotal, n_compared)
    if n_compared > min(MAX_COMPARED_PER_WORD, len(vectors) / 2):
        return _search_graph(vectors, sample, truth, min_recall)
    ids, similarity = _search_cells(vectors, centres, n_probes, k)
    return Neighbors(ids, similarity, f"IVF{centres.ntotal},Flat nprobe={n_probes}", _recall(truth, ids[sample]))


def _search_graph(
    vectors: npt.NDArray[np.float32],
    sample: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int64],
    min_recall: float,
) -> Neighbors:
    """Raise the effort until the graph finds enough of the sample's true neighbours."""
    k = truth.shape[1]
    index, efforts = _graph(vectors)
    for effort in efforts:
        faiss.ParameterSpace().set_index_parameter(index, "efSearch", effort)
        found, _ = _search_others(index, vectors[sample], sample, k)
        recall = _recall(truth, found)
        logger.info("efSearch %d: recall@%d %.3f on %d words", effort, k, recall, len(sample))
        if recall >= min_recall:
            ids, similarity = _search_others(index, vectors, np.arange(len(vectors)), k)
            return Neighbors(ids, similarity, f"HNSW32 efSearch={effort}", recall)
    logger.warning("no approximate index finds %.0f %% of the neighbours: searching exactly", 100 * min_recall)
    return find_neighbors(vectors, k, exact_up_to=len(vectors))


def _exact(vectors: npt.NDArray[np.float32]) -> faiss.Index:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _centres(vectors: npt.NDArray[np.float32], seed: int) -> faiss.Index:
    """Find centres of cells by k-means: few iterations on few points, as the measured recall judges them."""
    n_cells = round(2 * math.sqrt(len(vectors)))
    # FAISS takes the seed 0 for "unset".
    means = faiss.Kmeans(
        vectors.shape[1], n_cells, niter=3, max_points_per_centroid=20, spherical=True, seed=seed + 1
    )
    means.train(vectors)
    return means.index


def _n_probes_for(
    min_recall: float, centres: faiss.Index, words: npt.NDArray[np.float32], truth: npt.NDArray[np.float32]
) -> int:
    """Return how many cells a word must search to meet that share of the true neighbours.

    :param words: float32, shape (n_sample, dim).
    :param truth: float32, shape (n_sample * k, dim), the neighbours of the first word first.
    """
    _, ranked = centres.search(words, centres.ntotal)
    _, cell = centres.search(truth, 1)
    place = np.argsort(ranked, axis=1)  # of each cell among those ranked for a word
    places = np.take_along_axis(place, cell.reshape(len(words), -1), axis=1)
    return int(np.quantile(places, min_recall, method="inverted_cdf")) + 1


def _search_cells(
    vectors: npt.NDArray[np.float32], centres: faiss.Index, n_probes: int, k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Search an inverted file for all of its own vectors, cell by cell.

    All words that probe a cell meet its words in one matrix product, many times the speed of a word at a time, and
    no second copy of the vectors is needed.
    """
    _, probes = centres.search(vectors, n_probes)
    ids = np.full((len(vectors), k + 1), -1, np.int64)
    similarity = np.full((len(vectors), k + 1), -np.inf, np.float32)
    cells = zip(_by_cell(probes[:, :1], centres.ntotal), _by_cell(probes, centres.ntotal), strict=True)
    with progress_bar("Neighbours", len(vectors)) as advance:
        for own, asking in cells:
            if len(own):
                near, found = faiss.knn(vectors[asking], vectors[own], k + 1, metric=faiss.METRIC_INNER_PRODUCT)
                near = np.concatenate([similarity[asking], near], axis=1)
                found = np.concatenate([ids[asking], np.where(found >= 0, own[found], -1)], axis=1)
                best = np.argpartition(-near, k, axis=1)[:, : k + 1]
                similarity[asking] = np.take_along_axis(near, best, axis=1)
                ids[asking] = np.take_along_axis(found, best, axis=1)
            advance(len(own))
    return _without_self(similarity, ids, np.arange(len(vectors)), k)


def _by_cell(probes: npt.NDArray[np.int64], n_cells: int) -> list[npt.NDArray[np.int64]]:
    """Return for each cell the words that probe it.

    :param probes: int64, shape (n_words, n_probes), cells.
    """
    flat = probes.ravel()
    order = np.argsort(flat, kind="stable")
    return np.split(order // probes.shape[1], np.searchsorted(flat[order], np.arange(1, n_cells)))


def _graph(vectors: npt.NDArray[np.float32]) -> tuple[faiss.Index, list[int]]:
    """Build a navigable small world (Malkov & Yashunin 2018) and say how many candidates to keep, fewest first.

    Several threads build it, in an order that differs from run to run; so do a few of the neighbours it finds.
    """
    index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 80
    index.add(vectors)
    return index, [32, 64, 128, 256, 512]


def _recall(truth: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> float:
    hits = sum(len(np.intersect1d(a, b)) for a, b in zip(truth, found, strict=True))
    return hits / truth.size


def _search_others(
    index: faiss.Index, queries: npt.NDArray[np.float32], own_ids: npt.NDArray[np.int64], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    similarity, ids = index.search(queries, k + 1)
    return _without_self(similarity, ids, own_ids, k)


def _without_self(
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
