"""KoNLPy's other taggers: Hannanum, Kkma, Komoran and MeCab, sentence by sentence."""

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from miner.batches import batches
from miner.morphology.base import (
    DEFAULT_MAX_EOJEOL_LENGTH,
    Eojeol,
    EojeolLimit,
    EojeolPool,
    Morpheme,
    Pos,
)
from miner.morphology.hannanum import Hannanum, NotTagged
from miner.morphology.java import start_jvm
from miner.morphology.sejong import dictionary_form, pos_of

CLASSES = {"hannanum": "Hannanum", "kkma": "Kkma", "komoran": "Komoran", "mecab": "Mecab"}
MAX_HEAP_MEGABYTES = 2048  # Kkma runs out of less
# Where a piece that it does not know stands again and again, Kkma tries all ways to cut: 굿 16 times takes 13 s,
# 30 times has no end. Laughter and tears (ㅋㅎㅠㅜ) it does know.
_UNKNOWN = "[ㄱ-ㅊㅌㅍㅏ-ㅛㅝ-ㅟㅡ-ㅣ가-힣]"
KKMA_HAS_NO_END = re.compile(rf"({_UNKNOWN})\1{{9}}|({_UNKNOWN}{{2}})\2{{4}}|({_UNKNOWN}{{3,4}}?)\3{{3}}")
MAX_EOJEOLS_AT_ONCE = 1_000  # of 10,000 in one sentence Hannanum returns none
MAX_CHARACTERS_AT_ONCE = 5_000
MECAB_DICTIONARY = Path("/usr/local/lib/mecab/dic/mecab-ko-dic")  # where KoNLPy looks

HANNANUM_POS = {
    "N": Pos.NOUN,
    "P": Pos.VERB,
    "M": Pos.ADVERB,
    "I": Pos.INTERJECTION,
    "J": Pos.PARTICLE,
    "E": Pos.ENDING,
    "X": Pos.SUFFIX,
    "S": Pos.PUNCTUATION,
    "F": Pos.FOREIGN,
}


class KonlpyAnalyzer(EojeolLimit):
    """One of KoNLPy's taggers behind the :class:`~miner.morphology.base.Analyzer` protocol.

    :param name: ``hannanum``, ``kkma``, ``komoran`` or ``mecab``.
    :param max_eojeol_length: characters; a longer eojeol is left out.
    :raises ValueError: if the tagger is not known, or its library is not installed.
    """

    def __init__(self, name: str, *, max_eojeol_length: int = DEFAULT_MAX_EOJEOL_LENGTH) -> None:
        super().__init__(max_eojeol_length)
        if name not in CLASSES:
            raise ValueError(f"there is no tagger {name!r} in KoNLPy; expected one of {', '.join(CLASSES)}")
        self.name = name
        self._pool = EojeolPool()
        self._tagger = _load(name)

    def analyze(self, sentences: Iterable[str]) -> Iterator[list[Eojeol]]:
        """Yield the eojeols of each sentence, in order."""
        for sentence in sentences:
            surfaces = self._short(sentence.split())
            parts = batches(surfaces, max_items=MAX_EOJEOLS_AT_ONCE, max_size=MAX_CHARACTERS_AT_ONCE, size=len)
            yield [eojeol for part in parts for eojeol in self._eojeols(part)]

    def _find_too_long(self, eojeols: list[str]) -> list[str]:
        if self.name != "kkma":
            return super()._find_too_long(eojeols)
        return [e for e in eojeols if len(e) > self.max_eojeol_length or KKMA_HAS_NO_END.search(e)]

    def _tagged(self, surfaces: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Return the eojeols that the tagger can take, and the morphemes of these with their tags."""
        while surfaces:
            try:
                return surfaces, self._tagger.pos(" ".join(surfaces))
            except NotTagged:
                at_fault = [surface for surface in surfaces if not self._is_taggable(surface)]
                surfaces = self._without(at_fault or surfaces, surfaces)
        return [], []

    def _is_taggable(self, surface: str) -> bool:
        try:
            self._tagger.pos(surface)
        except NotTagged:
            return False
        return True

    def _eojeols(self, surfaces: list[str]) -> list[Eojeol]:
        """Tag a sentence and give each morpheme to the eojeol that it stands in.

        The taggers return no positions, and contracted morphemes (했 -> 하 + 었) stand nowhere literally: such
        a one belongs to where the last one was, or to the next eojeol when that one's characters are used up.
        """
        surfaces, tagged = self._tagged(surfaces)
        sentence = " ".join(surfaces)
        parts: list[list[Morpheme]] = [[] for _ in surfaces]
        starts = [0]
        for surface in surfaces:
            starts.append(starts[-1] + len(surface) + 1)
        at = cursor = 0
        for text, tag in tagged:
            limit = starts[min(at + 2, len(surfaces))]  # never past the next eojeol
            found = sentence.find(text, cursor, limit)
            if found >= 0:
                cursor = found + len(text)
                while found >= starts[at + 1]:
                    at += 1
            elif cursor >= starts[at + 1] - 1 and at + 1 < len(surfaces):
                at += 1
                cursor = starts[at]
            pos = HANNANUM_POS.get(tag, Pos.OTHER) if self.name == "hannanum" else pos_of(tag)
            parts[at].append(self._pool.morpheme(dictionary_form(text, pos), pos, text))
        return [self._pool.eojeol(surface, tuple(p)) for surface, p in zip(surfaces, parts, strict=True)]


def _load(name: str) -> Any:  # noqa: ANN401 - KoNLPy publishes no types
    import konlpy.tag

    if name != "mecab":
        start_jvm(MAX_HEAP_MEGABYTES)
    elif find_spec("MeCab") is None or not MECAB_DICTIONARY.exists():  # KoNLPy would raise a bare Exception
        raise ValueError(
            f"MeCab is not installed: its Python module MeCab or its dictionary {MECAB_DICTIONARY} is missing; "
            "install both (see KoNLPy's documentation), or choose another analyser, e.g. okt or kiwi"
        )
    if name == "hannanum":
        return Hannanum()
    return getattr(konlpy.tag, CLASSES[name])()
