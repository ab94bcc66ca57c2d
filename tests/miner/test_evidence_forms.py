import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.evidence import alignment, spelling
from miner.evidence.alignment import edit_distances, edits
from miner.evidence.derivation import derivation
from miner.evidence.difference import difference
from miner.evidence.endings import alternation_kind, alternations
from miner.evidence.opposites import opposition
from miner.evidence.origin import loanword_probability
from miner.evidence.phonemes import N_CODES, PHONEMES, phonemes
from miner.evidence.readings import read_number, readings
from miner.evidence.shortening import describe_shortening, is_subsequence, parts_of, shortenings
from miner.evidence.spelling import similar_spellings, spelling_costs, spelling_distances

syllables = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
words = st.text(syllables, min_size=1, max_size=8)


def sounds(word: str) -> list[str]:
    return [PHONEMES[code] for code in phonemes(word)]


def test_words_are_taken_apart_into_sounds():
    assert sounds("알콜") == ["ㅏ", "-ㄹ", "ㅋ", "ㅗ", "-ㄹ"]
    assert sounds("달러") == ["ㄷ", "ㅏ", "ㄹㄹ", "ㅓ"]
    assert sounds("값 PC-1") == ["ㄱ", "ㅏ", "-ㅂ", "-ㅅ", "p", "c", "1"]
    assert phonemes("외상 후") == phonemes("외상후")


def reference_distance(left, right, substitution, gap):
    """Wagner & Fischer, a cell at a time."""
    table = np.zeros((len(left) + 1, len(right) + 1))
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            ways = []
            if i:
                ways.append(table[i - 1, j] + gap[left[i - 1]])
            if j:
                ways.append(table[i, j - 1] + gap[right[j - 1]])
            if i and j:
                ways.append(table[i - 1, j - 1] + substitution[left[i - 1], right[j - 1]])
            table[i, j] = min(ways, default=0)
    return table[-1, -1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(words, words), max_size=6))
def test_distances_of_many_pairs_are_those_of_each(pairs):
    costs = spelling_costs()
    left, right = [phonemes(a) for a, _ in pairs], [phonemes(b) for _, b in pairs]
    expected = [reference_distance(a, b, *costs) for a, b in zip(left, right, strict=True)]
    np.testing.assert_allclose(edit_distances(left, right, *costs), expected, rtol=1e-4, atol=1e-4)


def test_long_words_are_compared_many_at_once_in_bounded_memory(monkeypatch):
    costs = spelling_costs()
    left = [phonemes("가나" * n) for n in range(40)]
    right = [phonemes("하" * (100 - n)) for n in range(40)]
    alone = [edit_distances([a], [b], *costs)[0] for a, b in zip(left, right, strict=True)]
    held = []
    rows = alignment._rows
    monkeypatch.setattr(alignment, "_rows", lambda a, b, *more: (held.append(len(a)), rows(a, b, *more))[1])
    monkeypatch.setattr(alignment, "_CELLS_PER_ROW", 2_010)
    assert edit_distances(left, right, *costs).tolist() == alone
    assert held == [10, 10, 10, 10]  # of 201 cells or fewer


@settings(deadline=None)
@given(words, words)
def test_changes_lead_from_one_word_to_the_other_at_the_price_of_the_distance(left, right):
    substitution, gap = spelling_costs()
    a, b = phonemes(left), phonemes(right)
    changes = edits(a, b, substitution, gap)
    price = sum(substitution[x, y] if x and y else gap[max(x, y)] for x, y in changes)
    assert price == pytest.approx(edit_distances([a], [b], substitution, gap)[0], abs=1e-3)
    assert len(a) - sum(x > 0 for x, _ in changes) == len(b) - sum(y > 0 for _, y in changes)


def test_costs_are_symmetric_and_nothing_is_free():
    substitution, gap = spelling_costs()
    assert np.array_equal(substitution, substitution.T)
    assert (substitution[~np.eye(N_CODES, dtype=bool)] > 0).all()
    assert (gap[1:] > 0).all()


@pytest.mark.parametrize(
    ("word", "spelling", "other"),
    [
        ("스릴러", "쓰릴러", "스틸러"),
        ("리더십", "리더쉽", "리더스"),
        ("알코올", "알콜", "알파"),
        ("메시지", "메세지", "마사지"),
        ("초콜릿", "초콜렛", "초코빵"),
        ("내비게이션", "네비게이션", "내비게이터"),
        ("케이크", "케익", "케이블"),
        ("테이프", "테입", "테이블"),
    ],
)
def test_a_spelling_is_nearer_than_another_word(word, spelling, other):
    near, far = spelling_distances([word, word], [spelling, other])
    assert near < far
    assert near < 0.3


def test_digits_and_letters_are_compared_as_they_are_read():
    distances = spelling_distances(
        ["PC", "10퍼센트", "케이8", "PC", "AI"], ["피시", "텐퍼센트", "케이팔", "CT", "ADHD"]
    )
    np.testing.assert_allclose(distances[:3], 0, atol=1e-6)
    assert (distances[3:] > 0.5).all()
    assert [read_number(n) for n in ("10", "365", "2024", "007", "12345")] == [
        "십",
        "삼백육십오",
        "이천이십사",
        "영영칠",
        "일이삼사오",
    ]
    assert readings("V3") == ("V3", "브이삼", "브이쓰리")


