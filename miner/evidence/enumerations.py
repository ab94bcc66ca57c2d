"""Enumeration: what is named side by side (A와 B, A나 B, A보다 B) are two things, members of one class.

Who lists two words takes them to be different; synonyms hardly ever stand so (Lin et al. 2003 use "from X to Y"
and "either X or Y" in the same way against antonyms).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from miner.evidence.mentions import MentionFinder

_PARTICLES = tuple("와 과 랑 이랑 하고 나 이나 든 든지 이든 이든지 이냐 냐 보다".split())
_BETWEEN = frozenset("대신 말고 및 아니면 vs vs. VS".split())


@dataclass(slots=True)
class Enumeration:
    """Sentences that name two words side by side.

    :ivar n_sentences: how many.
    :ivar sentence: the first one.
    """

    n_sentences: float
    sentence: str


def find_enumerations(sentences: Iterable[str], finder: MentionFinder) -> dict[tuple[str, str], Enumeration]:
    """Count the sentences that name two words side by side.

    :param sentences: NFC.
    :param finder: of the words of the lexicon.
    :return: by pair in code-point order.
    """
    found: dict[tuple[str, str], Enumeration] = defaultdict(lambda: Enumeration(0, ""))
    for sentence in sentences:
        for first, second in sorted(set(_side_by_side(sentence.split(), finder))):
            counted = found[first, second]
            counted.n_sentences += 1
            counted.sentence = counted.sentence or sentence
    return dict(found)


def _side_by_side(eojeols: list[str], finder: MentionFinder) -> Iterator[tuple[str, str]]:
    """Look at eojeols alone: a corpus has many more sentences with a 와 than with an alias."""
    for i, eojeol in enumerate(eojeols[:-1]):
        following = eojeols[i + 1]
        if following in _BETWEEN and i + 2 < len(eojeols):
            first, following = finder.exact(eojeol), eojeols[i + 2]
        elif eojeol.endswith(_PARTICLES):
            first = _without_particle(eojeol, finder)
        else:
            continue
        if first is None:
            continue
        mentions = finder.find(following)
        if mentions and mentions[0].start == 0 and mentions[0].word != first:
            yield min(first, mentions[0].word), max(first, mentions[0].word)


def _without_particle(eojeol: str, finder: MentionFinder) -> str | None:
    for particle in _PARTICLES:
        if eojeol.endswith(particle) and (word := finder.exact(eojeol.removesuffix(particle))) is not None:
            return word
    return None
