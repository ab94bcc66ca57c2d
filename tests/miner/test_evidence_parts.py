"""Part and whole, opposites by number and letters, two scripts, and what the size of a lexicon must not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.evidence.candidates import candidate_pairs
from miner.evidence.difference import difference
from miner.evidence.opposites import opposition
from miner.evidence.parts import parts
from miner.evidence.rank_scale import N_REFERENCE_WORDS, RankScale
from miner.evidence.romanization import consonant_skeletons, romanization_similarity, romanizations, romanize
from miner.evidence.spelling import spelling_distances
from miner.evidence.table import Evidence
from miner.neighbors import find_neighbors
from miner.scoring.model import shipped_model

KNOWN = frozenset("학원 영어 뽑기 근무 퇴근 시간 인스타".split())


def told(left: str, right: str) -> set[str]:
    found = parts(difference(left, right), KNOWN.__contains__)
    return {name for name in ("class_name_left_over", "word_left_over", "rests_are_words") if getattr(found, name)}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("치매", "치매증", {"class_name_left_over"}),
        ("노원", "노원구", {"class_name_left_over"}),
        ("학원", "영어학원", {"word_left_over"}),
        ("인형", "인형뽑기", {"word_left_over"}),
        ("근무시간", "퇴근시간", {"rests_are_words"}),
        ("안경", "안경테", set()),
        ("인스타그램", "인스타", set()),
        ("올리브영", "올영", set()),
        ("하늘", "바다", set()),
    ],
)
def test_what_is_left_over_tells_a_part_from_a_longer_name(left, right, expected):
    assert told(left, right) == told(right, left) == expected


@pytest.fixture(scope="module")
def probability():
    words = ["학원", "영어학원", "영어", "치매", "치매증", "스타", "그램"]
    rows = np.random.default_rng(0).standard_normal((len(words), 32)).astype(np.float32)
    rows[1], rows[4] = rows[0] + 0.3 * rows[1], rows[3] + 0.3 * rows[4]
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    neighbors = find_neighbors(vectors, 5)

    def of(left: str, right: str) -> float:
        pair = np.array([sorted((words.index(left), words.index(right)))])
        scored = shipped_model().score(Evidence(words, vectors, neighbors).measure(pair))
        return float(scored.probability[0])

    return of


def test_a_kind_of_a_thing_is_less_probable_than_its_longer_name(probability):
    assert probability("학원", "영어학원") < 0.3 * probability("치매", "치매증")


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("1호기", "2호기", "number"),
        ("10mg", "20mg", "number"),
        ("타이레놀500", "타이레놀650", "number"),
        ("1.5리터", "15리터", "number"),
        ("01호기", "1호기", None),
        ("람보", "람보2", "number"),
        ("10킬로", "10킬로그램", None),
        ("KBS", "MBS", "initials"),
        ("war", "wr", "initials"),
        ("TV", "tv", None),
        ("app", "apps", None),
        ("thriller", "triller", None),
        ("친아빠", "친오빠", "opposite"),
        ("시할머니", "시할아버지", "opposite"),
        ("아빠", "아버지", None),
    ],
)
def test_numbers_initials_and_kin_that_differ_are_other_things(left, right, kind):
    assert opposition(left, right) == opposition(right, left) == kind


@pytest.mark.parametrize(
    "pair",
    "불공정/공정 부정확/정확 비정상/정상 무의미/의미 미완성/완성 반작용/작용 몰상식/상식 불합격/합격".split(),
)
def test_each_prefix_of_negation_tells_opposites(pair):
    left, right = pair.split("/")
    assert opposition(left, right) == opposition(right, left) == "negation"


@given(st.integers(0, 99999), st.integers(0, 99999), st.text("가나다라마", min_size=1, max_size=4))
def test_words_with_different_numbers_are_never_the_same(one, other, unit):
    kind = opposition(f"{one}{unit}", f"{other}{unit}")
    assert (kind == "number") == (one != other)


@pytest.mark.parametrize(
    ("latin", "hangul", "letters"),
    [
        ("kimchi", "김치", "gimchi"),
        ("bulgogi", "불고기", "bulgogi"),
        ("taekwondo", "태권도", "taegwondo"),
        ("computer", "컴퓨터", "keompyuteo"),
        ("instagram", "인스타그램", "inseutageuraem"),
        ("Tylenol", "타이레놀", "tairenol"),
        ("station", "스테이션", "seuteisyeon"),
    ],
)
def test_a_word_in_latin_letters_meets_its_hangul(latin, hangul, letters):
    assert romanize(hangul) == letters
    assert consonant_skeletons(latin) & consonant_skeletons(hangul)
    assert romanization_similarity(latin, hangul) == romanization_similarity(hangul, latin) > 0.4


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("kimchi", "김밥"),
        ("computer", "카메라"),
        ("love", "러브"),
        ("kimchi", "gimchi"),
        ("김치", "깅치"),
        ("PC", "피시"),
    ],
)
def test_others_are_no_romanisation(left, right):
    assert romanization_similarity(left, right) == 0


def test_romanisations_are_found_among_words_and_are_pairs_to_look_at():
    words = ["김치", "불고기", "kimchi", "하늘", "bulgogi", "PC"]
    assert romanizations(words) == [(0, 2), (1, 4)]
    vectors = np.eye(6, dtype=np.float32)
    pairs, counts = candidate_pairs(words, find_neighbors(vectors, 1))
    assert counts["n_romanized_pairs"] == 2
    assert {(0, 2), (1, 4)} <= set(map(tuple, pairs.tolist()))
    measured = Evidence(words, vectors, find_neighbors(vectors, 1)).measure(np.array([[0, 1], [0, 2]]))
    assert measured.columns["romanization"].tolist() == pytest.approx([0, 10 / 12])


def test_names_of_letters_and_spacing_change_no_sound():
    assert spelling_distances(["LED", "산업 단지", "PC"], ["엘이디", "산업단지", "피시"]).tolist() == [0, 0, 0]
    pairs, _ = candidate_pairs(
        ["LED", "엘이디", "산업 단지", "산업단지"], find_neighbors(np.eye(4, dtype=np.float32), 1)
    )
    assert {(0, 1), (2, 3)} <= set(map(tuple, pairs.tolist()))


def test_nearness_in_a_sample_of_a_lexicon_is_told_as_in_the_lexicon():
    rows = np.random.default_rng(0).standard_normal((2_000, 24)).astype(np.float32) + 0.3
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    near, nearest_few = (find_neighbors(sample, 20).cosine_similarity for sample in (vectors, vectors[::8]))
    raw = near.mean() - nearest_few.mean()
    told = RankScale(40_000).nearness(near).mean() - RankScale(5_000).nearness(nearest_few).mean()
    assert abs(told) < 0.5 * raw


def test_ranks_grow_with_what_a_small_lexicon_leaves_out():
    ranks = np.arange(31, dtype=np.float32)
    np.testing.assert_allclose(RankScale(N_REFERENCE_WORDS).ranks(ranks, 30), ranks)
    tenth = RankScale(N_REFERENCE_WORDS // 10).ranks(ranks, 30)
    assert tenth[:3].tolist() == pytest.approx([0.9, 10.9, 20.9])
    assert (np.diff(tenth) >= 0).all()
    assert tenth[3:].tolist() == [30] * 28
