"""Judge an encoder: whether a word's nearest neighbour among all words means the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from miner.evaluation.intervals import Counts, Estimate, estimates, ratio

N_RANKS = 50


def read_synonym_sets(path: str | Path) -> list[tuple[str, ...]]:
    """Read sets of synonyms, one a line: an id, a part of speech, then the words, tab-separated; # for remarks.

    :raises OSError: if the file cannot be read.
    :raises ValueError: if it is not UTF-8.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")[2:]) for line in lines if line and not line.startswith("#")]


def evaluate_ranking(
    words: Sequence[str],
    vectors: npt.NDArray[np.float32],
    synonym_sets: Sequence[Sequence[str]],
    *,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Rank, for every word in a set of synonyms, all other words by cosine similarity.

    :param words: row i of ``vectors`` belongs to word i.
    :param vectors: float32, shape (n_words, dim), unit rows, or zero for a word without a vector.
    :param synonym_sets: of words.
    :param seed: of the resampling.
    :return: ``hit@1`` and ``hit@10``, the share of words with a synonym among the first, and ``mrr@50``, the mean
        reciprocal rank of the first synonym, 0 past rank 50; with confidence intervals over words.
    :raises ValueError: if no set has two of the words.
    """
    number = {word: i for i, word in enumerate(words)}
    synonyms: dict[int, set[int]] = defaultdict(set)
    for members in synonym_sets:
        there = {number[word] for word in members if word in number}
        for i in there:
            synonyms[i] |= there - {i}
    gold = {i: others for i, others in sorted(synonyms.items()) if others}
    if not gold:
        raise ValueError(f"no set of synonyms has two of the {len(words)} words")
    has_vector = np.linalg.norm(vectors, axis=1) > 0
    ranks = np.array([_first_rank(vectors, has_vector, i, others) for i, others in gold.items()])
    counts = {
        "words": np.ones(len(ranks)),
        "hit@1": (ranks < 1).astype(float),
        "hit@10": (ranks < 10).astype(float),
        "mrr@50": np.where(ranks < N_RANKS, 1 / (ranks + 1), 0.0),
    }
    return estimates(counts, _measure, seed=seed)


def _first_rank(
    vectors: npt.NDArray[np.float32], has_vector: npt.NDArray[np.bool_], own: int, synonyms: set[int]
) -> float:
    """Return how many other words are nearer than the nearest synonym; infinite where a vector is missing."""
    there = [i for i in synonyms if has_vector[i]]
    if not has_vector[own] or not there:
        return float(np.inf)
    similarity = np.where(has_vector, vectors @ vectors[own], -np.inf)
    similarity[own] = -np.inf
    return float((similarity > similarity[there].max()).sum())


def _measure(sums: Counts) -> Mapping[str, npt.NDArray[np.float64]]:
    return {name: ratio(values, sums["words"]) for name, values in sums.items() if name != "words"}
