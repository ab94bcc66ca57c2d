"""Repeated sentences among all partitions: each text stays where it stands first."""

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from miner.corpus import CorpusReport, Partition, read_partition
from miner.engine.shared import SharedFolder
from miner.lexicon.eojeols import sentence_digest
from miner.options import CorpusOptions


def _digests(part: int) -> str:
    return f"digests-{part:06}.parquet"


def _repeated(share: int) -> str:
    return f"repeated-{share:04}.parquet"


def digest_partition(
    folder: SharedFolder, n_shares: int, corpus: CorpusOptions, task: tuple[int, Partition]
) -> dict[str, Any]:
    """Write the digests of a partition's sentences, by share of the digests.

    :param task: number of the partition, and the partition.
    """
    part, partition = task
    return folder.once(f"digested-{part:06}", partial(_digest, folder, n_shares, corpus, part, partition))


def _digest(
    folder: SharedFolder, n_shares: int, corpus: CorpusOptions, part: int, partition: Partition
) -> dict[str, Any]:
    sentences = read_partition(
        partition,
        report=CorpusReport(),
        strict=corpus.strict,
        passages=corpus.passages,
        group_by=corpus.group_by,
    )
    content = b"".join(sentence_digest(sentence.text) for sentence in sentences)
    halves = np.frombuffer(content, "<u8").reshape(-1, 2)
    table = pa.table({"high": halves[:, 0], "low": halves[:, 1], "number": np.arange(len(halves))})
    folder.write_shares(_digests(part), table, (halves[:, 0] % n_shares).astype(np.int64), n_shares)
    return {"n_sentences": len(halves)}


def find_repeated(folder: SharedFolder, n_parts: int, n_shares: int, share: int) -> int:
    """Write which sentences have a digest of this share that stands before, by partition; return how many."""
    tables = [folder.read_share(_digests(part), share) for part in range(n_parts)]
    parts = np.repeat(np.arange(n_parts), [table.num_rows for table in tables])
    table = pa.concat_tables(tables)
    high, low, numbers = (table.column(name).to_numpy() for name in ("high", "low", "number"))
    order = np.lexsort((low, high))  # stable, so that the first occurrence comes first
    is_repeated = np.zeros(len(order), bool)
    is_repeated[1:] = (high[order][1:] == high[order][:-1]) & (low[order][1:] == low[order][:-1])
    repeated = np.sort(order[is_repeated])
    folder.write_shares(
        _repeated(share), pa.table({"number": numbers[repeated]}), parts[repeated].astype(np.int64), n_parts
    )
    return len(repeated)


def repeated_rows(folder: SharedFolder, part: int, n_shares: int) -> frozenset[int]:
    """Return the numbers, from 0, of a partition's sentences that stand in the corpus before."""
    shares = (folder.read_share(_repeated(share), part) for share in range(n_shares))
    return frozenset(number for table in shares for number in table.column("number").to_pylist())
