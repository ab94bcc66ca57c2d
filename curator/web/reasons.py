"""The evidence of a group as people read it: pair by pair, what was seen, and what each kind of it adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curator.store.models import Evidence

PROBABILITY = "probability"
WEIGHT = "match_weight."  # before a kind of evidence: what it adds to the log-odds that the words mean the same


@dataclass(slots=True)
class PairReasons:
    """Why two words stand together.

    :ivar words: their texts.
    :ivar probability: that they mean the same, as the miner has it; none without a miner.
    :ivar facts: what was seen, each with its number and perhaps a sentence.
    :ivar weights: kind of evidence and what it adds to the log-odds, the weightiest first.
    """

    words: tuple[str, str]
    probability: float | None = None
    facts: list[Evidence] = field(default_factory=list)
    weights: list[tuple[str, float]] = field(default_factory=list)


def by_pair(evidence: Sequence[Evidence], texts: Mapping[int, str]) -> list[PairReasons]:
    """Return evidence by pair of words, the likeliest pair first.

    :param texts: of the words, by key.
    """
    pairs: dict[frozenset[int], PairReasons] = {}
    for row in evidence:
        key = frozenset((row.word_a_id, row.word_b_id))
        pair = pairs.setdefault(key, PairReasons((texts[row.word_a_id], texts[row.word_b_id])))
        if row.kind == PROBABILITY:
            pair.probability = row.value
        elif row.kind.startswith(WEIGHT):
            pair.weights.append((row.kind.removeprefix(WEIGHT), row.value))
        else:
            pair.facts.append(row)
    for pair in pairs.values():
        pair.weights.sort(key=lambda weight: -abs(weight[1]))
    return sorted(pairs.values(), key=lambda pair: -(pair.probability or 0.0))


def largest_weight(pairs: Sequence[PairReasons]) -> float:
    """Return the largest weight without its sign, for bars of one scale; 1 where there is none."""
    return max((abs(value) for pair in pairs for _, value in pair.weights), default=1.0) or 1.0
