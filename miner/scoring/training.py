"""Train the model on labelled pairs of words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from miner.evidence.candidates import candidate_pairs
from miner.evidence.table import Evidence, EvidenceTable
from miner.neighbors import find_neighbors
from miner.options import GroupOptions
from miner.scoring.labels import DIFFERENT, SAME, Pair
from miner.scoring.model import PairModel
from miner.scoring.terms import TERMS, design

N_NEIGHBORS = GroupOptions().n_neighbors  # as a run looks at
OTHER_WEIGHT = 0.3  # of a pair that no label judges: nearly always different, and there are many more of them
DIFFERENT_WEIGHT = 4.0  # of a labelled antonym or related word: a wrong merge costs more than a missed one
_C = 1.0  # inverse strength of the prior; .1 to 10 differ by .001 in average precision


def train_on_words(
    words: Sequence[str],
    vectors: npt.NDArray[np.float32],
    has_vector: npt.NDArray[np.bool_],
    labels: Mapping[Pair, str],
    trained_with: Mapping[str, Any],
    *,
    axis: npt.NDArray[np.float32] | None,
    seed: int,
) -> PairModel:
    """Find and measure the pairs among words, as a run does, and learn from those that are labelled.

    :param words: NFC, distinct.
    :param vectors: float32, shape (n_words, dim), unit rows where ``has_vector``.
    :param has_vector: bool, shape (n_words,).
    :param labels: of pairs in code-point order.
    :param trained_with: what the model shall say of its training.
    :param axis: from blame to praise among the vectors, float32, shape (dim,), if the encoder has one.
    :param seed: of the search for neighbours.
    :raises ValueError: as ``train_model``.
    """
    known, _, table = measure_words(words, vectors, has_vector, axis=axis, seed=seed)
    return train_model(known, table, labels, trained_with)


def measure_words(
    words: Sequence[str],
    vectors: npt.NDArray[np.float32],
    has_vector: npt.NDArray[np.bool_],
    *,
    axis: npt.NDArray[np.float32] | None,
    seed: int,
) -> tuple[list[str], Evidence, EvidenceTable]:
    """Find and measure the pairs among words, as a run does.

    :param words: NFC, distinct.
    :param vectors: float32, shape (n_words, dim), unit rows where ``has_vector``.
    :param has_vector: bool, shape (n_words,).
    :param axis: from blame to praise among the vectors, float32, shape (dim,), if the encoder has one.
    :param seed: of the search for neighbours.
    :return: the words that have vectors, what measures them, and the measured pairs.
    """
    known = [word for word, there in zip(words, has_vector, strict=True) if there]
    there = vectors[has_vector]
    neighbors = find_neighbors(there, N_NEIGHBORS, seed=seed)
    pairs, _ = candidate_pairs(known, neighbors)
    evidence = Evidence(known, there, neighbors, axis=axis)
    return known, evidence, evidence.measure(pairs)


def train_model(
    words: Sequence[str], table: EvidenceTable, labels: Mapping[Pair, str], trained_with: Mapping[str, Any]
) -> PairModel:
    """Learn the weights of the terms that word lists can teach; those of text evidence are given.

    Among words that stand in labelled pairs that mean the same, a pair without a label is different: the labels
    are taken to be complete there. Pairs of other words are taken to be different, too, at less weight.

    :param words: which the table's pairs index.
    :param table: evidence on the pairs that were looked at.
    :param labels: of pairs in code-point order.
    :param trained_with: what the model shall say of its training.
    :raises ValueError: if the labelled pairs among the table's are all the same, or all different.
    """
    is_judged, is_same = judged(words, table.pairs, labels)
    if not is_same.any() or is_same[is_judged].all():
        raise ValueError(
            f"{is_same.sum()} of {is_judged.sum()} judged pairs mean the same; expected some that do and some "
            "that do not"
        )
    terms = design(table.columns)
    learned = np.array([term.given_weight is None for term in TERMS])
    scaler = StandardScaler().fit(terms[:, learned])
    regression = LogisticRegression(C=_C, max_iter=3000)
    sample_weight = np.where(is_judged, 1.0, OTHER_WEIGHT)
    sample_weight[is_labelled(words, table.pairs, labels, DIFFERENT)] *= DIFFERENT_WEIGHT
    regression.fit(scaler.transform(terms[:, learned]), is_same, sample_weight)
    weights = np.array([term.given_weight or 0.0 for term in TERMS])
    means = np.zeros(len(TERMS))
    weights[learned] = regression.coef_[0] / scaler.scale_
    means[learned] = scaler.mean_
    counts = {"n_pairs": len(is_same), "n_judged_pairs": int(is_judged.sum()), "n_same_pairs": int(is_same.sum())}
    return PairModel(float(regression.intercept_[0]), weights, means, {**trained_with, **counts})


def judged(
    words: Sequence[str], pairs: npt.NDArray[np.int64], labels: Mapping[Pair, str]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which pairs the labels judge, and which of these mean the same: bool, shape (n_pairs,) each."""
    in_same = {word for pair, label in labels.items() if label in SAME for word in pair}
    complete = np.array([words[a] in in_same and words[b] in in_same for a, b in pairs.tolist()], np.bool_)
    return complete | is_labelled(words, pairs, labels, (*SAME, *DIFFERENT)), is_labelled(
        words, pairs, labels, SAME
    )


def is_labelled(
    words: Sequence[str], pairs: npt.NDArray[np.int64], labels: Mapping[Pair, str], chosen: Collection[str]
) -> npt.NDArray[np.bool_]:
    """Return which pairs have one of the chosen labels: bool, shape (n_pairs,)."""
    keys = ((min(words[a], words[b]), max(words[a], words[b])) for a, b in pairs.tolist())
    return np.fromiter((labels.get(key) in chosen for key in keys), np.bool_, len(pairs))
