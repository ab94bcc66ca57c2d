"""Words of a corpus in partitions: added up by text, then looked for in the sentences of each partition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa

from miner.compounds import Compounds
from miner.engine.cluster import Cluster
from miner.engine.partitions import Parts, read_part, read_share
from miner.engine.shared import SharedFolder, shares_of
from miner.lexicon import Example
from miner.lexicon.build import FoundWords, Join, collect_words, morphemes_as_they_are
from miner.lexicon.sentences import (
    BottomK,
    Ints,
    SentenceCounts,
    SentenceTally,
    read_examples,
    tally_sentences,
    with_examples,
)
from miner.morphology.base import Pos

COMPOUNDS_FILE = "compounds.tsv"
_CHOSEN_FILE = "chosen-words.json"
_COUNTED = pa.list_(pa.struct({"text": pa.string(), "count": pa.int64()}))


@dataclass(frozen=True, slots=True)
class WordSettings:
    """Which words are collected, and where their counts lie.

    :ivar folder: of this choice of words; ``COMPOUNDS_FILE`` is in it where compounds are joined.
    """

    folder: SharedFolder
    joins_compounds: bool
    classes: frozenset[Pos]
    stop_words: frozenset[str]
    min_count: int
    n_examples: int
    seed: int


def collect_on(cluster: Cluster, parts: Parts, settings: WordSettings) -> FoundWords:
    """Return the words of all shares of eojeols that are frequent enough, and how many are not."""
    shares = range(parts.n_shares)
    found = FoundWords()
    for n_stop_words, n_other_classes in cluster.map(
        partial(_collect_share, parts, settings), shares, description="words"
    ):
        found.n_stop_word_occurrences += n_stop_words
        found.n_other_class_occurrences += n_other_classes
    for share, n_rare in enumerate(
        cluster.map(partial(_merge_words, parts, settings), shares, description="words added up")
    ):
        found.n_rare_words += n_rare
        _add(found, settings.folder.read_table(_merged(share)))
    return found


def count_on(
    cluster: Cluster, parts: Parts, settings: WordSettings, n_sentences: Ints, words: Sequence[str]
) -> SentenceCounts:
    """Count the sentences of each word in all partitions, and read the examples; see ``count_sentences``.

    :param n_sentences: of each partition, int64, shape (n_parts,).
    """
    settings.folder.write_json(_CHOSEN_FILE, words)
    ends = np.cumsum(n_sentences)
    starts = ends - n_sentences
    tasks = list(enumerate(starts.tolist()))
    for _ in cluster.map(partial(_tally_partition, parts, settings), tasks, description="sentences"):
        pass
    tally = _gathered(cluster, parts, settings, len(words))

    def read(rows: Ints) -> Iterator[Example]:
        spans = zip(np.searchsorted(rows, starts), np.searchsorted(rows, ends), strict=True)
        tasks = [(i, rows[a:b] - starts[i]) for i, (a, b) in enumerate(spans) if a < b]
        for examples in cluster.map(partial(_read_examples, parts), tasks, description="examples"):
            yield from examples

    return with_examples(tally, read)


def _words(share: int) -> str:
    return f"words-{share:04}.parquet"


def _merged(share: int) -> str:
    return f"words-of-share-{share:04}.parquet"


def _counts(part: int) -> str:
    return f"counts-{part:06}.parquet"


def _sample(part: int) -> str:
    return f"sample-{part:06}.parquet"


@lru_cache(maxsize=1)
def _join(settings: WordSettings) -> Join:
    if not settings.joins_compounds:
        return morphemes_as_they_are
    with settings.folder.fetched(COMPOUNDS_FILE) as path:
        return Compounds.load(path).join


@lru_cache(maxsize=1)
def _chosen(folder: SharedFolder) -> list[str]:
    words: list[str] = folder.read_json(_CHOSEN_FILE)
    return words


def _collect_share(parts: Parts, settings: WordSettings, share: int) -> tuple[int, int]:
    """Write the words of a share of eojeols, divided by their texts; return what was left out."""
    found = collect_words(
        *read_share(parts, share),
        join=_join(settings),
        classes=settings.classes,
        stop_words=settings.stop_words,
    )
    shares = shares_of(found.texts, parts.n_shares)
    settings.folder.write_shares(_words(share), _table(found), shares, parts.n_shares)
    return found.n_stop_word_occurrences, found.n_other_class_occurrences


def _merge_words(parts: Parts, settings: WordSettings, share: int) -> int:
    """Add up the words of a share, write those that are frequent enough, return how many are not."""
    found = FoundWords()
    for other in range(parts.n_shares):
        _add(found, settings.folder.read_share(_words(other), share))
    is_frequent = [frequency >= settings.min_count for frequency in found.frequencies]
    settings.folder.write_table(_merged(share), _table(found).filter(pa.array(is_frequent, pa.bool_())))
    return is_frequent.count(False)


def _table(found: FoundWords) -> pa.Table:
    return pa.table(
        {
            "text": pa.array(found.texts, pa.string()),
            "frequency": pa.array(found.frequencies, pa.int64()),
            "forms": pa.array([_pairs(forms) for forms in found.forms], _COUNTED),
            "pos": pa.array([_pairs(tags) for tags in found.pos], _COUNTED),
        }
    )


def _pairs(counts: Mapping[str, int] | Mapping[Pos, int]) -> list[dict[str, str | int]]:
    return [{"text": str(text), "count": count} for text, count in counts.items()]


def _add(found: FoundWords, table: pa.Table) -> None:
    for row in table.to_pylist():
        forms = {form["text"]: form["count"] for form in row["forms"]}
        tags = {Pos(tag["text"]): tag["count"] for tag in row["pos"]}
        found.add_counted(row["text"], row["frequency"], forms, tags)


def _tally_partition(parts: Parts, settings: WordSettings, task: tuple[int, int]) -> None:
    """Write what the sentences of a partition say of the chosen words, divided by word.

    :param task: number of the partition, and of sentences before it.
    """
    part, n_rows_before = task
    words = _chosen(settings.folder)
    found = collect_words(
        *read_part(parts, part), join=_join(settings), classes=settings.classes, stop_words=settings.stop_words
    )
    with parts.folder.fetched(parts.sentences(part)) as path:
        tally = tally_sentences(
            path,
            words,
            found.occurrences(words),
            n_examples=settings.n_examples,
            seed=settings.seed,
            n_rows_before=n_rows_before,
        )
    write = partial(_write_by_word, settings.folder, len(words), parts.n_shares)
    write(_counts(part), pa.concat_tables(_count_rows(tally)))
    sample = tally.sample
    write(_sample(part), pa.table({"word": sample.words, "hash": sample.hashes, "row": sample.rows}))


def _count_rows(tally: SentenceTally) -> Iterator[pa.Table]:
    """Yield the counts that are not zero; those without a category are document frequencies."""
    for category, counts in [(None, tally.document_frequency), *tally.by_category.items()]:
        words = np.flatnonzero(counts)
        names = pa.array([category] * len(words), pa.string())
        yield pa.table({"word": words, "category": names, "count": counts[words]})


def _write_by_word(folder: SharedFolder, n_words: int, n_shares: int, name: str, table: pa.Table) -> None:
    words = table.column("word").to_numpy()
    folder.write_shares(name, table, words * n_shares // max(n_words, 1), n_shares)


def _gathered(cluster: Cluster, parts: Parts, settings: WordSettings, n_words: int) -> SentenceTally:
    starts = [-(-share * n_words // parts.n_shares) for share in range(parts.n_shares + 1)]
    spans = list(zip(range(parts.n_shares), starts, starts[1:], strict=False))
    document_frequency = np.zeros(n_words, np.int64)
    by_category: dict[str, Ints] = {}
    samples = []
    tallies = cluster.map(partial(_merge_tallies, parts, settings), spans, description="sentences added up")
    for (_, start, end), own in zip(spans, tallies, strict=True):
        document_frequency[start:end] = own.document_frequency
        for category, counts in own.by_category.items():
            by_category.setdefault(category, np.zeros(n_words, np.int64))[start:end] = counts
        samples.append((own.sample.words + start, own.sample.hashes, own.sample.rows))
    sample = BottomK(n_words, settings.n_examples)
    words, hashes, rows = (np.concatenate(column) for column in zip(*samples, strict=True))
    sample.add(words, hashes, rows)
    return SentenceTally(document_frequency, by_category, sample)


def _merge_tallies(parts: Parts, settings: WordSettings, span: tuple[int, int, int]) -> SentenceTally:
    """Add up what all partitions say of the words of a share.

    :param span: the share, its first word, and one past its last.
    """
    share, start, end = span
    document_frequency = np.zeros(end - start, np.int64)
    by_category: dict[str, Ints] = {}
    sample = BottomK(end - start, settings.n_examples)
    for part in range(parts.n_parts):
        counts = settings.folder.read_share(_counts(part), share)
        words, numbers = counts.column("word").to_numpy() - start, counts.column("count").to_numpy()
        categories = np.array(counts.column("category").to_pylist(), object)
        for category in set(categories.tolist()):
            of_it = categories == category
            total = document_frequency
            if category is not None:
                total = by_category.setdefault(category, np.zeros(end - start, np.int64))
            total[words[of_it]] += numbers[of_it]
        rows = settings.folder.read_share(_sample(part), share)
        words, hashes, numbers = (rows.column(name).to_numpy() for name in ("word", "hash", "row"))
        sample.add(words - start, hashes, numbers)
    return SentenceTally(document_frequency, by_category, sample)


def _read_examples(parts: Parts, task: tuple[int, Ints]) -> list[Example]:
    part, rows = task
    with parts.folder.fetched(parts.sentences(part)) as path:
        return list(read_examples(path, rows))
