"""Where a word comes from: Sino-Korean, native or borrowed. Spelling counts for a loanword, against the others."""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from math import exp
from typing import Any

from miner.evidence.hanja import readings_of_hanja
from miner.evidence.phonemes import is_hangul, split_syllable

LANGUAGE_FILE = "language.json"


@lru_cache(maxsize=1)
def language_model() -> Mapping[str, Any]:
    """Return the weights that ``miner train`` learned: of the origin of words, and of their spelling."""
    content: Mapping[str, Any] = json.loads(
        resources.files(__package__).joinpath(LANGUAGE_FILE).read_text("utf-8")
    )
    return content


@lru_cache(maxsize=1)
def _sino_korean_syllables() -> frozenset[str]:
    return frozenset(syllables[0] for syllables in readings_of_hanja().values())


def sino_korean_share(word: str) -> float:
    """Return the share of the characters that may be Hanja, in [0, 1]."""
    return sum(character in _sino_korean_syllables() for character in word) / len(word) if word else 0.0


def origin_features(word: str) -> dict[str, float]:
    """Return what tells a loanword: which vowels follow which consonants, which finals follow which vowels."""
    features: dict[str, float] = {
        "sino_korean": sino_korean_share(word),
        "all_sino_korean": float(sino_korean_share(word) == 1),
        "length": len(word) / 5,
        "dictionary_form": float(word.endswith("다")),
    }
    for syllable in word:
        initial, vowel, final = split_syllable(syllable) or ("", "?", "")
        for part in (initial + vowel, f"{vowel}-{final}"):
            features[part] = features.get(part, 0.0) + 1 / len(word)
    return features


@lru_cache(maxsize=200_000)
def loanword_probability(word: str) -> float:
    """Return the probability that a word is borrowed from another language than Chinese.

    A word with a letter or digit that is no Hangul counts as borrowed.
    """
    if not is_hangul(word):
        return 1.0
    weights = language_model()["origin"]
    logit = weights["intercept"] + sum(
        value * weights["features"].get(name, 0.0) for name, value in origin_features(word).items()
    )
    return 1 / (1 + exp(-logit))
