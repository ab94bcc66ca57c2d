import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.clustering import (
    MIN_MEAN_PROBABILITY,
    MIN_PAIR_PROBABILITY,
    MIN_SECOND_SENSE_PROBABILITY,
    cluster,
    propose,
)
from miner.evidence.table import SOURCE_COLUMNS, Evidence, PairSource
from miner.neighbors import find_neighbors
from miner.scoring.model import probability_of, shipped_model


def log_odds(probability):
    return np.log(probability / (1 - probability))


def groups_of(probabilities, *, max_group_size=12, cannot_link=(), must_link=(), min_probability=0.3):
    pairs = sorted(probabilities)
    return cluster(
        np.array(pairs, np.int64).reshape(-1, 2),
        np.array([log_odds(probabilities[pair]) for pair in pairs]),
        min_probability=min_probability,
        max_group_size=max_group_size,
        cannot_link=cannot_link,
        must_link=must_link,
    )


def test_probable_pairs_are_grouped_and_improbable_ones_left_out():
    assert groups_of({(0, 1): 0.9, (2, 3): 0.29, (4, 5): 0.31}) == [[0, 1], [4, 5]]


def test_a_chain_is_cut_where_its_ends_are_no_pair():
    assert groups_of({(0, 1): 0.7, (1, 2): 0.6}) == [[0, 1]]
    assert groups_of({(0, 1): 0.7, (1, 2): 0.6, (0, 2): 0.05}) == [[0, 1]]


def test_one_weak_pair_among_strong_ones_does_not_break_a_group():
    assert groups_of({(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.1}) == [[0, 1, 2]]


def test_a_word_of_two_senses_stands_in_two_groups():
    assert groups_of({(0, 1): 0.9, (1, 2): 0.85}) == [[0, 1], [1, 2]]


def test_pairs_kept_apart_never_share_a_group_also_not_through_a_third_word():
    probabilities = {(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.9}
    assert groups_of(probabilities) == [[0, 1, 2]]
    assert groups_of(probabilities, cannot_link=[(2, 0)]) == [[0, 1], [1, 2]]


def test_what_a_dictionary_puts_together_stays_together_however_improbable_and_many():
    probabilities = {(0, 1): 0.01, (0, 2): 0.01, (1, 2): 0.01, (2, 3): 0.9}
    assert groups_of(probabilities, must_link=[(2, 0, 1)], max_group_size=2) == [[0, 1, 2], [2, 3]]
    assert groups_of({}, must_link=[(5, 4)]) == [[4, 5]]


def test_a_dictionary_entry_grows_by_what_is_probable_with_all_of_it():
    probabilities = {(0, 1): 0.01, (0, 2): 0.9, (1, 2): 0.9, (3, 4): 0.9, (4, 5): 0.7}
    assert groups_of(probabilities, must_link=[(0, 1), (3, 4)]) == [[0, 1, 2], [3, 4]]


def test_a_word_of_two_entries_stands_in_both_and_an_entry_within_another_is_one():
    assert groups_of({}, must_link=[(0, 1), (1, 2)]) == [[0, 1], [1, 2]]
    assert groups_of({}, must_link=[(0, 1, 2), (1, 2)]) == [[0, 1, 2]]
    assert groups_of({}, must_link=[(1, 2), (0, 1, 2)]) == [[0, 1, 2]]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sets(st.integers(0, 9), min_size=2, max_size=5), max_size=4),
    st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1]), max_size=8),
    st.dictionaries(
        st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1]), st.floats(0.01, 0.99)
    ),
)
def test_all_pairs_of_an_entry_share_a_group_but_those_that_people_keep_apart(entries, apart, probabilities):
    groups = groups_of(probabilities, must_link=entries, cannot_link=apart)
    together = {pair for group in groups for pair in itertools.combinations(group, 2)}
    asked = {pair for entry in entries for pair in itertools.combinations(sorted(entry), 2)}
    assert together >= asked - apart
    assert together.isdisjoint(apart)


def test_a_higher_least_probability_never_adds_a_pair():
    generator = np.random.default_rng(0)
    probabilities = {pair: generator.uniform(0.01, 0.99) for pair in itertools.combinations(range(12), 2)}
    n_pairs = [
        sum(len(group) * (len(group) - 1) // 2 for group in groups_of(probabilities, min_probability=least))
        for least in (0.1, 0.3, 0.6, 0.9)
    ]
    assert n_pairs == sorted(n_pairs, reverse=True)


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda p: p[0] < p[1]), st.floats(0.01, 0.99)
    ),
    st.integers(2, 6),
)
def test_groups_are_bounded_and_no_pair_in_them_is_improbable(probabilities, max_group_size):
    groups = groups_of(probabilities, max_group_size=max_group_size)
    for group in groups:
        assert 2 <= len(group) <= max_group_size
        inside = [probabilities.get(pair, 0) for pair in itertools.combinations(group, 2)]
        assert min(inside) >= MIN_PAIR_PROBABILITY - 1e-9
        assert np.mean(log_odds(np.array(inside))) >= log_odds(MIN_MEAN_PROBABILITY) - 1e-9
    for one, other in itertools.combinations(groups, 2):
        assert len(set(one) & set(other)) <= 1
    if max_group_size == 2:
        sure = {pair for pair, probability in probabilities.items() if probability >= MIN_SECOND_SENSE_PROBABILITY}
        together = {tuple(group) for group in groups}
        for pair in sure - together:  # given up only for one that is as sure
            rivals = [probabilities[other] for other in together if set(other) & set(pair)]
            assert max(rivals, default=0) >= probabilities[pair]


