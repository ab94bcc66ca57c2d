import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.cli.stages import encoded_words, praise_axis
from miner.evidence.polarity import BLAMING, PRAISING, SEEDS, Polarity, polarity_axis
from miner.evidence.table import Evidence
from miner.neighbors import find_neighbors
from miner.options import EncoderOptions


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def two_sides(n_dimensions=8):
    generator = np.random.default_rng(0)
    rows = generator.standard_normal((len(SEEDS), n_dimensions)).astype(np.float32)
    rows[: len(PRAISING), 0] += 4
    rows[len(PRAISING) :, 0] -= 4
    return unit(rows)


def test_the_seeds_are_opposites_at_the_same_place_and_none_is_on_both_sides():
    assert len(PRAISING) == len(BLAMING) == len(set(PRAISING)) == len(set(BLAMING))
    assert not set(PRAISING) & set(BLAMING)


def test_the_axis_points_from_blame_to_praise():
    axis = polarity_axis(two_sides(), np.ones(len(SEEDS), bool))
    assert np.linalg.norm(axis) == pytest.approx(1)
    assert axis[0] > 0.9


def test_seeds_without_a_vector_are_left_out():
    seeds = two_sides()
    there = np.ones(len(SEEDS), bool)
    there[[0, -1]] = False
    damaged = seeds.copy()
    damaged[[0, -1]] = np.nan
    assert polarity_axis(damaged, there) == pytest.approx(polarity_axis(seeds, there))


@pytest.mark.parametrize("missing", [slice(len(PRAISING)), slice(len(PRAISING), None)])
def test_an_encoder_that_knows_one_side_alone_gives_no_axis(missing):
    there = np.ones(len(SEEDS), bool)
    there[missing] = False
    assert polarity_axis(two_sides(), there) is None
    assert polarity_axis(np.tile(np.float32([1, 0]), (len(SEEDS), 1)), np.ones(len(SEEDS), bool)) is None


def test_without_an_axis_no_two_words_are_on_two_sides():
    assert not Polarity(two_sides(), None).opposition(np.array([[0, len(PRAISING)]])).any()


@given(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=30))
def test_the_lesser_leaning_counts_and_only_across_the_sides(leanings):
    vectors = np.array(leanings, np.float32)[:, None]
    polarity = Polarity(vectors, np.ones(1, np.float32))
    n = len(leanings)
    pairs = np.array([(a, b) for a in range(n) for b in range(n)])
    found = polarity.opposition(pairs).reshape(n, n)
    assert (found == found.T).all()
    assert (found >= 0).all()
    far = np.abs(polarity.leaning) > 1
    assert ((found > 0) <= (far[:, None] & far)).all()
    same_side = np.sign(polarity.leaning)[:, None] * np.sign(polarity.leaning) >= 0
    assert not found[same_side].any()
    assert (found <= np.abs(polarity.leaning)[:, None]).all()


def test_the_built_in_encoder_tells_praise_from_blame_in_words_that_are_no_seeds():
    neutral = (
        "책상 연필 바다 구름 나무 의자 창문 종이 시계 가방 모자 신발 지하철 버스 건물 벽 천장 바닥 지붕".split()
    )
    words = ["기쁨", "즐거움", "슬픔", "괴로움", *neutral]
    vectors = encoded_words(words, EncoderOptions()).vectors
    evidence = Evidence(words, vectors, find_neighbors(vectors, 3), axis=praise_axis(EncoderOptions()))
    pairs = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
    opposite = evidence.measure(pairs).columns["opposite_polarity"]
    assert (opposite[1:5] > 0.3).all()
    assert opposite[[0, 5]].tolist() == [0, 0]
