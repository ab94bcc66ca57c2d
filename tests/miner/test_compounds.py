import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.compounds import Compound, Compounds, find_compounds
from miner.compounds.finding import CompoundLimits
from miner.compounds.particles import follows_noun
from miner.morphology.base import Eojeol, Morpheme, Pos

TAGS = {
    "N": Pos.NOUN,
    "D": Pos.DETERMINER,
    "J": Pos.PARTICLE,
    "V": Pos.VERB,
    "A": Pos.ADJECTIVE,
    "S": Pos.SUFFIX,
    "R": Pos.ADVERB,
    "#": Pos.NUMBER,
    ".": Pos.PUNCTUATION,
    "E": Pos.ENDING,
}


def eojeol(tagged: str) -> Eojeol:
    """대/D 일/D 밴드/N 를/J, with the stem after a second slash where it differs."""
    morphemes = []
    for piece in tagged.split():
        surface, tag, *stem = piece.split("/")
        morphemes.append(Morpheme(stem[0] if stem else surface, TAGS[tag], surface))
    return Eojeol("".join(m.surface for m in morphemes), tuple(morphemes))


# A small corpus in the manner of Okt: names that it cuts, among words that it knows.
CORPUS = {
    "대/D 일/D 밴드/N 를/J": 3,
    "대일/N 밴드/N": 3,
    "대/D 일/D 밴드/N 로/J": 2,
    "밴드/N 를/J": 4,
    "밴드/N": 4,
    "히스/N 레저/N": 4,
    "히스/N 레저/N 의/J": 3,
    "히스/N 저/N": 1,
    "공포/N 영화/N": 5,
    "공포/N 영화/N 를/J": 4,
    "공포/N 영화/N 는/J": 4,
    "영화/N": 90,
    "영화/N 를/J": 80,
    "영화/N 가/J": 70,
    "영화/N 임/N": 9,
    "영화/N 임/N 은/J": 2,
    "감독/N 님/S": 9,
    "감독/N 님/S 의/J": 5,
    "감독/N 님/S 이/J": 5,
    "배우/N 들/S": 30,
    "배우/N 들/S 이/J": 30,
    "배우/N 들/S 의/J": 30,
    "최고/N 의/J": 50,
    "이/D": 80,
    "이/D 장면/N": 3,
    "이/D 장면/N 을/J": 3,
    "이/D 장면/N 이/J": 3,
    "장면/N": 40,
    "장면/N 을/J": 40,
    "재미있는/A/재미있다": 60,
    "재미/N 있/A/있다 는/J": 5,
    "10/# 분/N": 6,
    "10/# 분/N 을/J": 6,
    "너무/R 재미있어요/A/재미있다": 9,
    "너무/R": 90,
    "연기/N 최고/N": 6,
    "연기/N 최고/N 다/J": 3,
    "연기/N": 70,
    "최고/N": 70,
}


def find(corpus, min_count=2, **minima):
    eojeols = [eojeol(tagged) for tagged in corpus]
    counts = np.array(list(corpus.values()), np.int64)
    return find_compounds(eojeols, counts, min_count=min_count, limits=CompoundLimits(**minima))


@pytest.fixture(scope="module")
def compounds():
    return find(CORPUS)


def joined(compounds, tagged):
    return [(m.text, m.pos) for m in compounds.join(eojeol(tagged))]


def test_names_and_terms_are_found_and_nothing_is_glued_on(compounds):
    assert {compound.text for compound in compounds} == {"대일밴드", "히스레저", "공포영화"}


def test_a_word_counts_with_and_without_particles_and_however_it_was_cut(compounds):
    assert compounds["대일밴드"].count == 8
    assert compounds["대일밴드"].parts in {("대", "일", "밴드"), ("대일", "밴드")}


def test_join_puts_the_pieces_together_and_leaves_the_rest(compounds):
    assert joined(compounds, "대/D 일/D 밴드/N 를/J") == [("대일밴드", Pos.COMPOUND), ("를", Pos.PARTICLE)]
    assert joined(compounds, "재미있는/A/재미있다") == [("재미있다", Pos.ADJECTIVE)]


def test_join_works_on_an_eojeol_that_was_not_seen_before(compounds):
    assert joined(compounds, "역시/R 히스/N 레저/N 답다/A") == [
        ("역시", Pos.ADVERB),
        ("히스레저", Pos.COMPOUND),
        ("답다", Pos.ADJECTIVE),
    ]


def test_join_mends_a_cut_that_crosses_the_particle(compounds):
    assert joined(compounds, "히/N 스레/N 저가/N") == [("히스레저", Pos.COMPOUND), ("가", Pos.PARTICLE)]


def test_join_leaves_a_longer_word_alone_that_only_begins_like_a_compound(compounds):
    assert joined(compounds, "공포/N 영화관/N") == [("공포", Pos.NOUN), ("영화관", Pos.NOUN)]


@given(st.sampled_from(sorted(CORPUS)), st.sampled_from(sorted(CORPUS)))
def test_join_keeps_every_character(first, second):
    both = eojeol(f"{first} {second}")
    assert "".join(m.surface for m in find(CORPUS).join(both)) == both.surface


@given(st.permutations(sorted(CORPUS)))
def test_the_order_of_eojeols_does_not_matter(order):
    assert list(find({tagged: CORPUS[tagged] for tagged in order})) == list(find(CORPUS))


@given(st.sampled_from(sorted(CORPUS)))
def test_without_compounds_join_changes_nothing(tagged):
    assert Compounds([]).join(eojeol(tagged)) == eojeol(tagged).morphemes


