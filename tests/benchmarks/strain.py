"""Time and memory against the size of the corpus, and on hostile text.

    python tests/benchmarks/strain.py reviews.txt.xz --tokenizer vocab.txt --plot strain.svg

Sizes beyond the corpus repeat it with noise: in each further copy one eojeol in ten has another syllable, so that
new words keep coming. The plain loop over Okt, measured on a sample, is the baseline of every size.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from lexicon import MINER, plain_rate
from measuring import Measured, measure

from miner.corpus import read_corpus

NOISE = 0.1  # share of the eojeols in a repeated sentence that are changed
SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
DROPPED = "eojeols too long to analyse"

# each writes a text that some part of the work could choke on
HOSTILE: dict[str, Callable[[random.Random], str]] = {
    "a line of 10 MB": lambda r: " ".join("".join(r.choices(SYLLABLES[:600], k=3)) for _ in range(1_000_000)),
    "10 MB without a space": lambda r: "".join(r.choices(SYLLABLES, k=3_500_000)),
    "a million words, one a line": lambda r: "\n".join(
        dict.fromkeys("".join(r.choices(SYLLABLES, k=4)) for _ in range(1_000_000))
    ),
    "ㅋ by the thousand": lambda r: "\n".join("재밌다" + "ㅋ" * r.randint(1_000, 5_000) for _ in range(1_000)),
    "runs of 200 syllables": lambda r: "\n".join("".join(r.choices(SYLLABLES, k=200)) for _ in range(2_000)),
    "words run together": lambda r: "\n".join("재미있는영화를보고싶었는데" * 15 + str(n) for n in range(2_000)),
}


def main() -> None:
    """Print a table, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 688_233], help="sentences")
    parser.add_argument("--hostile", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--sample", type=int, default=5_000, help="sentences of the plain loop")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, help="an .svg, .png or .pdf to draw")
    options = parser.parse_args()
    plain = plain_rate(options.corpus, options.tokenizer, 1_000, options.sample)
    print(f"plain loop over Okt: {plain:,.0f} sentences/s, warm")
    measured = {}
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as name:
            file = Path(name, "corpus.txt")
            write(file, islice(endless(options.corpus, options.seed), size))
            measured[size] = mine(file, options.tokenizer)
        rate = size / measured[size].seconds
        print(f"{size:12,} sentences {told(measured[size])}, {rate:,.0f} a second, ratio {rate / plain:.1f}")
    if options.plot is not None:
        draw(measured, plain, options.plot)
    if options.hostile:
        for title, text in HOSTILE.items():
            with tempfile.TemporaryDirectory() as name:
                file = Path(name, "hostile.txt")
                file.write_text(text(random.Random(options.seed)) + "\n한 줄\n", encoding="utf-8")
                print(f"{title:>28} {told(mine(file, options.tokenizer))}")


def endless(corpus: Path, seed: int) -> Iterator[str]:
    """Yield the sentences of a corpus, then noisy copies of it."""
    chance = random.Random(seed)
    for copy in count():
        for sentence in read_corpus([corpus]):
            yield noisy(sentence.text, chance) if copy else sentence.text


def noisy(sentence: str, chance: random.Random) -> str:
    """Change a syllable in some of the eojeols."""
    eojeols = sentence.split()
    for i, eojeol in enumerate(eojeols):
        if chance.random() < NOISE:
            at = chance.randrange(len(eojeol))
            eojeols[i] = eojeol[:at] + chance.choice(SYLLABLES) + eojeol[at + 1 :]
    return " ".join(eojeols)


def write(path: Path, sentences: Iterator[str]) -> None:
    """Write a sentence a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(sentence + "\n" for sentence in sentences)


def mine(corpus: Path, tokenizer: str) -> Measured:
    """Make the lexicon of a corpus in an empty folder of stages."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(
            [
                *(MINER, "lexicon", corpus, "--tokenizer", tokenizer, "--all-morphemes"),
                *("--work-dir", Path(folder, "stages"), "-o", Path(folder, "lexicon.tsv")),
            ]
        )


def told(measured: Measured) -> str:
    """Say what a run took, and how many eojeols it left out."""
    dropped = next((line.split()[0] for line in measured.output.splitlines() if DROPPED in line), "0")
    return f"{measured.seconds:8.1f} s {measured.peak_megabytes:8,.0f} MB, {dropped} eojeols left out"


def draw(measured: dict[int, Measured], plain_sentences_per_second: float, path: Path) -> None:
    """Draw seconds and megabytes over sentences."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sizes = list(measured)
    figure, (time, memory) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    time.loglog(sizes, [run.seconds for run in measured.values()], "o-", label="miner lexicon")
    time.loglog(sizes, [size / plain_sentences_per_second for size in sizes], "--", label="plain loop over Okt")
    time.set(xlabel="sentences", ylabel="seconds")
    time.legend()
    memory.semilogx(sizes, [run.peak_megabytes for run in measured.values()], "o-")
    memory.set(xlabel="sentences", ylabel="peak memory, MB", ylim=(0, None))
    figure.savefig(path)
    print(f"plot in {path}")


if __name__ == "__main__":
    main()
