"""The main job on the demonstration corpus, from its own text alone: what is proposed, and what never is."""

import csv
import itertools
from pathlib import Path

import pytest

from miner.demo import write_demo
from miner.options import CorpusOptions, LexiconOptions, RunOptions
from miner.pipeline import MiningResult, mine_groups

with (Path(__file__).parent / "demo_pairs.tsv").open(encoding="utf-8", newline="") as tsv:
    PAIRS = [
        (frozenset((a, b)), label) for a, b, label in itertools.islice(csv.reader(tsv, delimiter="\t"), 1, None)
    ]
NAMED = [
    frozenset(pair.split("/"))
    for pair in "반창고/대일밴드 플루옥세틴/프로작 공황장애/패닉장애 컴퓨터/PC 치매/알츠하이머병".split()
]


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> MiningResult:
    folder = tmp_path_factory.mktemp("demo")
    paths = write_demo(folder / "demo")
    options = RunOptions(
        CorpusOptions((str(paths.corpus),), columns=("HS",)), LexiconOptions(tokenizer=str(paths.checkpoint))
    )
    return mine_groups(options, work_dir=folder / "work", database=str(folder / "dongui.db"))


@pytest.fixture(scope="module")
def proposed(result) -> set[frozenset[str]]:
    return {frozenset(pair) for group in result.groups for pair in itertools.combinations(group.words, 2)}


@pytest.mark.parametrize("pair", NAMED, ids=lambda pair: "/".join(sorted(pair)))  # a set has no order
def test_the_named_pairs_are_proposed_and_proved_by_a_sentence(result, proposed, pair):
    assert pair in proposed
    sentences = [
        evidence.sentence
        for group in result.groups
        for evidence in group.evidence
        if evidence.kind == "alias_statements" and {evidence.word_a, evidence.word_b} == pair
    ]
    assert sentences
    assert all(word in sentence for sentence in sentences for word in pair)


def test_nearly_all_other_synonyms_are_proposed(proposed):
    synonyms = [pair for pair, label in PAIRS if label == "synonym" and pair not in NAMED]
    assert sum(pair in proposed for pair in synonyms) >= 32, [pair for pair in synonyms if pair not in proposed]


def test_no_antonym_or_related_pair_is_proposed(proposed):
    assert [pair for pair, label in PAIRS if label != "synonym" and pair in proposed] == []


def test_every_pair_of_a_group_says_how_probable_it_is_and_what_each_kind_of_evidence_adds(result):
    assert result.groups
    for group in result.groups:
        for pair in itertools.combinations(group.words, 2):
            shown = {e.kind: e.value for e in group.evidence if {e.word_a, e.word_b} == set(pair)}
            assert {"cosine_similarity", "probability", "match_weight.prior"} <= shown.keys()
            weights = sum(value for kind, value in shown.items() if kind.startswith("match_weight."))
            assert (weights > 0) == (shown["probability"] > 0.5) or abs(shown["probability"] - 0.5) < 0.1
