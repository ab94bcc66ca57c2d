"""From the parses of runs of Hangul to what Okt returns for them."""

from collections.abc import Iterator, Sequence

import numpy as np

from miner.morphology import okt_grammar as grammar
from miner.morphology.okt_dictionary import OktDictionary
from miner.morphology.okt_parser import parse
from miner.morphology.okt_words import WordTree

Analysis = tuple[tuple[str, str, str], ...]  # dictionary form, tag and surface of each morpheme

_PREDICATES = ("Verb", "Adjective")
_ENDINGS = ("Eomi", "PreEomi")


class RunAnalyzer:
    """Okt for runs of Hangul. Several threads may use one.

    :param dictionary: of Okt.
    """

    def __init__(self, dictionary: OktDictionary) -> None:
        self._words = WordTree(dictionary)
        self._stems = dictionary.stems
        # A run that is a word is not parsed; the first part of speech counts.
        self._whole = {word: pos for pos in reversed(grammar.POS) for word in dictionary.words[pos]}

    def analyze(self, runs: Sequence[str]) -> list[Analysis]:
        """Return for each run what ``KoreanTokenizer.tokenize`` of open-korean-text returns.

        :param runs: of Hangul syllables only, none empty; best in ascending order.
        :raises ValueError: if a run is too long for the parser, or there are too many.
        """
        parsed = self._parsed([run for run in runs if run not in self._whole])
        return [self._morphemes([(run, self._whole[run])] if run in self._whole else next(parsed)) for run in runs]

    def _parsed(self, runs: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
        """Yield the tokens of each run with their tags."""
        if not runs:
            return
        tokens = parse(runs, self._words)
        starts, ends = tokens.start.tolist(), (tokens.start + tokens.length).tolist()
        tags = [grammar.POS[pos] for pos in tokens.pos.tolist()]
        first = np.searchsorted(tokens.run, np.arange(len(runs) + 1)).tolist()
        for n, run in enumerate(runs):
            yield [(run[starts[i] : ends[i]], tags[i]) for i in range(first[n], first[n + 1])]

    def _morphemes(self, tokens: list[tuple[str, str]]) -> Analysis:
        """Join nouns of one syllable, and endings to their verb (``collapseNouns``, ``KoreanStemmer``)."""
        found: list[tuple[str, str, str]] = []
        is_after_short_noun = False
        for text, tag in tokens:
            is_short_noun = tag == "Noun" and len(text) == 1
            if is_short_noun and is_after_short_noun:
                joined = found.pop()[0] + text
                found.append((joined, tag, joined))
            elif tag in _PREDICATES:
                found.append((self._stems[tag][text], tag, text))
            elif tag in _ENDINGS and found and found[-1][1] in _PREDICATES:
                stem, predicate, surface = found.pop()
                found.append((stem, predicate, surface + text))
            else:
                found.append((text, tag, text))
            is_after_short_noun = is_short_noun
        return tuple(found)
