import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.neighbors import cells, codes, find_neighbors


def unit_rows(n_words, dim, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n_words, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def brute_force(vectors, k):
    similarity = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    np.fill_diagonal(similarity, -np.inf)
    ids = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(similarity, ids, axis=1)


@settings(deadline=None, max_examples=30)
@given(n_words=st.integers(2, 60), dim=st.integers(2, 16), k=st.integers(1, 70), seed=st.integers(0, 99))
def test_exact_search_equals_brute_force(n_words, dim, k, seed):
    vectors = unit_rows(n_words, dim, seed)
    found = find_neighbors(vectors, k)
    expected_ids, expected_similarity = brute_force(vectors, min(k, n_words - 1))
    assert found.ids.shape == expected_ids.shape
    np.testing.assert_allclose(found.cosine_similarity, expected_similarity, atol=1e-5)
    exact = find_neighbors(vectors, k).ids
    np.testing.assert_array_equal(found.ids, exact)
    gaps = np.diff(expected_similarity, axis=1)
    clear = np.hstack([np.full((n_words, 1), True), gaps < -1e-5]) & np.hstack(
        [gaps < -1e-5, np.full((n_words, 1), k < n_words - 1)]
    )
    clear[:, -1] = False  # the last place may tie with the first one that is left out
    np.testing.assert_array_equal(found.ids[clear], expected_ids[clear])


def test_a_word_is_not_its_own_neighbour_even_when_vectors_tie():
    vectors = np.repeat(unit_rows(4, 8), 5, axis=0)  # every vector five times
    found = find_neighbors(vectors, 6)
    assert not (found.ids == np.arange(20)[:, None]).any()
    for row, ids in enumerate(found.ids):
        twins = {i for i in range(20) if i // 5 == row // 5 and i != row}
        assert set(ids[:4]) == twins
        assert list(ids[:4]) == sorted(ids[:4]), "ties are ordered by id"


def clustered(n_words, dim, spread, seed=0):
    """Rows around 1 centre in 50."""
    random = np.random.default_rng(seed)
    centres = unit_rows(n_words // 50, dim, seed)
    rows = centres[random.integers(0, len(centres), n_words)] + spread * random.standard_normal((n_words, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_cells_reach_the_recall_that_was_asked_for():
    vectors = clustered(3_000, 24, 0.05)
    found = find_neighbors(vectors, 10, exact_up_to=1_000, min_recall=0.95, seed=3)
    assert found.index_description.startswith("IVF30,Flat nprobe=1.")
    check_recall(found, vectors)
    similarity = np.einsum("wd,wkd->wk", vectors, vectors[found.ids])
    np.testing.assert_allclose(found.cosine_similarity, similarity, atol=1e-6)


def test_words_without_a_cluster_search_more_cells_than_those_amid_one(monkeypatch):
    vectors = np.concatenate([clustered(2_000, 24, 0.03), unit_rows(300, 24, seed=1)])
    asking = []

    def record(ids, similarity, words, *found):
        asking.append(words)
        keep_best(ids, similarity, words, *found)

    keep_best = cells._keep_best
    monkeypatch.setattr(cells, "_keep_best", record)
    monkeypatch.setattr(cells, "MAX_SHARE_SEARCHED", 0.5)
    check_recall(find_neighbors(vectors, 10, exact_up_to=1_000), vectors)
    n_probes = np.bincount(np.concatenate(asking), minlength=len(vectors))
    assert n_probes.min() == 1
    assert n_probes[-300:].mean() > 2 * n_probes[:-300].mean()


def test_batches_of_questions_find_the_same(monkeypatch):
    vectors = clustered(3_000, 24, 0.05)
    expected = find_neighbors(vectors, 10, exact_up_to=1_000)
    monkeypatch.setattr(cells, "N_SIMILARITIES_AT_ONCE", 1_000)
    monkeypatch.setattr(cells, "N_PROBES_AT_ONCE", 500)
    found = find_neighbors(vectors, 10, exact_up_to=1_000)
    np.testing.assert_array_equal(found.ids, expected.ids)
    np.testing.assert_allclose(found.cosine_similarity, expected.cosine_similarity, atol=1e-6)


@pytest.mark.parametrize("dim", [24, 30])  # 30 is no multiple of the dimensions of a code
def test_codes_of_all_words_serve_where_too_many_cells_would_have_to_be_searched(dim):
    vectors = unit_rows(3_000, dim)
    found = find_neighbors(vectors, 10, exact_up_to=1_000, min_recall=0.95, seed=3)
    assert re.fullmatch(r"(Pad32,)?PQ\d+x4fs,RFlat k_factor=\d+", found.index_description)
    check_recall(found, vectors)
    similarity = np.einsum("wd,wkd->wk", vectors, vectors[found.ids])
    np.testing.assert_allclose(found.cosine_similarity, similarity, atol=1e-6)


def check_recall(found, vectors):
    truth, _ = brute_force(vectors, 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth, found.ids, strict=True)])
    assert found.recall >= 0.95
    assert recall == pytest.approx(found.recall, abs=0.02)


def test_where_no_approximate_index_is_good_enough_the_search_is_exact(monkeypatch, caplog):
    vectors = unit_rows(500, 24)
    monkeypatch.setattr(codes, "SHORTLIST_FACTORS", (1,))
    found = find_neighbors(vectors, 5, exact_up_to=100, min_recall=1.0)
    assert (found.index_description, found.recall) == ("Flat", 1.0)
    assert "searching exactly" in caplog.text
    np.testing.assert_array_equal(found.ids, find_neighbors(vectors, 5).ids)


@pytest.mark.parametrize(("spread", "index"), [(0.05, "IVF"), (1.0, "PQ")])
def test_an_approximate_search_is_reproducible(spread, index):
    vectors = clustered(2_000, 16, spread)
    first, second = (find_neighbors(vectors, 5, exact_up_to=100, seed=7) for _ in range(2))
    assert first.index_description == second.index_description
    assert first.index_description.startswith(index)
    np.testing.assert_array_equal(first.ids, second.ids)


def test_a_word_whose_cells_hold_too_few_others_has_fewer_neighbours():
    pairs = np.repeat(np.eye(200, dtype=np.float32), 2, axis=0)  # all words but its twin are equally far
    found = find_neighbors(pairs, 1, exact_up_to=100)
    np.testing.assert_array_equal(found.ids[:, 0], np.arange(400) ^ 1)


@pytest.mark.parametrize("n_words", [0, 1])
def test_fewer_than_two_words_have_no_neighbours(n_words):
    found = find_neighbors(unit_rows(n_words, 4), 3)
    assert found.ids.shape == found.cosine_similarity.shape == (n_words, 0)


@pytest.mark.parametrize("row", [np.zeros(4), np.full(4, np.nan), np.full(4, 2.0)], ids=["zero", "nan", "long"])
def test_rows_that_are_not_unit_length_are_refused_by_number(row):
    vectors = unit_rows(5, 4)
    vectors[3] = row
    with pytest.raises(ValueError, match=r"1 of 5 rows are not of unit length \(row 3"):
        find_neighbors(vectors, 2)


@pytest.mark.parametrize(
    ("vectors", "k", "min_recall", "message"),
    [
        (np.ones((2, 2)), 1, 0.9, "float64"),
        (np.ones(4, np.float32), 1, 0.9, "shape"),
        (np.eye(2, dtype=np.float32), 0, 0.9, "at least 1"),
        (np.eye(2, dtype=np.float32), 1, 1.5, "share"),
    ],
)
def test_bad_arguments_are_refused(vectors, k, min_recall, message):
    with pytest.raises(ValueError, match=message):
        find_neighbors(vectors, k, min_recall=min_recall)
