"""Second pass over the spooled sentences: in how many a word occurs, and a uniform sample of them."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from miner.corpus.report import MAX_EXAMPLE_LENGTH
from miner.lexicon import Example
from miner.lexicon.eojeols import read_row_groups

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class WordsOfEojeols:
    """Which words each eojeol holds, as compressed rows.

    :ivar starts: int64, shape (n_eojeols + 1,): where each eojeol's words begin in ``words``.
    :ivar words: int64: word numbers, distinct within an eojeol.
    """

    starts: Ints
    words: Ints

    @classmethod
    def from_pairs(cls, eojeols: Ints, words: Ints, *, n_eojeols: int) -> "WordsOfEojeols":
        """Compress (eojeol, word) pairs; a pair that is there twice counts once."""
        pairs = np.unique(np.stack([eojeols, words], axis=1), axis=0)
        starts = np.searchsorted(pairs[:, 0], np.arange(n_eojeols + 1))
        return cls(starts.astype(np.int64), pairs[:, 1])

    def expand(self, eojeols: Ints) -> tuple[Ints, Ints]:
        """Return, for a sequence of eojeols, the position in it and the word of every occurrence."""
        lengths = self.starts[eojeols + 1] - self.starts[eojeols]
        positions = np.repeat(np.arange(len(eojeols)), lengths)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return positions, self.words[self.starts[eojeols][positions] + within]


@dataclass(frozen=True, slots=True)
class SentenceCounts:
    """What the sentences say of each word.

    :ivar document_frequency: int64, shape (n_words,): number of sentences that hold the word.
    :ivar by_category: occurrences of each word, int64, shape (n_words,), in the sentences of each category.
        A word that an eojeol holds twice counts once there.
    :ivar examples: for each word, a sample of the distinct sentences that hold it, in corpus order.
    """

    document_frequency: Ints
    examples: list[tuple[Example, ...]]
    by_category: Mapping[str, Ints]


@dataclass(frozen=True, slots=True)
class SentenceTally:
    """What some of the sentences say of each word, before the examples are read.

    :ivar document_frequency: int64, shape (n_words,).
    :ivar by_category: int64, shape (n_words,), by category.
    :ivar sample: of the sentences that hold each word.
    """

    document_frequency: Ints
    by_category: Mapping[str, Ints]
    sample: "BottomK"


def count_sentences(
    path: Path, words: Sequence[str], occurrences: WordsOfEojeols, *, n_examples: int, seed: int
) -> SentenceCounts:
    """Count the sentences of each word and sample some; see ``tally_sentences``.

    :return: the counts, and the examples in corpus order.
    """
    tally = tally_sentences(path, words, occurrences, n_examples=n_examples, seed=seed)
    return with_examples(tally, partial(read_examples, path))


def with_examples(tally: SentenceTally, read: Callable[[Ints], Iterable[Example]]) -> SentenceCounts:
    """Read the examples that a tally chose.

    :param read: returns the sentences in the rows that it is given: ascending, no row twice.
    """
    rows, which = np.unique(tally.sample.rows, return_inverse=True)
    found = list(read(rows))
    examples: list[list[Example]] = [[] for _ in tally.document_frequency]
    for i in np.lexsort((tally.sample.rows, tally.sample.words)).tolist():
        examples[tally.sample.words[i]].append(found[which[i]])
    return SentenceCounts(tally.document_frequency, [tuple(of_word) for of_word in examples], tally.by_category)


def tally_sentences(
    path: Path,
    words: Sequence[str],
    occurrences: WordsOfEojeols,
    *,
    n_examples: int,
    seed: int,
    n_rows_before: int = 0,
) -> SentenceTally:
    """Count the sentences of each word and choose some.

    Every pair of a word and a sentence text gets a keyed hash, and the ``n_examples`` smallest are kept: a
    uniform sample without replacement of the distinct texts ("bottom-k" sampling, Cohen & Kaplan 2007,
    *Summarizing Data using Bottom-k Sketches*). Unlike a reservoir it depends neither on the order of the
    sentences nor on how they are split among machines.

    :param path: Parquet file of ``count_eojeols``.
    :param words: text of each word.
    :param occurrences: the words of each eojeol.
    :param n_examples: most sentences per word; those of more than ``MAX_EXAMPLE_LENGTH`` characters are none.
    :param seed: of the hash.
    :param n_rows_before: sentences of the corpus before those of the file; rows of the sample count them in.
    """
    document_frequency = np.zeros(len(words), np.int64)
    sample = BottomK(len(words), n_examples)
    key = seed.to_bytes(8, "little")
    word_hashes = _hashes(words, key)
    by_category: defaultdict[str, Ints] = defaultdict(lambda: np.zeros(len(words), np.int64))
    for first_row, batch in _batches(path, ["text", "eojeols", "category"], n_rows_before):
        eojeols = batch.column("eojeols")
        lengths = pc.list_value_length(eojeols).to_numpy(zero_copy_only=False)
        sentence_of_eojeol = np.repeat(np.arange(len(lengths)), lengths)
        positions, found = occurrences.expand(eojeols.flatten().to_numpy().astype(np.int64))
        for name, of_category in _categories(batch.column("category"), sentence_of_eojeol[positions]):
            by_category[name] += np.bincount(found[of_category], minlength=len(words))
        pairs = np.unique(sentence_of_eojeol[positions] * max(len(words), 1) + found)
        sentences, found = np.divmod(pairs, max(len(words), 1))
        document_frequency += np.bincount(found, minlength=len(words))
        if n_examples:
            texts = batch.column("text")
            is_shown = (pc.utf8_length(texts).to_numpy() <= MAX_EXAMPLE_LENGTH)[sentences]
            sentences, found = sentences[is_shown], found[is_shown]
            text_hashes = _hashes(texts.to_pylist(), key)
            sample.add(found, _mix(text_hashes[sentences] ^ word_hashes[found]), first_row + sentences)
    return SentenceTally(document_frequency, by_category, sample)


def _categories(column: pa.DictionaryArray, sentences: Ints) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield each category of a batch, and which of the sentences, given by number, are of it."""
    names = column.dictionary.to_pylist()
    if names:
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)[sentences]
        for code, name in enumerate(names):
            yield name, codes == code


