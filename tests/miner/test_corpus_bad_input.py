"""Input that is missing, damaged, or not what it says: what can be read is read, and the rest is named."""

import errno
import gzip
import io
import lzma
import re
import tempfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from miner.corpus import CorpusError, CorpusReport, digest_input, read_corpus
from miner.corpus.report import MAX_NAMED_BROKEN_ROWS
from miner.corpus.tables import MAX_CELL_CHARACTERS

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
COMPRESS = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress}


def name_of(value):
    """Names what is no text in a test's id: compressed bytes hold the time, and the id must not change."""
    return None if isinstance(value, str) else "data"


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, *columns, **options):
    report = CorpusReport()
    sentences = [(s.row, s.text) for s in read_corpus([path], columns=columns, report=report, **options)]
    return sentences, report


def broken(report):
    return [(row.row, row.reason) for row in report.broken_rows]


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def test_a_missing_file_is_named_before_anything_is_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv: there is no such file"):
        read_corpus([write(tmp_path / "a.txt", "가"), tmp_path / "none.csv"])


def test_a_folder_is_not_a_corpus(tmp_path):
    for read_it in (lambda: read_corpus([tmp_path]), lambda: digest_input(tmp_path)):
        with pytest.raises(IsADirectoryError, match="is a folder; give the files in it"):
            read_it()


def test_no_path_is_an_error():
    with pytest.raises(CorpusError, match="no corpus was given"):
        read_corpus([])


@pytest.mark.parametrize("name", ["a.hwp", "a", "a.gz"])
def test_an_unknown_ending_lists_the_known_ones(tmp_path, name):
    with pytest.raises(CorpusError, match=r"\.csv, \.tsv, \.jsonl.*\.gz, \.xz, \.zst.*--format"):
        read_corpus([write(tmp_path / name, "가")])
    with pytest.raises(CorpusError, match="format doc is not known"):
        read_corpus(["-"], format="doc")


TABLES = {
    "csv": b"\xef\xbb\xbflabel,question,answer\n0,\xea\xb0\x80,b\n",
    "tsv": b"label\tquestion\tanswer\n0\t\xea\xb0\x80\tb\n",
    "jsonl": b'{"label": 0, "question": "\xea\xb0\x80", "answer": "b"}\n',
    "parquet": parquet(label=[0], question=["가"], answer=["b"]),
    "xlsx": xlsx(("label", "question", "answer"), (0, "가", "b")),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_missing_column_names_those_there_are_and_the_nearest(tmp_path, kind):
    path = write(tmp_path / f"a.{kind}", TABLES[kind])
    with pytest.raises(CorpusError, match=r"no column 'qestion'\. Did you mean 'question'\?") as error:
        read(path, "answer", "qestion")
    assert all(repr(name) in str(error.value) for name in ("label", "question", "answer"))


@pytest.mark.parametrize("kind", TABLES)
def test_the_choice_of_several_columns_is_left_to_the_user(tmp_path, kind):
    n_of_text = 2 if kind in ("jsonl", "parquet") else 3
    with pytest.raises(CorpusError, match=rf"has {n_of_text} columns of text; choose with --column.*'answer'"):
        read(write(tmp_path / f"a.{kind}", TABLES[kind]))


def test_a_column_that_is_there_twice_or_holds_no_text_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="2 columns named 'a'"):
        read(write(tmp_path / "a.csv", "a,b,a\n가,나,다\n"), "a")
    with pytest.raises(CorpusError, match="'label' holds no text. Columns of text: 'question', 'answer'"):
        read(write(tmp_path / "a.parquet", TABLES["parquet"]), "label")


def test_plain_text_has_no_columns(tmp_path):
    with pytest.raises(CorpusError, match="has no columns"):
        read(write(tmp_path / "a.txt", "가"), "Q")


@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "parquet", "xlsx", "csv.gz"])
def test_an_empty_file_is_told(tmp_path, kind):
    empty = write(tmp_path / f"empty.{kind}", b"")
    with pytest.raises(CorpusError, match=r"no sentence.*empty files: .*empty\."):
        read(empty)
    with pytest.raises(CorpusError, match=r"empty\..* is empty \(0 bytes\)"):
        read(empty, strict=True)
    report = CorpusReport()
    other = write(tmp_path / "b.txt", "가")
    assert len(list(read_corpus([empty, other], report=report))) == 1
    assert report.empty_files == [str(empty)]


