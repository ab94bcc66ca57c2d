"""Solr's synonym format, which Elasticsearch and OpenSearch read as well.

Syntax: ``org.apache.lucene.analysis.synonym.SolrSynonymParser`` of Lucene.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from curator.export.base import GroupStream, write_lines
from curator.groups import SynonymGroup

SEVERAL_PARTS = "has words with a space: the filter must be synonym_graph, in the search analyzer only"
UPPER_CASE = "has words in capitals: the filter `lowercase` must stand before the synonyms"


@dataclass(frozen=True, slots=True)
class Solr:
    """One rule a line.

    :ivar is_mapping: write ``other,other => canonical``, which replaces the words; else ``canonical,other,other``,
        which makes them equivalent. The canonical word is the first, the one that ``expand=false`` keeps.
    """

    is_mapping: bool = False
    min_words: int = 2

    def problem(self, word: str) -> str | None:
        """Refuse words that an analyzer deletes: one such term makes Lucene refuse the whole file."""
        if not any(character.isalnum() for character in word):
            return "has no letter or digit, and an analyzer would delete it"
        return None

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell of words that need a certain filter."""
        if any(" " in word for word in group.words):
            yield SEVERAL_PARTS
        if any(word != word.lower() for word in group.words):
            yield UPPER_CASE

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write a comment with the digest, then the rules."""
        write_lines(path, self._lines(stream))

    def _lines(self, stream: GroupStream) -> Iterator[str]:
        yield f"# dongui, digest of the groups {stream.digest}"
        yield from (rule(group.words, is_mapping=self.is_mapping) for group in stream.groups)


def rule(words: Iterable[str], *, is_mapping: bool) -> str:
    """Return the rule of a group.

    :param words: two or more, the canonical one first.
    """
    canonical, *others = map(escape, words)
    if is_mapping:
        return f"{', '.join(others)} => {canonical}"
    return ", ".join([canonical, *others])


def escape(word: str) -> str:
    r"""Put a backslash before what the parser takes for syntax: ``\``, ``,``, ``=>``, and ``#`` at the start."""
    escaped = word.replace("\\", "\\\\").replace(",", "\\,").replace("=>", "\\=>")
    return f"\\{escaped}" if escaped.startswith("#") else escaped
