"""Judge groups by labelled pairs: precision, recall by label, wrong merges, B-cubed, adjusted Rand index."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score

from miner.evaluation.intervals import Counts, Estimate, estimates, ratio
from miner.scoring.labels import DIFFERENT, SAME, Pair, synonym_sets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupingReport:
    """How groups agree with labelled pairs.

    :ivar n_groups: groups that were judged.
    :ivar n_pairs: pairs of words in them.
    :ivar largest_group: words in the largest one.
    :ivar n_judged_pairs: of the pairs, those whose two words both stand in labelled pairs that mean the same.
    :ivar found: of each label, how many pairs stand in one group, and how many there are.
    :ivar numbers: ``precision``, ``recall``, ``f1``, ``macro_recall``, ``recall.<label>`` and
        ``merged.<label>`` of the labels that there are, ``bcubed_precision``, ``bcubed_recall`` and ``bcubed_f1``,
        with their intervals.
    :ivar adjusted_rand_index: of the words in gold sets, each in its first group.
    """

    n_groups: int
    n_pairs: int
    largest_group: int
    n_judged_pairs: int
    found: Mapping[str, tuple[int, int]]
    numbers: Mapping[str, Estimate]
    adjusted_rand_index: float


def read_groups(path: str | Path) -> list[tuple[str, ...]]:
    """Read groups, one a line, words tab-separated, as ``--groups-out`` writes them.

    :raises OSError: if the file cannot be read.
    :raises ValueError: if it is not UTF-8.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [tuple(dict.fromkeys(line.split("\t"))) for line in lines if line]


def evaluate_groups(
    groups: Sequence[Sequence[str]], labels: Mapping[Pair, str], words: Collection[str], *, seed: int = 0
) -> GroupingReport:
    """Judge groups.

    The labels are taken to be complete among the words that stand in pairs that mean the same, so precision is
    a lower bound. Confidence intervals resample the sets of synonyms, not single pairs.

    :param groups: of words.
    :param labels: of pairs of words in code-point order.
    :param words: that were offered for grouping; labelled pairs with another word do not count.
    :param seed: of the resampling.
    :raises ValueError: if no labelled pair means the same.
    """
    offered = set(words)
    kept = {pair: label for pair, label in labels.items() if offered.issuperset(pair)}
    set_of = synonym_sets(pair for pair, label in kept.items() if label in SAME)
    if not set_of:
        raise ValueError(
            f"none of {len(labels)} labelled pairs means the same and has both words in the word list"
        )
    proposed = {pair for group in groups for pair in itertools.combinations(sorted(set(group)), 2)}
    counts = _unit_counts(kept, proposed, set_of)
    n_units = len(counts["judged"])
    for name, values in _bcubed_counts(proposed, set_of).items():
        counts[name] = np.pad(values, (0, n_units - len(values)))
    found = {
        label: (sum(pair in proposed for pair in _with(kept, label)), len(_with(kept, label)))
        for label in (*SAME, *DIFFERENT)
    }
    return GroupingReport(
        n_groups=len(groups),
        n_pairs=len(proposed),
        largest_group=max(map(len, groups), default=0),
        n_judged_pairs=int(counts["judged"].sum()),
        found=found,
        numbers=estimates(counts, _measure, seed=seed),
        adjusted_rand_index=_rand_index(groups, set_of),
    )


def _with(labels: Mapping[Pair, str], label: str) -> list[Pair]:
    return [pair for pair, its in labels.items() if its == label]


def _unit_counts(
    labels: Mapping[Pair, str], proposed: Collection[Pair], set_of: Mapping[str, int]
) -> dict[str, Floats]:
    """Count by unit: the set of the pair's first word in one, or a unit of its own for words in none."""
    n_sets = max(set_of.values()) + 1
    n_units = n_sets + sum(label in DIFFERENT for label in labels.values())
    counts: dict[str, Floats] = defaultdict(lambda: np.zeros(n_units))
    own = itertools.count(n_sets)
    for pair, label in labels.items():
        unit = next(own) if label in DIFFERENT else set_of[pair[0]]
        counts[f"total.{label}"][unit] += 1
        counts[f"found.{label}"][unit] += pair in proposed
    counts["judged"] += 0
    counts["right"] += 0
    for pair in proposed:
        if pair[0] in set_of and pair[1] in set_of:
            counts["judged"][set_of[pair[0]]] += 1
            counts["right"][set_of[pair[0]]] += labels.get(pair) in SAME
    return dict(counts)


def _bcubed_counts(proposed: Iterable[Pair], set_of: Mapping[str, int]) -> dict[str, Floats]:
    """B-cubed (Bagga & Baldwin 1998): for each word, how its mates in groups agree with its mates in the gold."""
    mates: dict[str, set[str]] = {word: {word} for word in set_of}
    for a, b in proposed:
        if a in mates and b in mates:
            mates[a].add(b)
            mates[b].add(a)
    sizes = np.bincount(list(set_of.values()))
    counts = {name: np.zeros(len(sizes)) for name in ("words", "bcubed_precision", "bcubed_recall")}
    for word, unit in set_of.items():
        shared = sum(set_of[mate] == unit for mate in mates[word])
        counts["words"][unit] += 1
        counts["bcubed_precision"][unit] += shared / len(mates[word])
        counts["bcubed_recall"][unit] += shared / sizes[unit]
    return counts


def _measure(sums: Counts) -> dict[str, Floats]:
    none = np.zeros_like(sums["judged"])
    found = {label: sums.get(f"found.{label}", none) for label in (*SAME, *DIFFERENT)}
    total = {label: sums.get(f"total.{label}", none) for label in (*SAME, *DIFFERENT)}
    there = {label for label in total if total[label][0] > 0}
    precision = ratio(sums["right"], sums["judged"])
    recall = ratio(sum((found[label] for label in SAME), none), sum((total[label] for label in SAME), none))
    bcubed = [ratio(sums[f"bcubed_{name}"], sums["words"]) for name in ("precision", "recall")]
    return {
        "precision": precision,
        "recall": recall,
        "f1": ratio(2 * precision * recall, precision + recall),
        "macro_recall": np.mean([ratio(found[label], total[label]) for label in SAME if label in there], axis=0),
        **{f"recall.{label}": ratio(found[label], total[label]) for label in SAME if label in there},
        **{f"merged.{label}": ratio(found[label], total[label]) for label in DIFFERENT if label in there},
        "bcubed_precision": bcubed[0],
        "bcubed_recall": bcubed[1],
        "bcubed_f1": ratio(2 * bcubed[0] * bcubed[1], bcubed[0] + bcubed[1]),
    }


def _rand_index(groups: Sequence[Sequence[str]], set_of: Mapping[str, int]) -> float:
    group_of: dict[str, int] = {}
    for number, group in enumerate(groups):
        for word in group:
            group_of.setdefault(word, number)
    proposed = [group_of.get(word, len(groups) + n) for n, word in enumerate(set_of)]
    return float(adjusted_rand_score(list(set_of.values()), proposed))