@pytest.mark.parametrize(
    ("kind", "data"), [("csv", b"\n\n"), ("csv.gz", gzip.compress(b"")), ("xlsx", xlsx())], ids=name_of
)
def test_a_table_without_a_header_is_told(tmp_path, kind, data):
    with pytest.raises(CorpusError, match="has no header"):
        read(write(tmp_path / f"a.{kind}", data))


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.csv", PNG, "a PNG picture, and was to be read as csv"),
        ("a.txt", gzip.compress(b"x"), "gzip data"),
        ("a.jsonl.gz", gzip.compress(TABLES["xlsx"]), "a zip archive"),
        ("a.txt", "가나다".encode("utf-16-le") + b" \0" * 9, "UTF-16 without a byte order mark"),
        ("a.parquet", TABLES["xlsx"], "cannot be read as Parquet: it is a zip archive"),
        ("a.parquet", b"PAR1" + bytes(50), "cannot be read as Parquet"),
        ("a.xlsx", TABLES["parquet"], "cannot be read as xlsx: it is a Parquet file"),
        ("a.xlsx", TABLES["xlsx"][:-30], "cannot be read as xlsx"),
        ("a.xlsx.zst", zstandard.compress(PNG), "cannot be read as xlsx: it is a PNG picture"),
        ("a.csv.gz", b"Q,A\n1,2\n", r"\.gz data is damaged or ends too early, after 0 rows"),
        ("a.csv.xz", b"Q,A\n1,2\n", r"\.xz data is damaged"),
        ("a.csv.zst", b"Q,A\n1,2\n", r"\.zst data is damaged"),
        ("a.parquet.gz", b"PAR1" + bytes(50), r"\.gz data is damaged"),
    ],
    ids=name_of,
)
def test_a_file_that_is_not_what_its_name_says_is_told(tmp_path, name, data, what):
    with pytest.raises(CorpusError, match=what) as error:
        read(write(tmp_path / name, data))
    assert name in str(error.value)


