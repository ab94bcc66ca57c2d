"""Compounds of a corpus whose eojeols are divided among workers by first syllable.

Nearly all that ``miner.compounds`` counts of a run is of texts that begin with one syllable, so that a worker
knows it from its share. Only the right sides of cuts begin with any: for the runs that may still become compounds,
these are counted everywhere and added up. The statistics are then computed here, from the same numbers.
"""

from collections import Counter
from collections.abc import Set
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from miner.compounds import Compounds
from miner.compounds.counting import BoundaryCounts, RunCounts, count_boundaries, count_runs, cuts
from miner.compounds.finding import by_falling_count, choose_compounds, likely_runs
from miner.engine.cluster import Cluster
from miner.engine.partitions import Parts, read_share
from miner.engine.shared import SharedFolder

_RIGHTS_WANTED = "rights-wanted.json"
_BOUNDARIES_WANTED = "boundaries-wanted.json"


def find_compounds_on(cluster: Cluster, parts: Parts, folder: SharedFolder, *, min_count: int) -> Compounds:
    """Find the compounds that ``find_compounds`` would find if one machine held all eojeols.

    :param parts: whose shares of eojeols are there.
    :param folder: for what is counted on the way.
    :param min_count: least frequency of a compound.
    """
    shares = range(parts.n_shares)
    runs = RunCounts()
    for own in cluster.map(
        partial(_count_runs, parts, folder, min_count), shares, description="pieces of compounds"
    ):
        runs.add(own)
    wanted = {right for run in runs.run.values() for _, right in cuts(run)}
    folder.write_json(_RIGHTS_WANTED, sorted(wanted))
    for rights in cluster.map(partial(_count_rights, folder), shares, description="their right sides"):
        runs.right.update(rights)

    def boundaries_of(words: Set[str], others: Set[str]) -> BoundaryCounts:
        folder.write_json(_BOUNDARIES_WANTED, [sorted(words), sorted(others)])
        boundaries = BoundaryCounts()
        for own in cluster.map(partial(_count_boundaries, parts, folder), shares, description="what is beside"):
            boundaries.add(own)
        return boundaries

    return choose_compounds(runs, boundaries_of, min_count=min_count)


def _rights(share: int) -> str:
    return f"rights-{share:04}.parquet"


def _count_runs(parts: Parts, folder: SharedFolder, min_count: int, share: int) -> RunCounts:
    runs = count_runs(by_falling_count(*read_share(parts, share)))
    texts, counts = list(runs.right.keys()), list(runs.right.values())
    table = pa.table({"text": pa.array(texts, pa.string()), "count": pa.array(counts, pa.int64())})
    folder.write_table(_rights(share), table)
    return likely_runs(runs, min_count)


def _count_rights(folder: SharedFolder, share: int) -> Counter[str]:
    table = folder.read_table(_rights(share))
    wanted = pa.array(folder.read_json(_RIGHTS_WANTED), pa.string())
    found = table.filter(pc.is_in(table.column("text"), value_set=wanted)).to_pydict()
    return Counter(dict(zip(found["text"], found["count"], strict=True)))


def _count_boundaries(parts: Parts, folder: SharedFolder, share: int) -> BoundaryCounts:
    words, others = map(frozenset, folder.read_json(_BOUNDARIES_WANTED))
    return count_boundaries(by_falling_count(*read_share(parts, share)), words, others)
