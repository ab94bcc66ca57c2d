"""The command: from the database or a file, to a file or a cluster; what it says, and what it refuses."""

import json
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, insert, update

from curator.cli import main
from curator.cli.export import export
from curator.export import export as write
from curator.export import stream_of_release
from curator.export.tables import Jsonl
from curator.groups import GroupMember, SynonymGroup, digest_of, group_from_json, to_json
from curator.release import read_release
from curator.store.models import Release, ReleaseGroup, ReleaseMember, utc_now
from curator.store.session import writing

GROUPS = {"반창고": ["반창고", "대일밴드"], "의약품": ["약", "의약품"]}


@pytest.fixture
def groups_file(tmp_path: Path) -> Path:
    file = tmp_path / "groups.json"
    file.write_text(json.dumps(GROUPS), encoding="utf-8")
    return file


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["export", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


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


class Cluster:
    """Behaves as Elasticsearch's documentation says of the synonyms API: PUT replaces the set, GET has pages."""

    def __init__(self) -> None:
        self.sets: dict[str, list[dict[str, str]]] = {}
        self.authorizations: list[str | None] = []
        self.failures: list[object] = []

    def get(self, name: str, start: int, size: int) -> tuple[int, object]:
        if name not in self.sets:
            return 404, {"error": "synonyms set not found", "status": 404}
        rules = sorted(self.sets[name], key=lambda rule: rule["id"])
        return 200, {"count": len(rules), "synonyms_set": rules[start : start + size]}

    def put(self, name: str, body: dict) -> tuple[int, object]:
        result = "updated" if name in self.sets else "created"
        self.sets[name] = body["synonyms_set"]
        return 200, {"result": result, "reload_analyzers_details": {"_shards": {"failures": self.failures}}}


@pytest.fixture
def cluster() -> Iterator[tuple[Cluster, str]]:
    state = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, body: dict | None) -> None:
            state.authorizations.append(self.headers["Authorization"])
            address = urlsplit(self.path)
            name = address.path.removeprefix("/_synonyms/")
            query = {key: int(value[0]) for key, value in parse_qs(address.query).items()}
            code, content = (
                state.get(name, query["from"], query["size"]) if body is None else state.put(name, body)
            )
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def do_GET(self) -> None:  # noqa: N802 - the library's name
            self.answer(None)

        def do_PUT(self) -> None:  # noqa: N802 - the library's name
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield state, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def push(groups: Path, url: str, *more: object, code: int = 0) -> str:
    output = groups.with_name("set.json")
    return run(
        "elasticsearch",
        "--groups",
        groups,
        "-o",
        output,
        "--push",
        url,
        "--synonyms-set",
        "words",
        *more,
        code=code,
    )


def test_a_dry_run_says_what_would_change_and_changes_nothing(cluster, groups_file: Path) -> None:
    state, url = cluster
    state.sets["words"] = [{"id": "g-반창고", "synonyms": "반창고, 밴드"}, {"id": "mine", "synonyms": "a, b"}]
    before = json.dumps(state.sets)
    said = push(groups_file, url, "--dry-run").splitlines()
    assert said[1:] == [
        "+ g-의약품: 의약품, 약",
        "- mine: a, b",
        "~ g-반창고: 반창고, 밴드 -> 반창고, 대일밴드",
        "1 rules added, 1 removed, 1 changed",
        "dry run: nothing was sent",
    ]
    assert json.dumps(state.sets) == before


def test_a_push_replaces_the_whole_set_and_a_second_one_sends_nothing(cluster, groups_file: Path) -> None:
    state, url = cluster
    assert push(groups_file, url, "--api-key", "abc=").splitlines()[-1] == f"{url}/_synonyms/words: created"
    assert state.sets["words"] == [
        {"id": "g-반창고", "synonyms": "반창고, 대일밴드"},
        {"id": "g-의약품", "synonyms": "의약품, 약"},
    ]
    assert set(state.authorizations) == {"ApiKey abc="}
    assert (
        push(groups_file, url).splitlines()[-1]
        == f"{url}/_synonyms/words has these rules already; nothing was sent"
    )
    state.sets["words"].append({"id": "old", "synonyms": "c, d"})
    assert push(groups_file, url, "--mapping").splitlines()[-1] == f"{url}/_synonyms/words: updated"
    assert [rule["synonyms"] for rule in state.sets["words"]] == ["대일밴드 => 반창고", "약 => 의약품"]


def test_all_pages_of_a_set_are_compared_and_what_the_api_hides_is_counted(cluster, groups_file: Path) -> None:
    state, url = cluster
    state.sets["words"] = [{"id": f"{i:05}", "synonyms": f"a{i}, b{i}"} for i in range(10_003)]
    said = push(groups_file, url, "--dry-run")
    assert "2 rules added, 10,000 removed, 0 changed" in said
    assert "the set has 3 rules more, past the 10,000 that the API shows" in said


def test_a_cluster_that_refuses_or_cannot_load_the_rules_is_quoted(cluster, groups_file: Path) -> None:
    state, url = cluster
    state.failures = [{"reason": "analyzer broken"}]
    assert "1 shards could not load them: {'reason': 'analyzer broken'}" in push(groups_file, url, code=1)
    groups_file.write_text(json.dumps({"a": ["a", "b"]}))  # other rules, so that they are sent
    state.put = lambda name, body: (400, {"error": "invalid rule"})  # type: ignore[method-assign]
    assert '/_synonyms/words answered 400 to PUT: {"error": "invalid rule"}' in push(groups_file, url, code=1)


def test_a_cluster_that_is_not_there_is_named_and_the_password_is_not(groups_file: Path) -> None:
    said = push(groups_file, "http://kim:secret@127.0.0.1:9", code=1)
    assert "http://127.0.0.1:9/_synonyms/words cannot be reached" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--push", "http://localhost:9200"], "--push and --synonyms-set go together"),
        (["--dry-run"], "give --push"),
        (["--push", "localhost", "--synonyms-set", "a"], "'localhost' is no address of a cluster"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: list[str], said: str, groups_file: Path, tmp_path) -> None:
    output = run(
        "elasticsearch", "--groups", groups_file, "-o", tmp_path / "out", *options, code=1 if "'" in said else 2
    )
    assert said in output