@pytest.mark.parametrize("compression", COMPRESS)
def test_what_stands_before_a_truncation_is_read(tmp_path, compression):
    lines = [f"{i * 7919 % 100_003} 번째로 쓴 줄\n" for i in range(60_000)]
    data = COMPRESS[compression]("".join(lines).encode())
    path = write(tmp_path / f"a.txt{compression}", data[: len(data) // 2])
    report, texts = CorpusReport(), []
    with pytest.raises(CorpusError, match=rf"a\.txt.*{compression} data is damaged or ends too early") as error:
        texts.extend(s.text for s in read_corpus([path], report=report))
    assert f"after {report.n_rows} rows" in str(error.value)
    assert 10_000 < report.n_rows == report.n_sentences < 60_000


def test_a_damaged_parquet_file_keeps_the_rows_before(tmp_path):
    out = io.BytesIO()
    texts = [f"{i} 문장" for i in range(20_000)]
    pq.write_table(pa.table({"text": texts}), out, row_group_size=10_000, compression="zstd", use_dictionary=False)
    data = bytearray(out.getvalue())
    start = pq.ParquetFile(out).metadata.row_group(1).column(0).data_page_offset
    data[start : start + 200] = bytes(200)
    report = CorpusReport()
    with pytest.raises(CorpusError, match=r"a\.parquet is damaged after row"):
        list(read_corpus([write(tmp_path / "a.parquet", bytes(data))], report=report))
    assert report.n_sentences >= 8_000


CSV_ROWS = {
    "too many fields": ("2,나,덤", "has 3 fields, the header has 2"),
    "too few fields": ("2", "has 1 fields, the header has 2"),
    "a quote never closed": ('2,"나', "is not well-formed"),
    "text after a quote": ('2,"나"다', "is not well-formed"),
    "a quote closed in the wrong place": ('2,"나\n3,"다', "is not well-formed"),
    "an overlong cell": ("2," + "나" * (MAX_CELL_CHARACTERS + 1), "is not well-formed"),
}


@pytest.mark.parametrize("case", CSV_ROWS)
def test_a_broken_csv_row_is_named_and_the_rest_is_read(tmp_path, case):
    line, reason = CSV_ROWS[case]
    n_more = line.count("\n")
    path = write(tmp_path / "a.csv", f'id,글\n1,가\n{line}\n4,"라\n마"\n5,바\n')
    sentences, report = read(path, "글")
    assert sentences[0] == (2, "가")
    assert sentences[-2:] == [(4 + n_more, "라 마"), (5 + n_more, "바")]
    assert report.n_broken_rows == 1 + n_more
    row, found = broken(report)[0]
    assert row == 3
    assert reason in found
    with pytest.raises(CorpusError, match=r"a\.csv, row 3: "):
        read(path, "글", strict=True)


def test_a_quote_in_a_tsv_that_does_not_quote_is_a_character(tmp_path):
    path = write(
        tmp_path / "a.tsv", 'id\t글\tn\n1\t"최고\t1\n2\t"명작"이란\t0\n3\t"쉼\t표"\t1\n4\t"따옴표"\t1\n5\t나\n'
    )
    sentences, report = read(path, "글")
    assert sentences == [(2, '"최고'), (3, '"명작"이란'), (4, "쉼 표"), (5, "따옴표")]
    assert broken(report) == [(6, "(line 6) has 2 fields, the header has 3")]


def test_quotes_do_not_join_rows_of_a_tsv_that_are_whole_without_them(tmp_path):
    path = write(tmp_path / "a.tsv", 'id\t글\tn\n1\t"최고\t1\n2\t명작"\t0\n3\t"두\n줄"\t1\n')
    assert read(path, "글")[0] == [(2, '"최고'), (3, '명작"'), (4, "두 줄")]


def test_a_broken_json_line_is_named_and_the_rest_is_read(tmp_path):
    lines = [
        '{"글": "가"}',
        '{"글": "나"',
        '{"말": "다"}',
        '["라"]',
        '{"글": 5}',
        '{"글": "\\ud83d"}',
        '{"글": null}',
    ]
    path = write(tmp_path / "a.jsonl", "\n".join([*lines, "", "[" * 100_000, '{"글": "바"}']))
    sentences, report = read(path, "글")
    assert sentences == [(1, "가"), (10, "바")]
    assert [row for row, _ in broken(report)] == [2, 3, 4, 5, 6, 9]
    reasons = [
        "is not JSON: .* at character",
        "no column '글'",
        "is not a JSON object",
        "holds int",
        "surrogate",
        "depth",
    ]
    assert all(re.search(reason, found) for reason, (_, found) in zip(reasons, broken(report), strict=True))
    assert (report.n_rows, report.n_empty) == (10, 2)
    with pytest.raises(CorpusError, match=r"a\.jsonl, row 2: is not JSON"):
        read(path, "글", strict=True)


def test_a_sheet_row_longer_than_its_header_is_broken(tmp_path):
    path = write(tmp_path / "a.xlsx", xlsx(("글", "n"), ("가", 1), ("나", 1, "덤"), ("다",)))
    sentences, report = read(path, "글")
    assert sentences == [(2, "가"), (4, "다")]
    assert broken(report) == [(3, "has 3 cells, the header has 2")]


def test_undecodable_strings_of_a_parquet_file_break_their_row_alone(tmp_path):
    text = pa.Array.from_buffers(pa.string(), 3, pa.array([b"\xea\xb0\x80", b"\xff", b"b"]).buffers())
    sentences, report = read(write(tmp_path / "a.parquet", parquet(text=text)))
    assert sentences == [(1, "가"), (3, "b")]
    assert [row for row, _ in broken(report)] == [2]


def test_all_broken_rows_are_counted_and_the_first_are_named(tmp_path):
    path = write(tmp_path / "a.csv", "글,n\n" + "가\n" * 1000 + "나,1\n")
    sentences, report = read(path, "글")
    assert sentences == [(1002, "나")]
    assert report.n_broken_rows == 1000
    assert [row.row for row in report.broken_rows] == list(range(2, 2 + MAX_NAMED_BROKEN_ROWS))


def test_every_cell_is_accounted_for(tmp_path):
    path = write(tmp_path / "a.csv", 'Q,A\n가,나\n,다\n\n라\nabc,\u200b\n"마,바\n')
    _, report = read(path, "Q", "A")
    assert (report.n_rows, report.n_sentences, report.n_empty, report.n_broken_rows) == (6, 4, 4, 2)
    assert report.n_rows * 2 == report.n_sentences + report.n_empty + report.n_broken_rows * 2


def test_a_corpus_without_korean_is_an_error_with_counts(tmp_path):
    path = write(tmp_path / "a.csv", "Q,label\nhello,0\n,1\nworld,0\nx\n")
    with pytest.raises(CorpusError, match=r"no Korean text: 4 rows, 2 sentences \(2 without .*1 empty.*1 broken"):
        read(path, "Q")
    with pytest.raises(CorpusError, match="no sentence: 2 rows, 0 sentences"):
        read(write(tmp_path / "b.txt", " \n\u200b\n"))


def test_a_full_disk_is_not_taken_for_damaged_data(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(OSError, match="No space left") as error:
        read(write(tmp_path / "a.parquet.gz", gzip.compress(TABLES["parquet"])), "question")
    assert error.value.errno == errno.ENOSPC
