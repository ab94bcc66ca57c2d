"""Checks of an adjusted tokenizer: the words are whole, and nothing else changed."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from curator.applier.manifest import Manifest
from curator.applier.particles import particles_after
from curator.applier.said import Said
from curator.applier.tensors import Ids
from curator.applier.tokenization import WordSearch, known_texts, normalized
from curator.applier.verify import Check, failure, named

WORDS_PER_LINE = 200  # one call for many words costs a third of one call a word


def _lines(words: Sequence[str]) -> list[str]:
    starts = range(0, len(words), WORDS_PER_LINE)
    return [" ".join(words[start : start + WORDS_PER_LINE]) for start in starts]


def shrunk(content: dict[str, Any], n_old: int) -> Tokenizer:
    """Return BASE's tokenizer: the adjusted one, by its tokenizer.json, without the entries from ``n_old`` on."""
    model = content["model"]
    if isinstance(model["vocab"], list):
        vocabulary: Any = model["vocab"][:n_old]
    else:
        vocabulary = {entry: id for entry, id in model["vocab"].items() if id < n_old}
    added = [token for token in content.get("added_tokens", ()) if token["id"] < n_old]
    smaller = {**content, "model": {**model, "vocab": vocabulary}, "added_tokens": added}
    return Tokenizer.from_str(json.dumps(smaller, ensure_ascii=False))


