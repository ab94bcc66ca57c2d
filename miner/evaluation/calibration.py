"""Whether probabilities are what they say: of the pairs that get 70 %, seven in ten should mean the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from miner.evidence.table import EvidenceTable
from miner.files import by_rename
from miner.scoring.labels import Pair
from miner.scoring.model import PairModel
from miner.scoring.training import judged

BIN_EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The pairs whose probability lies between two edges.

    :ivar low: least probability; ``high`` the greatest.
    :ivar n_pairs: how many.
    :ivar mean_probability: what the model says of them.
    :ivar share_same: how many of them mean the same.
    """

    low: float
    high: float
    n_pairs: int
    mean_probability: float
    share_same: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities can be believed.

    :ivar bins: that have pairs, ascending.
    :ivar brier_score: mean squared error of the probabilities (Brier 1950); lower is better.
    :ivar base_brier_score: of one probability for all pairs, their share of synonyms.
    :ivar expected_calibration_error: mean distance of share and probability over the bins, weighted by pairs.
    """

    bins: tuple[ReliabilityBin, ...]
    brier_score: float
    base_brier_score: float
    expected_calibration_error: float


def calibrate(probability: npt.NDArray[np.float64], is_same: npt.NDArray[np.bool_]) -> Calibration:
    """Compare probabilities with answers.

    :param probability: float64, shape (n_pairs,).
    :param is_same: bool, shape (n_pairs,).
    :raises ValueError: if there are no pairs, or the shapes differ.
    """
    if probability.shape != is_same.shape or not len(probability):
        raise ValueError(
            f"{probability.shape} probabilities and {is_same.shape} answers; expected as many, and some"
        )
    number = np.clip(np.digitize(probability, BIN_EDGES) - 1, 0, len(BIN_EDGES) - 2)
    bins = tuple(
        ReliabilityBin(
            BIN_EDGES[i],
            BIN_EDGES[i + 1],
            int((number == i).sum()),
            float(probability[number == i].mean()),
            float(is_same[number == i].mean()),
        )
        for i in range(len(BIN_EDGES) - 1)
        if (number == i).any()
    )
    share = float(is_same.mean())
    error = sum(b.n_pairs * abs(b.mean_probability - b.share_same) for b in bins) / len(probability)
    return Calibration(bins, float(np.mean((probability - is_same) ** 2)), share * (1 - share), error)


def answers_of(
    model: PairModel, words: Sequence[str], table: EvidenceTable, labels: Mapping[Pair, str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return what a model says of the pairs that labels judge, and whether they mean the same.

    :return: float64 and bool, shape (n_judged_pairs,) each.
    """
    is_judged, is_same = judged(words, table.pairs, labels)
    return model.score(table).probability[is_judged], is_same[is_judged]


def plot_reliability(found: Calibration, path: str | Path, *, title: str) -> None:
    """Draw the share of synonyms by probability, and how many pairs there are.

    :param path: .png, .svg or .pdf; the file appears when it is complete.
    :raises ValueError: if the path has another ending.
    :raises OSError: if it cannot be written.
    """
    from matplotlib.figure import Figure

    from miner.evaluation.plots import check_format

    path = check_format(path)
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes, counts = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    said = [b.mean_probability for b in found.bins]
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", label="as it says")
    axes.plot(said, [b.share_same for b in found.bins], color="#4c78a8", marker="o", label="measured")
    axes.set(ylim=(0, 1), title=title, ylabel="share that means the same")
    axes.legend()
    widths = [b.high - b.low for b in found.bins]
    counts.bar([b.low for b in found.bins], [b.n_pairs for b in found.bins], widths, align="edge", color="#4c78a8")
    counts.set(xlim=(0, 1), yscale="log", xlabel="probability", ylabel="pairs")
    with by_rename(path) as unfinished:
        figure.savefig(unfinished, format=path.suffix[1:])
