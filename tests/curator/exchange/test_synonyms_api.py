"""What a cluster, or what stands in its place, answers to a push, and what is said of it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from curator.export import synonyms_api
from curator.export.synonyms_api import RulesDifference, SynonymsServer

BODY = json.dumps({"synonyms_set": [{"id": "g-1", "synonyms": "약, 의약품"}]}).encode()
Answer = Callable[[BaseHTTPRequestHandler], None]


def says(content: bytes, *, code: int = 200, n_missing_bytes: int = 0, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content) + n_missing_bytes))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hangs_up(_: BaseHTTPRequestHandler) -> None:
    pass


def says_nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"nonsense\r\n\r\n")


@contextmanager
def served(answer: Answer) -> Iterator[tuple[str, list[str | None]]]:
    """Address of a server that answers so to everything, and the authorizations that it gets."""
    authorizations: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the library's name
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            authorizations.append(self.headers["Authorization"])
            answer(self)

        do_PUT = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", authorizations
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(b'{"error": "no"}', code=401), '401 to GET: {"error": "no"}'),
        (says("내부 오류".encode(), code=500), "500 to GET: 내부 오류"),
        (says(b"<html>Not found</html>", code=404), "404 to GET: <html>"),  # a proxy, and no set that is missing
        (says(b"<html>"), "did not answer GET as Elasticsearch does (Expecting value"),
        (says(b"[1]"), "(the answer is no JSON object); expected Elasticsearch 8.10 or newer"),
        (says(b'{"tagline": "You Know, for Search"}'), '(the answer has no "count" and "synonyms_set")'),
        (says(b'{"count": 1, "synonyms_set": [{"synonyms": "a, b"}]}'), '(a rule has no "id" and "synonyms")'),
        (says(b'{"count":', n_missing_bytes=90), "broke off its answer to GET: IncompleteRead"),
        (hangs_up, "broke off its answer to GET: RemoteDisconnected"),
        (says_nonsense, "broke off its answer to GET: BadStatusLine"),
    ],
)
def test_an_answer_that_is_none_is_told_with_the_address(answer: Answer, said: str) -> None:
    with served(answer) as (url, _), pytest.raises(OSError, match=f"{url}/_synonyms/words") as error:
        SynonymsServer(url, "words").difference(BODY)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(b"[]"), "did not answer PUT as Elasticsearch does (the answer is no JSON object)"),
        (says(b"{}"), '(the answer has no "result")'),
        (
            says(b'{"res', n_missing_bytes=90),
            "whether the rules were replaced is not known, --dry-run tells",
        ),
        (
            says(b'{"result": "updated", "reload_analyzers_details": {"_shards": {"total": 3, "failed": 2}}}'),
            "the rules were stored, but 2 shards could not load them: no reason is given",
        ),
    ],
)
def test_a_push_of_which_it_is_not_sure_that_it_was_taken_is_an_error(answer: Answer, said: str) -> None:
    with served(answer) as (url, _), pytest.raises(OSError, match=f"{url}/_synonyms/words") as error:
        SynonymsServer(url, "words").replace(BODY)
    assert said in str(error.value)


def test_a_cluster_that_does_not_answer_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synonyms_api, "TIMEOUT_SECONDS", 0.5)
    is_over = threading.Event()

    def waits(_: BaseHTTPRequestHandler) -> None:
        is_over.wait()

    with served(waits) as (url, _):
        try:
            with pytest.raises(OSError, match="broke off its answer to PUT: TimeoutError.*is not known") as error:
                SynonymsServer(url, "words").replace(BODY)
        finally:
            is_over.set()
    assert f"{url}/_synonyms/words" in str(error.value)


def test_another_host_that_the_cluster_points_to_does_not_see_the_password() -> None:
    nothing = says(b'{"count": 0, "synonyms_set": []}')
    with (
        served(nothing) as (elsewhere, seen_there),
        served(says(b"", code=302, Location=elsewhere)) as (url, seen),
    ):
        server = SynonymsServer(url.replace("//", "//kim:secret@"), "words")
        assert server.difference(BODY) == RulesDifference({"g-1": "약, 의약품"}, {}, {})
    assert seen == ["Basic a2ltOnNlY3JldA=="]
    assert seen_there == [None]


@pytest.mark.parametrize(
    "url", ["kim:secret@host:9200", "http://kim:se/cret@host:9200", "http://kim:secret@host:x"]
)
def test_an_address_that_is_none_is_told_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="'host:.*' is no address of a cluster; expected e.g. https:") as error:
        SynonymsServer(url, "words")
    assert "se" not in str(error.value)
