"""KoNLPy's Okt, each distinct eojeol analysed once, and its runs of Hangul many at a time.

Okt's result for a sentence is the concatenation of its results for the white-space separated eojeols, and its
result for an eojeol that of its results for runs of one script. ``okt_parser`` finds for runs of Hangul what Okt
finds, in a tenth of the time.
"""

import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from typing import Literal

from miner.batches import batches
from miner.files import cache_folder
from miner.morphology.base import DEFAULT_MAX_EOJEOL_LENGTH, Eojeol, EojeolLimit, EojeolPool, Pos
from miner.morphology.okt_chunks import HANGUL, chunks
from miner.morphology.okt_dictionary import load_dictionary
from miner.morphology.okt_parser import MAX_RUN_LENGTH
from miner.morphology.okt_runs import RunAnalyzer

SENTENCES_PER_WINDOW = 50_000  # the more runs are parsed together, the more of them begin alike
EOJEOLS_PER_WINDOW = 1_000_000  # where a line is a whole document
LONG_RUN = 12  # syllables; a task takes as many steps as its longest run has
RUNS_PER_TASK = 10_000  # some 30 MB of arrays
SYLLABLES_PER_TASK = 200_000  # the same for runs that are longer than words are

POS = {
    "Noun": Pos.NOUN,
    "Verb": Pos.VERB,
    "Adjective": Pos.ADJECTIVE,
    "Alpha": Pos.FOREIGN,
    "Foreign": Pos.FOREIGN,
    "Adverb": Pos.ADVERB,
    "Determiner": Pos.DETERMINER,
    "Modifier": Pos.DETERMINER,
    "Exclamation": Pos.INTERJECTION,
    "Josa": Pos.PARTICLE,
    "Eomi": Pos.ENDING,
    "PreEomi": Pos.ENDING,
    "VerbPrefix": Pos.PREFIX,
    "Suffix": Pos.SUFFIX,
    "Number": Pos.NUMBER,
    "Punctuation": Pos.PUNCTUATION,
}  # all others (KoreanParticle ㅋㅋ, Conjunction ...): Pos.OTHER


class OktAnalyzer(EojeolLimit):
    """Okt with ``stem=True`` behind the :class:`~miner.morphology.base.Analyzer` protocol.

    :param n_workers: threads that parse.
    :param punctuation: whether a mark separates words (반창고/대일밴드 are two) or vanishes, as in the plain
        loop ``okt.morphs(re.sub(r"[^\\w\\s]", "", sentence))``.
    :param max_eojeol_length: characters; a longer eojeol is left out.
    :raises ValueError: if ``max_eojeol_length`` is larger than the parser can take.
    :raises ChildProcessError: if Okt's dictionary cannot be read.
    """

    name = "okt"

    def __init__(
        self,
        *,
        n_workers: int | None = None,
        punctuation: Literal["separates", "vanishes"] = "separates",
        max_eojeol_length: int = DEFAULT_MAX_EOJEOL_LENGTH,
    ) -> None:
        if max_eojeol_length > MAX_RUN_LENGTH:
            raise ValueError(f"max_eojeol_length is {max_eojeol_length}; expected at most {MAX_RUN_LENGTH}")
        super().__init__(max_eojeol_length)
        self.n_workers = n_workers or os.cpu_count() or 1
        self._mark = " " if punctuation == "separates" else ""
        self._analysed: dict[str, Eojeol] = {}
        self._pool = EojeolPool()
        self._runs = _run_analyzer()

    def analyze(self, sentences: Iterable[str]) -> Iterator[list[Eojeol]]:
        """Yield the eojeols of each sentence, in order, reading ``sentences`` some ten thousand ahead."""
        with ThreadPoolExecutor(self.n_workers) as threads:
            split = map(self._split, sentences)
            for window in batches(split, max_items=SENTENCES_PER_WINDOW, max_size=EOJEOLS_PER_WINDOW, size=len):
                self._learn(window, threads)
                for eojeols in window:
                    yield [self._analysed[eojeol] for eojeol in eojeols]

    def _split(self, sentence: str) -> list[str]:
        return self._short(re.sub(r"[^\w\s]", self._mark, sentence).split())

    def _learn(self, window: list[list[str]], threads: ThreadPoolExecutor) -> None:
        """Analyse the eojeols of some sentences that were not seen before."""
        distinct = dict.fromkeys(chain.from_iterable(window))  # a set would not keep the order
        unknown = {eojeol: chunks(eojeol) for eojeol in distinct if eojeol not in self._analysed}
        runs = _in_order({text for found in unknown.values() for text, tag in found if tag == HANGUL})
        tasks = list(batches(runs, max_items=RUNS_PER_TASK, max_size=SYLLABLES_PER_TASK, size=len))
        parsed = dict(zip(runs, chain.from_iterable(threads.map(self._runs.analyze, tasks)), strict=True))
        for eojeol, found in unknown.items():
            morphemes: list[tuple[str, str, str]] = []
            for text, tag in found:
                morphemes.extend(parsed[text] if tag == HANGUL else ((text, tag, text),))
            self._analysed[eojeol] = self._eojeol(eojeol, morphemes)

    def _eojeol(self, surface: str, morphemes: Iterable[tuple[str, str, str]]) -> Eojeol:
        return Eojeol(
            surface,
            tuple(self._pool.morpheme(text, POS.get(tag, Pos.OTHER), part) for text, tag, part in morphemes),
        )


@cache
def _run_analyzer() -> RunAnalyzer:
    return RunAnalyzer(load_dictionary(cache_folder()))  # 200 MB and a second, once a process


def _in_order(runs: Iterable[str]) -> list[str]:
    """Sort runs so that those that begin alike stand together, and the few long ones at the end."""
    return sorted(runs, key=lambda run: (len(run) > LONG_RUN, run))
