"""From the command to the groups in the database, and the same command again.

    python tests/benchmarks/end_to_end.py reviews.txt.xz --tokenizer vocab.txt

Nothing is kept from before: folder of stages, cache and database are new. The plain loop over Okt, measured on a
sample, says what finding the words alone would take.
"""

import argparse
import tempfile
from itertools import islice
from pathlib import Path

from lexicon import MINER, plain_rate
from measuring import Measured, conditions, measure, median

from miner.corpus import read_corpus


def main() -> None:
    """Print the seconds of both runs, their stages, and what the plain loop takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--sample", type=int, default=5_000, help="sentences of the plain loop")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    options = parser.parse_args()
    print(conditions(), flush=True)
    sentences = [sentence.text for sentence in islice(read_corpus([options.corpus]), options.sentences)]
    with tempfile.TemporaryDirectory() as name:
        folder, head = Path(name), Path(name, "head.txt")
        head.write_text("\n".join(sentences) + "\n", encoding="utf-8")
        pairs = [run_twice(folder / str(i), head, options.tokenizer) for i in range(options.repeat)]
    first, second = (median(runs) for runs in zip(*pairs, strict=True))
    print(f"{len(sentences):,} sentences")
    for title, measured in (("first run", first), ("nothing new", second)):
        print(f"{title:14} {measured.seconds:8.1f} s, {measured.peak_megabytes:,.0f} MB; {stages(measured)}")
    plain = len(sentences) / plain_rate(options.corpus, options.tokenizer, 1_000, options.sample, options.repeat)
    print(f"plain loop     {plain:8.1f} s for the words alone; ratio {plain / first.seconds:.1f}")


def run_twice(folder: Path, corpus: Path, tokenizer: str) -> tuple[Measured, Measured]:
    """Run the whole pipeline in a new folder, and once more where nothing is new."""
    folder.mkdir()
    return run(folder, corpus, tokenizer), run(folder, corpus, tokenizer)


def run(folder: Path, corpus: Path, tokenizer: str) -> Measured:
    """Run the whole pipeline in a folder."""
    return measure(
        [
            *(MINER, "run", corpus, "--tokenizer", tokenizer),
            *("--work-dir", folder / "stages", "--database", folder / "words.db"),
        ],
        DONGUI_CACHE_DIR=str(folder / "cache"),
    )


def stages(measured: Measured) -> str:
    """Return the line of the summary that has the seconds of each stage."""
    return next(line for line in measured.output.splitlines() if line.startswith("stages:"))


if __name__ == "__main__":
    main()
