import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.evaluation.grouping import evaluate_groups, read_groups
from miner.evaluation.intervals import Estimate, estimates, ratio
from miner.evaluation.plots import plot_estimates
from miner.evaluation.ranking import evaluate_ranking, read_synonym_sets
from miner.scoring.labels import DIFFERENT, SAME, read_labels

LABELS = {
    ("가", "나"): "synonym",
    ("나", "다"): "synonym",
    ("가", "다"): "loanword",
    ("라", "마"): "drug",
    ("가", "라"): "antonym",
    ("바", "사"): "related",
}
WORDS = "가나다라마바사아"


def test_groups_are_judged_by_hand_counted_numbers():
    report = evaluate_groups([("가", "나"), ("다", "라"), ("바", "사"), ("마", "아")], LABELS, WORDS)
    numbers = {name: number.value for name, number in report.numbers.items()}
    assert (report.n_groups, report.n_pairs, report.largest_group, report.n_judged_pairs) == (4, 4, 2, 2)
    assert report.found["synonym"] == (1, 2)
    assert report.found["related"] == (1, 1)
    assert numbers["precision"] == 1 / 2  # 가-나 is right, 다-라 wrong; 바 and 마-아 are not judged
    assert numbers["recall"] == 1 / 4
    assert numbers["f1"] == pytest.approx(1 / 3)
    assert numbers["macro_recall"] == pytest.approx((1 / 2 + 0 + 0) / 3)
    assert (numbers["merged.antonym"], numbers["merged.related"]) == (0, 1)
    there = {"recall.synonym", "recall.loanword", "recall.drug"}
    assert {name for name in numbers if name.startswith("recall.")} == there  # not 0 of 0 abbreviations
    # precision of each word: 가 1, 나 1, 다 1/2, 라 1/2, 마 1; recall: 2/3, 2/3, 1/3, 1/2, 1/2
    assert numbers["bcubed_precision"] == pytest.approx(4 / 5)
    assert numbers["bcubed_recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)


def test_the_gold_itself_is_perfect_and_nothing_is_nothing():
    perfect = evaluate_groups([("가", "나", "다"), ("라", "마")], LABELS, WORDS)
    assert perfect.adjusted_rand_index == 1
    assert {perfect.numbers[name].value for name in ("precision", "recall", "f1", "bcubed_f1")} == {1}
    nothing = evaluate_groups([], LABELS, WORDS)
    assert (nothing.numbers["precision"].value, nothing.numbers["recall"].value, nothing.largest_group) == (
        0,
        0,
        0,
    )


def test_pairs_with_a_word_that_was_not_offered_do_not_count():
    assert evaluate_groups([("가", "나")], LABELS, "가나").numbers["recall"].value == 1
    with pytest.raises(ValueError, match="none of 6 labelled pairs"):
        evaluate_groups([], LABELS, "바사")


@settings(deadline=None, max_examples=30)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).filter(lambda p: p[0] < p[1]),
        st.sampled_from(SAME + DIFFERENT),
        min_size=1,
    ),
    st.lists(st.sets(st.sampled_from(WORDS), min_size=2), max_size=5),
)
def test_precision_and_recall_are_those_of_counting_pairs(labels, groups):
    same = {pair for pair, label in labels.items() if label in SAME}
    if not same:
        return
    words = {word for pair in same for word in pair}
    proposed = {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}
    numbers = evaluate_groups([sorted(group) for group in groups], labels, WORDS).numbers
    judged = {pair for pair in proposed if words.issuperset(pair)}
    assert numbers["recall"].value == pytest.approx(len(same & proposed) / len(same))
    assert numbers["precision"].value == pytest.approx(len(judged & same) / len(judged) if judged else 0)
    assert all(0 <= number.low <= number.high <= 1 for number in numbers.values())


def test_an_interval_narrows_with_more_units_and_depends_on_the_seed_alone():
    def share(sums):
        return {"share": ratio(sums["part"], sums["whole"])}

    def interval(n_units, seed=0):
        part = np.arange(n_units) % 2
        return estimates({"part": part.astype(float), "whole": np.ones(n_units)}, share, seed=seed)["share"]

    few, many = interval(20), interval(2000)
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert interval(20) == few
    # the normal approximation of a share of 1/2 among 2,000
    assert many.high - many.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 2000), rel=0.1)


def test_a_ranking_is_judged_by_hand_counted_numbers():
    degrees = np.radians([0, 10, 12, 90, 180])
    vectors = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    vectors = np.vstack([vectors, np.zeros((1, 2), np.float32)])
    numbers = evaluate_ranking([*"가나다라마바"], vectors, [("가", "다"), ("라", "바"), ("마",), ("없음", "가")])
    # 가: 나 is nearer than 다 (rank 1); 다: 나, then 가 (rank 1); 라 and 바: no vector on one side
    assert {name: number.value for name, number in numbers.items()} == {"hit@1": 0, "hit@10": 0.5, "mrr@50": 0.25}


def test_files_are_read_and_wrong_ones_refused(tmp_path):
    groups = tmp_path / "groups.tsv"
    groups.write_text("가\t나\n다\t라\t다\n", encoding="utf-8")
    assert read_groups(groups) == [("가", "나"), ("다", "라")]
    synsets = tmp_path / "synsets.tsv"
    synsets.write_text("# remark\n1-n\tn\t가\t나\n", encoding="utf-8")
    assert read_synonym_sets(synsets) == [("가", "나")]
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("word_a\tword_b\tlabel\n나\t가\tsynonym\n가\t나\tantonym\n", encoding="utf-8")
    assert read_labels(pairs) == {("가", "나"): "synonym"}
    pairs.write_text("word_a\tword_b\tlabel\n나\t가\tfriend\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"pairs\.tsv, row 2: .*friend.*expected two words and one of synonym"):
        read_labels(pairs)
    pairs.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the header is"):
        read_labels(pairs)


def test_numbers_are_drawn(tmp_path):
    plot_estimates({"f1": Estimate(0.5, 0.4, 0.7)}, tmp_path / "plot.svg", title="groups")
    assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"expected a plot in \.png, \.svg, \.pdf"):
        plot_estimates({}, tmp_path / "plot.doc", title="groups")
    assert [path.name for path in tmp_path.iterdir()] == ["plot.svg"]
