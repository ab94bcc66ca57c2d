"""A scan of all words by quantised codes, its best re-ranked by their vectors: for words that do not cluster."""

import logging

import faiss
import numpy as np
import numpy.typing as npt

from miner.neighbors.sample import Neighbors, Sample
from miner.neighbors.search import flat_index, search_others

logger = logging.getLogger(__name__)

DIMS_PER_CODE = (8, 4, 2)  # of half a byte, coarsest first; 8 are scanned six times as fast as floats
SHORTLIST_FACTORS = (10, 20, 40)  # words re-ranked, per neighbour asked for


def through_codes(
    vectors: npt.NDArray[np.float32], sample: Sample, min_recall: float, seed: int
) -> Neighbors | None:
    """Take finer codes and longer shortlists until they hold enough of the sample's true neighbours.

    :param vectors: float32, shape (n_words, dim), unit rows, of which the index keeps a second copy.
    :param min_recall: least share of them, plus a standard error.
    :param seed: of the words that the codes are trained on.
    :return: ``None`` if none of the codes is good enough.
    """
    flat = flat_index(vectors)
    for dims_per_code in DIMS_PER_CODE:
        name, codes = _codes(vectors, dims_per_code, seed)
        index = faiss.IndexRefine(codes, flat)
        for factor in SHORTLIST_FACTORS:
            index.k_factor = factor
            found, _ = search_others(index, vectors[sample.words], sample.words, sample.k)
            recall, error = sample.recall(found)
            logger.info("%s, k_factor %d: recall@%d %.3f ± %.3f", name, factor, sample.k, recall, error)
            if recall - error >= min_recall:
                ids, similarity = search_others(index, vectors, np.arange(len(vectors)), sample.k)
                return Neighbors(ids, similarity, f"{name},RFlat k_factor={factor}", recall)
    return None


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
