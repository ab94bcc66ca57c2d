"""``curator export elasticsearch --push``: what it says, does, and refuses."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from exchange_helpers import run_export as run


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
