"""Words as sequences of phoneme codes: Hangul syllables taken apart, Latin letters and digits as they are.

Initial and final consonants have codes of their own, since a final ``ㅅ`` (스냅 and 스냅프 apart, 트릿 and 트리트)
is heard as ``ㄷ``; clusters are two finals; and ``ㄹ`` closing one syllable and opening the next is one sound,
because 알러지 and 알레르기, or 올리브 and 오리브, differ in that sound and not in two letters.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = (
    "",
    *(
        "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ"
    ).split(),
)
FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3
LONG_L = "ㄹㄹ"
OTHER = "?"

# What a code stands for; a final consonant is written with a hyphen before it. Code 0 is padding.
PHONEMES: tuple[str, ...] = (
    "",
    *(c for c in INITIALS if c != "ㅇ"),  # silent as an initial
    *VOWELS,
    *dict.fromkeys(f"-{c}" for cluster in FINALS for c in cluster),
    LONG_L,
    *"abcdefghijklmnopqrstuvwxyz0123456789",
    OTHER,
)
CODE_OF = {phoneme: code for code, phoneme in enumerate(PHONEMES)}
N_CODES = len(PHONEMES)


def split_syllable(syllable: str) -> tuple[str, str, str] | None:
    """Return initial, vowel and final of a Hangul syllable, or ``None`` for another character."""
    place = ord(syllable) - FIRST_SYLLABLE
    if not 0 <= place <= LAST_SYLLABLE - FIRST_SYLLABLE:
        return None
    initial, rest = divmod(place, len(VOWELS) * len(FINALS))
    vowel, final = divmod(rest, len(FINALS))
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def is_hangul(word: str) -> bool:
    """Return whether every character is a Hangul syllable."""
    return bool(word) and all("가" <= character <= "힣" for character in word)


@lru_cache(maxsize=200_000)
def phonemes(word: str) -> tuple[int, ...]:
    """Take a word apart.

    :param word: NFC; case, white space and punctuation do not count.
    :return: codes, which index ``PHONEMES``.
    """
    sounds: list[str] = []
    for character in unicodedata.normalize("NFKC", word).casefold():
        parts = split_syllable(character)
        if parts is None:
            if character.isalnum():
                sounds.append(character if character in CODE_OF else OTHER)
            continue
        initial, vowel, final = parts
        if initial == "ㄹ" and sounds and sounds[-1] == "-ㄹ":
            sounds[-1] = LONG_L
        elif initial != "ㅇ":
            sounds.append(initial)
        sounds.append(vowel)
        sounds.extend(f"-{consonant}" for consonant in final)
    return tuple(CODE_OF[sound] for sound in sounds)


def padded(words: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Put sequences of codes into one array.

    :return: uint8, shape (n_words, longest), zeros behind each word; and int64, shape (n_words,), the lengths.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    codes = np.zeros((len(words), int(lengths.max(initial=0))), np.uint8)
    for row, word in zip(codes, words, strict=True):
        row[: len(word)] = word
    return codes, lengths
