"""Time and memory of mining text that some part of the work could choke on.

    python tests/benchmarks/hostile.py --tokenizer vocab.txt
    python tests/benchmarks/hostile.py --tokenizer vocab.txt --command lexicon --analyzer kiwi

Each text is mined by itself, into an empty folder; the time that it takes is bounded if the rate is that of other
text. What was left out is told by the command, and its words are printed here. The baseline is a plain text made
of common words, which is always mined first; a ratio is the processor time of a megabyte over the baseline's.
"""

import argparse
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from lexicon import MINER
from measuring import Measured, conditions, measure, median

SYLLABLES = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
WORDS = "영화 정말 재미있게 보았다 배우가 연기를 잘하고 음악도 좋았는데 끝이 조금 아쉬웠다".split()
# What people write without a space, and what taggers of Korean are known to take seconds for, each at any length.
RUN_TOGETHER = (
    "재미있는영화를보고싶었는데",
    "그것도잠시그러다가다시또그러더니",
    "아버지가방에들어가신다고하셨는데",
)
REPEATED = ("굿", "훌쩍", "황시욬", "ㄹㅇㄴㅁ", "ㄷ", "하", "아이고")
LEFT_OUT = ("too long to analyse", "too long to be examples", "broken", "...", "has more than")

Chance = random.Random


def spaced(n_characters: int, chance: Chance) -> str:
    """Return words of three rare syllables with spaces between them."""
    return " ".join("".join(chance.choices(SYLLABLES[:600], k=3)) for _ in range(n_characters // 4))


def distinct_words(n_words: int, chance: Chance) -> Iterator[str]:
    """Yield words of four rare syllables, none twice."""
    return iter(dict.fromkeys("".join(chance.choices(SYLLABLES, k=4)) for _ in range(n_words)))


def laughter(chance: Chance) -> str:
    """Return a line of Hangul with long runs of ㅋ in it."""
    return "".join(chance.choice(WORDS) + "ㅋ" * chance.randint(3, 30) for _ in range(8))


def repeated(chance: Chance) -> str:
    """Return an eojeol of one piece over and over, as long as is analysed."""
    piece = chance.choice(REPEATED)
    return "좋다 " + piece * (chance.randint(10, 190) // len(piece))


# Ten megabytes of each, more or less, times a scale.
TEXTS: dict[str, Callable[[Chance, float], Iterator[str]]] = {
    "common words (baseline)": lambda c, k: (" ".join(c.choices(WORDS, k=10)) for _ in range(int(100_000 * k))),
    "a line of 10 MB": lambda c, k: iter([spaced(int(3_500_000 * k), c)]),
    "10 MB without a space": lambda c, k: iter(["".join(c.choices(SYLLABLES, k=int(3_500_000 * k)))]),
    "a line of 60 MB": lambda c, k: iter([spaced(20_000_000, c)]),
    "documents, one a line": lambda c, k: (" ".join(c.choices(WORDS, k=10_000)) for _ in range(int(300 * k))),
    "a million words, one a line": lambda c, k: distinct_words(int(1_000_000 * k), c),
    "ㅋ by the thousand": lambda c, k: ("재밌다" + "ㅋ" * c.randint(1_000, 5_000) for _ in range(int(1_000 * k))),
    "ㅋㅋㅋ with Hangul between": lambda c, k: (laughter(c) for _ in range(int(2_000 * k))),
    "one piece again and again": lambda c, k: (repeated(c) for _ in range(int(30_000 * k))),
    "200 rare syllables": lambda c, k: ("".join(c.choices(SYLLABLES, k=200)) for _ in range(int(10_000 * k))),
    "sentences run together": lambda c, k: (
        "".join(c.choices(RUN_TOGETHER, k=12))[: c.randint(150, 195)] + str(n) for n in range(int(10_000 * k))
    ),
    "brackets in brackets": lambda c, k: ("약(" * 2_000 + ")" * 2_000 for _ in range(int(500 * k))),
    "lists without end": lambda c, k: (", ".join(c.choices(WORDS, k=3_000)) + " 등" for _ in range(int(300 * k))),
}


def main() -> None:
    """Print a table, with what each run says that it left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--command", choices=["lexicon", "run"], default="run")
    parser.add_argument("--analyzer", default="okt")
    parser.add_argument("--only", nargs="*", help="titles of texts, or beginnings of them")
    parser.add_argument("--scale", type=float, default=1.0, help="of the texts; 1 is some ten megabytes each")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(conditions(), flush=True)
    print(f"{'text':30}{'MB':>6}{'seconds':>9}{'processor':>10}{'peak MB':>9}{'ratio':>7}", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        baseline = None
        for title, lines in TEXTS.items():
            if baseline is None or not options.only or title.startswith(tuple(options.only)):
                cost = report(title, lines(random.Random(options.seed), options.scale), options, cache, baseline)
                baseline = baseline or cost


def report(
    title: str, lines: Iterator[str], options: argparse.Namespace, cache: str, baseline: float | None
) -> float:
    """Mine lines, print what it took and what it left out, and return the processor seconds of a megabyte.

    :param baseline: processor seconds of a megabyte of the baseline.
    """
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "hostile.txt")
        with file.open("w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in chain(lines, ["한글 한 줄"]))
        taken = median([mined(file, Path(name, str(i)), options, cache) for i in range(options.repeat)])
        megabytes = file.stat().st_size / 1e6
        cost = taken.processor_seconds / megabytes
        print(
            f"{title:30}{megabytes:6.1f}{taken.seconds:9.1f}{taken.processor_seconds:10.1f}"
            f"{taken.peak_megabytes:9,.0f}{cost / baseline if baseline else 1:7.2f}",
            flush=True,
        )
    for line in taken.output.splitlines():
        if any(mark in line for mark in LEFT_OUT):
            print(f"    {line.strip()}", flush=True)
    return cost


def mined(corpus: Path, folder: Path, options: argparse.Namespace, cache: str) -> Measured:
    """Run the command with a cache of its own; if it fails, that is what it says."""
    folder.mkdir()
    files = ["--work-dir", folder / "stages"]
    files += ["-o", folder / "lexicon.tsv"] if options.command == "lexicon" else ["--database", folder / "a.db"]
    command = [MINER, options.command, corpus, "--tokenizer", options.tokenizer, "--analyzer", options.analyzer]
    try:
        return measure([*command, *files], DONGUI_CACHE_DIR=cache)
    except subprocess.CalledProcessError as error:
        return Measured(0, 0, f"failed: {error.returncode} ... {error.output}", 0)


if __name__ == "__main__":
    main()
