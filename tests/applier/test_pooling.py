"""Pooling by its definitions, and the identity between strength and retrofitting."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from curator.applier.options import Pooling, PoolOptions
from curator.applier.pooling import move, pool

values = st.floats(-10, 10, allow_nan=False, width=32)


@st.composite
def vectors(draw):
    """Two to five vectors of width 1 to 6."""
    shape = (draw(st.integers(2, 5)), draw(st.integers(1, 6)))
    return draw(arrays(np.float64, shape, elements=values))


def pooled(found, kind: Pooling, weights=None, **options):
    return pool(found, PoolOptions(pooling=kind, **options), weights)


@given(vectors())
def test_mean_min_max_and_canonical_are_what_they_are_called(found) -> None:
    np.testing.assert_allclose(pooled(found, Pooling.MEAN), sum(found) / len(found), atol=1e-12)
    np.testing.assert_array_equal(pooled(found, Pooling.MIN), np.sort(found, axis=0)[0])
    np.testing.assert_array_equal(pooled(found, Pooling.MAX), np.sort(found, axis=0)[-1])
    np.testing.assert_array_equal(pooled(found, Pooling.CANONICAL), found[0])


@given(vectors(), st.data())
def test_a_weight_counts_as_that_many_copies(found, data) -> None:
    counts = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(found), max_size=len(found))))
    if not counts.sum():
        with pytest.raises(ValueError, match="weight above 0"):
            pooled(found, Pooling.WEIGHTED, counts.astype(float))
        return
    copies = np.repeat(found, counts, axis=0)
    expected = pooled(copies, Pooling.MEAN)
    np.testing.assert_allclose(pooled(found, Pooling.WEIGHTED, counts.astype(float)), expected, atol=1e-9)


@given(vectors())
def test_pca_is_the_mean_projected_on_the_direction_of_greatest_spread_around_zero(found) -> None:
    mirrored = np.concatenate([found, -found])  # its mean is 0, so that scikit-learn's centring does nothing
    spread = np.append(np.linalg.svd(found)[1], 0)
    assume(spread[0] - spread[1] > 1e-3)  # else no one direction is the first
    direction = PCA(1).fit(mirrored).components_[0]
    expected = (found.mean(axis=0) @ direction) * direction
    np.testing.assert_allclose(pooled(found, Pooling.PCA), expected, atol=1e-6)
    np.testing.assert_allclose(pooled(-found, Pooling.PCA), -expected, atol=1e-6)


def test_pca_of_equal_vectors_is_the_vector() -> None:
    row = np.array([3.0, -4.0, 0.5])
    np.testing.assert_allclose(pooled(np.stack([row, row]), Pooling.PCA), row, atol=1e-12)


def test_kmeans_takes_the_centre_nearest_the_canonical_word() -> None:
    found = np.array([[0.0, 0.0], [0.2, 0.0], [9.0, 9.0], [9.2, 9.0]])
    np.testing.assert_allclose(pooled(found, Pooling.KMEANS, n_clusters=2), [0.1, 0.0])
    np.testing.assert_allclose(pooled(found[::-1], Pooling.KMEANS, n_clusters=2), [9.1, 9.0])
    np.testing.assert_allclose(pooled(found, Pooling.KMEANS, n_clusters=1), found.mean(axis=0))
    np.testing.assert_array_equal(pooled(found, Pooling.KMEANS, n_clusters=4), found[0])


def test_kmeans_of_equal_vectors_does_not_warn() -> None:
    found = np.ones((4, 3))
    np.testing.assert_array_equal(pooled(found, Pooling.KMEANS, n_clusters=3), [1, 1, 1])


def retrofitted(found, n_iterations: int = 200):
    """Faruqui et al. 2015, retrofit.py: every word beside every other of its group, alpha = the number of them."""
    new = found.copy()
    for _ in range(n_iterations):
        for i in range(len(found)):
            n_neighbours = len(found) - 1
            others = new.sum(axis=0) - new[i]
            new[i] = (n_neighbours * found[i] + others) / (2 * n_neighbours)
    return new


@settings(max_examples=40)
@given(vectors())
def test_mean_pooling_at_the_strength_retrofit_is_where_retrofitting_converges(found) -> None:
    options = PoolOptions(strength=None)
    np.testing.assert_allclose(move(found, pool(found, options), options), retrofitted(found), atol=1e-9)


@given(vectors(), st.floats(0, 1))
def test_strength_0_leaves_rows_1_makes_them_equal_and_between_they_lie_on_the_line(found, strength) -> None:
    target = found.mean(axis=0)
    np.testing.assert_array_equal(move(found, target, PoolOptions(strength=0)), found)
    equal = move(found, target, PoolOptions(strength=1))
    assert (equal == equal[0]).all()
    between = move(found, target, PoolOptions(strength=strength))
    np.testing.assert_allclose(between - found, strength * (target - found), atol=1e-9)


@given(vectors(), st.sampled_from([0.5, 0.75, 1.0]))
def test_restored_rows_have_the_length_between_their_own_and_the_members_mean(found, strength) -> None:
    options = PoolOptions(strength=strength, restore_norm=True)
    moved = move(found, found.mean(axis=0), options)
    plain = move(found, found.mean(axis=0), PoolOptions(strength=strength))
    own = np.linalg.norm(found, axis=1)
    expected = (1 - strength) * own + strength * own.mean()
    is_zero = np.linalg.norm(plain, axis=1) == 0
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1)[~is_zero], expected[~is_zero], atol=1e-9)
    assert not moved[is_zero].any()


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_0_to_1_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="expected 0 .* to 1"):
        PoolOptions(strength=strength)
