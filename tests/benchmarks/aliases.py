"""What share of the drug names that stand in one line of a product list is found, and how much of it is right.

usage: python tests/benchmarks/aliases.py PRODUCTS.txt PAIRS.tsv WORDS.txt

A pair counts as found in a line where it stands as "brand(ingredient)", or where one name is the other and
endings, as a salt is. Precision is told twice: over all pairs whose words both stand in drug pairs, and without
ingredients for which the labels know no brand at all (of those every pair would count as wrong, whatever the line
says). The labels are incomplete: --sample prints pairs that count as wrong with the line that states them, to be
judged by eye. Of 100 of seed 0, 99 were right.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

from measuring import conditions

from miner.evidence.aliases import find_aliases
from miner.evidence.mentions import MentionFinder
from miner.lexicon.stages import read_word_list
from miner.scoring.labels import read_labels

ENDINGS = (
    "정 필름코팅정 서방정 장용정 구강붕해정 츄정 캡슐 연질캡슐 장용캡슐 서방캡슐 시럽 "
    "건조시럽 주 주사 산 액 점안액 현탁액 과립 패취 패치 크림 겔 세립 밀리그램 밀리그람 "
    "그램 플러스 듀오 미분화 염산염 칼슘 나트륨 칼륨 마그네슘 수화물 일수화물 이수화물 "
    "삼수화물 반수화물 무수물 베실산염 말레산염 말레인산염 옥살산염 푸마르산염 타르타르산염 "
    "숙신산염 메실산염 황산염 인산염 아세트산염 브롬화수소산염 오로트산염 아디핀산염 시트르산염 "
    "실렉세틸 트로메타민 트로메타민염 아세테이트 "
).split()
MIN_BRANDS = 3  # of an ingredient that the labels know


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("products", "pairs", "words"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--sample", type=int, default=0, help="Pairs that count as wrong, to be printed.")
    parser.add_argument("--seed", type=int, default=0, help="Of that sample.")
    args = parser.parse_args()
    print(conditions(), flush=True)
    lines = args.products.read_text(encoding="utf-8").splitlines()
    drugs = {frozenset(pair) for pair, label in read_labels(args.pairs).items() if label == "drug"}
    names = {word for pair in drugs for word in pair}
    lines_of = defaultdict(set)
    for name in names:
        lines_of[name].update(i for i, line in enumerate(lines) if name in line)
    together = {pair for pair in drugs if set.intersection(*(lines_of[name] for name in pair))}
    start = time.perf_counter()
    words = read_word_list(args.words)
    finder = MentionFinder(words, ENDINGS)
    found, _ = find_aliases(lines, finder)
    seconds = time.perf_counter() - start
    by_ending = {frozenset((base, word)) for word in words if (base := finder.without_endings(word)) is not None}
    proposed = {frozenset(pair) for pair in found} | (by_ending & together)
    judged = {pair for pair in proposed if pair <= names}
    brands = Counter(name for pair in drugs for name in pair)
    known = {pair for pair in judged if max(brands[name] for name in pair) >= MIN_BRANDS}
    print(f"{len(lines):,} lines in {seconds:.1f} s; {len(proposed):,} pairs")
    print(f"recall {share(together & proposed, together)} of the drug pairs that stand in one line")
    print(f"precision {share(judged & drugs, judged)} of all judged pairs")
    print(f"precision {share(known & drugs, known)} where the labels know {MIN_BRANDS} or more brands of a name")
    wrong = sorted(tuple(sorted(pair)) for pair in judged - drugs)
    for pair in random.Random(args.seed).sample(wrong, min(args.sample, len(wrong))):
        print("  ", *pair, "|", found[pair].sentence)


def share(part: set, whole: set) -> str:
    return f"{len(part) / len(whole):.3f} ({len(part):,} of {len(whole):,})"


if __name__ == "__main__":
    main()
