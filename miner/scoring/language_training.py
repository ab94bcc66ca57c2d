"""Learn from labelled pairs which words are loanwords, and what changes of spelling cost.

Writes the file that ``miner.evidence.origin`` and ``miner.evidence.spelling`` read.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from miner.evidence.alignment import Floats, edit_distances, edits
from miner.evidence.origin import origin_features
from miner.evidence.phonemes import CODE_OF, N_CODES, PHONEMES, VOWELS, is_hangul, phonemes
from miner.evidence.spelling import similar_spellings
from miner.files import by_rename
from miner.scoring.labels import Pair

LOANWORD = "loanword"
_NATIVE_LABELS = frozenset({"synonym", "antonym", "related", "abbreviation"})  # of a dictionary's own words
_ORIGIN_C = 3.0  # inverse strength of the prior; cross-validated: 1 to 10 differ by .001 in AUC
_N_ROUNDS = 2  # the costs that decide which changes are counted are learned from those changes
_N_NEAREST, _MIN_NGRAM_COSINE = 30, 0.25
_HARD_QUANTILE = 0.97  # other pairs are compared with spellings as near as these
_MAX_OTHER_PAIRS = 25_000
_MIN_COST = 0.05  # a change that costs nothing would make two words one
_COUNT_SCALE = 10.0  # counts per ten sounds: near 1, so that one prior suits all weights
_OTHER_COST = 6.0


def write_language(labels: Mapping[Pair, str], path: str | Path, *, seed: int) -> None:
    """Learn origin and spelling, and write both; the file appears when it is complete."""
    learned = {"origin": learn_origin(labels), "spelling": learn_spelling(labels, seed=seed)}
    with by_rename(path) as unfinished:
        text = json.dumps(learned, ensure_ascii=False, indent=0, sort_keys=True)
        unfinished.write_text(text + "\n", encoding="utf-8")


def learn_origin(labels: Mapping[Pair, str]) -> dict[str, Any]:
    """Learn to tell loanwords from other words by their syllables.

    :param labels: of pairs of words; the words of ``loanword`` pairs are loanwords.
    :return: ``intercept`` and ``features``, log-odds by name.
    :raises ValueError: if there are no loanwords, or no others.
    """
    borrowed = {word for pair, label in labels.items() if label == LOANWORD for word in pair}
    others = {word for pair, label in labels.items() if label in _NATIVE_LABELS for word in pair} - borrowed
    words = sorted(filter(is_hangul, borrowed | others))
    is_borrowed = np.array([word in borrowed for word in words])
    if is_borrowed.all() or not is_borrowed.any():
        raise ValueError(
            f"the labelled pairs have {is_borrowed.sum()} loanwords and {(~is_borrowed).sum()} other words; "
            "expected both, labelled loanword and synonym, antonym, related or abbreviation"
        )
    vectorizer = DictVectorizer()
    features = vectorizer.fit_transform([origin_features(word) for word in words])
    model = LogisticRegression(C=_ORIGIN_C, max_iter=1000).fit(features, is_borrowed)
    weights = zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    return {
        "intercept": round(float(model.intercept_[0]), 3),
        "features": {name: round(float(weight), 3) for name, weight in weights},
    }


def learn_spelling(labels: Mapping[Pair, str], *, seed: int) -> dict[str, Any]:
    """Learn what changes of spelling cost, from spellings of one loanword against similar loanwords.

    :param labels: of pairs of words, in code-point order.
    :param seed: of the sample of other pairs.
    :return: ``costs`` by change, such as ``ㅐ/ㅔ`` or ``/ㅡ``, and that of every ``other`` change.
    :raises ValueError: if no two spellings of a loanword are similar.
    """
    borrowed = sorted({word for pair, label in labels.items() if label == LOANWORD for word in pair})
    near = similar_spellings(borrowed, n_nearest=_N_NEAREST, min_ngram_cosine_similarity=_MIN_NGRAM_COSINE)
    pairs = [(borrowed[a], borrowed[b]) for a, b in near]
    same = [pair for pair in pairs if labels.get(pair) == LOANWORD]
    other = [pair for pair in pairs if pair not in labels]
    if not same or not other:
        raise ValueError(f"of {len(borrowed)} loanwords, {len(same)} pairs are similar spellings; expected many")
    substitution, gap = initial_costs()
    generator = np.random.default_rng(seed)
    for _ in range(_N_ROUNDS):
        hard = _hard(same, other, substitution, gap)
        if not hard:
            break  # the costs tell spellings from all other words already
        chosen = generator.permutation(len(hard))[:_MAX_OTHER_PAIRS]
        counts = [_changes(pair, substitution, gap) for pair in [*same, *(hard[i] for i in sorted(chosen))]]
        substitution, gap = _fit(counts, len(same))
    return {"other": _OTHER_COST, "costs": _named(substitution, gap)}


def initial_costs() -> tuple[Floats, Floats]:
    """Return costs by the kind of sounds alone, to begin with."""
    between_kinds = {"VV": 1.0, "CC": 2.0, "CF": 1.5, "FF": 2.0}
    substitution = np.full((N_CODES, N_CODES), _OTHER_COST, np.float32)
    gap = np.full(N_CODES, 2.0, np.float32)
    for a in range(1, N_CODES):
        gap[a] = 1.2 if _kind(a) == "F" else gap[a]
        for b in range(1, N_CODES):
            substitution[a, b] = between_kinds.get("".join(sorted(_kind(a) + _kind(b))), _OTHER_COST)
    gap[CODE_OF["ㅡ"]] = 0.5
    np.fill_diagonal(substitution, 0)
    return substitution, gap


def _kind(code: int) -> str:
    """0 nothing, V vowel, F final consonant, C initial consonant, X digit or Latin letter."""
    sound = PHONEMES[code]
    if not sound:
        return "0"
    if sound in VOWELS:
        return "V"
    if sound.startswith("-"):
        return "F"
    return "X" if sound.isascii() else "C"


def _longest(pair: Pair) -> int:
    return max(len(phonemes(pair[0])), len(phonemes(pair[1])), 1)


def _hard(same: Sequence[Pair], other: Sequence[Pair], substitution: Floats, gap: Floats) -> list[Pair]:
    distances = []
    for pairs in (same, other):
        left, right = ([phonemes(pair[side]) for pair in pairs] for side in (0, 1))
        longest = np.array([_longest(pair) for pair in pairs], np.float32)
        distances.append(edit_distances(left, right, substitution, gap) / longest)
    limit = np.quantile(distances[0], _HARD_QUANTILE)
    return [pair for pair, distance in zip(other, distances[1], strict=True) if distance <= limit]


def _changes(pair: Pair, substitution: Floats, gap: Floats) -> dict[Any, float]:
    """Count changes per ten sounds, each change by itself and by the kinds of its sounds."""
    counts: Counter[Any] = Counter()
    for change in edits(phonemes(pair[0]), phonemes(pair[1]), substitution, gap):
        counts[min(change), max(change)] += 1
        counts["".join(sorted(map(_kind, change)))] += 1
    scale = _COUNT_SCALE / _longest(pair)
    return {name: count * scale for name, count in counts.items()} | {"length": scale}


def _fit(counts: Sequence[Mapping[Any, float]], n_same: int) -> tuple[Floats, Floats]:
    names = sorted({name for row in counts for name in row}, key=str)
    number = {name: column for column, name in enumerate(names)}
    entries = [(row, number[name], value) for row, named in enumerate(counts) for name, value in named.items()]
    rows, columns, values = zip(*entries, strict=True)
    features = sparse.csr_matrix((values, (rows, columns)), (len(counts), len(names)))
    is_same = np.arange(len(counts)) < n_same
    weights = -LogisticRegression(max_iter=1000).fit(features, is_same).coef_[0]
    substitution = np.full((N_CODES, N_CODES), _OTHER_COST, np.float32)
    gap = np.full(N_CODES, _OTHER_COST, np.float32)
    for a in range(N_CODES):
        for b in range(max(a, 1), N_CODES):
            kinds = "".join(sorted(_kind(a) + _kind(b)))
            if kinds not in number or "X" in kinds:  # letters and digits are few; their readings are compared
                continue
            own = weights[number[a, b]] if (a, b) in number else 0.0
            cost = max(float(weights[number[kinds]] + own), _MIN_COST)
            if a == 0:
                gap[b] = cost
            else:
                substitution[a, b] = substitution[b, a] = cost
    np.fill_diagonal(substitution, 0)
    return substitution, gap


def _named(substitution: Floats, gap: Floats) -> dict[str, float]:
    costs = {f"/{PHONEMES[b]}": round(float(gap[b]), 2) for b in range(1, N_CODES)}
    costs |= {
        f"{PHONEMES[a]}/{PHONEMES[b]}": round(float(substitution[a, b]), 2)
        for a in range(1, N_CODES)
        for b in range(a + 1, N_CODES)
    }
    return {name: cost for name, cost in costs.items() if cost != _OTHER_COST}
