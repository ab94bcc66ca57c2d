"""Okt's parser level by level against open-korean-text itself."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.files import cache_folder
from miner.morphology.okt import OktAnalyzer, _run_analyzer
from miner.morphology.okt_chunks import chunks
from miner.morphology.okt_dictionary import LIBRARY, load_dictionary
from miner.morphology.okt_parser import MAX_RUN_LENGTH

TOKEN = re.compile(r"(.+?)\*?\((\w+)(?:\((.*)\))?: \d+, \d+\)", re.DOTALL)

# each has one of the rules: name + 이, full name, number, agreement of particles, 하 after a noun, one-syllable
# nouns in a row, prefixes, modifiers, exclamations in a row, an ending after a verb, a whole word
RUNS = (
    "우혀니 강남스타일 김철수가 삼십오만원 영화은 학교으로 사랑해 구경하기 가나다라마 새빨간 초대박 그놈의 "
    "헐헐대박 먹었었습니다 예뻤던 하 잘생겼다 되고싶었는데 이런저런 첫사랑을 아버지가방에들어가신다 은는이가 "
    "개예쁘다".split()
)


@pytest.fixture(scope="module")
def open_korean_text():
    """The library's own function, from a text to (dictionary form, tag, surface)."""
    import jpype

    from miner.morphology.java import start_jvm

    start_jvm(768)
    processor = jpype.JClass("org.openkoreantext.processor.OpenKoreanTextProcessorJava")

    def tokenize(text):
        lines = str(processor.tokenize(text).mkString("\n")).split("\n")
        found = [TOKEN.fullmatch(line).groups() for line in lines]
        return tuple((stem or surface, tag, surface) for surface, tag, stem in found)

    return tokenize


def test_runs_of_many_kinds_are_parsed_as_okt_does(open_korean_text):
    assert _run_analyzer().analyze(RUNS) == [open_korean_text(run) for run in RUNS]


syllables = st.one_of(
    st.sampled_from("가나다는은를을이의로으하해한다고했었김철수일이삼만원리니기개새헐"),
    st.integers(ord("가"), ord("힣")).map(chr),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(syllables, min_size=1, max_size=12), min_size=1, max_size=8, unique=True))
def test_any_runs_are_parsed_as_okt_does_in_any_company(open_korean_text, runs):
    assert _run_analyzer().analyze(runs) == [open_korean_text(run) for run in runs]


@settings(deadline=None, max_examples=150)
@given(st.text("가을시간원일ㅋㅠabZ019_é漢만", min_size=1, max_size=12))
def test_an_eojeol_is_cut_by_script_as_okt_does(open_korean_text, eojeol):
    expected = open_korean_text(eojeol)
    (found,) = next(OktAnalyzer(n_workers=1).analyze([eojeol]))
    assert [m.surface for m in found.morphemes] == [surface for _, _, surface in expected]
    assert "".join(text for text, _ in chunks(eojeol)) == eojeol


def test_a_long_run_without_spaces_takes_no_more_than_its_length(open_korean_text):
    run = "재미있는영화" * 12
    assert _run_analyzer().analyze([run]) == [open_korean_text(run)]


def test_a_run_longer_than_the_counts_can_hold_is_refused():
    with pytest.raises(ValueError, match=f"has {MAX_RUN_LENGTH + 1} syllables; expected at most {MAX_RUN_LENGTH}"):
        _run_analyzer().analyze(["가나" * (MAX_RUN_LENGTH // 2) + "다라"])
    with pytest.raises(ValueError, match="max_eojeol_length is 300"):
        OktAnalyzer(max_eojeol_length=300)


def test_the_dictionary_is_kept_between_runs(monkeypatch):
    load_dictionary(cache_folder())

    def refuse(*args, **kwargs):
        raise AssertionError("Java was started")

    monkeypatch.setattr("subprocess.run", refuse)
    assert "영화" in load_dictionary(cache_folder()).words["Noun"]


def test_a_damaged_dictionary_is_read_anew(tmp_path, monkeypatch, caplog):
    path = tmp_path / f"{LIBRARY.removesuffix('.jar')}.json"
    path.write_text('{"words": ', encoding="utf-8")
    good = Path(cache_folder(), path.name).read_text(encoding="utf-8")
    monkeypatch.setattr("subprocess.run", lambda *args, **kwargs: Finished(good))
    assert load_dictionary(tmp_path) == load_dictionary(cache_folder())
    assert path.read_text(encoding="utf-8") == good
    assert "is not readable" in caplog.text


class Finished:
    returncode = 0

    def __init__(self, stdout):
        self.stdout = stdout


def test_a_library_that_cannot_be_asked_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ChildProcessError, match="JAVA_HOME is .* which holds no Java virtual machine"):
        load_dictionary(tmp_path / "cache")
