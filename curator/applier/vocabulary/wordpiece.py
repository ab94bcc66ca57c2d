"""WordPiece vocabularies: the words become entries themselves, never added tokens.

An added token is cut out of the text before WordPiece sees it, so that it splits known words (약속 by 약) and
turns the particle behind it into the start of a word; an entry does neither.
"""

import json
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from curator.applier.said import Said
from curator.applier.vocabulary.common import (
    TOKENIZER_CONFIG,
    TOKENIZER_JSON,
    Finding,
    TokenizerFiles,
    Vocabulary,
    WrittenTokenizer,
    is_cut,
    is_special,
)

DEFAULT_MAX_CHARACTERS = 100
WORDS_PER_LINE = 200  # one call for many words costs a fifth of one call a word


class WordPieceVocabulary(Vocabulary):
    """The vocabulary of a BERT."""

    kind = "WordPiece"

    def __init__(self, files: TokenizerFiles) -> None:
        super().__init__(files)
        model = files.json["model"]
        self.prefix: str = model.get("continuing_subword_prefix", "##")
        self.max_characters: int = model.get("max_input_chars_per_word", DEFAULT_MAX_CHARACTERS)
        self.unknown_token: str = model["unk_token"]
        self.entries: dict[str, int] = model["vocab"]

    def find(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands at the start of an eojeol."""
        starts = range(0, len(words), WORDS_PER_LINE)
        lines = [words[start : start + WORDS_PER_LINE] for start in starts]
        encoded = self.tokenizer.encode_batch_fast([" ".join(line) for line in lines], add_special_tokens=False)
        found = (self._find_in_line(line, encoding.ids) for line, encoding in zip(lines, encoded, strict=True))
        return [finding for line in found for finding in line]

    def _find_in_line(self, words: Sequence[str], ids: list[int]) -> list[Finding]:
        """Return what the tokenizer says of words that it got in one text; word by word if it cuts one of them.

        :param ids: of the pieces of all words.
        """
        text = " ".join(words)
        starts = np.flatnonzero(~self._is_inside[ids]).tolist()
        # Each word has a part or more, and a part has one piece without the prefix: as many parts as words are one
        # each. Normalising may add and remove spaces.
        is_one_each = self.prefix not in text and len(words) == len(text.split(" ")) == len(starts)
        if not is_one_each or self._normalized(text) != text:
            return [self._find(word) for word in words]
        is_plain, found = self._no_pieces.isdisjoint, []
        for word, start, end in zip(words, starts, [*starts[1:], len(ids)], strict=True):
            pieces = tuple(ids[start:end])
            whole = pieces[0] if len(pieces) == 1 else None
            found.append(Finding(word, whole, pieces, "", (word,)) if is_plain(pieces) else self._find(word))
        return found

    @cached_property
    def _is_inside(self) -> npt.NDArray[np.bool_]:
        """Return for each id whether its entry continues a word."""
        found = np.zeros(self.n_entries, bool)
        found[[id for entry, id in self.ids.items() if entry.startswith(self.prefix)]] = True
        return found

    @cached_property
    def _no_pieces(self) -> set[int]:
        return {self.ids[self.unknown_token], *self.added.values()}

    def _find(self, word: str) -> Finding:
        entry = self._normalized(word)
        parts = self._cut(entry)
        objection = self._objection(word, entry, parts)
        piece_ids, unknown = self._pieces(entry, at_start=True)
        id = self.ids.get(entry)
        if len(parts) > 1 and id is None:
            piece_ids = tuple(i for part in parts for i in self._pieces(part, at_start=True)[0])
        return Finding(entry, None if objection else id, piece_ids, unknown, parts, objection)

    def find_continuations(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands inside an eojeol (``##word``)."""
        found = []
        for word in words:
            entry = self._normalized(word)
            piece_ids, unknown = self._pieces(entry, at_start=False)
            found.append(
                Finding(self.prefix + entry, self.ids.get(self.prefix + entry), piece_ids, unknown, (entry,))
            )
        return found

    def _normalized(self, word: str) -> str:
        normalizer = self.tokenizer.normalizer
        return word if normalizer is None else str(normalizer.normalize_str(word)).strip()

    def _cut(self, entry: str) -> tuple[str, ...]:
        splitter = self.tokenizer.pre_tokenizer
        return (entry,) if splitter is None else tuple(part for part, _ in splitter.pre_tokenize_str(entry))

    def _objection(self, word: str, entry: str, parts: tuple[str, ...]) -> Said | None:
        if word in self.added:
            return is_special()
        if not parts:
            return Said("the tokenizer leaves nothing of it", "토크나이저가 아무것도 남기지 않음")
        if len(parts) > 1:
            return is_cut(parts)
        if len(entry) > self.max_characters:
            return Said(
                f"it has {len(entry)} characters, and the tokenizer gives up words of over {self.max_characters}",
                f"{len(entry)}자이며, 토크나이저는 {self.max_characters}자가 넘는 낱말을 포기함",
            )
        return self.objection_to_added(word)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.entries), default=0)

    def _pieces(self, entry: str, *, at_start: bool) -> tuple[tuple[int, ...], str]:
        """Cut greedily, longest piece first (Wu et al. 2016), but step over a character that no piece spells.

        WordPiece itself gives up the whole word there, though the rest of it is known.

        :return: ids of the pieces, and the characters that were stepped over.
        """
        ids, unknown, start = [], "", 0
        while start < len(entry):
            prefix = "" if at_start and start == 0 else self.prefix
            for end in range(min(len(entry), start + self._longest), start, -1):
                piece = prefix + entry[start:end]
                if piece in self.entries:
                    ids.append(self.entries[piece])
                    start = end
                    break
            else:
                unknown += entry[start]
                start += 1
        return tuple(ids), unknown

    def extend(self, entries: Sequence[str]) -> WrittenTokenizer:
        """Return tokenizer.json, vocab.txt and tokenizer_config.json with the entries at the end.

        transformers builds the normaliser from tokenizer_config.json and the vocabulary from tokenizer.json, the
        slow tokenizers of transformers 4 read vocab.txt: the three have to agree.
        """
        ids = {entry: self.n_entries + i for i, entry in enumerate(entries)}
        model = {**self.files.json["model"], "vocab": {**self.entries, **ids}}
        lines = [f"[unused-id-{id}]" for id in range(self.n_entries)]
        for entry, id in self.ids.items():
            lines[id] = entry
        return WrittenTokenizer(
            files={
                TOKENIZER_JSON: json.dumps({**self.files.json, "model": model}, ensure_ascii=False),
                TOKENIZER_CONFIG: json.dumps(self._pinned_config(), ensure_ascii=False, indent=2) + "\n",
                "vocab.txt": "\n".join([*lines, *entries, ""]),
            },
            stale=(),
        )

    def _pinned_config(self) -> dict[str, object]:
        normalizer = self.files.json.get("normalizer") or {}
        if normalizer.get("type") != "BertNormalizer":
            return self.files.config
        pinned = {
            "do_lower_case": normalizer["lowercase"],
            # Left open, it follows do_lower_case, also in a program that changes that later.
            "strip_accents": bool(normalizer["lowercase"] and normalizer["strip_accents"] is not False)
            if normalizer["strip_accents"] is None
            else normalizer["strip_accents"],
            "tokenize_chinese_chars": normalizer["handle_chinese_chars"],
        }
        return {**self.files.config, **pinned}
