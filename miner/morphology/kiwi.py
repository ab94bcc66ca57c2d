"""Kiwi: analyses whole sentences on its own threads, and needs no Java."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from kiwipiepy import Kiwi

from miner.morphology.base import DEFAULT_MAX_EOJEOL_LENGTH, Eojeol, EojeolLimit, EojeolPool, Morpheme
from miner.morphology.sejong import dictionary_form, pos_of


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
        self._morphemes: dict[tuple[str, str, str], Morpheme] = {}  # by Kiwi's form and tag, and the surface

    def analyze(self, sentences: Iterable[str]) -> Iterator[list[Eojeol]]:
        """Yield the eojeols of each sentence, in order."""
        for tokens, sentence in self._kiwi.tokenize(map(self._bounded, sentences), echo=True):
            yield self._eojeols(sentence, tokens)

    def _bounded(self, sentence: str) -> str:
        if len(sentence) <= self.max_eojeol_length:
            return sentence
        return " ".join(self._short(sentence.split()))

    def _eojeols(self, sentence: str, tokens: list[Any]) -> list[Eojeol]:
        spans = [match.span() for match in re.finditer(r"\S+", sentence)]
        parts: list[list[Morpheme]] = [[] for _ in spans]
        starts = [start for start, _ in spans[1:]] + [len(sentence)]
        at = 0
        for token in tokens:
            while token.start >= starts[at] and at + 1 < len(spans):
                at += 1
            key = (token.form, token.tag, sentence[token.start : token.end])
            parts[at].append(self._morphemes.get(key) or self._learn(*key))
        return [
            self._pool.eojeol(sentence[start:end], tuple(morphemes))
            for (start, end), morphemes in zip(spans, parts, strict=True)
        ]

    def _learn(self, form: str, tag: str, surface: str) -> Morpheme:
        pos = pos_of(tag)
        morpheme = self._pool.morpheme(dictionary_form(form, pos), pos, surface)
        self._morphemes[form, tag, surface] = morpheme
        return morpheme


@lru_cache(maxsize=1)
def _single_thread_model() -> Kiwi:
    """Load the model once in a process that analyses piece after piece of a corpus: it takes seconds."""
    return Kiwi(num_workers=1)
