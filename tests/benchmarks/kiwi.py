"""Sentences a second of Kiwi: ``Kiwi.tokenize`` itself against the analyser that the miner makes of it.

    python tests/benchmarks/kiwi.py reviews.txt.xz

Both have the same number of threads, read the same sentences and hand out every token.
"""

import argparse
import os
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from kiwipiepy import Kiwi

from miner.corpus import read_corpus
from miner.morphology.kiwi import KiwiAnalyzer


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, in turn; the fastest counts")
    options = parser.parse_args()
    sentences = [sentence.text for sentence in islice(read_corpus([options.corpus]), options.sentences)]
    kiwi = Kiwi(num_workers=options.workers)
    seconds: dict[str, list[float]] = {"Kiwi.tokenize": [], "miner": []}
    for _ in range(options.repeat):
        seconds["Kiwi.tokenize"].append(timed(kiwi.tokenize(iter(sentences))))
        seconds["miner"].append(timed(KiwiAnalyzer(n_workers=options.workers).analyze(sentences)))
    for name, times in seconds.items():
        print(f"{name:14} {len(sentences) / min(times):8,.0f} sentences/s, {options.workers} threads")
    print(f"ratio          {min(seconds['Kiwi.tokenize']) / min(seconds['miner']):8.2f}")


def timed(results: Iterable[Any]) -> float:
    """Return the seconds that it takes to go through the results."""
    start = time.perf_counter()
    for _ in results:
        pass
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
