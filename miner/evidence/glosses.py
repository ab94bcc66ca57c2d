"""Shared gloss: two words with one foreign term in brackets beside them, as in 프로작(fluoxetine)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from miner.evidence.mentions import MentionFinder

_GLOSS = re.compile(r"\s?[(\[（〔]\s?((?:[A-Za-z][A-Za-z0-9 .'&-]{2,}|[\u4e00-\u9fff]{2,}))\s?[)\]）〕,;]")
_MAX_WORDS = 4  # (PTSD) beside five words is a topic, or the initials of different things


def find_shared_glosses(
    sentences: Iterable[str], finder: MentionFinder
) -> tuple[dict[tuple[str, str], tuple[float, str]], int]:
    """Collect the pairs of words that the text gives one foreign term for.

    :param sentences: NFC.
    :param finder: of the words of the lexicon.
    :return: number of shared terms and a sentence of the first word, by pair in code-point order; and how many
        terms were left out because they stand beside many words.
    """
    words_of: dict[str, dict[str, str]] = defaultdict(dict)
    for sentence in sentences:
        for gloss, word in _glossed(sentence, finder):
            words_of[gloss].setdefault(word, sentence)
    pairs: dict[tuple[str, str], tuple[float, str]] = {}
    n_left_out = 0
    for gloss, words in words_of.items():
        if len(words) > _MAX_WORDS:
            n_left_out += 1
            continue
        for a, b in combinations(sorted(words), 2):
            if gloss not in (a.casefold(), b.casefold()):
                count, sentence = pairs.get((a, b), (0.0, words[a]))
                pairs[a, b] = count + 1, sentence
    return pairs, n_left_out


def has_gloss(sentence: str, finder: MentionFinder) -> bool:
    """Tell whether ``find_shared_glosses`` learns anything from a sentence."""
    return any(True for _ in _glossed(sentence, finder))


def _glossed(sentence: str, finder: MentionFinder) -> Iterator[tuple[str, str]]:
    """Yield each foreign term in brackets with the word that it stands beside."""
    if not _GLOSS.search(sentence):
        return
    for mention in finder.find(sentence):
        found = _GLOSS.match(sentence, mention.end)
        if found:
            yield " ".join(found.group(1).casefold().split()), mention.word
