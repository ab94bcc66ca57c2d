"""How Hanja are read in Korean: 藥理學 is 약리학."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

# A reading and its Hanja a line: first the 4,620 of KS X 1001 (others are hardly used in Korean) by their usual
# reading, which for all but seven is that by which the standard sorts them; then those with a second one.
_READINGS_FILE = "hanja.txt"
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_SYLLABLES_PER_INITIAL = 588  # of Hangul
_SYLLABLES_PER_VOWEL = 28  # that begin with one consonant
_NIEUN, _RIEUL, _IEUNG = 2, 5, 11  # among the initials
_VOWELS_OF_I = frozenset({2, 6, 7, 12, 17, 20})  # ㅑ ㅕ ㅖ ㅛ ㅠ ㅣ, among the vowels
_NO_FINAL, _FINAL_NIEUN = 0, 4


@lru_cache(maxsize=1)
def readings_of_hanja() -> Mapping[str, tuple[str, ...]]:
    """Return the Hangul syllables of each Hanja, the usual one first."""
    found: dict[str, tuple[str, ...]] = {}
    for line in resources.files(__package__).joinpath(_READINGS_FILE).read_text("utf-8").splitlines():
        for hanja in line[2:]:
            found[hanja] = (*found.get(hanja, ()), line[0])
    return found


def has_hanja(word: str) -> bool:
    """Return whether a character of the word is a CJK ideograph."""
    return _IDEOGRAPH.search(word) is not None


def read_hanja(word: str) -> tuple[str, ...]:
    """Return the word with its Hanja in Hangul, spelled as Korean has it: 女子 is 여자, 比率 is 비율.

    Of a word with several Hanja of two readings one at a time has the second: the number of words stays small.
    """
    if not has_hanja(word):
        return ()
    choices = [readings_of_hanja().get(character, (character,)) for character in word]
    usual = [choice[0] for choice in choices]
    found = [usual]
    for place, choice in enumerate(choices):
        found += [[*usual[:place], other, *usual[place + 1 :]] for other in choice[1:]]
    return tuple(dict.fromkeys(_spelled(word, syllables) for syllables in found))


def _spelled(word: str, syllables: list[str]) -> str:
    written = ""
    for character, syllable in zip(word, syllables, strict=True):
        written += syllable if character == syllable else _after(written[-1:], syllable)
    return written


def _after(before: str, syllable: str) -> str:
    """Spell a reading at its place (Korean orthography, articles 10 to 12).

    :param before: the syllable before it, empty at the start of the word.
    """
    initial, rest = divmod(ord(syllable) - ord("가"), _SYLLABLES_PER_INITIAL)
    if before:
        final = (ord(before) - ord("가")) % _SYLLABLES_PER_VOWEL if "가" <= before <= "힣" else None
        softens = syllable in "렬률" and final in (_NO_FINAL, _FINAL_NIEUN)
    else:
        softens = initial in (_NIEUN, _RIEUL)
    if not softens:
        return syllable
    initial = _IEUNG if rest // _SYLLABLES_PER_VOWEL in _VOWELS_OF_I else _NIEUN
    return chr(ord("가") + initial * _SYLLABLES_PER_INITIAL + rest)
