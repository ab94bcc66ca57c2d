"""The API: tokens, changes, refusals, and that it keeps to its own document."""

from collections.abc import Iterator

import pytest
import schemathesis
from api_program import Program, token_for
from flask import Flask
from hypothesis import HealthCheck, given, settings
from review_data import Words
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine, func, select

from curator.store import migrate
from curator.store.models import Decision, Token
from curator.store.session import opened, session_factory
from curator.web import WebSettings, create_app


@pytest.fixture
def kim(app: Flask, engine: Engine) -> Program:
    return Program(app, token_for(engine, "kim"))


@pytest.fixture
def lee(app: Flask, engine: Engine) -> Program:
    return Program(app, token_for(engine, "lee"))


VALUES = {"operation": "6fa459ea-ee8a-3ca4-894e-db77e160355e", "number": "1", "name": "solr"}
FOR_APPROVERS = {("GET", "/api/v1/bulk"), ("POST", "/api/v1/bulk"), ("GET", "/api/v1/disputes")}
FOR_APPROVERS |= {("POST", "/api/v1/releases")}
FOR_ADMINS = {("GET", "/api/v1/users")}


def api_routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            path = rule.rule.replace("<int:", "<").replace("<uuid:", "<")
            for name, value in VALUES.items():
                path = path.replace(f"<{name}>", value)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield (
                    method,
                    "".join("1" if part.endswith("_id") else part for part in path.replace(">", "<").split("<")),
                )


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer wrong", "Basic a2ltOng="])
def test_a_stranger_gets_401_everywhere(app: Flask, header: str | None):
    headers = {} if header is None else {"Authorization": header}
    for method, path in api_routes(app):
        answer = app.test_client().open(path, method=method, headers=headers)
        assert (answer.status_code, list(answer.json)) == (401, ["error"]), path


@pytest.mark.parametrize(
    ("name", "closed"), [("kim", FOR_APPROVERS | FOR_ADMINS), ("lee", FOR_ADMINS), ("ahn", set())]
)
def test_each_route_is_open_to_its_roles_and_closed_to_the_others(
    app: Flask, engine: Engine, name: str, closed: set
):
    for method, path in api_routes(app):
        headers = {"Authorization": f"Bearer {token_for(engine, name)}"}  # one of the routes revokes the first
        answer = app.test_client().open(path, method=method, headers=headers, buffered=True)
        assert (answer.status_code == 403) == ((method, path) in closed), (method, path, answer.status_code)
        assert answer.status_code < 500, path


def test_the_session_of_the_browser_does_not_open_the_api(person):
    assert person("kim").get("/api/v1/groups").status_code == 401


def test_a_revoked_token_opens_nothing(engine: Engine, kim: Program):
    assert kim.call("GET", "/groups").status_code == 200
    with session_factory(engine, for_writing=True).begin() as session:
        token = session.scalars(select(Token).order_by(Token.id.desc())).first()
        token.revoked_at = token.created_at
    assert kim.call("GET", "/groups").status_code == 401


def test_bulk_decisions_are_for_approvers(kim: Program, lee: Program):
    body = {"filter": {"status": "proposed"}, "status": "accepted", "n_expected": 3}
    assert kim.call("POST", "/bulk", **body).status_code == 403
    assert kim.call("GET", "/bulk?status=proposed").status_code == 403
    assert lee.call("GET", "/bulk?status=proposed").json["n_groups"] == 3
    outcome = lee.call("POST", "/bulk", **body).json
    assert (outcome["n_decided"], outcome["n_taken"], outcome["n_held"]) == (3, 0, 0)
    assert lee.call("POST", f"/operations/{outcome['operation']}/undo").json == {"n_undone": 3, "n_kept": 0}
    assert lee.call("POST", "/bulk", **{**body, "n_expected": 9}).status_code == 409


def test_groups_come_page_by_page(kim: Program):
    first = kim.call("GET", "/groups?order=size&limit=2").json
    second = kim.call("GET", f"/groups?order=size&limit=2&after={first['after']}").json
    assert [group["id"] for group in first["groups"] + second["groups"]] == [3, 1, 2]
    assert second["after"] is None
    assert [member["text"] for member in first["groups"][0]["members"]] == ["바", "사", "아", "자"]