class BottomK:
    """Keeps, for each word, the k rows of smallest distinct hash, whatever the order in which they come.

    :ivar words, hashes, rows: what is kept, int64, uint64 and int64, by word and hash.
    """

    def __init__(self, n_words: int, k: int) -> None:
        self.k = k
        self.words: Ints = np.empty(0, np.int64)
        self.hashes: Hashes = np.empty(0, np.uint64)
        self.rows: Ints = np.empty(0, np.int64)
        self._largest = np.full(n_words, np.iinfo(np.uint64).max, np.uint64)

    def add(self, words: Ints, hashes: Hashes, rows: Ints) -> None:
        """Take in rows that hold words; of equal hashes of a word the first row is kept."""
        near = hashes <= self._largest[words]  # the rest cannot be among the smallest any more
        words = np.concatenate([self.words, words[near]])
        hashes = np.concatenate([self.hashes, hashes[near]])
        rows = np.concatenate([self.rows, rows[near]])
        order = np.lexsort((rows, hashes, words))
        words, hashes, rows = words[order], hashes[order], rows[order]
        is_repeated = np.zeros(len(words), bool)  # the same text elsewhere: its first row is kept
        is_repeated[1:] = (words[1:] == words[:-1]) & (hashes[1:] == hashes[:-1])
        words, hashes, rows = words[~is_repeated], hashes[~is_repeated], rows[~is_repeated]
        rank = np.arange(len(words)) - np.searchsorted(words, words)
        smallest = rank < self.k
        self.words, self.hashes, self.rows = words[smallest], hashes[smallest], rows[smallest]
        is_full = rank == self.k - 1
        self._largest[words[is_full]] = hashes[is_full]


def read_examples(path: Path, rows: Ints) -> Iterator[Example]:
    """Yield the sentences in these rows of the file.

    :param rows: from 0, ascending, no row twice.
    """
    for first_row, batch in _batches(path, ["text", "document", "row"]):
        start, end = np.searchsorted(rows, [first_row, first_row + batch.num_rows])
        columns = batch.take(pa.array(rows[start:end] - first_row)).to_pydict()
        for values in zip(columns["text"], columns["document"], columns["row"], strict=True):
            yield Example(*values)


def _batches(path: Path, columns: list[str], n_rows_before: int = 0) -> Iterator[tuple[int, pa.RecordBatch]]:
    first_row = n_rows_before
    for batch in read_row_groups(path, columns):
        yield first_row, batch
        first_row += batch.num_rows


def _hashes(texts: Sequence[str], key: bytes) -> Hashes:
    digests = b"".join(hashlib.blake2b(text.encode("utf-8"), digest_size=8, key=key).digest() for text in texts)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _mix(values: Hashes) -> Hashes:
    """Scramble 64 bits (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
