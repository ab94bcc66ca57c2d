"""The lexicon of a corpus: one process against a Dask cluster of workers on this machine.

    python tests/benchmarks/cluster.py reviews.txt --tokenizer vocab.txt

Both run ``miner lexicon`` on the first sentences, start-up included, and must find the same words with the same
counts, forms and examples.
"""

import argparse
import statistics
import sys
import tempfile
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Measured, conditions, measure

from miner.corpus import read_corpus
from miner.lexicon.files import LEXICON_FILE

MINER = Path(sys.executable).with_name("miner")


def main() -> None:
    """Print seconds, memory and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--partition-megabytes", type=int, default=1)
    parser.add_argument("--analyzer", default="okt")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    options = parser.parse_args()
    print(conditions(), flush=True)
    cluster = ["--scheduler", "local", "--partition-megabytes", options.partition_megabytes]
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder, "head.txt")
        texts = (sentence.text for sentence in islice(read_corpus([options.corpus]), options.sentences))
        head.write_text("\n".join(texts) + "\n", encoding="utf-8")
        one, many = (
            [run(head, options.tokenizer, options.analyzer, n_workers, more) for _ in range(options.repeat)]
            for n_workers, more in ((1, []), (options.workers, cluster))
        )
    expected = one[0][1]
    if not all(lexicon.equals(expected) for _, lexicon in one + many):
        sys.exit("the cluster made another lexicon than the one process")
    print(f"the same {expected.num_rows:,} words of {options.sentences:,} sentences")
    seconds = [
        report(name, [measured for measured, _ in runs]) for name, runs in (("one", one), ("cluster", many))
    ]
    print(f"ratio    {seconds[0] / seconds[1]:8.2f} with {options.workers} workers")


def run(corpus: Path, tokenizer: str, analyzer: str, n_workers: int, more: list[str]) -> tuple[Measured, pa.Table]:
    """Run the command in an empty folder of stages; return what it took and the lexicon that it kept there."""
    with tempfile.TemporaryDirectory() as folder:
        stages, output = Path(folder, "stages"), Path(folder, "lexicon.tsv")
        measured = measure(
            [
                *(MINER, "lexicon", corpus, "--tokenizer", tokenizer, "--analyzer", analyzer, "-o", output),
                *("--work-dir", stages, "--workers", str(n_workers), *map(str, more)),
            ]
        )
        (kept,) = stages.glob(f"lexicon-*/{LEXICON_FILE}")
        return measured, pq.read_table(kept)


def report(name: str, runs: list[Measured]) -> float:
    """Print and return the median of the seconds."""
    seconds = statistics.median(measured.seconds for measured in runs)
    peak = max(measured.peak_megabytes for measured in runs)
    processor = statistics.median(measured.processor_seconds for measured in runs)
    print(f"{name:8} {seconds:8.1f} s, {processor:8.1f} s of processors, {peak:8,.0f} MB with all processes")
    return seconds


if __name__ == "__main__":
    main()
