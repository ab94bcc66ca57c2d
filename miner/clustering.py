"""Candidate groups from scored pairs: small, tight sets of words, never chains; a word may stand in two."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from miner.evidence.phonemes import is_hangul
from miner.files import by_rename
from miner.options import DEFAULT_MIN_PROBABILITY
from miner.scoring.model import KINDS, ScoredPairs, probability_of

# Chosen by measurement on the open gold (tests/benchmarks/grouping.py has the table).
MIN_PROBABILITY = DEFAULT_MIN_PROBABILITY
MIN_MEAN_PROBABILITY = 0.25
MIN_PAIR_PROBABILITY = 0.06
MIN_SECOND_SENSE_PROBABILITY = 0.8

_ALWAYS_SHOWN = ("cosine_similarity",)
_SHOWN_WHERE_ANY = (
    "context_similarity",
    "distributional_similarity",
    "alias_statements",
    "shared_gloss",
    "enumerations",
    "dictionary",
    "alternation",
    "shortening",
    "romanization",
    "opposition",
    "opposite_polarity",
)
EVIDENCE_KINDS = (
    *_ALWAYS_SHOWN,
    *_SHOWN_WHERE_ANY,
    "spelling_distance",
    "probability",
    "match_weight.prior",
    *(f"match_weight.{kind}" for kind in KINDS),
)
_MAX_SHOWN_SPELLING_DISTANCE = 0.4
_MIN_SHOWN_WEIGHT = 0.05  # log-odds; less does not change the order of anything

# A pair as one number, the lower id first: millions of tuples would keep the garbage collector busy.
_ID_BITS = 32
_ID_MASK = 2**_ID_BITS - 1

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """One reason why two words of a group stand together: a number with a name, or a sentence."""

    kind: str
    word_a: str
    word_b: str
    value: float
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedGroup:
    """Two or more words proposed as synonyms.

    :ivar words: the canonical word first, the others by falling similarity to the group's centre.
    :ivar cosine_similarities: of each word to the centre of the group, in the order of ``words``.
    :ivar min_pair_cosine_similarity: of the two words that are farthest apart.
    :ivar evidence: at least one entry for every pair of words.
    :ivar probability: that the words mean the same, from the mean log-odds of the pairs.
    """

    words: tuple[str, ...]
    cosine_similarities: tuple[float, ...]
    min_pair_cosine_similarity: float
    evidence: tuple[PairEvidence, ...]
    probability: float


def cluster(
    pairs: npt.NDArray[np.int64],
    log_odds: npt.NDArray[np.float64],
    *,
    min_probability: float = MIN_PROBABILITY,
    max_group_size: int,
    cannot_link: Iterable[Pair] = (),
    must_link: Iterable[Sequence[int]] = (),
) -> list[list[int]]:
    """Group words by what speaks for and against all pairs of a group.

    Pairs are taken by falling log-odds, and the groups of their two words joined when the mean log-odds of the
    pairs across them are high enough (correlation clustering, Bansal et al. 2004, by average linkage) and no
    single pair across is improbable: A-B and B-C never chain A to C. Pairs that are not given count as
    improbable. What is left of very probable pairs afterwards, because one of its words went into another group,
    becomes groups of its own: a word of two senses stands in both.

    :param pairs: int64, shape (n_pairs, 2), the lower index first, no pair twice.
    :param log_odds: float64, shape (n_pairs,), that the two words mean the same.
    :param min_probability: least probability of a pair that begins or joins groups, in (0, 1).
    :param max_group_size: most words in a group, at least 2.
    :param cannot_link: pairs of ids that never share a group.
    :param must_link: sets of ids that share a group, however improbable and many, but for pairs of
        ``cannot_link``.
    :return: groups of two or more ids, ascending, ordered; two groups share at most one id, but for ids that
        ``must_link`` puts into several sets.
    :raises ValueError: if a number is out of range.
    """
    if not 0 < min_probability < 1:
        raise ValueError(f"min_probability is {min_probability}; expected a probability between 0 and 1")
    if max_group_size < 2:
        raise ValueError(f"max_group_size is {max_group_size}; a group has at least 2 words")
    apart = {(min(pair), max(pair)) for pair in cannot_link}
    scores = dict(zip((pairs[:, 0] << _ID_BITS | pairs[:, 1]).tolist(), log_odds.tolist(), strict=True))
    for i, j in apart:
        scores.pop(i << _ID_BITS | j, None)
    relative = _log_odds_of(min_probability) - _log_odds_of(MIN_PROBABILITY)
    given = [part for ids in must_link for part in _without_forbidden(sorted(set(ids)), apart)]
    first = _link(
        scores,
        given,
        min_log_odds=_log_odds_of(min_probability),
        min_mean=_log_odds_of(MIN_MEAN_PROBABILITY) + relative,
        min_pair=_log_odds_of(MIN_PAIR_PROBABILITY) + relative,
        max_group_size=max_group_size,
    )
    covered = {i << _ID_BITS | j for group in first for i, j in itertools.combinations(group, 2)}
    sure = max(_log_odds_of(MIN_SECOND_SENSE_PROBABILITY), _log_odds_of(min_probability))
    rest = {key: value for key, value in scores.items() if value >= sure and key not in covered}
    second = _link(rest, [], min_log_odds=sure, min_mean=sure, min_pair=sure, max_group_size=max_group_size)
    return sorted(first + second)


def _without_forbidden(ids: Sequence[int], apart: Collection[Pair]) -> list[list[int]]:
    """Cover all pairs of ids but the forbidden ones with as few groups as a greedy choice finds."""
    groups: list[list[int]] = []
    for one, other in itertools.combinations(ids, 2):
        if (one, other) in apart or any(one in group and other in group for group in groups):
            continue
        group = [one, other]
        group.extend(i for i in ids if i not in group and not any((min(i, j), max(i, j)) in apart for j in group))
        groups.append(group)
    return groups


def _link(
    scores: Mapping[int, float],
    given: Iterable[Sequence[int]],
    *,
    min_log_odds: float,
    min_mean: float,
    min_pair: float,
    max_group_size: int,
) -> list[list[int]]:
    group_of: dict[int, list[int]] = {}
    fixed = []
    for group in sorted(given, key=lambda ids: (-len(ids), ids)):  # one within another comes after it
        if group_of.keys().isdisjoint(group):
            group_of.update(dict.fromkeys(group, sorted(group)))
        else:  # another sense of a word: as the dictionary has it
            fixed.append(sorted(group))
    keys, values = np.fromiter(scores, np.int64, len(scores)), np.fromiter(scores.values(), float, len(scores))
    keys, values = keys[values >= min_log_odds], values[values >= min_log_odds]
    for key in keys[np.lexsort((keys, -values))].tolist():
        i, j = key >> _ID_BITS, key & _ID_MASK
        left, right = group_of.get(i) or [i], group_of.get(j) or [j]
        if left is right or len(left) + len(right) > max_group_size:
            continue
        across = [
            scores.get(a << _ID_BITS | b if a < b else b << _ID_BITS | a, -np.inf) for a in left for b in right
        ]
        if min(across) >= min_pair and sum(across) / len(across) >= min_mean:
            joined = left + right
            group_of.update(dict.fromkeys(joined, joined))
    grown = [sorted(group) for group in {id(group): group for group in group_of.values()}.values()]
    own = [ids for ids in fixed if not any(set(ids) <= set(group) for group in grown)]
    return [list(ids) for ids in sorted(set(map(tuple, grown + own)))]


def _log_odds_of(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def write_groups(groups: Iterable[ProposedGroup], path: str | Path) -> None:
    """Write a group a line, its words tab-separated, the canonical one first. The file appears when complete."""
    with by_rename(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines("\t".join(group.words) + "\n" for group in groups)


def propose(
    groups: Iterable[Sequence[int]],
    words: Sequence[str],
    frequencies: Sequence[int],
    is_compound: Sequence[bool],
    vectors: npt.NDArray[np.float32],
    scored: ScoredPairs,
    sentences: Mapping[str, Mapping[tuple[str, str], str]],
) -> list[ProposedGroup]:
    """Turn groups of ids into proposals: canonical word, similarities, evidence.

    The canonical word is the most frequent one; among equals one that the analyser's dictionary has, then one in
    Hangul alone (낙상, not 落傷), then the one nearest the centre, then the first in code-point order. All are
    dictionary forms.

    :param groups: groups of ids into ``words``, each of whose pairs is among ``scored``.
    :param words: text of each word.
    :param frequencies: of each word in the corpus.
    :param is_compound: of each word, whether it was joined from what the analyser cuts.
    :param vectors: float32, shape (n_words, dim), rows of unit length.
    :param scored: the pairs with their evidence.
    :param sentences: by name of the evidence and pair of words in code-point order: the sentence that proves it.
    :return: proposals in the order of ``groups``.
    """
    row_of = {(a, b): row for row, (a, b) in enumerate(scored.table.pairs.tolist())}
    rank = [
        (-frequency, compound, not is_hangul(word))
        for word, frequency, compound in zip(words, frequencies, is_compound, strict=True)
    ]
    return [_propose_one(list(group), words, rank, vectors, scored, row_of, sentences) for group in groups]


def _propose_one(
    group: list[int],
    words: Sequence[str],
    canonical_rank: Sequence[tuple[int, bool, bool]],
    vectors: npt.NDArray[np.float32],
    scored: ScoredPairs,
    row_of: Mapping[Pair, int],
    sentences: Mapping[str, Mapping[tuple[str, str], str]],
) -> ProposedGroup:
    rows = vectors[group].astype(np.float64)
    centre = rows.mean(axis=0)
    to_centre = rows @ centre / max(float(np.linalg.norm(centre)), np.finfo(np.float64).tiny)
    canonical = min(range(len(group)), key=lambda i: (canonical_rank[group[i]], -to_centre[i], words[group[i]]))
    others = sorted(set(range(len(group))) - {canonical}, key=lambda i: (-to_centre[i], words[group[i]]))
    order = [canonical, *others]
    pairs = [(group[i], group[j]) for i, j in itertools.combinations(order, 2)]
    found = [row_of[min(pair), max(pair)] for pair in pairs]
    return ProposedGroup(
        words=tuple(words[group[i]] for i in order),
        cosine_similarities=tuple(float(to_centre[i]) for i in order),
        min_pair_cosine_similarity=float(scored.table.columns["cosine_similarity"][found].min()),
        evidence=tuple(
            evidence
            for (a, b), row in zip(pairs, found, strict=True)
            for evidence in pair_evidence(scored, row, words[a], words[b], sentences)
        ),
        probability=float(probability_of(scored.log_odds[found].mean())),
    )


def pair_evidence(
    scored: ScoredPairs,
    row: int,
    word_a: str,
    word_b: str,
    sentences: Mapping[str, Mapping[tuple[str, str], str]],
) -> list[PairEvidence]:
    """Return what is known of a pair: its numbers, and what each kind of evidence adds to its log-odds.

    The entries ``match_weight.*`` are natural log-odds; with ``match_weight.prior``, that of an average pair, they
    add up to the log-odds of ``probability``, but for those under 0.05, which are left out.

    :param row: of the pair among the scored ones.
    :param sentences: by name of the evidence and pair of words in code-point order.
    """
    columns, key = scored.table.columns, (min(word_a, word_b), max(word_a, word_b))
    numbers = {name: float(columns[name][row]) for name in _ALWAYS_SHOWN}
    numbers |= {name: float(columns[name][row]) for name in _SHOWN_WHERE_ANY if columns[name][row]}
    if columns["spelling_distance"][row] <= _MAX_SHOWN_SPELLING_DISTANCE:
        numbers["spelling_distance"] = float(columns["spelling_distance"][row])
    numbers["probability"] = float(probability_of(scored.log_odds[row]))
    numbers["match_weight.prior"] = scored.intercept
    added = zip(KINDS, scored.by_kind[row].tolist(), strict=True)
    numbers |= {f"match_weight.{kind}": value for kind, value in added if abs(value) >= _MIN_SHOWN_WEIGHT}
    return [
        PairEvidence(name, word_a, word_b, value, sentences.get(name, {}).get(key))
        for name, value in numbers.items()
    ]
