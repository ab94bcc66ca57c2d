import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.evidence.aliases import WEAK, find_aliases, statements
from miner.evidence.enumerations import find_enumerations
from miner.evidence.glosses import find_shared_glosses
from miner.evidence.mentions import Mention, MentionFinder

LEXICON = (
    "반창고 대일밴드 프로작 플루옥세틴 공황장애 패닉장애 컴퓨터 PC 질병 약 감기 조울증 양극성장애 주연 주인공 "
    "서울 강남 사람 주의력결핍과다행동장애 ADHD 회사 갑 세탁기 냉장고 인공지능 이름"
).split()
FINDER = MentionFinder(LEXICON)


def stated(sentence: str) -> list[tuple[str, str, float]]:
    return [(s.first, s.second, s.strength) for s in statements(sentence, FINDER)]


@pytest.mark.parametrize(
    ("sentence", "pair"),
    [
        ("요즘 프로작(플루옥세틴)을 먹는다.", ("프로작", "플루옥세틴")),
        ("플루옥세틴(상품명 프로작)은 항우울제다.", ("플루옥세틴", "프로작")),
        ("플루옥세틴 [상품명: 프로작]", ("플루옥세틴", "프로작")),
        ("플루옥세틴[프로작]을 먹는다.", ("플루옥세틴", "프로작")),
        ("대일밴드라는 상품명의 반창고", ("대일밴드", "반창고")),
        ("프로작이라는 이름으로 알려진 플루옥세틴", ("프로작", "플루옥세틴")),
        ("컴퓨터, 즉 PC가 고장 났다.", ("컴퓨터", "PC")),
        ("컴퓨터 즉 PC가 고장 났다.", ("컴퓨터", "PC")),
        ("반창고, 일명 대일밴드를 붙였다.", ("반창고", "대일밴드")),
        ("반창고, 그러니까 대일밴드를 붙였다.", ("반창고", "대일밴드")),
        ("양극성장애, 예전 말로 조울증을 앓았다.", ("양극성장애", "조울증")),
        ("패닉장애라고도 하는 공황장애는 낫는다.", ("패닉장애", "공황장애")),
        ("패닉장애라고도 불리는 공황장애", ("패닉장애", "공황장애")),
        ("공황장애는 패닉장애라고도 한다.", ("공황장애", "패닉장애")),
        ("흔히 조울증이라고 부르는 양극성장애", ("조울증", "양극성장애")),
        ("상품명이 프로작인 플루옥세틴", ("프로작", "플루옥세틴")),
        ("프로작은 플루옥세틴의 상품명이다.", ("프로작", "플루옥세틴")),
        ('이하 "컴퓨터"는 "PC"라 한다.', ("컴퓨터", "PC")),
        ("인공지능(이하 'PC')을 쓴다.", ("인공지능", "PC")),
        ("플루옥세틴(이하 '프로작'이라 한다)을 쓴다.", ("플루옥세틴", "프로작")),
        ("플루옥세틴 (이하, “프로작”이라고 함)", ("플루옥세틴", "프로작")),
        ("플루옥세틴(fluoxetine hydrochloride, 이하 프로작으로 약칭함)", ("플루옥세틴", "프로작")),
        ("공황장애(패닉장애, 이하 장애)", ("공황장애", "패닉장애")),
        ("주의력결핍 과다행동장애(ADHD) 검사", ("주의력결핍과다행동장애", "ADHD")),
    ],
)
def test_each_way_to_say_it_is_understood(sentence, pair):
    assert stated(sentence) == [(*pair, 1.0)]


@pytest.mark.parametrize(
    "sentence",
    [
        "프로작과 플루옥세틴을 샀다.",
        "컴퓨터를 사고 PC방에 갔다.",
        "반창고(2개)를 샀다.",
        "서울(1988)에 살았다.",
        "공황장애가 있는데 패닉장애라고도 들었다.",
        "세탁기, 냉장고를 샀다.",
        "컴퓨터라고 하는 사람",
        "서울(강남, 인공지능)에 산다.",
        "그것(프로작)을 먹었다.",
        "어제 본 컴퓨터 [인공지능]이 떠오른다.",
        "감기라는 이름의 질병",
    ],
)
def test_what_only_looks_like_it_is_not(sentence):
    assert MentionFinder([*LEXICON, "그것", "2", "1988"]).find(sentence) != []
    assert stated(sentence) == []


