"""Whether probabilities are what they say, and the division of labels that they are judged by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from miner.evaluation.calibration import calibrate, plot_reliability
from miner.scoring.labels import SAME, synonym_sets
from miner.scoring.validation import fold_of_words


def test_probabilities_that_come_true_have_no_calibration_error():
    probability = np.repeat([0.25, 0.75], 4)
    found = calibrate(probability, np.array([1, 0, 0, 0, 1, 1, 1, 0], bool))
    assert [(b.n_pairs, b.mean_probability, b.share_same) for b in found.bins] == [
        (4, 0.25, 0.25),
        (4, 0.75, 0.75),
    ]
    assert found.expected_calibration_error == 0
    assert found.brier_score == pytest.approx(0.1875)
    assert found.base_brier_score == 0.25


def test_certainty_that_is_wrong_is_the_worst():
    found = calibrate(np.array([1.0, 0.0]), np.array([False, True]))
    assert (found.brier_score, found.expected_calibration_error) == (1, 1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_bins_hold_every_pair_once_and_the_brier_score_is_the_known_one(answers):
    probability, is_same = np.array([p for p, _ in answers]), np.array([same for _, same in answers])
    found = calibrate(probability, is_same)
    assert sum(b.n_pairs for b in found.bins) == len(answers)
    assert all(b.low <= b.mean_probability <= b.high + 1e-12 for b in found.bins)
    assert found.brier_score == pytest.approx(brier_score_loss(is_same, probability, labels=[False, True]))


def test_answers_must_be_as_many_as_probabilities(tmp_path):
    with pytest.raises(ValueError, match="expected as many"):
        calibrate(np.array([0.5]), np.array([True, False]))
    with pytest.raises(ValueError, match=r"ends in '\.doc'"):
        plot_reliability(calibrate(np.array([0.5]), np.array([True])), tmp_path / "a.doc", title="")


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("가나다라마바사"), st.sampled_from("가나다라마바사")).filter(
            lambda p: p[0] < p[1]
        ),
        st.sampled_from(["synonym", "loanword", "antonym"]),
        max_size=10,
    ),
    st.integers(2, 4),
    st.integers(0, 3),
)
def test_no_set_of_synonyms_is_in_two_parts(labels, n_folds, seed):
    fold_of = fold_of_words(labels, n_folds=n_folds, seed=seed)
    assert fold_of.keys() == {word for pair in labels for word in pair}
    assert set(fold_of.values()) <= set(range(n_folds))
    for a, b in (pair for pair, label in labels.items() if label in SAME):
        assert fold_of[a] == fold_of[b]


def test_synonyms_of_synonyms_are_one_set():
    found = synonym_sets([("가", "나"), ("나", "다"), ("라", "마")])
    assert found["가"] == found["나"] == found["다"] != found["라"] == found["마"]
