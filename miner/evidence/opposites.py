"""Not the same: words that differ in a pair of opposites, in a negation, in a number or in a member of a series.

73 % of the noun antonyms of the Basic Korean Dictionary differ in one syllable (입사/퇴사), so that spelling and
vectors alike take them for synonyms. Most of these syllables are a closed class of Sino-Korean morphemes, which is
listed in ``series.txt`` with the native opposites and the series (days, directions, ranks, kin) whose members
exclude each other.
"""

import re
from importlib import resources

from miner.evidence.derivation import derivation
from miner.evidence.difference import difference
from miner.evidence.origin import loanword_probability

_NEGATIONS = ("불", "부", "비", "무", "미", "몰", "반", "탈", "역", "노", "안", "못")
_NUMBER = re.compile(r"\d+")
_MAX_INITIALS = 4  # letters
_MIN_LOANWORD_PROBABILITY = 0.5  # a syllable of a loanword is no morpheme: 카이로 and 카사로 are no 2 and 4


def _read_series() -> dict[str, set[int]]:
    lines_of: dict[str, set[int]] = {}
    text = resources.files(__package__).joinpath("series.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines()):
        for member in () if line.startswith("#") else line.split():
            lines_of.setdefault(member, set()).add(number)
    return lines_of


_SERIES_OF = _read_series()
_LONGEST_MEMBER = max(map(len, _SERIES_OF))


def are_opposites(left: str, right: str) -> bool:
    """Return whether two morphemes are opposites or members of one series."""
    return left != right and not _SERIES_OF.get(left, set()).isdisjoint(_SERIES_OF.get(right, ()))


def opposition(left: str, right: str) -> str | None:
    """Say why two words do not mean the same, judged by their form alone.

    :return: ``number``, ``initials``, ``negation``, ``opposite``, ``voice``, ``auxiliary``; or ``None`` where the
        form does not tell.
    """
    if _numbers(left) != _numbers(right) and _NUMBER.search(left) and _NUMBER.search(right):
        return "number"
    if _are_other_initials(left.casefold(), right.casefold()):
        return "initials"
    if derived := derivation(left, right):
        return derived
    between = difference(left, right)
    shared = between.head + between.tail
    if not between.left or not between.right:
        if (between.left + between.right).isdigit() and shared.isalpha():
            return "number"  # 람보 and 람보2
        is_negation = not between.head and _is_negation(between.left + between.right, shared)
        return "negation" if is_negation and not _is_borrowed(shared) else None
    if _begin_with_opposites(left, right) or _begin_with_opposites(left[::-1], right[::-1], reverse=True):
        return "opposite"
    if not are_opposites(between.left, between.right):
        return None
    is_morpheme = len(between.left) > 1 or len(between.right) > 1 or not shared
    return "opposite" if is_morpheme or not (_is_borrowed(left) or _is_borrowed(right)) else None


def _numbers(word: str) -> list[int]:
    return [int(digits) for digits in _NUMBER.findall(word)]


def _are_other_initials(left: str, right: str) -> bool:
    """Short words in Latin letters mean something in each letter: KBS and MBS, war and wr."""
    are_latin = left.isascii() and right.isascii() and left.isalpha() and right.isalpha()
    short, long = sorted((left, right), key=len)
    return are_latin and len(short) <= _MAX_INITIALS and not long.startswith(short)


def _is_borrowed(word: str) -> bool:
    return loanword_probability(word) >= _MIN_LOANWORD_PROBABILITY


def _is_negation(prefix: str, stem: str) -> bool:
    return prefix in _NEGATIONS and len(stem) >= 2


def _begin_with_opposites(left: str, right: str, *, reverse: bool = False) -> bool:
    """Opposites that begin or end alike are found whole: 아들 and 아버지 differ in 들 and 버지."""
    step = -1 if reverse else 1
    return any(
        are_opposites(left[:n][::step], right[:m][::step]) and left[n:] == right[m:]
        for n in range(2, min(_LONGEST_MEMBER, len(left)) + 1)
        for m in range(2, min(_LONGEST_MEMBER, len(right)) + 1)
    )
