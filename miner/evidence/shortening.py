"""Shortening: 산업단지 to 산단, 인스타그램 to 인스타, 퍼스널컬러 to 퍼컬, 방송통신위원회 to 방통위.

A short form takes syllables of the long one in their order and begins where it begins. Which syllables, tells good
from chance: those that begin the parts of the long word (산업|단지), or its first ones (인스타|그램).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from miner.evidence.phonemes import is_hangul

_MIN_SHORT, _MIN_LONG = 2, 4  # syllables
_MIN_PART = 2
_MAX_LONG = 30  # syllables; a longer text is a sentence


@dataclass(frozen=True, slots=True)
class Shortening:
    """How a short form is made of a long one.

    :ivar is_prefix: whether the short form is how the long one begins.
    :ivar part_initial_share: share of its syllables that begin a part of the long word; 0 without known parts.
    :ivar covered_share: share of the parts of the long word that it takes a syllable of.
    :ivar length_ratio: of the short form to the long one.
    """

    is_prefix: bool
    part_initial_share: float
    covered_share: float
    length_ratio: float


def shortenings(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs (short, long) of indices where the short word may be a short form of the long one, sorted."""
    long_by_syllables: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, word in enumerate(words):
        if _MIN_LONG <= len(word) <= _MAX_LONG and is_hangul(word):
            for later in set(word[1:]):
                long_by_syllables[word[0], later].append(i)
    found = []
    for i, word in enumerate(words):
        if len(word) >= _MIN_SHORT and is_hangul(word):
            for j in long_by_syllables.get((word[0], word[1]), ()):
                if len(words[j]) >= len(word) + 2 and is_subsequence(word, words[j]):
                    found.append((i, j))
    return found


def is_subsequence(short: str, long: str) -> bool:
    """Return whether the characters of ``short`` stand in ``long`` in their order."""
    rest = iter(long)
    return all(character in rest for character in short)


def parts_of(word: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Cut a word into known words, as few as possible, of two syllables or more; a last syllable may be left over.

    :return: the parts, or nothing where there is no such cut.
    """
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(_MIN_PART, len(word) + 1):
        for start in range(end - _MIN_PART + 1):
            before = best[start]
            part = word[start:end]
            if before is not None and part != word and is_known(part):
                if best[end] is None or len(before) + 1 < len(best[end] or ()):
                    best[end] = (*before, part)
    if best[-1]:
        return best[-1]
    if len(word) > _MIN_LONG and best[-2]:
        return (*best[-2], word[-1])
    return ()


def describe_shortening(short: str, long: str, is_known: Callable[[str], bool]) -> Shortening:
    """Tell how a short form is made of a long one.

    :param is_known: whether a text is a word that the long one may consist of.
    """
    parts = parts_of(long, is_known)
    initial = covered = 0
    rest = short
    for part in parts:
        if rest and part.startswith(rest[0]):
            initial += 1
            covered += 1
            rest = rest[1:]
            while rest and is_subsequence(rest[0], part[1:]) and not _begins_later(rest[0], parts, part):
                rest = rest[1:]
    return Shortening(
        is_prefix=long.startswith(short),
        part_initial_share=initial / len(short) if not rest else 0.0,
        covered_share=covered / len(parts) if parts and not rest else 0.0,
        length_ratio=len(short) / len(long),
    )


def _begins_later(syllable: str, parts: tuple[str, ...], part: str) -> bool:
    return any(later.startswith(syllable) for later in parts[parts.index(part) + 1 :])
