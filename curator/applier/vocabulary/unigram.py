"""Unigram vocabularies (XLM-R, CamemBERT, T5, ALBERT): the words become entries with a score that wins."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from curator.applier.particles import particles_after
from curator.applier.said import Said
from curator.applier.vocabulary.common import (
    SENTENCEPIECE_FILES,
    TOKENIZER_JSON,
    Finding,
    TokenizerFiles,
    Vocabulary,
    WrittenTokenizer,
    is_cut,
    is_special,
)

MARGIN = 1e-3  # of a log probability; the library adds scores in double precision
FILLER_SCORE = -1e4  # of an added token that takes a place in the list, so that Viterbi never chooses it


class UnigramVocabulary(Vocabulary):
    """A vocabulary of pieces with log probabilities; a text is cut where their sum is greatest."""

    kind = "Unigram"

    def __init__(self, files: TokenizerFiles) -> None:
        super().__init__(files)
        self.listed: list[tuple[str, float]] = [(piece, score) for piece, score in files.json["model"]["vocab"]]
        self.scores = dict(self.listed)
        self.unknown_id = files.json["model"].get("unk_id")
        self.sorted = sorted(self.scores)

    def find(self, words: Sequence[str]) -> list[Finding]:
        """Return what the vocabulary says of each word as it stands at the start of an eojeol."""
        return [self._find(word) for word in words]

    def _find(self, word: str) -> Finding:
        normalizer, splitter = self.tokenizer.normalizer, self.tokenizer.pre_tokenizer
        normal = str(normalizer.normalize_str(word)) if normalizer else word
        parts = tuple(part for part, _ in splitter.pre_tokenize_str(normal)) if splitter else (normal,)
        objection = self.objection_to_added(word)
        if word in self.added:
            objection = is_special()
        if len(parts) != 1:
            objection = is_cut(parts)
        entry = parts[0] if parts else ""
        pieces = [(token.id, token.value) for part in parts for token in self.tokenizer.model.tokenize(part)]
        known = tuple(id for id, _ in pieces if id != self.unknown_id)
        unknown = "".join(value for id, value in pieces if id == self.unknown_id)
        # The mark of an eojeol's start, alone, is no piece of the word if there are others.
        known = tuple(id for id in known if len(known) == 1 or self.tokenizer.id_to_token(id) != "▁")
        return Finding(entry, None if objection else self.ids.get(entry), known, unknown, parts, objection)

    def extend(self, entries: Sequence[str]) -> WrittenTokenizer:
        """Return tokenizer.json with the entries at the end.

        sentencepiece's own file cannot be extended without its library; left as it is, a slow tokenizer would
        read it and give other ids without a word, so it is not copied.
        """
        by_id = {id: entry for entry, id in self.ids.items()}
        fillers = [[by_id[id], FILLER_SCORE] for id in range(len(self.listed), self.n_entries)]
        new = [[entry, self._score(entry)] for entry in entries]
        vocabulary = [*map(list, self.listed), *fillers, *new]
        content = {**self.files.json, "model": {**self.files.json["model"], "vocab": vocabulary}}
        stale = tuple(name for name in SENTENCEPIECE_FILES if name in self.files.names)
        return WrittenTokenizer(
            files={TOKENIZER_JSON: json.dumps(content, ensure_ascii=False)},
            stale=stale,
            costs=tuple(self._costs(new, stale)),
        )

    def _best(self, text: str) -> float:
        """Return the log probability of the best cut."""
        lowest = min(self.scores.values())
        tokens = self.tokenizer.model.tokenize(text)
        return sum(self.scores[token.value] if token.id != self.unknown_id else lowest - 10 for token in tokens)

    def _score(self, entry: str) -> float:
        """Return a score at which the entry wins over its pieces, alone and before its particles.

        It stays so low that no longer entry of BASE falls apart, unless the word itself needs more.
        """
        alone = self._best(entry) + MARGIN
        particles = [p for p in particles_after(entry) if entry + p not in self.scores]
        wanted = max([alone, *(self._best(entry + p) - self._best(p) + MARGIN for p in particles)])
        limit = min(
            (self.scores[e] - self._best(e[len(entry) :]) - MARGIN for e in self._longer(entry)), default=wanted
        )
        return max(alone, min(wanted, limit))

    def _longer(self, entry: str) -> Iterator[str]:
        for place in range(bisect_left(self.sorted, entry), len(self.sorted)):
            if not self.sorted[place].startswith(entry):
                return
            if self.sorted[place] != entry:
                yield self.sorted[place]

    def _costs(self, new: Sequence[Sequence[object]], stale: Sequence[str]) -> Iterator[Said]:
        if new:
            yield Said(
                "A unigram tokenizer cuts where the sum of scores is greatest: the words have scores that win "
                "alone and before common particles, and may lose in other company.",
                "유니그램 토크나이저는 점수의 합이 가장 큰 곳에서 나눕니다. 낱말은 홀로 있거나 흔한 조사 앞에 "
                "있을 때 이기는 점수를 받으며, 다른 자리에서는 질 수 있습니다.",
            )
        if stale:
            names = ", ".join(stale)
            yield Said(
                f"{names} is left out, as it does not know the words: slow tokenizers of transformers 4 cannot "
                "load this folder.",
                f"낱말을 모르는 파일은 넣지 않았습니다({names}). transformers 4의 느린 토크나이저는 이 폴더를 "
                "읽지 못합니다.",
            )
