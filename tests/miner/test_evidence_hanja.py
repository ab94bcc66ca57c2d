"""Hanja and Hangul of one word sound alike; two words in Hanja are told by their characters."""

import pytest

from miner.evidence.hanja import read_hanja, readings_of_hanja
from miner.evidence.readings import readings
from miner.evidence.spelling import similar_spellings, spelling_distances

# Those that the standard sorts by a reading that is not the usual one: 串 as 곶, 金 as 김, 樂 as 악.
SORTED_OTHERWISE = set("串金諾宅不樂泌")


def test_each_hanja_of_the_standard_has_the_reading_by_which_it_is_sorted() -> None:
    # KS X 1001 has 4,888 places for Hanja, of which 268 repeat a character under a second reading.
    places = [bytes((row, column)) for row in range(0xCA, 0xFE) for column in range(0xA1, 0xFF)]
    hanja = [character for place in places if (character := place.decode("euc_kr")) < "\uf900"]
    assert len(hanja) == len(readings_of_hanja()) == 4_620
    usual = [readings_of_hanja()[character][0] for character in hanja if character not in SORTED_OTHERWISE]
    assert usual == sorted(usual)


@pytest.mark.parametrize(
    ("word", "in_hangul"),
    [
        ("藥理學", ("약리학",)),
        ("恐慌障碍", ("공황장애",)),
        ("藥물", ("약물",)),  # half of it in Hangul
        ("女子", ("여자",)),
        ("念佛", ("염불",)),
        ("勞動", ("노동",)),
        ("法律", ("법률",)),  # a final before it
        ("比率", ("비솔", "비율")),
        ("前列", ("전열",)),
        ("音樂", ("음락", "음악", "음요")),
        ("金", ("금", "김")),
        ("汉字", ("汉자",)),  # a simplified one is not read
        ("약물", ()),
        ("kg", ()),
    ],
)
def test_a_word_is_read_as_it_is_spelled_in_hangul(word: str, in_hangul: tuple[str, ...]) -> None:
    assert read_hanja(word) == in_hangul


def test_many_hanja_of_two_readings_give_few_words() -> None:
    assert len(read_hanja("樂" * 200)) <= 1 + 200 * 2


def test_hanja_are_read_beside_letters() -> None:
    assert readings("B型肝炎") == ("B型肝炎", "비型肝炎", "비형간염")


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("藥理學", "약리학", 0.0), ("음악", "音樂", 0.0), ("動機", "동기", 0.0)],
)
def test_hanja_sound_as_they_are_read(one: str, other: str, distance: float) -> None:
    assert spelling_distances([one], [other])[0] == distance


def test_two_words_in_hanja_that_sound_alike_are_two_words() -> None:
    assert spelling_distances(["動機"], ["同期"])[0] > 1


def test_a_word_in_hanja_is_looked_for_beside_its_reading() -> None:
    words = ["약리학", "병원", "藥理學", "환자"]
    pairs = similar_spellings(words, n_nearest=3, min_ngram_cosine_similarity=0.9)
    assert pairs.tolist() == [[0, 2]]