def test_groups_are_filtered_by_numbers_in_the_address(kim: Program):
    found = kim.call("GET", "/groups?run_id=1&min_members=3&max_members=3").json["groups"]
    assert [group["id"] for group in found] == [1]
    assert kim.call("GET", "/groups?run_id=1.5").status_code == 422


def test_changes_give_back_the_groups_they_leave(kim: Program, words: Words):
    taken_out = kim.call("POST", "/groups/1/take-out", version=1, word_id=words["다"]).json["groups"]
    assert [(group["id"], group["version"]) for group in taken_out] == [(1, 2)]
    assert [member["is_removed"] for member in taken_out[0]["members"]] == [False, False, True]
    moved = kim.call("POST", "/groups/3/move", version=1, word_id=words["자"], target_id=1, target_version=2).json[
        "groups"
    ]
    assert [(group["id"], group["version"]) for group in moved] == [(3, 2), (1, 3)]
    assert kim.call("POST", "/groups/1/rename", version=3, word_id=words["자"]).status_code == 200
    assert (
        kim.call("POST", "/groups/1/verdict", version=4, status="accepted").json["groups"][0]["status"]
        == "accepted"
    )
    detail = kim.call("GET", "/groups/1").json
    assert [row["action"] for row in detail["decisions"]] == ["accept", "rename", "move", "remove"]
    assert [row["can_undo"] for row in detail["decisions"]] == [True, False, False, False]
    undone = kim.call("POST", f"/decisions/{detail['decisions'][0]['id']}/undo").json["groups"]
    assert undone[0]["status"] == "proposed"


def test_a_stale_change_is_a_409_with_the_version_of_now(kim: Program):
    kim.call("POST", "/groups/1/verdict", version=1, status="accepted")
    answer = kim.call("POST", "/groups/1/verdict", version=1, status="rejected")
    assert (answer.status_code, answer.json["current_version"]) == (409, 2)


def test_a_change_that_is_sent_twice_is_stored_once(kim: Program, engine: Engine):
    body = {"version": 1, "status": "accepted", "operation": "6fa459ea-ee8a-3ca4-894e-db77e160355e"}
    answers = [kim.call("POST", "/groups/1/verdict", **body).json for _ in range(2)]
    assert answers[0] == answers[1]
    with session_factory(engine)() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/groups/99/verdict", {"version": 1, "status": "accepted"}, 404),
        ("/groups/1/verdict", {"version": 1, "status": "proposed"}, 422),
        ("/groups/1/verdict", {"status": "accepted"}, 422),
        ("/groups/1/verdict", {"version": "1", "status": "accepted"}, 422),
        ("/groups/1/verdict", {"version": 1, "status": "accepted", "more": 1}, 422),
        ("/groups/1/add", {"version": 1, "word_id": 2**63}, 422),
        ("/groups/1/split", {"version": 1, "word_ids": [1]}, 422),
        ("/groups/1/comments", {"text": ""}, 422),
        ("/decisions/1/undo", {}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(kim: Program, path: str, body: dict, code: int):
    answer = kim.call("POST", path, **body)
    assert answer.status_code == code
    assert answer.json["error"]


def test_leases_are_taken_held_and_given_back(kim: Program, lee: Program):
    assert [group["id"] for group in kim.call("POST", "/leases", n_groups=2).json] == [3, 2]
    assert [group["id"] for group in lee.call("POST", "/leases", n_groups=2).json] == [1]
    assert kim.call("PUT", "/leases", group_ids=[3]).json["expires_at"]
    assert kim.call("PUT", "/leases", group_ids=[1]).json["expires_at"] is None
    assert lee.call("DELETE", "/leases").json == {"n_released": 1}


def test_words_runs_and_progress_are_there(kim: Program, words: Words):
    assert [word["text"] for word in kim.call("GET", "/words?limit=2").json] == ["가", "나"]
    assert [word["text"] for word in kim.call("GET", "/words?search=차").json] == ["차"]
    kim.call("POST", "/groups/1/verdict", version=1, status="accepted")
    word = kim.call("GET", f"/words/{words['가']}").json
    assert (word["group_ids"], word["together"], word["apart"]) == ([1], [words["나"], words["다"]], [])
    assert kim.call("GET", "/runs").json[0]["id"] == 1
    assert kim.call("GET", "/runs/1").json["manifest"] == {}
    progress = kim.call("GET", "/progress").json
    assert progress["by_person_and_day"][0]["n_groups"] == 1
    assert progress["by_confidence"][7] == {"low": 0.7, "high": 0.8, "n_accepted": 1, "n_rejected": 0}


def test_the_words_beside_a_group_are_there(kim: Program, words: Words):
    removed = kim.call("POST", "/groups/3/take-out", version=1, word_id=words["아"])
    assert removed.status_code == 200
    close = kim.call("GET", "/groups/3/close-words").json
    assert close[0] == {
        "word_id": words["아"],
        "text": "아",
        "pos": "Noun",
        "frequency": close[0]["frequency"],
        "group_id": None,
        "group_version": None,
        "is_removed": True,
    }
    found = kim.call("GET", "/groups/3/close-words?search=차").json
    assert [(word["text"], word["is_removed"]) for word in found] == [("차", False)]
    assert kim.call("GET", "/groups/99/close-words").status_code == 404


def test_the_document_is_openapi_3_1_and_has_a_page(app: Flask, person):
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]["/api/v1/groups/{group_id}/verdict"]["post"]["responses"]) >= {
        "200",
        "401",
        "409",
    }
    page = person("kim").get("/api/v1/docs").text
    assert "POST /api/v1/groups/{group_id}/verdict" in page
    assert "http" not in page.split("<main")[1].replace("http-equiv", "")


