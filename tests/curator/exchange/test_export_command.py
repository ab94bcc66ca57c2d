"""The command: from the database or a file, to a file; what it says, and what it refuses."""

import json
import unicodedata
from pathlib import Path

import pytest
from exchange_helpers import run_export as run
from sqlalchemy import Engine, insert, update

from curator.cli.export import export
from curator.export import export as write
from curator.export import stream_of_release
from curator.export.tables import Jsonl
from curator.groups import GroupMember, SynonymGroup, digest_of, group_from_json, to_json
from curator.release import read_release
from curator.store.models import Release, ReleaseGroup, ReleaseMember, utc_now
from curator.store.session import writing


def store_release(engine: Engine, number: int, *groups: tuple[str, ...]) -> None:
    """Store a release as ``freeze`` leaves it."""
    moment = utc_now()
    frozen = [
        SynonymGroup("7", tuple(GroupMember(word, "Noun", 2.0) for word in words), "kim", moment.isoformat())
        for words in groups
    ]
    with writing(engine).begin() as connection:
        release = {"number": number, "digest": digest_of(frozen), "created_at": moment}
        connection.execute(insert(Release), release)
        for words in groups:
            row = {"release_number": number, "group_id": 7, "decided_by": "kim", "decided_at": moment}
            key = connection.scalar(insert(ReleaseGroup).returning(ReleaseGroup.id), row)
            common = {"release_group_id": key, "release_number": number, "pos": "Noun", "weight": 2.0}
            members = [{**common, "position": i, "word": word} for i, word in enumerate(words)]
            connection.execute(insert(ReleaseMember), members)


def test_a_release_is_written_by_number_or_else_the_newest(engine: Engine, database_url: str, tmp_path) -> None:
    store_release(engine, 1, ("약", "의약품"))
    store_release(engine, 2, ("반창고", "대일밴드"), ("약", "의약품"))
    file = tmp_path / "out"
    said = run("solr", "--database", database_url, "-o", file)
    assert said == f"{file}: 2 groups, 4 words of release 2\n"
    assert file.read_text(encoding="utf-8").splitlines()[1:] == ["반창고, 대일밴드", "약, 의약품"]
    run("json", "--database", database_url, "--release", 1, "-o", file)
    assert json.loads(file.read_text(encoding="utf-8")) == {"약": ["약", "의약품"]}
    assert "there is no release 3; there are: 1, 2" in run(
        "csv", "--database", database_url, "--release", 3, "-o", file, code=1
    )


def test_a_release_changed_in_the_database_makes_no_file(engine: Engine, tmp_path: Path) -> None:
    store_release(engine, 1, ("약", "의약품"), ("반창고", "대일밴드"))
    with engine.begin() as connection:
        connection.execute(update(ReleaseMember).where(ReleaseMember.word == "약").values(word="독"))
    with engine.begin() as connection, pytest.raises(ValueError, match="somebody changed it in the database"):
        write(stream_of_release(connection), tmp_path / "out.jsonl", Jsonl())
    assert not (tmp_path / "out.jsonl").exists()


def test_a_stream_of_a_release_has_its_groups_and_digest(engine: Engine, tmp_path: Path) -> None:
    store_release(engine, 1, ("약", "의약품"), ("반창고", "대일밴드", "밴드"))
    with engine.begin() as connection:
        stream = stream_of_release(connection)
        write(stream, tmp_path / "out.jsonl", Jsonl())
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert digest_of([group_from_json("test", json.loads(line)) for line in lines]) == stream.digest


FORMATS = sorted(set(export.commands) - {"decisions"})


