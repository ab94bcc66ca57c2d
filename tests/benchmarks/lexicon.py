"""Words of a corpus: the plain loop over Okt against ``miner lexicon --all-morphemes``.

    python tests/benchmarks/lexicon.py reviews.txt.xz --tokenizer vocab.txt

The plain loop is measured on a sample, warm; the command on the whole corpus, start-up included. Both must find
the same words on the first sentences.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from measuring import Measured, conditions, measure, median

from miner.corpus import read_corpus
from miner.lexicon.build import STOP_WORDS
from miner.tokenizer import load_tokenizer

MINER = Path(sys.executable).with_name("miner")


def main() -> None:
    """Print both rates, their ratio and the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="plain text, a sentence a line; may be compressed")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--sample", type=int, default=20_000, help="sentences of the plain loop")
    parser.add_argument("--warm-up", type=int, default=2_000, help="sentences before its clock starts")
    parser.add_argument("--compared", type=int, default=5_000, help="sentences whose words must be equal")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    options = parser.parse_args()
    print(conditions(), flush=True)
    check_equal_words(options.corpus, options.tokenizer, options.compared)
    plain = plain_rate(options.corpus, options.tokenizer, options.warm_up, options.sample, options.repeat)
    print(f"plain loop             {plain:8,.0f} sentences/s on {options.sample:,}, warm")
    n_sentences = sum(1 for _ in read_corpus([options.corpus]))
    taken = median([fast_run(options.corpus, options.tokenizer) for _ in range(options.repeat)])
    rate = n_sentences / taken.seconds
    print(f"miner lexicon          {rate:8,.0f} sentences/s on {n_sentences:,}, start-up included")
    print(f"ratio                  {rate / plain:8.1f}")
    print(f"memory, all processes  {taken.peak_megabytes:8,.0f} MB")


def check_equal_words(corpus: Path, tokenizer: str, n_sentences: int) -> None:
    """Exit if the two find different words in the first sentences."""
    sentences = [sentence.text for sentence in islice(read_corpus([corpus]), n_sentences)]
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder, "head.txt")
        head.write_text("\n".join(sentences) + "\n", encoding="utf-8")
        fast = fast_run(head, tokenizer, Path(folder, "lexicon.tsv"))
        lines = Path(folder, "lexicon.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {line.split("\t")[0] for line in lines}
    expected = plain_words(sentences, tokenizer)
    if found != expected:
        sys.exit(f"other words than the plain loop: {sorted(found ^ expected)[:20]}; {fast.output}")
    print(f"the same {len(found):,} words on the first {n_sentences:,} sentences")


def plain_words(sentences: Iterable[str], tokenizer: str) -> set[str]:
    """Return what the plain loop finds: Okt on each sentence, then what is no entry of the vocabulary."""
    from konlpy.tag import Okt

    okt, vocabulary = Okt(), load_tokenizer(tokenizer)
    words: set[str] = set()
    for sentence in sentences:
        for word in okt.morphs(re.sub(r"[^\w\s]", "", sentence), stem=True):
            if word not in STOP_WORDS and not vocabulary.is_in_vocabulary(word):
                words.add(word)
    return words


def plain_rate(corpus: Path, tokenizer: str, n_warm_up: int, n_sentences: int, n_repeats: int) -> float:
    """Return the sentences a second of the plain loop, after a warm-up: the median of some runs."""
    sentences = [sentence.text for sentence in islice(read_corpus([corpus]), n_warm_up + n_sentences)]
    plain_words(sentences[:n_warm_up], tokenizer)
    seconds = []
    for _ in range(n_repeats):
        start = time.perf_counter()
        plain_words(sentences[n_warm_up:], tokenizer)
        seconds.append(time.perf_counter() - start)
    return n_sentences / statistics.median(seconds)


def fast_run(corpus: Path, tokenizer: str, output: Path | None = None) -> Measured:
    """Run the command in an empty folder of stages."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(
            [
                *(MINER, "lexicon", corpus, "--tokenizer", tokenizer, "--all-morphemes", "--min-count", "1"),
                *("--work-dir", Path(folder, "stages"), "-o", output or Path(folder, "lexicon.tsv")),
            ]
        )


if __name__ == "__main__":
    main()
