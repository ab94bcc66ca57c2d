"""Accept rate of a simulated reviewer before and after the order learned from 200 decisions.

usage: python tests/benchmarks/reranking.py DATABASE PAIRS.tsv

DATABASE is what ``miner words WORDS.txt --database DATABASE`` made. The reviewer accepts a group when the labels
say that all of its pairs have one of the labels they want; groups that the labels do not judge are left out. The
next 200 groups are taken in the order of the shipped model and in the order that ``miner.rerank`` learned.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from miner.rerank import learn, match_weights
from miner.scoring.labels import SAME, Pair, read_labels
from miner.sink.review import StoredPair, stored_pairs

N_DECISIONS = N_NEXT = 200
SEEDS = range(5)
WANTED = {
    "whatever means the same": SAME,
    "synonyms, abbreviations, neologisms": ("synonym", "abbreviation", "neologism"),
    "synonyms": ("synonym",),
    "spellings of loanwords": ("loanword",),
}

Groups = dict[int, list[StoredPair]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("pairs", type=Path)
    args = parser.parse_args()
    labels = read_labels(args.pairs)
    groups = judged_groups(stored_pairs(args.database), labels)
    print(f"{len(groups):,} judged groups; {N_DECISIONS} decisions, the next {N_NEXT}; seeds {list(SEEDS)}")
    print(f"{'the reviewer accepts':40}{'decided first':>16}{'untrained':>12}{'trained':>10}{'ratio':>8}")
    for name, wanted in WANTED.items():
        accepted = {key for key, pairs in groups.items() if all(labels.get(words_of(p)) in wanted for p in pairs)}
        for first in ("random", "top"):
            rates = [rates_of(groups, accepted, first, seed) for seed in SEEDS]
            before, after = np.mean(rates, axis=0)
            print(f"{name:40}{first:>16}{before:12.3f}{after:10.3f}{after / before:8.2f}")


def words_of(pair: StoredPair) -> Pair:
    return min(pair.word_a, pair.word_b), max(pair.word_a, pair.word_b)


def judged_groups(pairs: list[StoredPair], labels: dict[Pair, str]) -> Groups:
    same = {word for pair, label in labels.items() if label in SAME for word in pair}
    groups: Groups = defaultdict(list)
    for pair in pairs:
        groups[pair.group_id].append(pair)
    return {
        key: of_group
        for key, of_group in groups.items()
        if all(words_of(pair) in labels or same.issuperset(words_of(pair)) for pair in of_group)
    }


def rates_of(groups: Groups, accepted: set[int], first: str, seed: int) -> tuple[float, float]:
    shuffled = np.random.default_rng(seed).permutation(sorted(groups)).tolist()
    untrained = dict.fromkeys(shuffled, 0.0)
    for key in shuffled:
        prior, by_kind = match_weights(groups[key])
        untrained[key] = float((prior + by_kind.sum(axis=1)).mean())
    decided = shuffled if first == "random" else sorted(shuffled, key=lambda key: -untrained[key])
    decided, rest = decided[:N_DECISIONS], decided[N_DECISIONS:]
    answered = [replace(pair, is_same=key in accepted) for key in decided for pair in groups[key]]
    still_open = [pair for key in rest for pair in groups[key]]
    trained = learn([*answered, *still_open]).confidences(still_open)
    before, after = (
        sum(key in accepted for key in sorted(rest, key=lambda key: -order[key])[:N_NEXT]) / N_NEXT
        for order in (untrained, trained)
    )
    return before, after


if __name__ == "__main__":
    main()
