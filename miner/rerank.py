"""Learn from decisions: weigh the kinds of evidence as the people who answer do, and reorder what is open.

The run stored what each kind of evidence added to the log-odds of a pair. Here each kind gets a factor, and a few
plain properties of the words a weight, such that the log-odds agree with the answers. The prior is the model as it
is: all factors 1, all weights 0. A handful of answers therefore changes little, and hundreds a good deal.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from miner.evidence.origin import loanword_probability
from miner.evidence.phonemes import is_hangul
from miner.scoring.model import KINDS, probability_of
from miner.sink.review import StoredPair, store_confidences, stored_pairs

MIN_ANSWERS_PER_SIDE = 5  # accepted and rejected pairs; with fewer the order stays the model's
_FACTOR_DEVIATION = 0.15  # of the prior of a kind's factor, about 1
_WEIGHT_DEVIATION = 0.3  # of the prior of a property's weight, about 0, per standard deviation of the property
_BIAS_DEVIATION = 2.0  # of the prior of the reviewers' strictness, in log-odds

Floats = npt.NDArray[np.float64]

PROPERTIES = (
    "loanword_probability",
    "n_syllables",
    "length_ratio",
    "same_first_syllable",
    "has_latin",
    "is_verb",
    "shortening",
    "alternation",
    "spelled_alike",
    "stated_by_text",
)


@dataclass(frozen=True, slots=True)
class Reranking:
    """What the answers taught.

    :ivar n_accepted_pairs: pairs that people put together.
    :ivar n_rejected_pairs: pairs that people keep apart.
    :ivar factors: by kind of evidence; 1 where the answers agree with the model.
    :ivar n_reordered_groups: open groups with a new confidence; 0 with too few answers to learn from.
    """

    n_accepted_pairs: int
    n_rejected_pairs: int
    factors: Mapping[str, float]
    n_reordered_groups: int


def rerank(database: str) -> Reranking:
    """Learn from the answers in a database, and give the groups that are still open a new confidence.

    :param database: URL or SQLite file.
    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used.
    """
    pairs = stored_pairs(database)
    n_accepted = sum(pair.is_same is True for pair in pairs)
    n_rejected = sum(pair.is_same is False for pair in pairs)
    if min(n_accepted, n_rejected) < MIN_ANSWERS_PER_SIDE:
        return Reranking(n_accepted, n_rejected, dict.fromkeys(KINDS, 1.0), 0)
    learned = learn(pairs)
    still_open = [pair for pair in pairs if pair.is_same is None]
    n_reordered = store_confidences(database, learned.confidences(still_open))
    factors = dict(zip(KINDS, learned.factors.tolist(), strict=True))
    return Reranking(n_accepted, n_rejected, factors, n_reordered)


@dataclass(frozen=True, slots=True)
class ReviewerModel:
    """Factors of the kinds of evidence, weights of the properties of the words, and the reviewers' strictness.

    :ivar factors: float64, shape (n_kinds,).
    :ivar weights: float64, shape (n_properties,), per unit.
    :ivar means: float64, shape (n_properties,).
    :ivar bias: added to all log-odds.
    """

    factors: Floats
    weights: Floats
    means: Floats
    bias: float

    def log_odds(self, pairs: Sequence[StoredPair]) -> Floats:
        """Return the log-odds of pairs, float64, shape (n_pairs,)."""
        prior, by_kind = match_weights(pairs)
        centred = properties(pairs) - self.means
        return np.asarray(prior + self.bias + by_kind @ self.factors + centred @ self.weights)

    def confidences(self, pairs: Sequence[StoredPair]) -> dict[int, float]:
        """Return the confidence of each group, from the mean log-odds of its pairs."""
        of_group: dict[int, list[float]] = {}
        for pair, value in zip(pairs, self.log_odds(pairs), strict=True):
            of_group.setdefault(pair.group_id, []).append(float(value))
        return {group: float(probability_of(math.fsum(odds) / len(odds))) for group, odds in of_group.items()}


def learn(pairs: Sequence[StoredPair]) -> ReviewerModel:
    """Fit the answers with the model as prior (maximum a posteriori, Gaussian priors).

    :param pairs: answered and open; the open ones only say what is usual of the properties.
    """
    values = properties(pairs)
    means, scales = values.mean(axis=0), values.std(axis=0)
    scales[scales == 0] = 1
    answered = np.array([pair.is_same is not None for pair in pairs])
    is_same = np.array([pair.is_same is True for pair in pairs])[answered]
    prior, by_kind = match_weights([pair for pair in pairs if pair.is_same is not None])
    features = np.column_stack([by_kind, (values[answered] - means) / scales, np.ones(len(is_same))])
    centre = np.r_[np.ones(len(KINDS)), np.zeros(len(PROPERTIES) + 1)]
    deviation = np.r_[
        np.full(len(KINDS), _FACTOR_DEVIATION), np.full(len(PROPERTIES), _WEIGHT_DEVIATION), _BIAS_DEVIATION
    ]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        odds = prior + features @ parameters
        off = (parameters - centre) / deviation
        value = np.logaddexp(0, np.where(is_same, -odds, odds)).sum() + (off**2).sum() / 2
        return float(value), features.T @ (probability_of(odds) - is_same) + off / deviation

    found = minimize(loss, centre, jac=True, method="L-BFGS-B").x
    n_kinds = len(KINDS)
    return ReviewerModel(found[:n_kinds], found[n_kinds:-1] / scales, means, float(found[-1]))


def match_weights(pairs: Sequence[StoredPair]) -> tuple[Floats, Floats]:
    """Return the log-odds of an average pair, shape (n_pairs,), and what each kind adds, (n_pairs, n_kinds)."""
    prior = np.array([pair.evidence.get("match_weight.prior", 0.0) for pair in pairs])
    rows = [[pair.evidence.get(f"match_weight.{kind}", 0.0) for kind in KINDS] for pair in pairs]
    return prior, np.array(rows, np.float64).reshape(-1, len(KINDS))


def properties(pairs: Sequence[StoredPair]) -> Floats:
    """Return what the words of a pair are like: float64, shape (n_pairs, n_properties), as ``PROPERTIES``."""
    return np.array([_properties(pair) for pair in pairs], np.float64).reshape(-1, len(PROPERTIES))


def _properties(pair: StoredPair) -> tuple[float, ...]:
    short, long = sorted((pair.word_a, pair.word_b), key=len)
    return (
        min(loanword_probability(short), loanword_probability(long)),
        math.log(len(short)),
        len(short) / len(long),
        short[0] == long[0],
        not (is_hangul(short) and is_hangul(long)),
        short.endswith("다") and long.endswith("다"),
        "shortening" in pair.evidence,
        "alternation" in pair.evidence,
        "spelling_distance" in pair.evidence,
        "alias_statements" in pair.evidence,
    )