def test_punctuation_at_the_end_and_contractions_are_no_obstacle():
    """Kiwi keeps punctuation in the eojeol, and its morphemes overlap where they contract."""
    contracted = Eojeol(
        "공포영화였다.",
        (
            Morpheme("공포", Pos.NOUN, "공포"),
            Morpheme("영화", Pos.NOUN, "영화"),
            Morpheme("이", Pos.ENDING, "였"),
            Morpheme("었", Pos.ENDING, "였"),
            Morpheme("다", Pos.ENDING, "다"),
            Morpheme(".", Pos.PUNCTUATION, "."),
        ),
    )
    corpus = {"공포/N 영화/N ./.": 5, "공포/N 영화/N 를/J ./.": 5, "영화/N ./.": 50, "공포/N": 9, "소설/N 책/N": 9}
    compounds = find(corpus)
    assert [compound.text for compound in compounds] == ["공포영화"]
    assert [m.text for m in compounds.join(contracted)] == ["공포영화", "이", "었", "다", "."]


@pytest.mark.parametrize(
    "tagged",
    [
        "두/D 명/N",  # a count
        "10/# 분/N",
        "별/N 5/# 개/N",
        "진행/N 되/V",  # a verb
        "와/V 닿지/V",
        "안/S 갔음/N",  # a past tense
        "인간/N 적/S",  # an adjective
        "이/D 정도/N",
    ],
)
def test_counts_verb_forms_and_derivations_are_no_compounds_however_often_they_occur(tagged):
    corpus = CORPUS | {tagged: 20, f"{tagged} 은/J": 10, f"{tagged} 는/J": 10, f"{tagged} 도/J": 10}
    word = eojeol(tagged).surface
    assert word not in find(corpus, min_fragment_association=-1, min_right_entropy_bits=0)


def test_a_piece_of_a_longer_name_is_no_compound():
    corpus = {
        "로버트/N 다우니/N 주니어/N": 9,
        "로버트/N 다우니/N 주니어/N 가/J": 9,
        "영화/N": 90,
        "최신/N 영화/N": 9,
    }
    assert [compound.text for compound in find(corpus)] == ["로버트다우니주니어"]


def test_a_word_that_is_mostly_whole_is_left_to_the_analyser():
    corpus = CORPUS | {"공포영화/N 가/J": 50}
    assert "공포영화" not in find(corpus)


def test_a_compound_that_was_left_whole_in_one_eojeol_is_a_compound_there_too(compounds):
    assert joined(compounds, "대일밴드/N 가/J") == [("대일밴드", Pos.COMPOUND), ("가", Pos.PARTICLE)]


def test_a_word_seen_less_often_than_min_count_is_left_out():
    assert "대일밴드" in find(CORPUS, min_count=8)
    assert "대일밴드" not in find(CORPUS, min_count=9)


def test_minima_at_their_floor_keep_what_higher_minima_drop():
    strict = {c.text for c in find(CORPUS, min_association=0.9)}
    loose = {c.text for c in find(CORPUS, min_association=-1.0)}
    assert strict < loose


def test_no_compound_in_an_empty_corpus():
    assert len(find_compounds([], np.zeros(0, np.int64), min_count=1)) == 0


def test_one_count_per_eojeol_is_asked_for():
    with pytest.raises(ValueError, match="1 eojeols but 2 counts"):
        find_compounds([eojeol("영화/N")], np.array([1, 2]), min_count=1)


def test_a_min_count_below_one_is_refused():
    with pytest.raises(ValueError, match="min_count is 0"):
        find_compounds([], np.zeros(0, np.int64), min_count=0)


def test_what_is_saved_is_loaded(compounds, tmp_path):
    compounds.save(tmp_path / "compounds.tsv")
    assert list(Compounds.load(tmp_path / "compounds.tsv")) == list(compounds)


def test_compounds_can_be_pickled(compounds):
    assert list(pickle.loads(pickle.dumps(compounds))) == list(compounds)


def test_a_broken_row_is_named(compounds, tmp_path):
    path = tmp_path / "compounds.tsv"
    compounds.save(path)
    path.write_text(path.read_text(encoding="utf-8") + "히스레저\t히스|레저\tmany\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"row {len(compounds) + 2}"):
        Compounds.load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "words.tsv").write_text("word\tpos\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected"):
        Compounds.load(tmp_path / "words.tsv")


@pytest.mark.parametrize(
    ("before", "rest"),
    [
        ("화", ""),
        ("화", "를"),
        ("독", "을"),
        ("일", "로"),
        ("독", "으로"),
        ("독", "에서는"),
        ("독", "입니다"),
        ("화", "였는데"),
        ("C", "를"),
        ("C", "을"),
    ],
)
def test_particles_that_agree_follow_nouns(before, rest):
    assert follows_noun(rest, before)


@pytest.mark.parametrize(
    ("before", "rest"),
    [
        ("있", "는"),  # the ending of 재미있는: a particle after ㅆ would be 은
        ("화", "을"),
        ("독", "를"),
        ("일", "으로"),
        ("독", "로"),
        ("화", "관"),
    ],
)
def test_what_does_not_agree_or_is_no_particle_does_not_follow_nouns(before, rest):
    assert not follows_noun(rest, before)


def test_statistics_of_a_compound_are_those_of_its_definition():
    found = find({"가나/N 다라/N": 4, "가나/N 다라/N 를/J": 4, "마/N 바/N": 8, "가나/N": 8})
    assert found["가나다라"] == Compound(
        text="가나다라",
        parts=("가나", "다라"),
        count=8,
        association=0.7901,  # NPMI 1 (8 of 16 cuts, left and right alone), discounted by (8 / 9) ** 2
        solidity=1.0,
        left_share=1.0,
        right_share=1.0,
        right_entropy_bits=1.0,
    )
