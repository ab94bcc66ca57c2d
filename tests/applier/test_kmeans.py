"""k-means of a group's vectors against scikit-learn's, whose search small groups do without."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from curator.applier.kmeans import cluster


def inertia(vectors, labels) -> float:
    """The sum of squared distances to the clusters' means."""
    own = (vectors[labels == label] for label in set(labels.tolist()))
    return float(sum(((members - members.mean(axis=0)) ** 2).sum() for members in own))


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=st.integers(-40, 40)), st.data())
def test_no_search_of_scikit_learn_finds_less_inertia(numbers, data) -> None:
    vectors, n_members = numbers / 4, len(numbers)
    # More clusters than distinct vectors make scikit-learn warn.
    n_clusters = data.draw(st.integers(1, min(n_members, 3, len(np.unique(vectors, axis=0)))))
    with threadpool_limits(1):
        searched = KMeans(n_clusters, n_init=30, random_state=0).fit(vectors).labels_
    labels = cluster(vectors, n_clusters, seed=0)
    assert inertia(vectors, labels) <= inertia(vectors, searched) + 1e-9
    assert set(labels.tolist()) == set(range(n_clusters))


@pytest.mark.parametrize("n_members", [4, 13, 14, 40])  # from 14 on scikit-learn searches
def test_two_heaps_are_found_whatever_the_size(n_members: int) -> None:
    noise = np.random.default_rng(0).normal(size=(n_members, 6))
    is_far = np.arange(n_members) % 3 == 1
    labels = cluster(noise + 50 * is_far[:, None], 2, seed=0)
    np.testing.assert_array_equal(labels == labels[0], ~is_far)


def test_the_same_seed_gives_the_same_clusters_of_a_large_group() -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 4))
    np.testing.assert_array_equal(cluster(vectors, 5, seed=3), cluster(vectors, 5, seed=3))


def test_small_distances_far_from_zero_are_told_apart() -> None:
    vectors = 1e6 + np.array([[0.0], [1e-3], [5e-3], [6e-3]])
    labels = cluster(vectors, 2, seed=0)
    np.testing.assert_array_equal(labels, [0, 0, 1, 1])


def test_a_small_group_is_divided_without_scikit_learn(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)  # so that importing it fails
    vectors = np.array([[0.0], [9.0], [1.0], [8.0], [0.5]])
    np.testing.assert_array_equal(cluster(vectors, 2, seed=0), [0, 1, 0, 1, 0])


def test_a_large_group_is_searched_by_one_thread(monkeypatch) -> None:
    from threadpoolctl import threadpool_info

    found = []

    def fit(self, vectors):
        found.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp")
        self.labels_ = np.zeros(len(vectors))
        return self

    monkeypatch.setattr(KMeans, "fit", fit)
    cluster(np.zeros((20, 2)), 2, seed=0)
    assert found and set(found) == {1}