@pytest.fixture(scope="module")
def fuzzed_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    from review_data import mine_groups

    with opened(str(tmp_path_factory.mktemp("fuzz") / "words.db"), create=True) as engine:
        migrate.upgrade(engine)
        mine_groups(engine, "가나다", "라마", "바사아자", "차카타파", spare="하")
        yield create_app(engine, WebSettings(secret_key="k" * 40)), token_for(engine, "lee")


def test_the_api_keeps_to_its_document_whatever_comes(fuzzed_app: tuple[Flask, str]):
    app, token = fuzzed_app
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 44
    for operation in operations:
        keep_to_document(operation, token)


def keep_to_document(operation: schemathesis.schemas.APIOperation, token: str) -> None:
    """Send what hypothesis makes of one operation's document, valid or not, and check the answers against it."""

    @settings(
        max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
    )
    @given(operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
                response_headers_conformance,
            ],
        )

    check()


def test_a_misspelt_filter_is_refused(kim: Program):
    answer = kim.call("GET", "/groups?min_confidense=.9")
    assert answer.status_code == 422
    assert answer.json["errors"] == {"query": {"min_confidense": ["Unknown field."]}}


def test_json_that_is_nested_too_deeply_cannot_be_read(kim: Program):
    answer = kim.client.post(
        "/api/v1/groups/1/verdict", data="[" * 100_000, content_type="application/json", headers=kim.headers
    )
    assert (answer.status_code, answer.json["errors"]) == (400, {"json": ["Nested too deeply."]})


def test_the_api_speaks_one_language(app: Flask, kim: Program):
    assert app.test_client().get("/api/v1/me").json["error"].startswith("There is no valid token.")
    assert kim.call("GET", "/nothing").json == {"error": "There is nothing at this address."}
    assert kim.call("GET", "/groups/99").json == {"error": "there is no group 99"}
    assert kim.call("GET", "/groups?limit=x").json["error"] == "The request cannot be carried out."


def test_a_group_that_is_not_there_is_not_held(kim: Program):
    answer = kim.call("PUT", "/leases", group_ids=[1, 99])
    assert (answer.status_code, answer.json) == (404, {"error": "there is no group 99"})