@pytest.mark.parametrize(
    ("min_probability", "max_group_size", "message"), [(1.0, 12, "between 0 and 1"), (0.5, 1, "at least 2")]
)
def test_numbers_out_of_range_are_refused(min_probability, max_group_size, message):
    with pytest.raises(ValueError, match=message):
        groups_of({(0, 1): 0.9}, min_probability=min_probability, max_group_size=max_group_size)


WORDS = ["초콜릿", "초콜렛", "쵸콜릿", "하늘"]
SENTENCE = "초콜릿, 즉 초콜렛을 먹는다"


@pytest.fixture(scope="module")
def scored():
    vectors = np.eye(4, 8, dtype=np.float32) + 0.5
    vectors[3, 7] = 5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    source = PairSource({("초콜렛", "초콜릿"): 1.0}, {("초콜렛", "초콜릿"): SENTENCE})
    evidence = Evidence(WORDS, vectors, find_neighbors(vectors, 3), {"alias_statements": source})
    pairs = np.array(list(itertools.combinations(range(4), 2)), np.int64)
    return vectors, shipped_model().score(evidence.measure(pairs)), {"alias_statements": source.sentences}


def test_a_proposal_names_the_most_frequent_word_first_and_proves_each_pair(scored):
    vectors, pairs, sentences = scored
    (group,) = propose([[0, 1, 2]], WORDS, [5, 9, 2, 1], [False] * 4, vectors, pairs, sentences)
    assert group.words[0] == "초콜렛"
    assert set(group.words) == set(WORDS[:3])
    assert group.min_pair_cosine_similarity == pytest.approx(float((vectors[:3] @ vectors[:3].T).min()))
    assert group.probability == pytest.approx(float(probability_of(pairs.log_odds[[0, 1, 3]].mean())))
    (alias,) = [e for e in group.evidence if e.kind == "alias_statements"]
    assert ({alias.word_a, alias.word_b}, alias.value, alias.sentence) == ({"초콜릿", "초콜렛"}, 1.0, SENTENCE)


def test_what_is_shown_of_a_pair_adds_up_to_its_probability(scored):
    vectors, pairs, sentences = scored
    (group,) = propose([[0, 2]], WORDS, [5, 9, 2, 1], [False] * 4, vectors, pairs, sentences)
    shown = {e.kind: e.value for e in group.evidence}
    weights = sum(value for kind, value in shown.items() if kind.startswith("match_weight."))
    assert weights == pytest.approx(log_odds(shown["probability"]), abs=0.05 * 12)
    assert group.probability == pytest.approx(shown["probability"])


def test_among_equally_frequent_words_the_central_one_is_canonical(scored):
    vectors, pairs, _ = scored
    turned = vectors.copy()
    turned[2] = turned[:2].sum(axis=0) / np.linalg.norm(turned[:2].sum(axis=0))
    (group,) = propose([[0, 1, 2]], WORDS, [3, 3, 3, 3], [False] * 4, turned, pairs, {})
    assert group.words[0] == "쵸콜릿"


def test_among_equally_frequent_words_one_of_the_dictionary_goes_before_a_compound(scored):
    vectors, pairs, _ = scored
    for frequencies, canonical in (([3, 3, 3, 3], 1), ([4, 3, 3, 3], 0)):
        (group,) = propose([[0, 1, 2]], WORDS, frequencies, [True, False, True, False], vectors, pairs, {})
        assert group.words[0] == WORDS[canonical]


def test_among_equally_frequent_words_one_in_hangul_is_canonical(scored):
    vectors, pairs, _ = scored
    for others in (["落傷", "낙상", "Fall"], ["walker", "보행기", "3륜보행기"]):
        (group,) = propose([[0, 1, 2]], [*others, WORDS[3]], [3] * 4, [False] * 4, vectors, pairs, {})
        assert group.words[0] == others[1]


def test_evidence_of_another_name_is_refused(scored):
    vectors, pairs, _ = scored
    with pytest.raises(ValueError, match="rumour"):
        Evidence(WORDS, vectors, find_neighbors(vectors, 3), {"rumour": PairSource()})
    assert set(SOURCE_COLUMNS) <= pairs.table.columns.keys()
    more = replace(pairs.table, columns=dict(pairs.table.columns))
    assert more.joined(more).pairs.tolist() == sorted([*pairs.table.pairs.tolist(), *pairs.table.pairs.tolist()])
