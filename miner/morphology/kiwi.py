"""Kiwi: analyses whole sentences on its own threads, and needs no Java."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from sys import intern, maxsize
from typing import Any

from kiwipiepy import Kiwi

from miner.morphology.base import DEFAULT_MAX_EOJEOL_LENGTH, Eojeol, EojeolLimit, EojeolPool, Morpheme
from miner.morphology.sejong import dictionary_form, pos_of

MAX_REMEMBERED = 50_000  # sentences, some 20 MB; what is said again and again is short, and soon said again
MAX_REMEMBERED_LENGTH = 40  # characters
MAX_WAITING = 10_000  # remembered sentences that stand behind one that Kiwi has in hand


class KiwiAnalyzer(EojeolLimit):
    """Kiwi behind the :class:`~miner.morphology.base.Analyzer` protocol.

    :param n_workers: threads of Kiwi.
    :param max_eojeol_length: characters; a longer eojeol is left out.
    """

    name = "kiwi"

    def __init__(
        self, *, n_workers: int | None = None, max_eojeol_length: int = DEFAULT_MAX_EOJEOL_LENGTH
    ) -> None:
        super().__init__(max_eojeol_length)
        n_threads = n_workers or os.cpu_count() or 1
        self._kiwi = _single_thread_model() if n_threads == 1 else Kiwi(num_workers=n_threads)
        self._pool = EojeolPool()
        self._known: dict[tuple[str, ...], Eojeol] = {}  # by the text, and form, tag and surface of each token
        self._morphemes: dict[tuple[str, str, str], Morpheme] = {}
        self._remembered: dict[str, list[Eojeol]] = {}

    def analyze(self, sentences: Iterable[str]) -> Iterator[list[Eojeol]]:
        """Yield the eojeols of each sentence, in order. Kiwi is not asked again for what it just was asked."""
        waiting: deque[tuple[str, list[Eojeol] | None]] = deque()  # in order; None: Kiwi has it in hand

        def unknown() -> Iterator[str]:
            for sentence in map(self._bounded, sentences):
                found = self._remembered.get(sentence) if len(waiting) < MAX_WAITING else None
                waiting.append((sentence, found))
                if found is None:
                    yield sentence

        for tokens in self._kiwi.tokenize(unknown()):
            yield from _until_unknown(waiting)
            sentence, _ = waiting.popleft()
            eojeols = self._eojeols(sentence, tokens)
            self._remember(sentence, eojeols)
            yield eojeols
        yield from _until_unknown(waiting)

    def _bounded(self, sentence: str) -> str:
        if len(sentence) <= self.max_eojeol_length:
            return sentence
        return " ".join(self._short(sentence.split()))

    def _remember(self, sentence: str, eojeols: list[Eojeol]) -> None:
        if len(sentence) > MAX_REMEMBERED_LENGTH:
            return
        if len(self._remembered) == MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]  # the oldest
        self._remembered[sentence] = eojeols

    def _eojeols(self, sentence: str, tokens: list[Any]) -> list[Eojeol]:
        """Give each token to the eojeol that it begins in."""
        surfaces = sentence.split()
        starts, end = [], 0
        for surface in surfaces:
            starts.append(sentence.index(surface, end))
            end = starts[-1] + len(surface)
        starts.append(maxsize)
        found = []
        rest = iter(tokens)
        token = next(rest, None)
        for surface, next_start in zip(surfaces, starts[1:], strict=True):
            parts = [surface]
            while token is not None and (start := token.start) < next_start:
                parts += (token.form, token.tag, sentence[start : token.end])
                token = next(rest, None)
            key = tuple(parts)
            found.append(self._known.get(key) or self._learn(key))
        return found

    def _learn(self, key: tuple[str, ...]) -> Eojeol:
        surface, *parts = key = tuple(map(intern, key))  # Kiwi makes a new string for each token
        morphemes = tuple(map(self._morpheme, parts[::3], parts[1::3], parts[2::3]))
        # two tags may be one part of speech: what is equal then has to be the same object
        self._known[key] = self._pool.eojeol(surface, morphemes)
        return self._known[key]

    def _morpheme(self, form: str, tag: str, surface: str) -> Morpheme:
        found = self._morphemes.get((form, tag, surface))
        if found is None:
            pos = pos_of(tag)
            found = self._pool.morpheme(dictionary_form(form, pos), pos, surface)
            self._morphemes[form, tag, surface] = found
        return found


def _until_unknown(waiting: deque[tuple[str, list[Eojeol] | None]]) -> Iterator[list[Eojeol]]:
    """Take out what is known, up to the next sentence that is not."""
    while waiting and (known := waiting[0][1]) is not None:
        waiting.popleft()
        yield known


@lru_cache(maxsize=1)
def _single_thread_model() -> Kiwi:
    """Load the model once in a process that analyses piece after piece of a corpus: it takes seconds."""
    return Kiwi(num_workers=1)
