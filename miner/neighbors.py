"""Nearest neighbours of word vectors with FAISS: exact, or approximate with a measured recall."""

import bisect
import logging
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from miner.progress import progress_bar

logger = logging.getLogger(__name__)

EXACT_UP_TO = 50_000  # words; twice as many cost four times, and 50,000 x 1024 take half a minute on two cores
N_RECALL_SAMPLE = 300  # words whose true neighbours are found exactly to measure an approximate search
UNIT_NORM_TOLERANCE = 1e-3  # float32 rows normalised elsewhere, or stored at half precision
WORDS_PER_CELL = 100  # a topic has a cell of its own: with 500 a word must search a tenth of a million words
MAX_SHARE_COMPARED = 0.05  # of the cells; the codes of all words take as long as the vectors of some more
DIMS_PER_CODE = (8, 4, 2)  # of half a byte, coarsest first; 8 are scanned six times as fast as floats
SHORTLIST_FACTORS = (10, 20, 40)  # words re-ranked exactly, per neighbour asked for
BLOCK = 16_384  # words searched at once, which bounds the memory of their shortlists


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
        ids, similarity = _search_others(_flat(vectors), vectors, np.arange(n_words), k)
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
    norms = np.sqrt(np.einsum("wd,wd->w", vectors, vectors))  # needs no copy, as np.linalg.norm does
    wrong = np.flatnonzero(~(np.abs(norms - 1) <= UNIT_NORM_TOLERANCE))  # ~(<=) also catches NaN
    if len(wrong):
        raise ValueError(
            f"{len(wrong)} of {len(vectors)} rows are not of unit length (row {wrong[0]} has norm "
            f"{norms[wrong[0]]:.4f}); normalise the rows and leave out words without a vector"
        )


def _approximate(vectors: npt.NDArray[np.float32], k: int, min_recall: float, seed: int) -> Neighbors:
    """Search cells where few enough of them hold enough of a sample's true neighbours, else codes of all words."""
    sample = np.random.default_rng(seed).choice(len(vectors), min(N_RECALL_SAMPLE, len(vectors)), replace=False)
    similarity, ids = faiss.knn(vectors[sample], vectors, k + 1, metric=faiss.METRIC_INNER_PRODUCT)
    truth, _ = _without_self(similarity, ids, sample, k)
    centres = _centres(vectors, seed)
    min_nearness, n_probes = _reach_for(min_recall, centres, vectors[sample], vectors[truth.ravel()])
    logger.info("%.1f of %d cells hold the neighbours, to %.3f", n_probes, len(centres), min_nearness)
    if n_probes > max(MAX_SHARE_COMPARED * len(centres), 1):
        return _search_codes(vectors, sample, truth, min_recall, seed)
    ids, similarity = _search_cells(vectors, centres, min_nearness, k)
    recall, _ = _recall(_is_found(truth, ids[sample]))
    return Neighbors(ids, similarity, f"IVF{len(centres)},Flat nprobe={n_probes:.1f}", recall)


def _search_codes(
    vectors: npt.NDArray[np.float32],
    sample: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int64],
    min_recall: float,
    seed: int,
) -> Neighbors:
    """Take finer codes and longer shortlists until they hold enough of the sample's true neighbours."""
    k = truth.shape[1]
    flat = _flat(vectors)
    for dims_per_code in DIMS_PER_CODE:
        name, codes = _codes(vectors, dims_per_code, seed)
        index = faiss.IndexRefine(codes, flat)
        for factor in SHORTLIST_FACTORS:
            index.k_factor = factor
            found, _ = _search_others(index, vectors[sample], sample, k)
            recall, error = _recall(_is_found(truth, found))
            logger.info("%s, %d re-ranked: recall@%d %.3f ± %.3f", name, factor * (k + 1), k, recall, error)
            if recall - error >= min_recall:
                ids, similarity = _search_others(index, vectors, np.arange(len(vectors)), k)
                return Neighbors(ids, similarity, f"{name},RFlat k_factor={factor}", recall)
    logger.warning("no approximate search finds %.0f %% of the neighbours: searching exactly", 100 * min_recall)
    return find_neighbors(vectors, k, exact_up_to=len(vectors))


