"""The values every analyser returns, and the protocol it follows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

DEFAULT_MAX_EOJEOL_LENGTH = 200  # characters; names of laws and chemicals are written with fewer
MAX_NAMED_EOJEOLS = 5
NAMED_CHARACTERS = 20


class Pos(StrEnum):
    """Part of speech, one set of names for all analysers."""

    NOUN = "Noun"
    VERB = "Verb"
    ADJECTIVE = "Adjective"
    FOREIGN = "Foreign"  # Latin letters, Hanja, kana
    ADVERB = "Adverb"
    DETERMINER = "Determiner"  # modifiers as well: 새, 그, 대-
    INTERJECTION = "Interjection"
    PARTICLE = "Particle"  # josa
    ENDING = "Ending"  # eomi
    PREFIX = "Prefix"
    SUFFIX = "Suffix"
    NUMBER = "Number"
    PUNCTUATION = "Punctuation"
    OTHER = "Other"  # ㅋㅋ, addresses, hashtags, what the analyser calls unknown
    COMPOUND = "Compound"  # never from an analyser: made by miner.compounds


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme of an eojeol.

    ``text`` is the dictionary form (먹었다 -> 먹다), ``surface`` the characters that stand in the eojeol.
    """

    text: str
    pos: Pos
    surface: str


@dataclass(frozen=True, slots=True)
class Eojeol:
    """One white-space separated unit of a sentence with its morphemes in order."""

    surface: str
    morphemes: tuple[Morpheme, ...]


class Analyzer(Protocol):
    """Turns sentences into eojeols.

    Equal analyses are the same object, so that a caller may count them by identity.

    :ivar n_too_long: eojeols left out because they were too long to be analysed.
    :ivar too_long: the beginnings of the first of them.
    """

    name: str
    n_too_long: int
    too_long: list[str]

    def analyze(self, sentences: Iterable[str]) -> Iterator[list[Eojeol]]:
        """Yield the eojeols of each sentence, in the order of ``sentences``, reading them lazily."""
        ...


class EojeolLimit:
    """Leaves out eojeols that are longer than any word: what a broken or hostile text has in place of spaces.

    :param max_eojeol_length: characters.
    :ivar n_too_long: eojeols left out.
    :ivar too_long: the first ``MAX_NAMED_EOJEOLS`` of them, shortened, with their length.
    """

    def __init__(self, max_eojeol_length: int) -> None:
        self.max_eojeol_length = max_eojeol_length
        self.n_too_long = 0
        self.too_long: list[str] = []

    def _short(self, eojeols: list[str]) -> list[str]:
        return self._without(self._find_too_long(eojeols), eojeols)

    def _without(self, long: list[str], eojeols: list[str]) -> list[str]:
        if not long:
            return eojeols
        self.n_too_long += len(long)
        for eojeol in long[: MAX_NAMED_EOJEOLS - len(self.too_long)]:
            self.too_long.append(f"{eojeol[:NAMED_CHARACTERS]}... ({len(eojeol):,} characters)")
        left_out = set(long)
        return [eojeol for eojeol in eojeols if eojeol not in left_out]

    def _find_too_long(self, eojeols: list[str]) -> list[str]:
        return [eojeol for eojeol in eojeols if len(eojeol) > self.max_eojeol_length]


class EojeolPool:
    """Makes equal analyses the same object, so that a corpus of millions keeps one of each."""

    def __init__(self) -> None:
        self._morphemes: dict[tuple[str, Pos, str], Morpheme] = {}
        self._eojeols: dict[tuple[str | int, ...], Eojeol] = {}

    def morpheme(self, text: str, pos: Pos, surface: str) -> Morpheme:
        """Return the one morpheme of these values."""
        key = (text, pos, surface)
        found = self._morphemes.get(key)
        if found is None:
            found = self._morphemes[key] = Morpheme(text, pos, surface)
        return found

    def eojeol(self, surface: str, morphemes: tuple[Morpheme, ...]) -> Eojeol:
        """Return the one eojeol of these values.

        :param morphemes: of this pool.
        """
        # by identity: hashing morphemes by value takes longer than some analyses
        key: tuple[str | int, ...] = (surface, *map(id, morphemes))
        found = self._eojeols.get(key)
        if found is None:
            found = self._eojeols[key] = Eojeol(surface, morphemes)
        return found
