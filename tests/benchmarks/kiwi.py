"""Sentences a second of Kiwi: ``Kiwi.tokenize`` itself against the analyser that the miner makes of it.

    python tests/benchmarks/kiwi.py reviews.txt.xz
    python tests/benchmarks/kiwi.py utterances.csv --column question --column answer

Both have the same number of threads, are warm, and read the same sentences in one batch. Kiwi hands out its
tokens; the miner gives them to eojeols, and does not ask Kiwi again for a short sentence that was there not long
ago. Both ratios are baseline over miner: of wall time, and of processor time, which other work disturbs less.
"""

import argparse
import gc
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kiwipiepy import Kiwi
from measuring import conditions

from miner.corpus import read_corpus
from miner.morphology.kiwi import KiwiAnalyzer

N_WARM_UP = 200  # sentences; the first one makes Kiwi build its tables


def main() -> None:
    """Print both rates and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="as `miner run` reads it")
    parser.add_argument("--column", action="append", default=[])
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, in turn; the medians count")
    options = parser.parse_args()
    print(conditions(), flush=True)
    corpus = read_corpus([options.corpus], columns=options.column)
    sentences = [sentence.text for sentence in islice(corpus, options.sentences)]
    gc.disable()  # for both, as `miner lexicon` does
    kiwi = Kiwi(num_workers=options.workers)
    warm_up(kiwi.tokenize(iter(sentences[:N_WARM_UP])))
    taken: dict[str, list[tuple[float, float]]] = {"Kiwi.tokenize": [], "miner": []}
    for _ in range(options.repeat):
        taken["Kiwi.tokenize"].append(timed(kiwi.tokenize(iter(sentences))))
        analyzer = KiwiAnalyzer(n_workers=1)  # anew: one that knows the sentences would not ask Kiwi
        analyzer._kiwi = kiwi  # but the same model: another one's pages are cold
        taken["miner"].append(timed(analyzer.analyze(sentences)))
    n_distinct = len(set(sentences))
    print(f"{len(sentences):,} sentences, {n_distinct:,} of them distinct; {options.workers} threads")
    report(taken, len(sentences))


def warm_up(results: Iterable[Any]) -> None:
    """Go through the results."""
    for _ in results:
        pass


def timed(results: Iterable[Any]) -> tuple[float, float]:
    """Return the wall seconds and the processor seconds that it takes to go through the results."""
    start, cpu = time.perf_counter(), time.process_time()
    for _ in results:
        pass
    return time.perf_counter() - start, time.process_time() - cpu


def report(taken: dict[str, list[tuple[float, float]]], n_sentences: int) -> None:
    """Print the medians."""
    medians: list[Sequence[float]] = []
    for name, runs in taken.items():
        wall, cpu = (statistics.median(values) for values in zip(*runs, strict=True))
        medians.append((wall, cpu))
        rate = f"{n_sentences / wall:8,.0f} sentences/s"
        print(f"{name:14} {rate}, {1e6 * cpu / n_sentences:6.0f} us of processor time each")
    wall_ratio, cpu_ratio = (baseline / ours for baseline, ours in zip(*medians, strict=True))
    print(f"ratio          {wall_ratio:8.2f}, {cpu_ratio:.2f} of processor time")


if __name__ == "__main__":
    main()
