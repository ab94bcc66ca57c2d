"""Romanisation: a Hangul word and the same word in Latin letters, 김치/kimchi, 컴퓨터/computer.

Hangul is written out by the Revised Romanization (Ministry of Culture 2000, without its sound changes), and both
words are put into classes of consonants that the two scripts exchange: g, k and c, l and r, f and p. Words with
one skeleton of consonants are pairs to look at; how alike their letters are is the number. Names of letters, as
in LED/엘이디, are in ``miner.evidence.readings``.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from miner.evidence.phonemes import FINALS, INITIALS, VOWELS, is_hangul, split_syllable

_INITIAL_LETTERS = dict(zip(INITIALS, "g kk n d tt r m b pp s ss - j jj ch k t p h".split(), strict=True))
_VOWEL_LETTERS = dict(
    zip(VOWELS, "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(), strict=True)
)
_FINAL_LETTERS = dict(
    zip(
        FINALS,
        "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(),
        strict=True,
    )
)
_HANGUL_CLASSES = {
    sound: letter
    for letter, sounds in {
        "k": "ㄱㄲㅋ",
        "t": "ㄷㄸㅌ",
        "p": "ㅂㅃㅍ",
        "s": "ㅅㅆ",
        "j": "ㅈㅉㅊ",
        "n": "ㄴ",
        "m": "ㅁ",
        "l": "ㄹ",
    }.items()
    for sound in sounds
}
_FINAL_CLASSES = {"ㅅ": "t", "ㅆ": "t", "ㅈ": "t", "ㅊ": "t", "ㅇ": "n"}
# In this order: what a spelling means before single letters are put into classes.
_LATIN_CLASSES = (
    (r"[ts]ion\b", "sn"),
    (r"age\b", "j"),
    (r"ck|qu|q|x", "k"),
    (r"c(?=[eiy])", "s"),
    (r"ch(?!r)|dge?|z", "j"),
    (r"sh|th", "s"),
    (r"ph|f|v|b", "p"),
    (r"ng", "n"),
    (r"[cg]", "k"),
    (r"d", "t"),
    (r"r(?=[^aeiouwy]|\b)", ""),
    (r"r", "l"),
    (r"[^jklmnpst]", ""),
)
_SOFT_G = re.compile(r"g(?=[eiy])")
_MIN_CONSONANTS = 3
_MIN_LATIN = 4  # letters; shorter ones are initials, and read by their names
_MIN_SIMILARITY = 0.4
_LATIN_WORD = re.compile(r"[A-Za-z]+")


def romanize(word: str) -> str:
    """Write a Hangul word in Latin letters, syllable by syllable."""
    letters = []
    for syllable in word:
        parts = split_syllable(syllable)
        if parts is None:
            letters.append(syllable)
            continue
        initial, vowel, final = parts
        letters += [_INITIAL_LETTERS[initial], _VOWEL_LETTERS[vowel], _FINAL_LETTERS[final]]
    return "".join(letters).replace("-", "")


@lru_cache(maxsize=100_000)
def consonant_skeletons(word: str) -> frozenset[str]:
    """Return the classes of a word's consonants; none if they are few.

    Doubled classes count once. A ``g`` in Latin letters may be hard or soft, which gives two.
    """
    if is_hangul(word):
        found = {_of_hangul(word)}
    elif len(word) >= _MIN_LATIN and _LATIN_WORD.fullmatch(word):
        found = {_of_latin(text) for text in (word.casefold(), _SOFT_G.sub("j", word.casefold()))}
    else:
        return frozenset()
    return frozenset(skeleton for skeleton in found if len(skeleton) >= _MIN_CONSONANTS)


def _of_hangul(word: str) -> str:
    classes = []
    for syllable in word:
        initial, _, final = split_syllable(syllable) or ("", "", "")
        classes.append(_HANGUL_CLASSES.get(initial, ""))
        classes += [_FINAL_CLASSES.get(part) or _HANGUL_CLASSES.get(part, "") for part in final]
    return _undoubled("".join(classes))


def _of_latin(text: str) -> str:
    for pattern, letters in _LATIN_CLASSES:
        text = re.sub(pattern, letters, text)
    return _undoubled(text)


def _undoubled(skeleton: str) -> str:
    return re.sub(r"(.)\1+", r"\1", skeleton)


def romanization_similarity(left: str, right: str) -> float:
    """Tell how alike a Hangul word and a word in Latin letters are, as they are written.

    :return: share of letters that the two have in common, in order, in [0.4, 1]; 0 where the scripts are the same,
        the consonants differ, or too little is in common.
    """
    latin, hangul = (left, right) if left.isascii() else (right, left)
    if latin.isascii() == hangul.isascii() or consonant_skeletons(latin).isdisjoint(consonant_skeletons(hangul)):
        return 0.0
    alike = SequenceMatcher(None, latin.casefold(), romanize(hangul), autojunk=False).ratio()
    return alike if alike >= _MIN_SIMILARITY else 0.0


def romanizations(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of words, by index, that may be one word in two scripts; lower index first, sorted."""
    latin: dict[str, list[int]] = defaultdict(list)
    hangul: dict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(words):
        for skeleton in consonant_skeletons(word):
            (latin if word.isascii() else hangul)[skeleton].append(i)
    return sorted(
        {
            (min(i, j), max(i, j))
            for skeleton, those in latin.items()
            for i in those
            for j in hangul[skeleton]
            if romanization_similarity(words[i], words[j])
        }
    )
