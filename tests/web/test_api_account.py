"""Accounts, settings, tokens, decisions, disputes and runs by the API."""

from datetime import UTC, datetime

import pytest
from api_program import Program, token_for
from flask import Flask
from review_data import Words
from sqlalchemy import Engine, update

from curator.store.models import Run
from curator.store.session import session_factory


@pytest.fixture
def programs(app: Flask, engine: Engine) -> dict[str, Program]:
    return {name: Program(app, token_for(engine, name)) for name in ("kim", "lee", "ahn")}


def test_a_token_knows_whose_it_is_and_an_administrator_sees_all(programs):
    assert programs["kim"].call("GET", "/me").json["role"] == "reviewer"
    users = programs["ahn"].call("GET", "/users").json
    assert [(user["name"], user["role"], user["is_active"]) for user in users] == [
        ("ahn", "admin", True),
        ("kim", "reviewer", True),
        ("lee", "approver", True),
    ]
    assert not {"password_hash", "oidc_subject"} & users[0].keys()


def test_settings_are_changed_in_part_and_the_page_follows(programs, person):
    kim = programs["kim"]
    assert kim.call("GET", "/settings").json["keys"]["accept"] == "KeyA"
    changed = kim.call("PATCH", "/settings", theme="dark", keys={"accept": "KeyQ"}).json
    assert (changed["theme"], changed["keys"]["accept"], changed["keys"]["reject"]) == ("dark", "KeyQ", "KeyX")
    page = person("kim").get("/queue").text
    assert 'data-theme="dark"' in page
    assert '"accept": "KeyQ"' in page
    assert kim.call("PATCH", "/settings", language="en").json["theme"] == "dark"


@pytest.mark.parametrize(
    "body", [{"theme": "pink"}, {"keys": {"accept": "KeyX"}}, {"keys": {"fly": "KeyF"}}, {"x": 1}]
)
def test_settings_that_cannot_be_are_refused(programs, body: dict):
    answer = programs["kim"].call("PATCH", "/settings", **body)
    assert answer.status_code == 422
    assert programs["kim"].call("GET", "/settings").json["theme"] == "auto"


def test_ones_own_tokens_are_listed_and_revoked_but_not_those_of_others(programs):
    kim, lee = programs["kim"], programs["lee"]
    (token,) = kim.call("GET", "/tokens").json
    assert "digest" not in token
    assert lee.call("DELETE", f"/tokens/{token['id']}").status_code == 404
    assert kim.call("DELETE", f"/tokens/{token['id']}").json["revoked_at"]
    assert kim.call("GET", "/tokens").status_code == 401


def test_decisions_are_listed_by_person_and_by_word(programs, words: Words):
    for name, group in (("kim", 1), ("lee", 3), ("kim", 2)):
        programs[name].call("POST", f"/groups/{group}/verdict", version=1, status="accepted")
    own = programs["kim"].call("GET", "/decisions").json
    assert [(row["group_id"], row["user"], row["can_undo"]) for row in own] == [(2, "kim", True), (1, "kim", True)]
    assert [row["group_id"] for row in programs["kim"].call("GET", f"/decisions?before={own[0]['id']}").json] == [
        1
    ]
    of_word = programs["kim"].call("GET", f"/words/{words['바']}/decisions").json
    assert [(row["group_id"], row["user"]) for row in of_word] == [(3, "lee")]
    assert programs["kim"].call("GET", "/words/99/decisions").status_code == 404


def test_disputes_are_listed_and_settled_and_agreement_is_counted(app: Flask, programs):
    app.config["N_OPINIONS"] = 2
    kim, lee = programs["kim"], programs["lee"]
    kim.call("POST", "/groups/1/verdict", version=1, status="accepted")
    lee.call("POST", "/groups/1/verdict", version=1, status="rejected")
    (dispute,) = lee.call("GET", "/disputes").json
    assert (dispute["group"]["id"], dispute["opinions"]) == (1, {"kim": "accepted", "lee": "rejected"})
    agreement = kim.call("GET", "/progress").json["agreement"]
    assert agreement["pairs"] == [{"names": ["kim", "lee"], "n_groups": 1, "cohen_kappa": 0.0}]
    assert agreement["n_groups"] == 1
    lee.call("POST", "/groups/1/verdict", version=1, status="accepted")
    assert lee.call("GET", "/disputes").json == []


def test_a_run_has_its_funnel_and_what_became_of_its_groups(programs, engine: Engine):
    report = {"n_rows": 10, "n_counted_sentences": 9}
    manifest = {"stages": {"eojeols": {"report": report}, "groups": {"report": {"n_groups": 3}}}}
    with session_factory(engine, for_writing=True).begin() as session:
        session.execute(update(Run).values(manifest=manifest, finished_at=datetime.now(UTC)))
    programs["kim"].call("POST", "/groups/1/verdict", version=1, status="accepted")
    run = programs["kim"].call("GET", "/runs/1").json
    assert run["funnel"] == [
        {"step": "rows read", "n": 10},
        {"step": "sentences", "n": 9},
        {"step": "groups", "n": 3},
    ]
    assert run["by_status"] == {"accepted": 1, "proposed": 2}