class TextChecks:
    """Checks of one tokenizer against the one it was made from.

    :param old: BASE's.
    :param new: with the new entries.
    """

    def __init__(self, old: Tokenizer, new: Tokenizer, manifest: Manifest) -> None:
        self.old, self.new, self.manifest = old, new, manifest
        self.is_wordpiece = manifest["vocabulary"] == "WordPiece"
        self.words = [word for word in manifest["words"] if word["id"] is not None]
        self.prefix: str = manifest["text_prefix"]
        self.new_entries = {word["entry"] for word in self.words if word["is_new"]}
        self.old_ids: dict[str, int] = old.get_vocab()
        self.known: dict[str, int] = new.get_vocab()
        inside = [word["entry"].removeprefix("##") for word in manifest["continuations"] if word["is_new"]]
        self.new_inside = set(inside)
        self.lengths_inside = sorted(set(map(len, inside)))

    def run(self, sample: Sequence[str] = ()) -> list[Check]:
        """Run all checks.

        :param sample: sentences of a corpus.
        :raises CheckFailedError: at the first check that fails.
        """
        checks = [
            self.check_ids(),
            self.check_round_trip(),
            self.check_alone(),
            self.check_before_particles(),
            self.check_known_entries(),
        ]
        return [*checks, self.check_sample(sample)] if sample else checks

    def check_ids(self) -> Check:
        """Check that old entries have their ids, new ones contiguous ids at the end.

        :raises CheckFailedError: if not.
        """
        old, new = self.old_ids, self.known
        if not old.items() <= new.items():
            moved = [entry for entry, id in old.items() if new.get(entry) != id]
            raise failure(f"entries of BASE have other ids: {named(moved)}")
        ids = sorted(set(new.values()).difference(old.values()))
        n_old, n_entries = self.manifest["base"]["n_entries"], self.manifest["n_entries"]
        if ids != list(range(n_old, n_entries)):
            raise failure(f"the ids of the new entries are not {n_old:,} to {n_entries - 1:,}")
        said = Said(
            f"{len(old):,} entries keep their ids, {len(ids):,} new ones follow, {n_entries:,} in all",
            f"항목 {len(old):,}개의 번호가 그대로이고 새 항목 {len(ids):,}개가 뒤를 이어 모두 {n_entries:,}개",
        )
        return Check("ids", said)

    def check_round_trip(self) -> Check:
        """Check that the tokenizer, saved and loaded again, is the same in all of its parts.

        :raises CheckFailedError: if not.
        """
        saved = self.new.to_str()
        if Tokenizer.from_str(saved).to_str() != saved:
            raise failure("the tokenizer that is saved and loaded again is another one")
        said = Said("the tokenizer, saved and loaded again, is the same", "토크나이저를 저장했다 다시 읽어도 같음")
        return Check("tokenizer round trip", said)

    def check_alone(self) -> Check:
        """Check that each word is one token alone.

        :raises CheckFailedError: if one is not.
        """
        texts = [word["word"] for word in self.words]
        if self.is_wordpiece:
            ids, lengths = self._first_tokens(texts)
            is_whole = ((ids == [word["id"] for word in self.words]) & (lengths == 1)).tolist()
        else:
            found = self._tokens(texts)
            is_whole = [tokens == [word["entry"]] for word, tokens in zip(self.words, found, strict=True)]
        cut = [text for text, whole in zip(texts, is_whole, strict=True) if not whole]
        if cut:
            raise failure(f"words that should be one token are not: {named(cut)}")
        n_words = len(self.words)
        said = Said(f"{n_words:,} words are one token each", f"낱말 {n_words:,}개가 저마다 토큰 하나")
        return Check("words alone", said)

    def _tokens(self, words: Sequence[str]) -> list[list[str]]:
        found = self.new.encode_batch([self.prefix + word for word in words], add_special_tokens=False)
        # An added token's text in an encoding has the space that it took; its name has not.
        return [[str(self.new.id_to_token(id)) for id in encoding.ids] for encoding in found]

    def _first_tokens(self, words: Sequence[str]) -> tuple[Ids, Ids]:
        """Return id of the first token, and number of tokens, of words that WordPiece gets in one part each."""
        encoded = self.new.encode_batch_fast(_lines(words), add_special_tokens=False)
        ids = np.concatenate([np.empty(0, np.int64), *(np.array(line.ids, np.int64) for line in encoded)])
        starts = np.flatnonzero(~self._is_inside[ids])
        return ids[starts], np.diff(starts, append=len(ids))

    @cached_property
    def _is_inside(self) -> npt.NDArray[np.bool_]:
        """Return for each id whether its entry continues a word."""
        found = np.zeros(max(self.known.values()) + 1, bool)
        found[[id for entry, id in self.known.items() if entry.startswith("##")]] = True
        return found

    def check_before_particles(self) -> Check:
        """Check that each word stays whole before its commonest particles.

        An entry of the word with its particle, which the vocabulary may have, is longer and wins: it is counted.

        :raises CheckFailedError: if a word falls apart in a WordPiece vocabulary; the others make no promise.
        """
        if not self.is_wordpiece:
            return self._count_before_particles()
        by_particles: dict[tuple[str, ...], tuple[list[str], list[int]]] = {}
        for word in self.words:
            entries, ids = by_particles.setdefault(particles_after(word["entry"]), ([], []))
            entries.append(word["entry"])
            ids.append(word["id"])
        cases = [(p, own) for particles, own in by_particles.items() for p in particles if "##" + p in self.known]
        texts = [entry + particle for particle, (entries, _) in cases for entry in entries]
        wanted = np.concatenate([np.empty(0, np.int64), *(np.array(ids, np.int64) for _, (_, ids) in cases)])
        found = self._first_tokens(texts)[0]
        differ = np.flatnonzero(found != wanted).tolist()
        # The particles have one syllable each, so that an entry longer than the word is it with the particle.
        others = {texts[i]: self.new.id_to_token(int(found[i])) for i in differ}
        cut = [text for text, token in others.items() if token != text]
        if cut:
            raise failure(f"words fall apart before a particle: {named(cut)}")
        n_pairs, n_others = len(texts), len(others)
        said = Said(
            f"{n_pairs:,} pairs of word and particle begin with the word; in {n_others:,} an entry holds both",
            f"낱말과 조사의 짝 {n_pairs:,}개가 그 낱말로 시작하며, {n_others:,}개에는 둘을 함께 담은 항목이 있음",
        )
        return Check("words before particles", said)

    def _count_before_particles(self) -> Check:
        pairs = [(word, particle) for word in self.words for particle in particles_after(word["word"])]
        found = self._tokens([word["word"] + particle for word, particle in pairs])
        n_whole = sum(tokens[0] == word["entry"] for (word, _), tokens in zip(pairs, found, strict=True))
        said = Said(
            f"{n_whole:,} of {len(pairs):,} pairs of word and particle keep the word whole",
            f"낱말과 조사의 짝 {len(pairs):,}개 가운데 {n_whole:,}개에서 낱말이 온전함",
        )
        return Check("words before particles", said)

    def check_known_entries(self) -> Check:
        """Check that the entries of BASE are tokenized as before, but those that hold a new word.

        :raises CheckFailedError: if another one changed.
        """
        words = known_texts(self.old)
        if self.is_wordpiece:
            lines = _lines(words)
            is_same = [before == after for before, after in self._ids(lines)]
            # Only in a line that changed is it looked which entry it was.
            n_changed = self._compare(
                [w for line, same in zip(lines, is_same, strict=True) if not same for w in line.split(" ")]
            )
        else:
            n_changed = self._compare(words)
        said = Said(
            f"{n_changed:,} of {len(words):,} known entries are tokenized anew",
            f"이미 있던 항목 {len(words):,}개 가운데 {n_changed:,}개가 달리 나뉨",
        )
        return Check("known entries", said)

    def check_sample(self, sample: Sequence[str]) -> Check:
        """Check that only those texts changed that have a new word at the start of an eojeol.

        :raises CheckFailedError: if another one changed.
        """
        n_changed = self._compare(sample)
        said = Said(
            f"{n_changed:,} of {len(sample):,} sentences are tokenized anew, all of them with a new word",
            f"문장 {len(sample):,}개 가운데 {n_changed:,}개가 달리 나뉘며, 모두 새 낱말이 들어 있음",
        )
        return Check("corpus sample", said)

    def _compare(self, texts: Sequence[str]) -> int:
        """Return how many texts changed.

        :raises CheckFailedError: if one without a new word did.
        """
        pairs = zip(texts, self._ids(texts), strict=True)
        changed = [text for text, (before, after) in pairs if before != after]
        wrong = [text for text in changed if not self.has_new_word(text)]
        if wrong:
            raise failure(f"texts without a new word are tokenized otherwise than before: {named(wrong)}")
        return len(changed)

    def _ids(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the ids of each text before and after."""
        before = self.old.encode_batch_fast(list(texts), add_special_tokens=False)
        after = self.new.encode_batch_fast(list(texts), add_special_tokens=False)
        return ((b.ids, a.ids) for b, a in zip(before, after, strict=True))

    @cached_property
    def _new_words(self) -> WordSearch:
        return WordSearch((word["word"] for word in self.words if word["is_new"]), self.new)

    def has_new_word(self, text: str) -> bool:
        """Tell whether a new word stands in the text where the tokenizer finds it."""
        if not self.is_wordpiece:
            return self._new_words.finds_one_in(text)
        splitter, normal = self.new.pre_tokenizer, normalized(self.new, text)
        parts = [part for part, _ in splitter.pre_tokenize_str(normal)] if splitter else [normal]
        starts = (part[:end] for part in parts for end in range(1, len(part) + 1))
        inside = (
            part[i : i + n] for part in parts for n in self.lengths_inside for i in range(1, len(part) - n + 1)
        )
        return any(start in self.new_entries for start in starts) or any(
            form in self.new_inside for form in inside
        )
