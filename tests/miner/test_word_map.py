"""Places of words in the plane: near where vectors are similar, and the same for the same seed."""

import numpy as np
import pytest

from miner import word_map
from miner.word_map import place_words, project


def clusters(n_clusters: int, n_each: int, seed: int = 0) -> np.ndarray:
    """Unit rows around some directions, those of one direction one after another."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.normal(size=(n_clusters, 16)), n_each, axis=0)
    rows += 0.1 * rng.normal(size=rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def share_of_near_neighbours(points: np.ndarray, n_each: int) -> float:
    """How many words have one of their own cluster as the nearest point."""
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(distances.argmin(axis=1) // n_each == np.arange(len(points)) // n_each))


def test_words_with_similar_vectors_lie_near_each_other():
    points = place_words(clusters(6, 6), np.arange(36, 0, -1), seed=1)
    assert (points.shape, points.dtype) == ((36, 2), np.float32)
    assert share_of_near_neighbours(points, 6) > 0.9


def test_words_that_are_no_landmarks_lie_by_their_nearest_landmark(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(word_map, "MAX_LANDMARKS", 30)
    monkeypatch.setattr(word_map, "ROWS_PER_BLOCK", 7)
    frequencies = np.where(np.arange(60) % 10 < 5, 100, 1)  # half of each cluster
    points = place_words(clusters(6, 10), frequencies, seed=1)
    assert np.isfinite(points).all()
    assert share_of_near_neighbours(points, 10) > 0.9


def test_the_same_seed_gives_the_same_map():
    vectors, frequencies = clusters(5, 4), np.ones(20, np.int64)
    first, second = (place_words(vectors, frequencies, seed=3) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("n_words", [0, 1, 2])
def test_two_words_have_no_map(n_words: int):
    vectors = clusters(1, 2)[:n_words]
    assert place_words(vectors, np.ones(n_words, np.int64), seed=0).shape == (0, 2)
    with pytest.raises(ValueError, match="needs three words or more"):
        project(vectors, seed=0)


def test_words_of_one_vector_lie_at_one_point():
    """As an encoder gives them whose vocabulary has none of their pieces."""
    vectors = np.repeat(np.eye(1, 16, dtype=np.float32), 4, axis=0)
    assert place_words(vectors, np.arange(4), seed=0).tolist() == [[0.0, 0.0]] * 4
