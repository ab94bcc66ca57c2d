"""What stands around each word, counted in partitions and added up by word."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from scipy import sparse

from miner.engine.cluster import Cluster
from miner.engine.partitions import Parts
from miner.engine.shared import SharedFolder
from miner.evidence.distribution import (
    N_CONTEXTS,
    Neighbourhood,
    count_first_texts,
    count_neighbours,
    most_frequent,
    rows_of,
)
from miner.evidence.word_rows import WordRows
from miner.stages import KEY_LENGTH, fingerprint

_WANTED_FILE = "wanted.json"


def find_distribution_on(cluster: Cluster, parts: Parts, words: Sequence[str]) -> WordRows:
    """Count what ``find_distribution`` counts if one machine holds all sentences.

    :param words: NFC, distinct.
    """
    shares = range(parts.n_shares)
    counts: Counter[str] = Counter()
    for own in cluster.map(partial(_first_texts, parts), shares, description="contexts"):
        counts.update(own)
    wanted = {"words": list(words), "contexts": most_frequent(counts)}
    folder = parts.folder / f"distribution-{fingerprint(wanted)[:KEY_LENGTH]}"
    folder.write_json(_WANTED_FILE, wanted)
    for _ in cluster.map(partial(_count, parts, folder), range(parts.n_parts), description="what is around words"):
        pass
    around = sparse.csr_array((len(words), N_CONTEXTS), dtype=np.float64)
    n_occurrences = np.zeros(len(words), np.int64)
    merge = partial(_merge, parts, folder, len(words))
    for merged in cluster.map(merge, shares, description="rows of words"):
        around += merged.counts
        n_occurrences += merged.n_occurrences
    return rows_of(Neighbourhood(around, n_occurrences))


def _counts(part: int) -> str:
    return f"around-{part:06}.parquet"


def _first_texts(parts: Parts, share: int) -> Counter[str]:
    return count_first_texts(parts.folder.read_table(parts.eojeols(share)))


def _count(parts: Parts, folder: SharedFolder, part: int) -> None:
    """Write what stands around words in a partition, and with context -1 how often each word occurs."""
    wanted = folder.read_json(_WANTED_FILE)
    eojeols = parts.folder.read_table(parts.eojeols_of_part(part)).sort_by("number")
    with parts.folder.fetched(parts.sentences(part)) as path:
        found = count_neighbours(eojeols, path, wanted["words"], wanted["contexts"])
    around = sparse.coo_array(found.counts)
    there = np.flatnonzero(found.n_occurrences)
    words = np.concatenate([around.coords[0], there]).astype(np.int64)
    contexts = np.concatenate([around.coords[1], np.full(len(there), -1)])
    numbers = np.concatenate([around.data, found.n_occurrences[there]]).astype(np.int64)
    table = pa.table({"word": words, "context": contexts, "count": numbers})
    folder.write_shares(_counts(part), table, words % parts.n_shares, parts.n_shares)


def _merge(parts: Parts, folder: SharedFolder, n_words: int, share: int) -> Neighbourhood:
    """Add up what stands around the words of a share."""
    counts = sparse.csr_array((n_words, N_CONTEXTS), dtype=np.float64)
    n_occurrences = np.zeros(n_words, np.int64)
    for part in range(parts.n_parts):
        table = folder.read_share(_counts(part), share)
        words, contexts, numbers = (table.column(name).to_numpy() for name in ("word", "context", "count"))
        is_total = contexts < 0
        n_occurrences += np.bincount(words[is_total], numbers[is_total], n_words).astype(np.int64)
        around = (numbers[~is_total].astype(np.float64), (words[~is_total], contexts[~is_total]))
        counts += sparse.csr_array(around, shape=counts.shape)
    return Neighbourhood(counts, n_occurrences)
