"""The file that ``curator.normalizer.WordNormalizer`` loads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curator.export.base import GroupStream
from curator.groups import SynonymGroup
from curator.normalizer import FORMAT, FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class WordNormalizerFile:
    """JSON, a word and the canonical one a line; canonical words are there too, so that they are found whole."""

    min_words: int = 2

    def problem(self, word: str) -> str | None:
        """Refuse a word that begins with no letter or digit: no eojeol is looked at from there on."""
        is_found = word[0].isalnum() or word[0] == "_"
        return None if is_found else "does not begin with a letter or digit"

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell nothing."""
        return iter(())

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the head and the words."""
        head = json.dumps({"format": FORMAT, "version": FORMAT_VERSION, "digest": stream.digest})
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.write(f'{head[:-1]}, "words": {{')
            separator = "\n"
            for group in stream.groups:
                for word in group.words:
                    pair = (
                        f"{json.dumps(word, ensure_ascii=False)}: {json.dumps(group.words[0], ensure_ascii=False)}"
                    )
                    out.write(separator + pair)
                    separator = ",\n"
            out.write("\n}}\n")