def test_the_same_release_gives_the_same_bytes_in_every_format_from_the_database_and_from_its_file(
    engine: Engine, database_url: str, tmp_path
) -> None:
    store_release(engine, 1, ("반창고", "대일밴드", "밴드"), ("약", "의약품", "C#"))
    variants = [[name] for name in FORMATS]
    variants += [["skos", "--syntax", syntax] for syntax in ("xml", "json-ld")]
    variants += [["solr", "--mapping"], ["elasticsearch", "--api"], ["elasticsearch", "--mapping"]]
    groups, first, second = tmp_path / "groups.json", tmp_path / "first", tmp_path / "second"
    with engine.begin() as connection:
        groups.write_text(to_json(read_release(connection, 1)), encoding="utf-8")
    for command in variants:
        run(*command, "--database", database_url, "--release", 1, "-o", first)
        for source in (("--database", database_url, "--release", 1), ("--groups", groups)):
            run(*command, *source, "-o", second)
            assert second.read_bytes() == first.read_bytes(), (command, source)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_a_file_of_groups_and_shows_an_example(name: str, groups_file: Path, tmp_path) -> None:
    file = tmp_path / "out"
    assert run(name, "--groups", groups_file, "-o", file).startswith(
        f"{file}: 2 groups, 4 words of {groups_file}\n"
    )
    assert file.stat().st_size > 40
    assert "Example:" in run(name, "--help")


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    groups = tmp_path / "groups.json"
    groups.write_text(json.dumps({"C#": ["C#", "씨샵"], "약": ["약", "의약품"]}), encoding="utf-8")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("[UNK]\n약\n", encoding="utf-8")
    said = run("nori", "--groups", groups, "--vocabulary", vocabulary, "-o", tmp_path / "dict")
    assert said.splitlines()[1:] == [
        "left out: 2 words",
        "  'C#' of the group C# has a #, at which nori stops reading the line",
        "  '약' of the group 약 is in the vocabulary",
    ]


@pytest.mark.parametrize("command", [["solr", "--mapping"], ["skos"], ["csv"], ["word-normalizer"]])
def test_a_group_that_goes_without_its_canonical_word_is_counted(command: list[str], tmp_path: Path) -> None:
    groups = tmp_path / "groups.json"
    content = {"#\t#": ["#\t#", "샵", "우물정"], "약": ["약", "의약품", "-\t-"]}
    groups.write_text(json.dumps(content), encoding="utf-8")
    said = run(*command, "--groups", groups, "-o", tmp_path / "out").splitlines()
    assert said[1:3] == [
        "note, for 1 groups: goes without its canonical word: the word after it stands in its place",
        "left out: 2 words",
    ]


def test_misspellings_are_found_however_their_file_is_written(tmp_path: Path) -> None:
    groups, hidden, out = tmp_path / "groups.json", tmp_path / "hidden.txt", tmp_path / "a.ttl"
    groups.write_text(json.dumps({"알코올": ["알코올", "알콜", "알콜올"]}), encoding="utf-8")
    hidden.write_text(unicodedata.normalize("NFD", "알콜 \r\n알콜올\r\n"), encoding="utf-8-sig", newline="")
    run("skos", "--groups", groups, "--hidden", hidden, "-o", out)
    labels = [line.split()[:2] for line in out.read_text(encoding="utf-8").splitlines() if "@ko ;" in line]
    assert labels[1:] == [
        ["skos:prefLabel", '"알코올"@ko'],
        ["skos:hiddenLabel", '"알콜"@ko'],
        ["skos:hiddenLabel", '"알콜올"@ko'],
    ]


def test_a_folder_or_a_vocabulary_that_will_not_do_is_named(groups_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    said = run("solr", "--groups", groups_file, "-o", folder / "out", code=1)
    assert said == f"Error: the folder {folder} of out is not there; make it first\n"
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_bytes("약\n".encode("cp949"))
    said = run("nori", "--groups", groups_file, "--vocabulary", vocabulary, "-o", tmp_path / "out", code=1)
    assert said == f"Error: {vocabulary} is not UTF-8 (byte 0); convert it first\n"


def test_groups_and_release_exclude_each_other(groups_file: Path, tmp_path: Path) -> None:
    said = run("csv", "--groups", groups_file, "--release", 1, "-o", tmp_path / "out", code=2)
    assert "--groups takes the place of --release" in said
