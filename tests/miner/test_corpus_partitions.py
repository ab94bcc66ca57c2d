"""Inputs in pieces: read one after the other, they say what the whole says, to the number of each row."""

import hashlib
import json

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.corpus import (
    CorpusError,
    CorpusReport,
    Source,
    digest_input,
    expand,
    find_sources,
    read_corpus,
    read_partition,
    split_input,
    total_bytes,
)

CORPUS_OPTIONS = ("columns", "group_by", "encoding")


def read_whole(path, **options):
    report = CorpusReport()
    return list(read_corpus([path], report=report, **options)), report.as_dict()


def read_pieces(path, partition_bytes, **options):
    asked = {name: options[name] for name in CORPUS_OPTIONS if name in options}
    digest, pieces = split_input(Source.find(path, None), partition_bytes=partition_bytes, **asked)
    assert digest == digest_input(path)
    sentences, report = [], CorpusReport()
    for piece in pieces:
        own = CorpusReport()
        sentences += read_partition(piece, report=own, group_by=options.get("group_by"))
        report.add(own)
    report.check_korean()
    return sentences, report.as_dict(), len(pieces)


def assert_same(path, partition_bytes, **options):
    sentences, report, n_pieces = read_pieces(path, partition_bytes, **options)
    assert (sentences, report) == read_whole(path, **options)
    return n_pieces


LINE = st.one_of(
    st.text("가나a \t\u00e9'\"", max_size=8).map(str.encode),
    st.sampled_from([b"\xff\xb0", "\ufeff약".encode(), b"BZh", b"", "반창고를 붙였다".encode("cp949")]),
)
LINE_END = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINE, LINE_END), max_size=30), st.integers(1, 60), st.booleans())
def test_lines_keep_their_numbers_and_faults(tmp_path_factory, lines, partition_bytes, has_mark):
    path = tmp_path_factory.mktemp("corpus") / "a.txt"
    content = b"".join(line + end for line, end in [("약이 있다".encode() * 3, b"\n"), *lines])
    path.write_bytes(b"\xef\xbb\xbf" * has_mark + content)
    assert_same(path, partition_bytes, encoding="utf-8")
    assert_same(path, partition_bytes)


def test_a_text_is_cut_into_pieces_of_about_the_size_that_is_asked_for(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{n}번째 줄이다\n" for n in range(1000)), encoding="utf-8")
    assert assert_same(path, 1000) in range(15, 25)
    assert assert_same(path, 1 << 20) == 1


def test_cp949_is_found_once_for_all_pieces(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"ascii\n" * 100 + "대일밴드를 붙였다\n".encode("cp949") * 100 + b"ascii\n" * 100)
    assert assert_same(path, 200) > 10


def test_utf_16_is_one_piece(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("약을 먹었다\n".encode("utf-16") * 1 + "물을 마셨다\n".encode("utf-16-le") * 50)
    assert assert_same(path, 100) == 1


def test_rows_of_jsonl_need_not_have_the_column_in_every_piece(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"text": f"약 {n}", "kind": "가"} for n in range(50)] + [{"kind": "나"}] * 50 + ["[", "{}"]
    path.write_text("".join((r if r == "[" else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    assert assert_same(path, 300, columns=("text",), group_by="kind") > 5
    with pytest.raises(CorpusError, match="has no column 'texts'. Did you mean 'text'"):
        read_pieces(path, 300, columns=("texts",))


def test_the_one_text_column_of_jsonl_is_that_of_the_first_object(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + '{"n": 1, "text": "약"}\n' + '{"text": "물", "other": "불"}\n' * 40, encoding="utf-8")
    assert assert_same(path, 100) > 5


def test_row_groups_of_parquet_keep_the_numbers_of_their_records(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"약 {n}" if n % 7 else None for n in range(100)], "n": list(range(100))})
    pq.write_table(table, path, row_group_size=9)
    assert assert_same(path, 100) == 12
    assert assert_same(path, 300) in range(2, 12)
    with pytest.raises(CorpusError, match="column 'n' holds no text"):
        read_pieces(path, 100, columns=("n",))


@pytest.mark.parametrize("name", ["a.csv", "a.txt.gz", "a.txt"])
def test_what_cannot_be_cut_is_one_piece(tmp_path, name):
    import gzip

    text = ("text\n" + '"약을\n먹었다"\n' * 50).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    assert (assert_same(path, 40) == 1) is (name != "a.txt")


def test_an_address_is_read_as_a_file_is(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("반창고를 붙였다\n\n약을 먹었다\n" * 20, encoding="utf-8")
    with fsspec.open("memory://corpus/a.txt", "wb") as out:
        out.write(path.read_bytes())
    address = "memory://corpus/a.txt"
    assert digest_input(address) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert total_bytes([address]) == path.stat().st_size
    assert [s.text for s in read_whole(address)[0]] == [s.text for s in read_whole(path)[0]]
    assert assert_same(address, 100) > 5
    assert list(expand([str(path), "memory://corpus/*.txt"])) == [str(path), "memory://corpus/a.txt"]


def test_a_pattern_keeps_the_host(monkeypatch):
    from fsspec.implementations.webhdfs import WebHDFS

    monkeypatch.setattr(WebHDFS, "glob", lambda self, pattern: [pattern.replace("*", name) for name in "ba"])
    found = ["webhdfs://me@host:9870/texts/a.txt", "webhdfs://me@host:9870/texts/b.txt"]
    assert list(expand(["webhdfs://me@host:9870/texts/*.txt"])) == found


def test_a_wrong_address_says_what_is_wrong():
    with pytest.raises(FileNotFoundError, match="memory://corpus/none.txt: there is no such file"):
        find_sources(["memory://corpus/none.txt"])
    with pytest.raises(FileNotFoundError, match="no file there has such a name"):
        list(expand(["memory://none/*"]))
    with pytest.raises(CorpusError, match="cannot be opened: Protocol not known: nowhere"):
        find_sources(["nowhere://a.txt"])
    with pytest.raises(CorpusError, match="webhdfs:///a.txt cannot be opened: .* 'host'"):
        find_sources(["webhdfs:///a.txt"])
    fsspec.filesystem("memory").makedirs("/folder.txt", exist_ok=True)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        find_sources(["memory://folder.txt"])


def test_without_fsspec_the_error_has_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(CorpusError, match=r"pip install 'dongui\[cluster\]'"):
        find_sources(["s3://bucket/a.txt"])
