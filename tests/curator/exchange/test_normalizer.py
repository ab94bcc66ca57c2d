"""Words become canonical words with particles that agree; everything else stays."""

from pathlib import Path

import pytest
from exchange_helpers import exported, of
from hypothesis import given
from hypothesis import strategies as st

from curator.export.word_normalizer import WordNormalizerFile
from curator.normalizer import WordNormalizer

GROUPS = [
    ["반창고", "대일밴드", "대일"],
    ["의약품", "약", "약물"],
    ["나이프", "칼"],
    ["PTSD", "트라우마", "외상"],
    ["H2O", "물"],
    ["Prozac", "플루옥세틴"],
    ["공황장애", "공황 장애", "패닉장애"],
    ["MRI", "엠알아이"],
    ["URL", "주소"],
]
normalize = WordNormalizer({word: group[0] for group in GROUPS for word in group})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("대일밴드를 붙였다", "반창고를 붙였다"),
        ("약이 없다", "의약품이 없다"),
        ("칼은, 칼이 칼을 칼과 칼이나", "나이프는, 나이프가 나이프를 나이프와 나이프나"),
        ("약으로 칼로 대일밴드로 주소로", "의약품으로 나이프로 반창고로 URL로"),
        ("칼이다. 칼이었다 칼이에요 칼입니다", "나이프다. 나이프였다 나이프예요 나이프입니다"),
        ("칼에서는 칼까지도 칼만이 칼의", "나이프에서는 나이프까지도 나이프만이 나이프의"),
        ("“약”을 (약과) 약,물", "“의약품”을 (의약품과) 의약품,H2O"),
        ("대일밴드이다 대일밴드이지만 대일밴드들에게 대일밴드같은", "반창고다 반창고지만 반창고들에게 반창고같은"),
        (
            "약들에게는 약에서부터만이라도 약만이 칼과는",
            "의약품들에게는 의약품에서부터만이라도 의약품만이 나이프와는",
        ),
        ("칼이요 칼이면서 칼인데요", "나이프요 나이프면서 나이프인데요"),
        ("트라우마가 외상은", "PTSD가 PTSD는"),
        ("엠알아이가 주소가", "MRI가 URL이"),
        ("물을 물이", "H2O를 H2O가"),
        ("공황 장애가 공황장애는", "공황장애가 공황장애는"),
    ],
)
def test_particles_are_kept_and_agree_with_the_canonical_word(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "한약을",
        "약국에",
        "약하다",
        "칼가",
        "대일밴드을",
        "물리",
        "약이랑말",
        "",
        "ㅋㅋ",
        "약_이",
        "약도를",
        "약과다",
    ],
)
def test_what_is_part_of_another_word_or_does_not_agree_stays(text: str) -> None:
    assert normalize(text) == text


def test_after_letters_whose_sound_is_not_known_the_particle_stays_as_it_was() -> None:
    assert normalize("플루옥세틴을 플루옥세틴이") == "Prozac을 Prozac이"


def test_the_longest_word_wins_and_a_shorter_one_only_where_the_longer_does_not_fit() -> None:
    assert normalize("대일밴드 대일은 약물이 약은") == "반창고 반창고는 의약품이 의약품은"
    assert normalize("대일밴드사") == "대일밴드사"


syllables = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1, max_size=4)


@given(syllables, syllables)
def test_every_pair_of_particles_follows_the_canonical_words_last_sound(word: str, canonical: str) -> None:
    swap = WordNormalizer({word: canonical})
    for pair in ("이/가", "은/는", "을/를", "과/와", "이나/나", "이다/다"):
        after_consonant, after_vowel = pair.split("/")
        ends_in_vowel = [(ord(text[-1]) - 0xAC00) % 28 == 0 for text in (word, canonical)]
        given_form, expected = [after_vowel if vowel else after_consonant for vowel in ends_in_vowel]
        assert swap(f"{word}{given_form} {word}") == f"{canonical}{expected} {canonical}"


@given(st.text("약물대일칼 이가를.,a", max_size=20))
def test_without_groups_a_text_stays_as_it_is(text: str) -> None:
    assert WordNormalizer({})(text) == text


def test_the_exported_file_loads_to_the_same_normalizer(tmp_path: Path) -> None:
    file = tmp_path / "words.json"
    report, _ = exported(WordNormalizerFile(), of(*GROUPS, ["@약", "독", "독약"]), file)
    loaded = WordNormalizer.load(file)
    assert loaded.words == normalize.words | {"독": "독", "독약": "독"}
    assert report.left_out == ["'@약' of the group 9 does not begin with a letter or digit"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"format": "x"}',
        '{"format": "dongui-word-normalizer", "version": 2}',
        '{"format": "dongui-word-normalizer", "version": 1, "words": ["a"]}',
        '{"format": "dongui-word-normalizer", "version": 1, "words": {"": "a"}}',
        '{"format": "dongui-word-normalizer", "version": 1, "words": {"a": 1}}',
    ],
)
def test_another_file_is_refused_and_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text(content)
    with pytest.raises(ValueError, match=r"words.json is no word normalizer"):
        WordNormalizer.load(tmp_path / "words.json")
