"""Confidence intervals by resampling: what a number might have been on other words of the same kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

N_RESAMPLES = 1_000
CONFIDENCE = 0.95

Counts = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % confidence interval (percentile bootstrap, Efron 1979)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimates(
    counts: Counts, measure: Callable[[Counts], Mapping[str, npt.NDArray[np.float64]]], *, seed: int
) -> dict[str, Estimate]:
    """Measure, and measure again on resampled units.

    :param counts: float64, shape (n_units,) each: what every unit contributes. A unit is a set of words that must
        stay together, such as a set of synonyms: its pairs are not independent.
    :param measure: numbers from sums of the counts, each of shape (n_sums,).
    :param seed: of the resampling.
    :return: by the names that ``measure`` gives.
    """
    n_units = len(next(iter(counts.values())))
    shares = np.full(n_units, 1 / max(n_units, 1))
    times = np.random.default_rng(seed).multinomial(n_units, shares, N_RESAMPLES).astype(np.float64)
    weights = np.vstack([np.ones(n_units), times])
    numbers = measure({name: weights @ values for name, values in counts.items()})
    tail = (1 - CONFIDENCE) / 2
    return {
        name: Estimate(float(values[0]), *(float(x) for x in np.quantile(values[1:], (tail, 1 - tail))))
        for name, values in numbers.items()
    }


def ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Divide, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
