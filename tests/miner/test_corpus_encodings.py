"""Finding the encoding, and what happens to bytes that are no text."""

import codecs
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.corpus import CorpusError, CorpusReport, read_corpus
from miner.corpus.lines import Lines
from miner.corpus.sources import CHUNK_BYTES

KOREAN = "대일밴드를 붙였더니 상처가 나았어요. 뷁쀍도 똠방각하도 읽힌다\n"


class Trickle:
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data, n_bytes):
        self.data, self.n_bytes = io.BytesIO(data), n_bytes

    def read1(self, size):
        return self.data.read(min(size, self.n_bytes))


def decoded(data, encoding="auto", n_bytes=CHUNK_BYTES):
    lines = Lines(Trickle(data, n_bytes), encoding, document="a.txt", format="txt")
    return list(lines), lines.encoding


def read(tmp_path, data, **options):
    path = tmp_path / "corpus.txt"
    path.write_bytes(data)
    report = CorpusReport()
    return [s.text for s in read_corpus([path], report=report, **options)], report


@pytest.mark.parametrize("n_bytes", [1, 7, CHUNK_BYTES])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("cp949", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_the_encoding_is_found(encoding, mark, n_bytes):
    data = mark + (KOREAN * 3).encode(encoding)
    assert decoded(data, n_bytes=n_bytes) == ([KOREAN] * 3, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_the_encoding_is_found_after_megabytes_of_ascii(encoding):
    ascii_lines = ["plain words only\n"] * 100_000
    data = "".join([*ascii_lines, KOREAN]).encode(encoding)
    assert decoded(data) == ([*ascii_lines, KOREAN], encoding)


def test_ascii_is_handed_on_before_the_encoding_is_known():
    stream = io.BytesIO(b"ascii\n" * CHUNK_BYTES + KOREAN.encode("cp949"))
    assert next(iter(Lines(stream, "auto", document="a", format="txt"))) == "ascii\n"
    assert stream.tell() <= 2 * CHUNK_BYTES


def test_a_text_that_both_encodings_allow_waits_for_evidence():
    both = "é à\n" * CHUNK_BYTES  # in UTF-8 also valid CP949
    assert both.encode().decode("cp949") != both
    lines, encoding = decoded((both + KOREAN).encode())
    assert (lines[0], lines[-1], encoding) == ("é à\n", KOREAN, "utf-8")
    assert decoded("é à".encode()) == (["é à"], "utf-8")
    data = both.encode() + KOREAN.encode("cp949")
    assert decoded(data)[1] == "cp949"


def test_a_damaged_first_character_does_not_decide():
    text = "caf\u00e9 " * 3 + "\n" + KOREAN
    data = b"\xea\xb0 " + text.encode()
    assert decoded(data)[1] == "utf-8"
    assert decoded(b"\xff " + (KOREAN * 2).encode("cp949"))[1] == "cp949"


@given(st.text(st.sampled_from('가힣뷁 a,"é\r\n\u2028\x85'), max_size=60), st.integers(1, 9))
def test_lines_are_those_of_a_text_file(text, n_bytes):
    data = text.encode("utf-8")
    expected = list(io.StringIO(text, newline=""))
    assert decoded(data, "utf-8", n_bytes)[0] == expected


@given(st.binary(max_size=80).filter(lambda data: b"\0" not in data), st.integers(1, 9))
def test_the_place_of_an_undecodable_byte_is_exact(data, n_bytes):
    lines = Lines(Trickle(b"text " + data, n_bytes), "utf-8", document="a", format="txt")
    list(lines)
    expected = {}
    offset = 0
    for number, line in enumerate((b"text " + data).splitlines(keepends=True), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            expected[number] = offset + error.start
        offset += len(line)
    found = {number: int(reason.split("byte ")[1].split()[0]) for number, reason in lines.broken.items()}
    assert found == expected


@pytest.mark.parametrize(
    ("encoding", "mark", "bad", "other"),
    [
        ("utf-8", b"", b"\xff", "cp949"),
        ("cp949", b"", b"\xff", "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, b"\x00\xd8", "utf-8"),
    ],
)
def test_undecodable_bytes_break_their_row_alone(tmp_path, encoding, mark, bad, other):
    newline = "\n".encode(encoding)
    good = KOREAN.encode(encoding)
    data = mark + good + "글".encode(encoding) + bad + newline + good
    texts, report = read(tmp_path, data)
    assert texts == [KOREAN.strip()] * 2
    assert (report.n_rows, report.n_broken_rows) == (3, 1)
    broken = report.broken_rows[0]
    offset = len(mark) + len(good) + len("글".encode(encoding))
    assert broken.row == 2
    assert f"line 2 is not {encoding.upper()}: byte {offset} of the text" in broken.reason
    assert f"--encoding {other}" in broken.reason
    with pytest.raises(CorpusError, match=rf"corpus\.txt, row 2: line 2 is not .*byte {offset} "):
        read(tmp_path, data, strict=True)


def test_a_truncated_last_character_breaks_the_last_row(tmp_path):
    texts, report = read(tmp_path, KOREAN.encode() + "가나".encode()[:-1])
    assert texts == [KOREAN.strip()]
    assert report.broken_rows[0].row == 2


def test_the_wrong_encoding_is_told_and_not_read(tmp_path):
    with pytest.raises(CorpusError, match=r"no sentence: 1 rows.*1 broken rows.*--encoding cp949"):
        read(tmp_path, KOREAN.encode("cp949"), encoding="utf-8")
    assert read(tmp_path, KOREAN.encode("cp949"), encoding="cp949")[0] == [KOREAN.strip()]


def test_a_forced_encoding_still_drops_its_byte_order_mark(tmp_path):
    assert read(tmp_path, codecs.BOM_UTF8 + "가".encode(), encoding="utf-8")[0] == ["가"]


def test_undecodable_bytes_in_a_quoted_cell_break_that_record(tmp_path):
    path = tmp_path / "corpus.csv.gz"
    data = 'id,글\n1,"첫째\n줄"\n2,"둘째\n'.encode() + b"\xff" + '줄"\n3,셋째 문장이다\n'.encode()
    path.write_bytes(gzip.compress(data))
    report = CorpusReport()
    assert [(s.row, s.text) for s in read_corpus([path], columns=["글"], report=report)] == [
        (2, "첫째 줄"),
        (4, "셋째 문장이다"),
    ]
    assert [row.row for row in report.broken_rows] == [3]
    assert f"line 5 is not UTF-8: byte {data.index(0xFF)} " in report.broken_rows[0].reason


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_without_end_is_a_broken_row_and_never_held_in_memory(tmp_path, end):
    long = b"x" * 40_000_001
    data = end.join([b"\xea\xb0\x80", long, "나".encode(), b"\xff", "다".encode(), long])
    texts, report = read(tmp_path, data, encoding="utf-8")
    assert texts == ["가", "나", "다"]
    assert report.n_rows == 6
    assert [(row.row, row.reason.split(";")[0]) for row in report.broken_rows] == [
        (2, "line 2 has more than 16,777,216 characters"),
        (4, f"line 4 is not UTF-8: byte {data.index(0xFF)} of the text (from 0) cannot be decoded"),
        (6, "line 6 has more than 16,777,216 characters"),
    ]


def test_a_file_of_one_line_without_end_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="has no sentence.*line 1 has more than 16,777,216 characters"):
        read(tmp_path, b"x" * (1 << 25))
