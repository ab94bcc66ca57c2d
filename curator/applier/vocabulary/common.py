"""What every kind of vocabulary can say of a word, and the tokenizer's files as they are and as they will be."""

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from curator.applier.pieces import Pieces
from curator.applier.said import Said

TOKENIZER_JSON = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
SENTENCEPIECE_FILES = ("sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model")


class Finding(NamedTuple):
    """What a vocabulary says of a word.

    :ivar entry: the form that stands, or would stand, in the vocabulary.
    :ivar id: of the entry; none if the word is not in the vocabulary.
    :ivar piece_ids: of the pieces that the tokenizer knows; those that it does not are left out.
    :ivar unknown: the characters that no piece spells.
    :ivar parts: what the tokenizer cuts the word into before it looks anything up; one part if it can be an entry.
    :ivar objection: why the word cannot be an entry, if it cannot.
    """

    entry: str
    id: int | None
    piece_ids: tuple[int, ...]
    unknown: str = ""
    parts: tuple[str, ...] = ()
    objection: Said | None = None


@dataclass(frozen=True, slots=True)
class TokenizerFiles:
    """The tokenizer of a checkpoint.

    :ivar json: content of tokenizer.json, as it is or as transformers would make it.
    :ivar config: content of tokenizer_config.json.
    :ivar names: of the files that are there.
    """

    json: dict[str, Any]
    config: dict[str, Any]
    names: frozenset[str]

    def build(self) -> Tokenizer:
        """Return the tokenizer."""
        return Tokenizer.from_str(json.dumps(self.json, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class WrittenTokenizer:
    """A tokenizer with the new entries.

    :ivar files: content by name.
    :ivar stale: names of BASE's files that would contradict them, and are not copied.
    :ivar costs: what the kind of tokenizer makes worse, as sentences for the report.
    """

    files: Mapping[str, str]
    stale: tuple[str, ...]
    costs: tuple[Said, ...] = ()

    def build(self) -> Tokenizer:
        """Return the tokenizer."""
        return Tokenizer.from_str(self.files[TOKENIZER_JSON])

    def write(self, folder: Path) -> None:
        """Write the files."""
        for name, content in self.files.items():
            (folder / name).write_text(content, encoding="utf-8", newline="\n")


class Vocabulary(ABC):
    """A vocabulary that can be asked for words, and extended.

    :param files: of BASE.
    """

    kind: str
    text_prefix = ""  # what stands before a word at the start of an eojeol, where the tokenizer does not add it

    def __init__(self, files: TokenizerFiles) -> None:
        self.files = files
        self.tokenizer = files.build()
        self.pieces = Pieces(self.tokenizer)
        self.ids: dict[str, int] = self.tokenizer.get_vocab(with_added_tokens=True)
        self.added = {token["content"]: token["id"] for token in files.json.get("added_tokens", ())}
        self.n_entries = max(self.ids.values(), default=-1) + 1

    @abstractmethod
    def find(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands at the start of an eojeol."""

    @abstractmethod
    def extend(self, entries: Sequence[str]) -> WrittenTokenizer:
        """Return the tokenizer with the entries at its end, in this order."""

    def find_continuations(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands inside an eojeol.

        :raises ValueError: if the kind of vocabulary does not tell the two apart.
        """
        raise ValueError(
            f"a {self.kind} vocabulary has no form for words inside an eojeol; leave --continuations out"
        )

    def glued_forms(self, entries: Collection[str], particles: Collection[str]) -> dict[str, list[str]]:
        """Return, by entry, the entries that are it with a particle: pooling it does not reach them.

        All as people read them.
        """
        found: dict[str, list[str]] = {}
        words, lengths = set(map(self.pieces.readable, entries)), {len(particle) for particle in particles}
        # The library gives them in another order each time.
        for form in map(self.pieces.readable, sorted(self.ids, key=self.ids.__getitem__)):
            for length in lengths:
                if form[-length:] in particles and form[:-length] in words:
                    found.setdefault(form[:-length], []).append(form)
        return found

    def objection_to_added(self, word: str) -> Said | None:
        """Return why an added token of BASE keeps the word from being one entry, if one does."""
        inside = [token for token in self.added if token in word and token != word]
        if not inside:
            return None
        return Said(
            f"the added token {inside[0]} is cut out of it", f"따로 잘려 나가는 추가 토큰이 들어 있음: {inside[0]}"
        )


def is_special() -> Said:
    """Return the objection to a word that is a token of the tokenizer's own."""
    return Said("it is a special or added token of the tokenizer", "토크나이저의 특수 토큰이거나 추가 토큰임")


def is_cut(parts: Sequence[str]) -> Said:
    """Return the objection to a word that the tokenizer cuts before it looks anything up."""
    cut = " | ".join(parts)
    return Said(f"the tokenizer cuts it into {cut}", f"토크나이저가 나눔: {cut}")