def _flat(vectors: npt.NDArray[np.float32]) -> faiss.Index:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _codes(vectors: npt.NDArray[np.float32], dims_per_code: int, seed: int) -> tuple[str, faiss.Index]:
    """Cut all vectors into pieces, each kept as the number of its nearest of 16 centres; also name the index."""
    dim = vectors.shape[1]
    n_codes = -(-dim // dims_per_code)
    name = f"PQ{n_codes}x4fs"
    if dim % dims_per_code:
        name = f"Pad{n_codes * dims_per_code},{name}"
    index = faiss.index_factory(dim, name, faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(seed).choice(len(vectors), min(16 * 256, len(vectors)), replace=False)
    index.train(vectors[sample])
    index.add(vectors)
    return name, index


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
        mean, error = _recall(of_truth >= min_nearness)
        return mean - error

    choices = np.unique(of_truth)[::-1].tolist()
    min_nearness = choices[bisect.bisect_left(choices, min_recall, hi=len(choices) - 1, key=recall)]
    return min_nearness, float(np.count_nonzero(nearness >= min_nearness, axis=1).mean())


def _search_cells(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], min_nearness: float, k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Search an inverted file for all of its own vectors, cell by cell.

    All words that search a cell meet its words in one matrix product, many times the speed of a word at a time,
    and no second copy of the vectors is needed.
    """
    ids = np.full((len(vectors), k + 1), -1, np.int64)
    similarity = np.full((len(vectors), k + 1), -np.inf, np.float32)
    cells = _cells(vectors, centres, min_nearness)
    # A new array of megabytes costs more in page faults than the copying into it.
    n_rows = max(len(asking) for _, asking in cells), max(len(own) for own, _ in cells)
    asking_rows, own_rows = (np.empty((n, vectors.shape[1]), np.float32) for n in n_rows)
    with progress_bar("Neighbours", len(vectors)) as advance:
        for own, asking in cells:
            if len(own):
                near, found = faiss.knn(
                    np.take(vectors, asking, axis=0, out=asking_rows[: len(asking)], mode="clip"),
                    np.take(vectors, own, axis=0, out=own_rows[: len(own)], mode="clip"),
                    k + 1,
                    metric=faiss.METRIC_INNER_PRODUCT,
                )
                _keep_best(ids, similarity, asking, np.where(found >= 0, own[found], -1), near)
            advance(len(own))
    return _without_self(similarity, ids, np.arange(len(vectors)), k)


def _keep_best(
    ids: npt.NDArray[np.int64],
    similarity: npt.NDArray[np.float32],
    asking: npt.NDArray[np.int64],
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


def _cells(
    vectors: npt.NDArray[np.float32], centres: npt.NDArray[np.float32], min_nearness: float
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Return for each cell the words that lie in it, and the words that search it."""
    own, cells, asking = [], [], []
    n_rows = max(2**22 // len(centres), 1)  # 16 MB of similarities
    similarity = np.empty((n_rows, len(centres)), np.float32)
    with progress_bar("Cells", len(vectors)) as advance:
        for start in range(0, len(vectors), n_rows):
            block = vectors[start : start + n_rows]
            to_centres = np.matmul(block, centres.T, out=similarity[: len(block)])
            nearest = to_centres.argmax(axis=1)
            is_near = to_centres >= min_nearness * to_centres.max(axis=1, keepdims=True)
            is_near[np.arange(len(block)), nearest] = True
            words, near = np.nonzero(is_near)
            own.append(nearest)
            cells.append(near)
            asking.append(start + words)
            advance(len(block))
    words_of = _split(np.concatenate(own), np.arange(len(vectors)), len(centres))
    asking_of = _split(np.concatenate(cells), np.concatenate(asking), len(centres))
    return list(zip(words_of, asking_of, strict=True))


def _split(
    cells: npt.NDArray[np.int64], words: npt.NDArray[np.int64], n_cells: int
) -> list[npt.NDArray[np.int64]]:
    """Return for each cell the words that stand beside it."""
    order = np.argsort(cells, kind="stable")
    return np.split(words[order], np.searchsorted(cells[order], np.arange(1, n_cells)))


def _search_cell(
    vectors: npt.NDArray[np.float32],
    own: npt.NDArray[np.int64],
    asking: npt.NDArray[np.int64],
    ids: npt.NDArray[np.int64],
    similarity: npt.NDArray[np.float32],
) -> None:
    """Put a cell's own words into what the asking words have found, its farthest last, the rest unordered."""
    n_kept = ids.shape[1]
    near, found = faiss.knn(vectors[asking], vectors[own], n_kept, metric=faiss.METRIC_INNER_PRODUCT)
    better = near[:, 0] > similarity[asking, -1]
    asking = asking[better]
    near = np.concatenate([similarity[asking], near[better]], axis=1)
    found = np.where(found[better] >= 0, own[found[better]], -1)
    found = np.concatenate([ids[asking], found], axis=1)
    best = np.argpartition(-near, n_kept - 1, axis=1)[:, :n_kept]
    similarity[asking] = np.take_along_axis(near, best, axis=1)
    ids[asking] = np.take_along_axis(found, best, axis=1)


def _is_found(truth: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.array([np.isin(one, other) for one, other in zip(truth, found, strict=True)])


def _recall(is_found: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the share of neighbours that are found, and its standard error over words.

    :param is_found: bool, shape (n_words, k).
    """
    of_words = is_found.mean(axis=1)
    return float(of_words.mean()), float(of_words.std() / np.sqrt(len(of_words)))


def _search_others(
    index: faiss.Index, queries: npt.NDArray[np.float32], own_ids: npt.NDArray[np.int64], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    ids = np.empty((len(queries), k), np.int64)
    similarity = np.empty((len(queries), k), np.float32)
    with progress_bar("Neighbours", len(queries)) as advance:
        for start in range(0, len(queries), BLOCK):
            block = slice(start, start + BLOCK)
            near, found = index.search(queries[block], k + 1)
            ids[block], similarity[block] = _without_self(near, found, own_ids[block], k)
            advance(len(found))
    return ids, similarity


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