def test_a_name_that_somebody_gives_may_be_a_kind_and_counts_half():
    assert stated("감기라고 부르는 질병") == [("감기", "질병", WEAK)]


def test_statements_of_a_pair_are_added_up_and_proved_by_the_shortest_plain_one():
    found, n_left_out = find_aliases(
        [
            "오늘도 프로작(플루옥세틴)을 먹는다.",
            "프로작(플루옥세틴)",
            "프로작(플루옥세틴)",
            "플루옥세틴이라고 불리는 프로작",
        ],
        FINDER,
    )
    assert found.keys() == {("프로작", "플루옥세틴")}
    assert found["프로작", "플루옥세틴"].n_statements == 2 + WEAK
    assert found["프로작", "플루옥세틴"].sentence == "프로작(플루옥세틴)"
    assert n_left_out == 0


def test_a_word_that_stands_before_many_brackets_names_a_class():
    actors = [f"배우{letter}" for letter in string.ascii_lowercase[:5]]
    finder = MentionFinder([*actors, "주연", "프로작", "플루옥세틴"])
    sentences = [*(f"주연({actor})이 좋았다" for actor in actors), "프로작(플루옥세틴)"]
    found, n_left_out = find_aliases(sentences, finder)
    assert (list(found), n_left_out) == ([("프로작", "플루옥세틴")], 5)


def test_endings_of_product_names_are_no_part_of_the_name():
    finder = MentionFinder(
        ["프록세틴", "플루옥세틴", "플루옥세틴염산염"], endings=["정", "캡슐", "서방정", "염산염", "밀리그램"]
    )
    (found,) = statements("프록세틴캡슐10밀리그램(플루옥세틴염산염)_(11.2mg/1캡슐)", finder)
    assert (found.first, found.second) == ("프록세틴", "플루옥세틴")
    assert (
        list(statements("프록세틴캡슐10밀리그램(플루옥세틴염산염)", MentionFinder(["프록세틴", "플루옥세틴"])))
        == []
    )


def test_mentions_are_whole_words_before_particles():
    assert FINDER.find("컴퓨터를 고쳤다. 컴퓨터실에서") == [Mention("컴퓨터", 0, 3)]
    assert FINDER.find("pc방 말고 pc를") == [Mention("PC", 7, 9)]
    assert FINDER.find("조울 증을 앓다") == [Mention("조울증", 0, 4)]


@given(st.lists(st.sampled_from([*LEXICON, "은 ", "를 ", ", ", "(", ")", " ", "즉 "]), max_size=12).map("".join))
def test_mentions_stand_where_they_say_in_order_and_apart(sentence):
    mentions = FINDER.find(sentence)
    for mention in mentions:
        there = sentence[mention.start : mention.end].replace(" ", "")
        assert there.casefold() == mention.word.casefold()
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))


def test_two_words_with_one_foreign_term_beside_them_share_a_gloss():
    sentences = ["프로작(Fluoxetine)을 먹는다", "플루옥세틴 (fluoxetine)은 약이다", "컴퓨터(computer)"]
    pairs, n_left_out = find_shared_glosses(sentences, FINDER)
    assert pairs == {("프로작", "플루옥세틴"): (1.0, sentences[0])}
    assert n_left_out == 0


def test_a_term_beside_many_words_is_no_gloss():
    words = LEXICON[:5]
    pairs, n_left_out = find_shared_glosses([f"{word}(disease)" for word in words], FINDER)
    assert (pairs, n_left_out) == ({}, 1)


@pytest.mark.parametrize(
    "sentence", ["세탁기와 냉장고를 샀다", "냉장고나 세탁기", "세탁기 말고 냉장고", "세탁기든 냉장고든"]
)
def test_words_named_side_by_side_are_counted(sentence):
    (found,) = find_enumerations([sentence, "세탁기를 냉장고에 넣었다"], FINDER).items()
    assert (found[0], found[1].n_sentences, found[1].sentence) == (("냉장고", "세탁기"), 1, sentence)
