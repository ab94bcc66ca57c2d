"""Judge the model of pairs on words that it has not learned from: its probabilities, and the groups they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from miner.clustering import cluster
from miner.evaluation.calibration import Calibration, answers_of, calibrate
from miner.evaluation.grouping import evaluate_groups
from miner.evidence.table import EvidenceTable
from miner.options import GroupOptions
from miner.scoring.labels import Pair
from miner.scoring.model import PairModel
from miner.scoring.pairs import with_two_steps
from miner.scoring.training import measure_words, train_model
from miner.scoring.validation import Fold, cross_validate

NUMBERS = ("precision", "recall", "f1", "recall.loanword", "recall.synonym", "merged.antonym", "bcubed_f1")


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What a model is worth on words that it has seen and on words that it has not.

    :ivar fitted: of groups by the model that learned from all labels, each part of the labels judged by itself.
    :ivar unseen: the same by the models that learned from the other parts.
    :ivar calibration: of the latter's probabilities.
    """

    fitted: Mapping[str, float]
    unseen: Mapping[str, float]
    calibration: Calibration


def evaluate_model(
    words: Sequence[str],
    vectors: npt.NDArray[np.float32],
    has_vector: npt.NDArray[np.bool_],
    labels: Mapping[Pair, str],
    *,
    axis: npt.NDArray[np.float32] | None,
    n_folds: int,
    seed: int,
) -> ModelReport:
    """Cross-validate the training of the model.

    :param words: NFC, distinct.
    :param vectors: float32, shape (n_words, dim), unit rows where ``has_vector``.
    :param has_vector: bool, shape (n_words,).
    :param labels: of pairs in code-point order.
    :param axis: from blame to praise among the vectors, float32, shape (dim,), if the encoder has one.
    :param n_folds: parts of the labels, at least 2; no word is in two.
    :param seed: of the division, and of the search for neighbours.
    :raises ValueError: as ``cross_validate``, or if a part has no two words that mean the same.
    """
    known, evidence, table = measure_words(words, vectors, has_vector, axis=axis, seed=seed)
    folds = cross_validate(known, table, labels, n_folds=n_folds, seed=seed)
    model = train_model(known, table, labels, {})
    asked = [answers_of(fold.model, known, table, fold.labels) for fold in folds]
    complete = with_two_steps(evidence, table, model)
    return ModelReport(
        _mean([_judge(model, known, complete, fold) for fold in folds]),
        _mean([_judge(fold.model, known, complete, fold) for fold in folds]),
        calibrate(*(np.concatenate(side) for side in zip(*asked, strict=True))),
    )


def _judge(model: PairModel, words: Sequence[str], table: EvidenceTable, fold: Fold) -> dict[str, float]:
    kept = table.columns["opposition"] == 0
    groups = cluster(
        table.pairs[kept], model.score(table).log_odds[kept], max_group_size=GroupOptions().max_group_size
    )
    named = [[words[i] for i in group] for group in groups]
    numbers = evaluate_groups(named, fold.labels, words).numbers
    return {name: numbers[name].value for name in NUMBERS if name in numbers}


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    values = {name: [row[name] for row in rows if name in row] for name in NUMBERS}
    return {name: float(np.mean(own)) for name, own in values.items() if own}
