"""Find, measure and weigh the pairs of words of a run."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from miner.evidence.candidates import candidate_pairs, two_steps
from miner.evidence.table import Evidence, EvidenceTable, Floats, Pairs, PairSource
from miner.evidence.word_rows import WordRows
from miner.neighbors import Neighbors
from miner.scoring.model import PairModel, ScoredPairs

SPEAK_FOR = ("alias_statements", "shared_gloss", "dictionary")  # pairs are looked at for these alone
MIN_LINK_PROBABILITY = 0.3  # of the links that two steps are made of


def score_pairs(
    words: Sequence[str],
    vectors: Floats,
    neighbors: Neighbors,
    model: PairModel,
    sources: Mapping[str, PairSource] | None = None,
    rows: Mapping[str, WordRows] | None = None,
    is_other_word: Callable[[str], bool] | None = None,
    axis: Floats | None = None,
) -> tuple[ScoredPairs, dict[str, int]]:
    """Weigh all pairs that one kind of evidence speaks for, and those that share a likely partner.

    The latter are no neighbours by any kind, and still decide whether three words are one group.

    :param words: NFC, distinct.
    :param vectors: float32, shape (n_words, dim), unit rows.
    :param neighbors: of these vectors.
    :param model: weighs the evidence.
    :param sources: evidence from elsewhere, by its name.
    :param rows: that stand for the words beside their vectors, by name.
    :param is_other_word: whether a text that is not among these is a word, too, which may be a part of one.
    :param axis: from blame to praise among the vectors, float32, shape (dim,), if the encoder has one.
    :return: the pairs, ascending, and how many each kind gave.
    """
    evidence = Evidence(words, vectors, neighbors, sources, rows, is_other_word, axis)
    named = [pair for name in SPEAK_FOR for pair in (sources or {}).get(name, PairSource()).values]
    pairs, counts = candidate_pairs(words, neighbors, named)
    table = evidence.measure(pairs)
    complete = with_two_steps(evidence, table, model)
    counts["n_two_step_pairs"] = len(complete.pairs) - len(pairs)
    return model.score(complete), counts


def with_two_steps(evidence: Evidence, table: EvidenceTable, model: PairModel) -> EvidenceTable:
    """Add the pairs of words that share a partner likely to mean the same as each.

    :param evidence: that measured the table.
    :param table: pairs that were looked at.
    :param model: says which links are likely.
    """
    likely = table.pairs[model.score(table).probability >= MIN_LINK_PROBABILITY]
    indirect = _missing(two_steps(likely), table.pairs, len(evidence.words))
    return table.joined(evidence.measure(indirect))


def _missing(pairs: Pairs, there: Pairs, n_words: int) -> Pairs:
    keys, known = (rows[:, 0] * n_words + rows[:, 1] for rows in (pairs, there))
    return pairs[~np.isin(keys, known)]
