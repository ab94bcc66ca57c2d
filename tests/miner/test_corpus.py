"""Reading well-formed corpora: formats, columns, characters, counts."""

import csv
import gzip
import io
import json
import lzma
import sys
import tracemalloc
import unicodedata
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from miner.corpus import CorpusReport, Sentence, digest_input, read_corpus, total_bytes
from miner.corpus.text import clean, has_hangul

SHARED = Path("../shared/data")
ROWS = [("대일밴드를 붙였다", "잘했어요"), ('컴퓨터가, 또 "꺼졌다"\n정말', "다시 켜세요"), ("약을 먹었다", "")]
EXPECTED = ["대일밴드를 붙였다", "잘했어요", '컴퓨터가, 또 "꺼졌다" 정말', "다시 켜세요", "약을 먹었다"]
COMPRESS = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress}


def csv_bytes(delimiter=","):
    def quoted(cell):
        return '"' + cell.replace('"', '""') + '"'

    lines = ["Q,A,label".replace(",", delimiter)]
    lines += [delimiter.join([quoted(q), quoted(a), "0"]) for q, a in ROWS]
    return "".join(line + "\r\n" for line in lines).encode()


def jsonl_bytes():
    return "".join(json.dumps({"Q": q, "A": a, "label": 0}) + "\n" for q, a in ROWS).encode()


def parquet_bytes():
    out = io.BytesIO()
    table = pa.table({"label": [0] * 3, "A": [a for _, a in ROWS], "Q": pa.array([q for q, _ in ROWS])})
    pq.write_table(table.set_column(1, "A", table["A"].dictionary_encode()), out, row_group_size=2)
    return out.getvalue()


def xlsx_bytes():
    book = openpyxl.Workbook()
    for row in [("Q", "A", "label"), *((q, a, 0) for q, a in ROWS)]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TABLES = {
    "csv": csv_bytes,
    "tsv": lambda: csv_bytes("\t"),
    "jsonl": jsonl_bytes,
    "parquet": parquet_bytes,
    "xlsx": xlsx_bytes,
}


def texts(*paths, **options):
    return [sentence.text for sentence in read_corpus(paths, **options)]


@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("kind", TABLES)
def test_every_table_format_gives_the_same_sentences(tmp_path, kind, compression):
    path = tmp_path / f"corpus.{kind}{compression}"
    path.write_bytes(COMPRESS[compression](TABLES[kind]()))
    report = CorpusReport()
    n_bytes = []
    sentences = list(read_corpus([path], columns=["Q", "A"], report=report, on_bytes=n_bytes.append))
    assert [sentence.text for sentence in sentences] == EXPECTED
    first_row = 1 if kind in ("jsonl", "parquet") else 2
    assert sentences[2] == Sentence(EXPECTED[2], str(path), first_row + 1, "Q")
    assert (report.n_rows, report.n_sentences, report.n_empty, report.n_broken_rows) == (3, 5, 1, 0)
    assert report.columns == {str(path): ("Q", "A")}
    assert sum(n_bytes) == path.stat().st_size == total_bytes([path])


@pytest.mark.parametrize("compression", COMPRESS)
def test_a_line_of_plain_text_is_a_sentence(tmp_path, compression):
    path = tmp_path / f"corpus.txt{compression}"
    path.write_bytes(COMPRESS[compression]("첫 줄\r\n\r\n셋째\u2028같은 줄\x0b그대로\r넷째\n다섯째".encode()))
    found = [(s.row, s.text, s.column) for s in read_corpus([path])]
    lines = [(1, "첫 줄"), (3, "셋째 같은 줄 그대로"), (4, "넷째"), (5, "다섯째")]
    assert found == [(row, text, None) for row, text in lines]


@pytest.mark.parametrize("compression", [".gz", ".xz", ".zst"])
def test_concatenated_compressed_files_are_read_to_the_end(tmp_path, compression):
    path = tmp_path / f"corpus.txt{compression}"
    path.write_bytes(b"".join(COMPRESS[compression](f"{word}\n".encode()) for word in ("하나", "둘", "셋")))
    assert texts(path) == ["하나", "둘", "셋"]


