"""Cross-validation by sets of synonyms: what the model says of words that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from miner.evidence.table import EvidenceTable
from miner.scoring.labels import SAME, Pair, synonym_sets
from miner.scoring.model import PairModel
from miner.scoring.training import train_model

N_FOLDS = 2


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of the labels and the model that learned from the other parts.

    :ivar labels: of pairs whose words both belong to this part; no word of theirs is in a pair of the training.
    :ivar model: trained on the others.
    """

    labels: Mapping[Pair, str]
    model: PairModel


def cross_validate(
    words: Sequence[str], table: EvidenceTable, labels: Mapping[Pair, str], *, n_folds: int = N_FOLDS, seed: int
) -> list[Fold]:
    """Train a model for each part of the labels on the other parts.

    The parts share no word. A labelled pair between two parts belongs to none.

    :param words: which the table's pairs index.
    :param table: evidence on the pairs that were looked at.
    :param labels: of pairs in code-point order.
    :param n_folds: parts, at least 2.
    :param seed: of the division.
    :raises ValueError: as ``train_model``, or if ``n_folds`` is below 2.
    """
    if n_folds < 2:
        raise ValueError(f"n_folds is {n_folds}; expected at least 2 parts")
    fold_of = fold_of_words(labels, n_folds=n_folds, seed=seed)
    folds_of_rows = np.array([fold_of.get(word, -1) for word in words])[table.pairs]
    folds = []
    for fold in range(n_folds):
        others = (folds_of_rows != fold).all(axis=1)
        seen = EvidenceTable(table.pairs[others], {name: column[others] for name, column in table.columns.items()})
        model = train_model(words, seen, labels, {"fold": fold})
        own = {pair: label for pair, label in labels.items() if all(fold_of[word] == fold for word in pair)}
        folds.append(Fold(own, model))
    return folds


def fold_of_words(labels: Mapping[Pair, str], *, n_folds: int, seed: int) -> dict[str, int]:
    """Divide the labelled words, sets of synonyms undivided."""
    set_of = synonym_sets(pair for pair, label in labels.items() if label in SAME)
    next_set = len(set(set_of.values()))
    for word in sorted({word for pair in labels for word in pair} - set_of.keys()):
        set_of[word] = next_set
        next_set += 1
    fold_of_set: npt.NDArray[np.int64] = np.random.default_rng(seed).integers(n_folds, size=next_set)
    return {word: int(fold_of_set[number]) for word, number in set_of.items()}
