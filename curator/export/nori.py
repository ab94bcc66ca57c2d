"""The user dictionary of nori, Lucene's Korean analyzer, so that it does not cut the words before the synonyms.

Syntax: ``org.apache.lucene.analysis.ko.dict.UserDictionary`` of Lucene: ``<token> [<part> ... <part>]`` a line,
``#`` starts a comment anywhere. Of the words of groups no parts are written: nori would give them out beside the
word, with a position increment of 0, and a synonym filter cannot be built over such tokens.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from curator.export.base import GroupStream, write_lines
from curator.groups import GroupMember, SynonymGroup


@dataclass(frozen=True, slots=True)
class Nori:
    """One word a line.

    :ivar vocabulary: words that the model knows and that are not written; none writes every word of the groups.
    :ivar with_parts: write the parts of words that have some: those of a dictionary that was imported.
    """

    vocabulary: Set[str] = frozenset()
    with_parts: bool = False
    min_words: int = 1

    def problem(self, word: str) -> str | None:
        """Refuse what a line of the dictionary cannot hold."""
        if "#" in word:
            return "has a #, at which nori stops reading the line"
        return "is in the vocabulary" if word in self.vocabulary else None

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell of words that are no token of nori's, or more than one."""
        if any(" " in word for word in group.words):
            yield "has words with a space: each of their parts is written"
        if any(map(self._has_parts, group.members)):
            yield "has parts, which nori gives out as well: a synonym filter takes no such word"

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write a comment with the digest, then the words in the order of the groups."""
        write_lines(path, self._lines(stream))

    def _lines(self, stream: GroupStream) -> Iterator[str]:
        yield f"# dongui, digest of the {'words' if stream.is_of_words else 'groups'} {stream.digest}"
        for group in stream.groups:
            for member in group.members:
                if self._has_parts(member):
                    yield " ".join((member.word, *member.parts))
                    continue
                # A space would begin the word's parts. Nori takes a token that stands there twice for one.
                yield from (part for part in member.word.split() if part not in self.vocabulary)

    def _has_parts(self, member: GroupMember) -> bool:
        return self.with_parts and "".join(member.parts) == member.word
