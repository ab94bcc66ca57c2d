"""The model: a logistic regression whose weights are read as evidence for and against (Fellegi & Sunter 1969).

The log-odds of a pair are the intercept, which is that of an average pair looked at, and for each term its weight
times how far the pair lies from the average. Added up by kind of evidence these are the *match weights* that the
reviewer sees.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from miner.evidence.table import EvidenceTable
from miner.files import by_rename
from miner.scoring.terms import TERMS, design

MODEL_FILE = "model.json"
_PAIRS_FILE = "pairs.npz"
_COLUMN = "column."  # before the name of each
KINDS: tuple[str, ...] = tuple(dict.fromkeys(term.kind for term in TERMS))

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs of words with the log-odds that they mean the same.

    :ivar table: the evidence.
    :ivar log_odds: float64, shape (n_pairs,), natural logarithm.
    :ivar by_kind: float64, shape (n_pairs, n_kinds), in the order of ``KINDS``: what each kind adds.
    :ivar intercept: log-odds of an average pair; with ``by_kind`` it adds up to ``log_odds``.
    """

    table: EvidenceTable
    log_odds: Floats
    by_kind: Floats
    intercept: float

    @property
    def probability(self) -> Floats:
        """Probability that the two words mean the same, float64, shape (n_pairs,)."""
        return probability_of(self.log_odds)

    def save(self, folder: Path) -> None:
        """Write the pairs into a folder, from which ``load_pairs`` reads them."""
        columns = {_COLUMN + name: values for name, values in self.table.columns.items()}
        own = {"pairs": self.table.pairs, "log_odds": self.log_odds, "by_kind": self.by_kind}
        np.savez(folder / _PAIRS_FILE, allow_pickle=False, intercept=self.intercept, **own, **columns)


def load_pairs(folder: Path) -> ScoredPairs:
    """Read what ``ScoredPairs.save`` wrote."""
    with np.load(folder / _PAIRS_FILE) as arrays:
        columns = {name.removeprefix(_COLUMN): arrays[name] for name in arrays.files if name.startswith(_COLUMN)}
        table = EvidenceTable(arrays["pairs"], columns)
        return ScoredPairs(table, arrays["log_odds"], arrays["by_kind"], float(arrays["intercept"]))


@dataclass(frozen=True, slots=True)
class PairModel:
    """Weights of the terms.

    :ivar intercept: log-odds of an average pair.
    :ivar weights: float64, shape (n_terms,), per unit of the term, in the order of ``TERMS``.
    :ivar means: float64, shape (n_terms,), of an average pair.
    :ivar trained_with: encoder, data and counts, for the reader.
    """

    intercept: float
    weights: Floats
    means: Floats
    trained_with: Mapping[str, Any]

    def score(self, table: EvidenceTable) -> ScoredPairs:
        """Weigh the evidence of pairs."""
        added = (design(table.columns) - self.means) * self.weights
        by_kind = np.zeros((len(added), len(KINDS)))
        for column, term in enumerate(TERMS):
            by_kind[:, KINDS.index(term.kind)] += added[:, column]
        return ScoredPairs(table, self.intercept + by_kind.sum(axis=1), by_kind, self.intercept)

    def save(self, path: str | Path) -> None:
        """Write the model as JSON; the file appears when it is complete."""
        content = {
            "trained_with": dict(self.trained_with),
            "intercept": round(self.intercept, 4),
            "terms": {
                term.name: {"weight": round(float(weight), 4), "mean": round(float(mean), 4)}
                for term, weight, mean in zip(TERMS, self.weights, self.means, strict=True)
            },
        }
        with by_rename(path) as unfinished:
            unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_model(path: str | Path) -> PairModel:
    """Read a model that ``PairModel.save`` wrote.

    :raises ValueError: if the file is no such model, or has other terms.
    :raises OSError: if the file cannot be read.
    """
    return _parse(Path(path).read_text(encoding="utf-8"), str(path))


@lru_cache(maxsize=1)
def shipped_model() -> PairModel:
    """Return the model that comes with the package."""
    return _parse(resources.files(__package__).joinpath(MODEL_FILE).read_text("utf-8"), MODEL_FILE)


def _parse(text: str, name: str) -> PairModel:
    try:
        content = json.loads(text)
        terms = content["terms"]
        if set(terms) != {term.name for term in TERMS}:
            raise ValueError(f"terms differ: {sorted(set(terms) ^ {term.name for term in TERMS})}")
        return PairModel(
            float(content["intercept"]),
            np.array([terms[term.name]["weight"] for term in TERMS], np.float64),
            np.array([terms[term.name]["mean"] for term in TERMS], np.float64),
            content["trained_with"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{name} is no model of this version ({error}); expected a file that `miner train` wrote"
        ) from error


def probability_of(log_odds: npt.ArrayLike) -> Floats:
    """Return the probability that belongs to log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(log_odds, np.float64))))
