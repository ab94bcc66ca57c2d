"""Partitions of a corpus, each analysed by one worker, and their eojeols brought together by first syllable."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from miner.corpus import CorpusReport, Partition, Sentence, read_partition
from miner.corpus.report import BrokenRow
from miner.engine.repeats import repeated_rows
from miner.engine.shared import SharedFolder, shares_of
from miner.lexicon.eojeols import SENTENCES_FILE, EojeolTable, count_eojeols, eojeol_table, eojeols_of
from miner.morphology import load_analyzer
from miner.morphology.base import Eojeol
from miner.options import CorpusOptions, LexiconOptions


@dataclass(frozen=True, slots=True)
class Parts:
    """A corpus in partitions whose counts lie in a shared folder.

    :ivar folder: where they lie.
    :ivar n_parts: partitions.
    :ivar n_shares: into how many shares eojeols and words are divided, each of which fits one worker.
    """

    folder: SharedFolder
    n_parts: int
    n_shares: int

    def sentences(self, part: int) -> str:
        """Name the file of a partition's sentences, as ``count_eojeols`` writes it."""
        return f"sentences-{part:06}.parquet"

    def eojeols_of_part(self, part: int) -> str:
        """Name the file of a partition's eojeols: an ``eojeol_table`` in shares, and their ``number`` there."""
        return f"eojeols-{part:06}.parquet"

    def eojeols(self, share: int) -> str:
        """Name the file of a share of all eojeols, in the order of their first occurrence."""
        return f"eojeols-of-share-{share:04}.parquet"


def count_partition(
    parts: Parts, corpus: CorpusOptions, lexicon: LexiconOptions, task: tuple[int, Partition]
) -> dict[str, Any]:
    """Read and analyse a partition, write its sentences and eojeols, and report.

    :param task: number of the partition, and the partition.
    """
    part, partition = task
    compute = partial(_count, parts, corpus, lexicon, part, partition)
    return parts.folder.once(f"report-{part:06}", compute)


def _count(
    parts: Parts, corpus: CorpusOptions, lexicon: LexiconOptions, part: int, partition: Partition
) -> dict[str, Any]:
    report = CorpusReport()
    analyzer = load_analyzer(
        lexicon.analyzer,
        n_workers=1,
        all_morphemes=lexicon.all_morphemes,
        max_eojeol_length=lexicon.max_eojeol_length,
    )
    sentences = read_partition(
        partition, report=report, strict=corpus.strict, passages=corpus.passages, group_by=corpus.group_by
    )
    repeated = repeated_rows(parts.folder, part, parts.n_shares) if corpus.unique else frozenset()
    with TemporaryDirectory() as folder:
        table = count_eojeols(_without(sentences, repeated), analyzer, Path(folder))
        written = Path(folder, SENTENCES_FILE)
        parts.folder.write(parts.sentences(part), written.rename)
    _write_eojeols(parts, part, table)
    return {
        "reading": report.as_dict() | {"broken_rows": [asdict(row) for row in report.broken_rows]},
        "n_sentences": table.n_sentences,
        "n_repeated": len(repeated),
        "n_eojeols": int(table.counts.sum()),
        "n_too_long": analyzer.n_too_long,
        "too_long": analyzer.too_long,
    }


def _without(sentences: Iterator[Sentence], repeated: frozenset[int]) -> Iterator[Sentence]:
    return (sentence for number, sentence in enumerate(sentences) if number not in repeated)


def _write_eojeols(parts: Parts, part: int, table: EojeolTable) -> None:
    rows = eojeol_table(table.eojeols, table.counts.tolist())
    rows = rows.append_column("number", pa.array(np.arange(len(table.eojeols))))
    # By first syllable: a word, its pieces from the left and what may be its stem come to lie in one share.
    shares = shares_of([eojeol.surface[0] for eojeol in table.eojeols], parts.n_shares)
    parts.folder.write_shares(parts.eojeols_of_part(part), rows, shares, parts.n_shares)


def reading_report(report: dict[str, Any]) -> CorpusReport:
    """Return a partition's report on its reading."""
    reading = report["reading"]
    broken = [BrokenRow(**row) for row in reading["broken_rows"]]
    return CorpusReport(**(reading | {"broken_rows": broken}))


def merge_eojeols(parts: Parts, share: int) -> int:
    """Add up the eojeols of a share over all partitions, and return how many distinct ones there are."""
    counts: dict[Eojeol, int] = {}
    for part in range(parts.n_parts):
        table = parts.folder.read_share(parts.eojeols_of_part(part), share)
        for eojeol, count in zip(eojeols_of(table), table.column("count").to_pylist(), strict=True):
            counts[eojeol] = counts.get(eojeol, 0) + count
    table = eojeol_table(counts.keys(), counts.values())
    parts.folder.write(parts.eojeols(share), lambda path: pq.write_table(table, path, compression="zstd"))
    return len(counts)


def read_share(parts: Parts, share: int) -> tuple[list[Eojeol], npt.NDArray[np.int64]]:
    """Return a share of all eojeols of the corpus, and their counts, int64."""
    table = parts.folder.read_table(parts.eojeols(share))
    return list(eojeols_of(table)), table.column("count").to_numpy()


def read_part(parts: Parts, part: int) -> tuple[list[Eojeol], npt.NDArray[np.int64]]:
    """Return the eojeols of a partition, as its sentences number them, and their counts there, int64."""
    table = parts.folder.read_table(parts.eojeols_of_part(part)).sort_by("number")
    return list(eojeols_of(table)), table.column("count").to_numpy()