def stdin(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_standard_input_is_plain_text_unless_told_otherwise(monkeypatch):
    stdin(monkeypatch, "첫 줄, 쉼표\n둘째\n".encode())
    assert list(read_corpus(["-"])) == [Sentence("첫 줄, 쉼표", "-", 1, None), Sentence("둘째", "-", 2, None)]
    for name, data in (("csv", csv_bytes()), ("xlsx.xz", lzma.compress(xlsx_bytes()))):
        stdin(monkeypatch, data)
        assert texts("-", columns=["Q", "A"], format=name) == EXPECTED
    assert total_bytes(["-"]) is None


def test_format_overrides_the_name_and_keeps_its_compression(tmp_path):
    path = tmp_path / "corpus.data.GZ"
    path.write_bytes(gzip.compress(csv_bytes()))
    assert texts(path, columns=["A"], format="csv") == ["잘했어요", "다시 켜세요"]


def test_the_only_column_of_text_need_not_be_named(tmp_path):
    (tmp_path / "a.csv").write_text("HS\n우울해요\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('\n{"id": 1, "text": "가나"}\n{"id": 2, "text": "다라"}\n', encoding="utf-8")
    pq.write_table(pa.table({"id": [1], "text": ["마바"]}), tmp_path / "c.parquet")
    report = CorpusReport()
    assert texts(*sorted(tmp_path.iterdir()), report=report) == ["우울해요", "가나", "다라", "마바"]
    assert list(report.columns.values()) == [("HS",), ("text",), ("text",)]


def test_columns_are_found_whatever_their_normal_form(tmp_path):
    path = tmp_path / "corpus.csv"
    path.write_text(unicodedata.normalize("NFD", "번호,질문\n1,머리가 아파요\n"), encoding="utf-8")
    assert texts(path, columns=["질문"]) == ["머리가 아파요"]


def test_numbers_and_gaps_in_a_sheet_are_cells_like_others(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["A5"] = "글", 2026, "하늘"
    book.create_sheet("둘째")["A1"] = "글"
    path = tmp_path / "corpus.xlsx"
    book.save(path)
    report = CorpusReport()
    assert [(s.row, s.text) for s in read_corpus([path], report=report)] == [(2, "2026"), (5, "하늘")]
    assert (report.n_rows, report.n_empty, report.n_without_hangul, report.n_unread_sheets) == (4, 2, 1, 1)


@given(st.lists(st.tuples(*[st.text(st.sampled_from('가 "a,\t\r\n'), max_size=6)] * 2), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "corpus.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([("Q", "A"), *rows, ("끝", "끝")])
    expected = [(row, clean(cell)) for row, cells in enumerate([*rows, ("끝", "끝")], 2) for cell in cells]
    report = CorpusReport()
    found = [(s.row, s.text) for s in read_corpus([path], columns=["Q", "A"], report=report)]
    assert found == [(row, text) for row, text in expected if text]
    assert report.n_broken_rows == 0


@given(st.text())
def test_clean_text_is_nfc_on_one_line_and_stays_so(text):
    try:
        cleaned = clean(text)
    except UnicodeError:
        assert any("\ud800" <= character <= "\udfff" for character in text)
        return
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip() == clean(cleaned)
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode("utf-8")


def test_invisible_characters_go_and_words_stay_whole():
    assert clean("\ufeff대일\u200b밴\u00ad드\x00를\tx\r\ny\u2028 ") == "대일밴드를 x y"
    assert clean(unicodedata.normalize("NFD", "반창고")) == "반창고"
    assert clean("\u1112\u200b\u1161\u11ab국") == "한국"
    assert clean("👩\u200d💻") == "👩\u200d💻"


def test_korean_letters_are_told_from_others():
    assert all(map(has_hangul, ["가", "PC방", "ㅋㅋ"]))
    assert not any(map(has_hangul, ["PC", "漢字", "カナ", "12", ""]))


def test_digest_is_that_of_the_raw_bytes(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abc")
    assert digest_input(tmp_path / "a.txt") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(ValueError, match="only once"):
        digest_input("-")


@pytest.mark.parametrize("kind", ["txt", "csv.gz", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_corpus(tmp_path, kind):
    n_rows = 40_000
    lines = [f"{i}번째 문장은 이렇게 이어지고 또 이어지고 다시 이어진다 " * 3 for i in range(n_rows)]
    path = tmp_path / f"corpus.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"text": lines}), path)
    else:
        body = "\n".join(json.dumps({"text": line}) for line in lines) if kind == "jsonl" else "\n".join(lines)
        data = (body if kind != "csv.gz" else f"text\n{body}").encode()
        path.write_bytes(gzip.compress(data, 1) if kind.endswith("gz") else data)
    del lines
    next(read_corpus([path]))  # imports
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_corpus([path])) == n_rows
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4_000_000 < 7_000_000 < n_rows * 180


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_the_columns_of_a_real_csv_are_read_whole():
    report = CorpusReport()
    sentences = list(read_corpus([SHARED / "chatbot/ChatbotData.csv"], columns=["Q", "A"], report=report))
    assert (report.n_rows, report.n_sentences, report.n_broken_rows) == (11823, 23646, 0)
    assert sentences[1] == Sentence("하루가 또 가네요.", "../shared/data/chatbot/ChatbotData.csv", 2, "A")
