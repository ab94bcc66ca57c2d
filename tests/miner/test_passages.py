"""Long passages become sentences; nothing but numbers of sections and hyphens at ends of lines is lost."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from miner.cli import main
from miner.corpus import CorpusReport, read_corpus
from miner.corpus.passages import split_passage

sys.path.append(str(Path(__file__).parent))
from passages import PASSAGES, write_passages

ALL = [passage for texts in PASSAGES.values() for passage in texts]


@pytest.mark.parametrize(("text", "n_sentences"), ALL)
def test_each_passage_has_its_sentences(text: str, n_sentences: int) -> None:
    assert len(ALL) == 40
    sentences = list(split_passage(text))
    assert len(sentences) == n_sentences, sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("1. 서론\n본문이다.", ["서론", "본문이다."]),
        ("【발명의 명칭】\n장치", ["발명의 명칭", "장치"]),
        (
            "노인평가도구 (Geriatric Tools. GAT)를 쓴다. 끝.",
            ["노인평가도구 (Geriatric Tools. GAT)를 쓴다.", "끝."],
        ),
        ("대일-\n밴드와 Assess-\nment이다.", ["대일밴드와 Assessment이다."]),
        ("COVID-\n19와 T-\n세포", ["COVID- 19와 T- 세포"]),
        ("한 줄이\n두 줄이 된다.", ["한 줄이 두 줄이 된다."]),
        ("앞이다.\n뒤이다.", ["앞이다.", "뒤이다."]),
        ("그는 “가자.” 하고 말했다.", ["그는 “가자.” 하고 말했다."]),
        ("열린 괄호(가 있다. 다음이다.", ["열린 괄호(가 있다.", "다음이다."]),
        ("원주율은 3.14 이다. 낙상(落傷)이다.", ["원주율은 3.14 이다.", "낙상(落傷)이다."]),
        ("① 켠다. ② 끈다.", ["켠다.", "끈다."]),
        ("(a) 켜기\n(b) 끄기", ["켜기", "끄기"]),
        ("2019. 3. 1. 시행한다. 2020. 12. 25. 고친다.", ["2019. 3. 1. 시행한다.", "2020. 12. 25. 고친다."]),
        ("값은 2019. 그 뒤 3이다.", ["값은 2019.", "그 뒤 3이다."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_headings_numbers_brackets_hyphens_and_wrapped_lines(text: str, sentences: list[str]) -> None:
    assert list(split_passage(text)) == sentences


plain = st.lists(
    st.text("가나다라 ", min_size=1, max_size=12).map(lambda text: f"말{text.strip()}이다."), min_size=1
)


@given(plain, st.sampled_from([" ", "\n", "\n\n", "\r\n"]))
def test_plain_sentences_come_back_as_they_are(sentences: list[str], between: str) -> None:
    assert list(split_passage(between.join(sentences))) == sentences


@given(st.text("가나 .?!()[]\n12aA-①", max_size=60))
def test_no_letter_of_hangul_is_lost_and_no_sentence_is_blank_or_has_two_lines(text: str) -> None:
    sentences = list(split_passage(text))
    assert all(sentence.strip() == sentence != "" and "\n" not in sentence for sentence in sentences)
    kept = "".join(character for sentence in sentences for character in sentence if character.isalpha())
    # 가. and (나) at the start of a line or sentence number it, as a. does not
    assert kept.replace("가", "").replace("나", "") == "".join(c for c in text if c in "aA")
    assert len(kept) <= sum(c.isalpha() for c in text)


def test_a_table_of_passages_is_read_with_its_rows(tmp_path: Path) -> None:
    file = write_passages(tmp_path / "books.csv")
    report = CorpusReport()
    sentences = list(read_corpus([file], columns=["text"], passages=True, report=report))
    assert (report.n_rows, report.n_sentences) == (40, sum(n for _, n in ALL))
    assert [sentence.row for sentence in sentences[:4]] == [2, 2, 2, 3]
    assert sentences[0].text == "노인의 사정"
    assert report.n_without_hangul == 1  # C = C0 × e^(-kt)
    whole = list(read_corpus([file], columns=["text"]))
    assert len(whole) == 40
    assert whole[0].text.startswith("1. 노인의 사정 노인평가도구")


def test_the_run_counts_sentences_of_passages(tmp_path: Path) -> None:
    file = write_passages(tmp_path / "books.csv")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n약\n", encoding="utf-8")
    options = ["--column", "text", "--passages", "--tokenizer", str(vocabulary), "--analyzer", "kiwi"]
    arguments = [str(file), *options, "--work-dir", str(tmp_path / "work"), "-o", str(tmp_path / "lexicon.tsv")]
    result = CliRunner().invoke(main, ["lexicon", *arguments])
    assert result.exit_code == 0, result.output
    assert f"{sum(n for _, n in ALL)}  sentences" in result.output
    words = {line.split("\t")[0] for line in (tmp_path / "lexicon.tsv").read_text(encoding="utf-8").splitlines()}
    assert {"욕창", "공황", "낙상"} <= words
