"""The compounds of a corpus: their statistics, and putting the pieces of an eojeol together."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from miner.compounds.counting import outline
from miner.compounds.particles import follows_noun
from miner.morphology.base import Eojeol, Morpheme, Pos

PART_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Compound:
    """A word that the analyser cuts, and why it is held to be one.

    :ivar text: the word.
    :ivar parts: the pieces that the analyser makes of it where it is most frequent.
    :ivar count: eojeols that are the word, alone or with a particle.
    :ivar association: least discounted NPMI over the cuts between its parts, in [-1, 1]; high = they belong
        together.
    :ivar solidity: least share of solid writing over the cuts, in (0, 1]; high = the parts do not live alone.
    :ivar left_share: share of its occurrences that begin an eojeol, in (0, 1].
    :ivar right_share: share of the eojeols beginning with it in which it ends like a noun, in (0, 1].
    :ivar right_entropy_bits: entropy of what follows it: nothing, or which particle.
    """

    text: str
    parts: tuple[str, ...]
    count: int
    association: float
    solidity: float
    left_share: float
    right_share: float
    right_entropy_bits: float


class Compounds:
    """The compounds found in a corpus; joins the pieces of any eojeol.

    :param found: compounds, no text twice.
    """

    def __init__(self, found: Iterable[Compound]) -> None:
        self._by_text = {compound.text: compound for compound in found}
        self._max_length = max(map(len, self._by_text), default=0)

    def __len__(self) -> int:
        return len(self._by_text)

    def __iter__(self) -> Iterator[Compound]:
        return iter(self._by_text.values())

    def __contains__(self, text: object) -> bool:
        return text in self._by_text

    def __getitem__(self, text: str) -> Compound:
        return self._by_text[text]

    def join(self, eojeol: Eojeol) -> tuple[Morpheme, ...]:
        """Return the morphemes of an eojeol, each compound in one piece.

        Leftmost longest match from the beginning of a morpheme to the end of one, or, where the analyser cut
        wrongly (히스|저가), to a particle that ends the eojeol. A compound that the analyser left whole here
        gets ``Pos.COMPOUND`` too, so that a word has one part of speech.

        :param eojeol: of any corpus, seen before or not.
        """
        morphemes = eojeol.morphemes
        surface, ends = outline(eojeol)
        starts = [0, *ends]
        joined: list[Morpheme] = []
        i = 0
        while i < len(ends):
            end = self._end_of_compound(surface, starts, i)
            if end is None:
                joined.append(morphemes[i])
                i += 1
                continue
            text = surface[starts[i] : end]
            joined.append(Morpheme(text, Pos.COMPOUND, text))
            if end not in starts:
                joined.append(Morpheme(surface[end:], Pos.PARTICLE, surface[end:]))
                i = len(ends)
            else:
                i = starts.index(end)
        return (*joined, *morphemes[i:])

    def _end_of_compound(self, surface: str, starts: list[int], i: int) -> int | None:
        start = starts[i]
        for end in range(min(len(surface), start + self._max_length), start + 1, -1):
            if surface[start:end] in self._by_text and (
                end in starts or (starts[-1] == len(surface) and follows_noun(surface[end:], surface[end - 1]))
            ):
                return end
        return None

    def save(self, path: str | Path) -> None:
        """Write the compounds and their statistics as TSV, a row each, with a header.

        :raises OSError: if the file cannot be written.
        """
        with open(path, "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, dialect="excel-tab", lineterminator="\n")
            rows.writerow(field.name for field in fields(Compound))
            for compound in self:
                text, parts, *numbers = astuple(compound)
                rows.writerow([text, PART_SEPARATOR.join(parts), *numbers])

    @classmethod
    def load(cls, path: str | Path) -> "Compounds":
        """Read what :meth:`save` wrote.

        :raises OSError: if the file cannot be read.
        :raises ValueError: if it is no such file; names the row.
        """
        names = [field.name for field in fields(Compound)]
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file, dialect="excel-tab")
            header = next(rows, [])
            if header != names:
                raise ValueError(f"{path}: the header is {header}, expected {names}; write it with Compounds.save")
            return cls(_parse(row, f"{path}, row {n}") for n, row in enumerate(rows, start=2))


def _parse(row: list[str], place: str) -> Compound:
    try:
        text, parts, count, *numbers = row
        return Compound(text, tuple(parts.split(PART_SEPARATOR)), int(count), *map(float, numbers))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{place}: found {row}, expected {len(fields(Compound))} columns; {error}") from error
