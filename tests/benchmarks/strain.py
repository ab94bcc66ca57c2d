"""Time and memory of the lexicon against the size of the corpus.

    python tests/benchmarks/strain.py reviews.txt.xz --tokenizer vocab.txt --plot strain.svg

Sizes beyond the corpus repeat it with noise: in each further copy two eojeols of a sentence change places, so that
the sentence is another one, and some eojeols (`--typos`) get another syllable, so that new ones keep coming. The
file is written a sentence at a time. Memory is meant to grow with the distinct eojeols and words, which the table
has beside it. The plain loop over Okt, measured on a sample of the corpus, is the baseline of every size.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path

from lexicon import MINER, plain_rate
from measuring import Measured, conditions, measure, median

from miner.corpus import read_corpus

SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Row:
    """What one size took."""

    n_sentences: int
    n_eojeols: int
    n_distinct_eojeols: int
    n_words: int
    taken: Measured


def main() -> None:
    """Print a table, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10_000, 100_000, 688_233, 6_882_330], help="sentences"
    )
    parser.add_argument("--typos", type=float, default=0.01, help="share of the eojeols of a copy that get one")
    parser.add_argument("--all-morphemes", action="store_true", help="as the plain loop does: no compounds")
    parser.add_argument("--sample", type=int, default=5_000, help="sentences of the plain loop")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, help="an .svg, .png or .pdf to draw")
    options = parser.parse_args()
    print(conditions(), flush=True)
    more = ["--all-morphemes"] if options.all_morphemes else []
    plain = plain_rate(options.corpus, options.tokenizer, 1_000, options.sample, options.repeat)
    print(f"plain loop over Okt: {plain:,.0f} sentences/s, warm", flush=True)
    print(
        f"{'sentences':>12}{'distinct':>12}{'words':>10}{'seconds':>9}{'processor':>10}{'sent./s':>9}{'ratio':>7}"
        f"{'MB':>8}{'bytes an':>10}\n{'':12}{'eojeols':>12}{'':10}{'':9}{'seconds':>10}{'':9}{'':7}{'':8}"
        f"{'eojeol':>10}"
    )
    rows: list[Row] = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "corpus.txt")
            write(file, islice(endless(options.corpus, options.seed, options.typos), size))
            runs = [mined(file, size, options.tokenizer, more) for _ in range(options.repeat)]
        rows.append(replace(runs[0], taken=median([row.taken for row in runs])))
        report(rows[-1], rows[0], plain)
    if options.plot is not None:
        draw(rows, plain, options.plot)


def endless(corpus: Path, seed: int, typo_share: float) -> Iterator[str]:
    """Yield the sentences of a corpus, then noisy copies of it, reading it again for each."""
    chance = random.Random(seed)
    for copy in count():
        for sentence in read_corpus([corpus]):
            yield noisy(sentence.text, chance, typo_share) if copy else sentence.text


def noisy(sentence: str, chance: random.Random, typo_share: float) -> str:
    """Let two neighbours change places, and put another syllable into some of the eojeols."""
    eojeols = sentence.split()
    if len(eojeols) > 1:
        i = chance.randrange(len(eojeols) - 1)
        eojeols[i], eojeols[i + 1] = eojeols[i + 1], eojeols[i]
    for i, eojeol in enumerate(eojeols):
        if chance.random() < typo_share:
            at = chance.randrange(len(eojeol))
            eojeols[i] = eojeol[:at] + chance.choice(SYLLABLES) + eojeol[at + 1 :]
    return " ".join(eojeols)


def write(path: Path, sentences: Iterator[str]) -> None:
    """Write a sentence a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(sentence + "\n" for sentence in sentences)


def mined(corpus: Path, n_sentences: int, tokenizer: str, more: list[str]) -> Row:
    """Make the lexicon of a corpus in an empty folder of stages."""
    with tempfile.TemporaryDirectory() as folder:
        stages = Path(folder, "stages")
        files = ["--work-dir", stages, "-o", Path(folder, "lexicon.tsv")]
        taken = measure(
            [MINER, "lexicon", corpus, "--tokenizer", tokenizer, *files, *more], sample_seconds=SAMPLE_SECONDS
        )
        eojeols, lexicon = (
            json.loads(next(stages.glob(f"{stage}-*/stage.json")).read_text(encoding="utf-8"))["report"]
            for stage in ("eojeols", "lexicon")
        )
    return Row(n_sentences, eojeols["n_eojeols"], eojeols["n_distinct_eojeols"], lexicon["n_words"], taken)


def report(row: Row, smallest: Row, plain_sentences_per_second: float) -> None:
    """Print a size; the memory of the smallest one is taken for that of the program and its dictionary."""
    rate = row.n_sentences / row.taken.seconds
    n_more = row.n_distinct_eojeols - smallest.n_distinct_eojeols
    more_bytes = 1e6 * (row.taken.peak_megabytes - smallest.taken.peak_megabytes)
    print(
        f"{row.n_sentences:12,}{row.n_distinct_eojeols:12,}{row.n_words:10,}{row.taken.seconds:9.1f}"
        f"{row.taken.processor_seconds:10.1f}{rate:9,.0f}{rate / plain_sentences_per_second:7.1f}"
        f"{row.taken.peak_megabytes:8,.0f}" + (f"{more_bytes / n_more:10,.0f}" if n_more else ""),
        flush=True,
    )


def draw(rows: list[Row], plain_sentences_per_second: float, path: Path) -> None:
    """Draw seconds and megabytes over sentences, and megabytes over distinct eojeols."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sizes = [row.n_sentences for row in rows]
    megabytes = [row.taken.peak_megabytes for row in rows]
    figure, (time, memory, by_eojeols) = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
    time.loglog(sizes, [row.taken.seconds for row in rows], "o-", label="miner lexicon")
    time.loglog(sizes, [row.taken.processor_seconds for row in rows], "o:", label="its processor time")
    time.loglog(sizes, [size / plain_sentences_per_second for size in sizes], "--", label="plain loop over Okt")
    time.set(xlabel="sentences", ylabel="seconds")
    time.legend()
    memory.semilogx(sizes, megabytes, "o-")
    memory.set(xlabel="sentences", ylabel="peak memory, MB", ylim=(0, 1.1 * max(megabytes)))
    by_eojeols.plot([row.n_distinct_eojeols for row in rows], megabytes, "o-")
    by_eojeols.set(xlabel="distinct eojeols", ylabel="peak memory, MB", ylim=(0, 1.1 * max(megabytes)))
    for axes in (time, memory):
        axes.set_xticks(sizes, labels=[f"{size:,}" for size in sizes], rotation=30, ha="right")
        axes.set_xticks([], minor=True)
    by_eojeols.xaxis.set_major_formatter("{x:,.0f}")
    by_eojeols.tick_params(axis="x", rotation=30)
    figure.savefig(path)
    print(f"plot in {path}")


if __name__ == "__main__":
    main()