def test_similar_spellings_finds_each_pair_once():
    pairs = similar_spellings(
        ["초콜릿", "공황장애", "초콜렛", "공항장애", "PC", "피시", "하늘"],
        n_nearest=3,
        min_ngram_cosine_similarity=0.3,
    )
    assert pairs.tolist() == [[0, 2], [1, 3], [4, 5]]
    assert similar_spellings([], n_nearest=3, min_ngram_cosine_similarity=0.3).shape == (0, 2)


def test_similar_spellings_holds_few_similarities_at_once_with_the_same_result(monkeypatch):
    words = [f"{a}{b}{c}" for a in "초코콜" for b in "콜렛릿" for c in "렛릿트"]
    whole = similar_spellings(words, n_nearest=5, min_ngram_cosine_similarity=0.3)
    held = []
    nearest = spelling._nearest
    monkeypatch.setattr(
        spelling, "_nearest", lambda block, *more: (held.append(block.shape), nearest(block, *more))[1]
    )
    monkeypatch.setattr(spelling, "_SIMILARITIES_AT_ONCE", 200)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert np.array_equal(similar_spellings(words, n_nearest=5, min_ngram_cosine_similarity=0.3), whole)
    assert held == [(3, 27)] * 9


@pytest.mark.parametrize("word", ["스마트폰", "크리스마스", "프로젝트", "플루옥세틴", "PC", "페스티벌"])
def test_loanwords_are_known_by_their_syllables(word):
    assert loanword_probability(word) > 0.8


@pytest.mark.parametrize("word", ["입사", "공황장애", "정규직", "산업단지", "달그락거리다", "발견하다"])
def test_other_words_are_none(word):
    assert loanword_probability(word) < 0.2


@given(words, words)
def test_a_difference_puts_both_words_together_again(left, right):
    found = difference(left, right)
    assert (found.head + found.left + found.tail, found.head + found.right + found.tail) == (left, right)
    assert found == difference(left, right)
    assert not (found.left and found.right) or found.left[0] != found.right[0]


OPPOSITES = [
    "열다 닫다",
    "감소 증가",
    "월요일 화요일",
    "시어머니 시아버지",
    "입사 퇴사",
    "합격 불합격",
    "정규직 비정규직",
    "유료 무료",
    "식전 식후",
    "등교 하교",
    "온라인 오프라인",
    "중간고사 기말고사",
    "찬성 반대",
    "올라가다 내려가다",
    "5밀리그램 10밀리그램",
    "위반하다 위반되다",
    "먹다 먹이다",
    "밝다 밝아지다",
    "오다 와보다",
]


@pytest.mark.parametrize("pair", OPPOSITES)
def test_opposites_are_kept_apart_in_both_orders(pair):
    left, right = pair.split()
    assert opposition(left, right) is not None
    assert opposition(left, right) == opposition(right, left)


@pytest.mark.parametrize(
    "pair",
    [
        "반창고 대일밴드",
        "달그락거리다 달그락대다",
        "스릴러 쓰릴러",
        "카이로 카사로",
        "비디오 디오",
        "무술 술",
        "PC 피시",
        "7스킨법 칠스킨법",
        "산업단지 산단",
        "깨어지다 깨지다",
    ],
)
def test_others_are_not(pair):
    assert opposition(*pair.split()) is None


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("배우다", "배워오다", "auxiliary"),
        ("듣다", "들어보다", "auxiliary"),
        ("잊다", "잊어버리다", "auxiliary"),
        ("발견하다", "발견되다", "voice"),
        ("끝나다", "끝내다", "voice"),
        ("보다", "바라보다", None),
        ("하늘", "하늘나라", None),
    ],
)
def test_verbs_made_of_one_another(left, right, kind):
    assert derivation(left, right) == derivation(right, left) == kind


def test_endings_alternate():
    listed = ["달그락거리다", "달그락대다", "산골", "아이", "애", "사내아이", "사내애", "달그락하다"]
    assert list(alternations(listed)) == [(0, 1), (0, 7), (1, 7), (5, 6)]
    assert alternation_kind("달그락대다", "달그락거리다") == "거리/대"
    assert alternation_kind("산골", "산골짝") is None


def test_short_forms_take_syllables_of_the_long_one_in_order():
    listed = ["산업단지", "산단", "산지", "단지", "인스타그램", "인스타", "산업", "그램"]
    found = {(listed[short], listed[long]) for short, long in shortenings(listed)}
    assert found == {("산단", "산업단지"), ("산지", "산업단지"), ("산업", "산업단지"), ("인스타", "인스타그램")}
    known = {"산업", "단지", "방송", "통신", "위원회"}.__contains__
    assert parts_of("방송통신위원회", known) == ("방송", "통신", "위원회")
    assert parts_of("방송국", known) == ()
    good, chance = (describe_shortening(short, "산업단지", known) for short in ("산단", "산지"))
    assert (good.part_initial_share, good.covered_share, good.length_ratio) == (1.0, 1.0, 0.5)
    assert chance.part_initial_share < 1
    assert describe_shortening("인스타", "인스타그램", known).is_prefix


@given(words, words)
def test_a_subsequence_keeps_the_order(left, right):
    merged = "".join(a + b for a, b in zip(left, right, strict=False)) + left[len(right) :] + right[len(left) :]
    assert is_subsequence(left, merged)
    assert is_subsequence(right, merged)
    assert is_subsequence(left, right) is (len(left) <= len(right) and _greedy(left, right))


def _greedy(short: str, long: str) -> bool:
    place = -1
    for character in short:
        place = long.find(character, place + 1)
        if place < 0:
            return False
    return True
