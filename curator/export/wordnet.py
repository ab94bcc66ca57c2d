"""WordNet's prolog format (wn_s.pl), as Lucene reads it.

Syntax: ``org.apache.lucene.analysis.synonym.WordnetSynonymParser``: characters 3 to 11 of a line are the synset,
lines of a synset stand together, the word is what stands between the first and the last quote, and there is no
room for comments or blank lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curator.export.base import GroupStream, write_lines
from curator.groups import SynonymGroup

# First digit of a synset and letter of its type (WordNet's prologdb(5WN)), by our part of speech.
TYPES = {"Verb": (2, "v"), "Adjective": (3, "a"), "Adverb": (4, "r")}
NOUN = (1, "n")
IDS_PER_TYPE = 10**8


@dataclass(frozen=True, slots=True)
class WordNet:
    """A word a line, ``s(100000001,1,'자동차',n,1,0).``, the canonical one first."""

    min_words: int = 2

    def problem(self, word: str) -> str | None:
        """Refuse nothing: quotes are doubled."""
        return None

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell nothing."""
        return iter(())

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the synsets, numbered by their place.

        :raises ValueError: if there are more groups than numbers of nine digits.
        """
        write_lines(path, self._lines(stream))

    def _lines(self, stream: GroupStream) -> Iterator[str]:
        for number, group in enumerate(stream.groups, 1):
            if number >= IDS_PER_TYPE:
                raise ValueError(f"{stream.source} has more than {IDS_PER_TYPE - 1:,} groups, and no ids for them")
            digit, letter = TYPES.get(group.members[0].pos or "", NOUN)
            for position, member in enumerate(group.members, 1):
                word = member.word.replace("'", "''")
                count = int(member.weight or 0)
                yield f"s({digit * IDS_PER_TYPE + number},{position},'{word}',{letter},1,{count})."
