"""What was measured of an adjusted checkpoint."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curator.applier.report.geometry import Geometry
from curator.applier.report.models import Answers
from curator.applier.tensors import Floats
from curator.applier.tokenization import TokenizationChanges


@dataclass(frozen=True, slots=True)
class System:
    """BASE, BASE behind the word normalizer, or OUT.

    :ivar n_pieces: running pieces of the sample; n_unknown those that are the unknown token.
    """

    answers: Answers
    n_pieces: int
    n_unknown: int

    @property
    def cosine_similarity(self) -> float | None:
        """Return the mean cosine of sentences that differ in one synonym."""
        return float(self.answers.cosines.mean()) if len(self.answers.cosines) else None


@dataclass(frozen=True, slots=True)
class Findings:
    """All measurements of one adjustment.

    :ivar pieces_before: number of pieces of each word of the release; after likewise.
    :ivar pairs: sentences of the corpus, and the same with one word replaced by its synonym.
    :ivar n_perplexity: texts of pseudo-perplexity; 0 if it was not asked for.
    :ivar n_labelled: texts of the probe; 0 if there is none.
    :ivar n_untouched: sentences without a word of the release, which did not change at all.
    """

    geometry: Geometry
    tokenization: TokenizationChanges
    n_sentences: int
    n_all_sentences: int
    pieces_before: Sequence[int]
    pieces_after: Sequence[int]
    pairs: Sequence[tuple[str, str]]
    n_perplexity: int
    n_labelled: int
    before: System
    normalized: System
    after: System
    n_untouched: int

    def gain(self, system: System) -> tuple[float, float] | None:
        """Return what a system's probe gains over BASE's, and the half-width of its 95 % interval (paired t)."""
        if system.answers.accuracies is None or self.before.answers.accuracies is None:
            return None
        return paired_difference(system.answers.accuracies - self.before.answers.accuracies)


def paired_difference(differences: Floats) -> tuple[float, float]:
    """Return the mean, and the half-width of its 95 % interval by Student's t.

    :param differences: by fold, shape (n_folds,).
    """
    from scipy.stats import t

    spread = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return float(differences.mean()), float(t.ppf(0.975, len(differences) - 1)) * spread


def doubtful_groups(geometry: Geometry) -> int:
    """Return how many groups keep no more of their neighbours than the median of groups dealt out at random.

    One that keeps all of them, because its rows were not moved, say, is in no doubt.
    """
    limit = np.median([group.kept for group in geometry.random]) if geometry.random else -1.0
    return sum(group.kept <= limit and group.kept < 1 for group in geometry.groups)
