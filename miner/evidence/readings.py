"""How digits, Latin letters and Hanja are read in Korean: PC is 피시, 10 is 십 or 텐, 藥理學 is 약리학."""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache

from miner.evidence.hanja import has_hanja, read_hanja

_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            "에이 비 시 디 이 에프 지 에이치 아이 제이 케이 엘 엠 "
            "엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트"
        ).split(),
        strict=True,
    )
)
_DIGITS = "영 일 이 삼 사 오 육 칠 팔 구".split()
_ENGLISH = "제로 원 투 쓰리 포 파이브 식스 세븐 에이트 나인 텐 일레븐 트웰브".split()
_PLACES = ("", "십", "백", "천")
_NUMBER_OR_LETTERS = re.compile(r"\d+|[a-z]+", re.IGNORECASE)
_LONGEST_COUNTED = 4  # digits; a longer number is read digit by digit


def read_number(digits: str) -> str:
    """Read a number as a count: 10 is 십, 365 is 삼백육십오; longer ones digit by digit."""
    if len(digits) > _LONGEST_COUNTED or digits.startswith("0"):
        return "".join(_DIGITS[int(digit)] for digit in digits)
    parts = []
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            parts.append(("" if digit == "1" and place else _DIGITS[int(digit)]) + _PLACES[place])
    return "".join(parts)


@lru_cache(maxsize=100_000)
def readings(word: str) -> tuple[str, ...]:
    """Return the word as it is written, and in Hangul as it may be read where it has digits, letters or Hanja."""
    spoken = (in_hangul for text in (word, *read_hanja(word)) for in_hangul in _spoken(text))
    return tuple(dict.fromkeys([word, *spoken]))


def _spoken(word: str) -> Iterable[str]:
    pieces = _NUMBER_OR_LETTERS.findall(word)
    if not pieces:
        return [word]
    choices = [_readings_of(piece) for piece in pieces]
    gaps = _NUMBER_OR_LETTERS.split(word)
    return (
        "".join(itertools.chain.from_iterable(zip(gaps, (*choice, ""), strict=True)))
        for choice in itertools.product(*choices)
    )


def reading_pairs(one: str, other: str) -> Iterable[tuple[str, str]]:
    """Return how two words may be read at once. Two that are written in Hanja differ as they are written.

    動機 and 同期 are both 동기, and two words.
    """
    if has_hanja(one) and has_hanja(other):
        return [(one, other)]
    return itertools.product(readings(one), readings(other))


def _readings_of(piece: str) -> tuple[str, ...]:
    if not piece.isdigit():
        return ("".join(_LETTERS[letter] for letter in piece.lower()),)
    english = _ENGLISH[int(piece)] if int(piece) < len(_ENGLISH) and not piece.startswith("0") else None
    return (read_number(piece),) if english is None else (read_number(piece), english)
