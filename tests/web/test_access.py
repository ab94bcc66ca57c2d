"""Who may open what, and what a stranger, a forger or a guesser gets."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update

from curator import accounts
from curator.store.models import Role, Token, User
from curator.store.session import DatabaseUnavailableError, session_factory
from curator.web import WebSettings, create_app
from curator.web.configuration import check_exposed

OPEN_TO_ALL = {"static", "start", "auth.show_login", "auth.take_login", "auth.take_link", "auth.log_out"}
OPEN_TO_ALL |= {"api_docs", "api-docs.openapi_json"}  # the document holds no data
FOR_APPROVERS = {
    "bulk.preview",
    "bulk.decide",
    "bulk.outcome",
    "adjudication.index",
    "api.preview_bulk",
    "api.decide_bulk",
    "api.list_disputes",
    "releases.make",
    "api.make_release",
}
FOR_ADMINS = {"api.list_users"}
VALUES = {"group_id": 1, "word_id": 1, "run_id": 1, "token_id": 1, "change": "decide", "token": "x"}
VALUES |= {"number": 1, "name": "solr"}
VALUES |= {"operation": "6fa459ea-ee8a-3ca4-894e-db77e160355e", "filename": "style.css"}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of each route."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, rule.build({name: VALUES[name] for name in rule.arguments})[1])
            for rule in app.url_map.iter_rules()
            if not rule.endpoint.startswith("api.")  # test_api has these
            for method in rule.methods & {"GET", "POST"}
        ]


def test_a_stranger_gets_nothing_but_the_login(app: Flask):
    client = app.test_client()
    for endpoint, method, path in routes(app):
        if endpoint in OPEN_TO_ALL:
            continue
        answer = client.open(path, method=method, headers={"Accept": "application/json"})
        assert answer.status_code in (400, 401), endpoint  # 400: no CSRF token, before anything else
        page = client.open(path, method=method)
        if method == "GET":
            assert (page.status_code, page.location.split("?")[0]) == (302, "/login"), endpoint


def test_a_stranger_with_a_valid_form_token_still_gets_nothing(app: Flask):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    for endpoint, method, path in routes(app):
        if method == "POST" and endpoint not in OPEN_TO_ALL:
            assert client.post(path, data={"csrf_token": token}).status_code == 401, endpoint


@pytest.mark.parametrize("name", ["kim", "lee", "ahn"])
def test_each_route_is_open_to_its_roles_and_closed_to_the_others(app: Flask, person: Callable, name: str):
    someone = person(name)
    for endpoint, method, path in routes(app):
        if endpoint in OPEN_TO_ALL or endpoint == "preferences.store":
            continue
        answer = someone.get(path) if method == "GET" else someone.post(path)
        is_closed = name == "kim" and endpoint in FOR_APPROVERS
        assert (answer.status_code == 403) == is_closed, (endpoint, answer.status_code)
        assert answer.status_code < 500, endpoint


def test_each_route_names_its_role(app: Flask):
    for endpoint, view in app.view_functions.items():
        if endpoint not in OPEN_TO_ALL:
            expected = Role.APPROVER if endpoint in FOR_APPROVERS else Role.REVIEWER
            assert view.needs_role == (Role.ADMIN if endpoint in FOR_ADMINS else expected), endpoint


def test_every_write_needs_the_token_of_the_session(app: Flask, kim):
    for endpoint, method, path in routes(app):
        if method == "POST":
            kim.token = "forged"
            assert kim.post(path).status_code == 400, endpoint


def test_pages_carry_the_headers_that_keep_them_to_themselves(kim):
    headers = kim.get("/groups").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_script_or_style(kim):
    for path in (
        "/queue",
        "/groups",
        "/groups/1",
        "/words",
        "/words/1",
        "/runs/1",
        "/progress",
        "/settings",
        "/map",
        "/releases",
    ):
        page = kim.get(path).text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page), path


def test_the_cookie_is_not_for_scripts_or_other_sites(app: Flask, engine: Engine):
    client = create_app(engine, WebSettings(secret_key="k" * 40, is_behind_tls=True)).test_client()
    answer = client.get("/login", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie
    assert answer.headers["Strict-Transport-Security"]


def test_an_unknown_host_is_refused(app: Flask):
    client = app.test_client()
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/login", headers={"Host": "127.0.0.1:8765"}).status_code == 200


@pytest.fixture
def with_password(engine: Engine, words) -> str:
    with session_factory(engine, for_writing=True).begin() as session:
        accounts.set_password(accounts.find_user(session, "kim"), "아주 긴 비밀번호입니다")
    return "아주 긴 비밀번호입니다"


def log_in(app: Flask, name: str, password: str, target: str = ""):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    fields = {"csrf_token": token, "name": name, "password": password, "next": target}
    return client, client.post("/login", data=fields)


def test_the_right_password_logs_in(app: Flask, with_password: str):
    client, answer = log_in(app, "kim", with_password)
    assert (answer.status_code, answer.location) == (302, "/queue")
    assert client.get("/queue").status_code == 200


def test_a_wrong_name_and_a_wrong_password_look_the_same(app: Flask, with_password: str):
    token = re.compile(r'(value|content)="[^"]{40,}"')
    pages = [log_in(app, *who)[1] for who in (("kim", "falsch-falsch"), ("nobody", "falsch-falsch"), ("lee", ""))]
    assert [page.status_code for page in pages] == [401, 401, 401]
    assert len({token.sub("", page.text) for page in pages}) == 1


def test_somebody_who_is_locked_does_not_come_in(app: Flask, engine: Engine, with_password: str, kim):
    with session_factory(engine, for_writing=True).begin() as session:
        accounts.find_user(session, "kim").is_active = False
    assert log_in(app, "kim", with_password)[1].status_code == 401
    assert kim.get("/groups").location.startswith("/login")


@pytest.mark.parametrize("change", ["password", "role"])
def test_a_session_ends_when_the_account_changes(engine: Engine, kim, change: str):
    with session_factory(engine, for_writing=True).begin() as session:
        user = accounts.find_user(session, "kim")
        if change == "password":
            accounts.set_password(user, "ein neues Passwort")
        else:
            user.role = Role.ADMIN
    assert kim.get("/groups").location.startswith("/login")


def test_a_session_ends_after_its_time(engine: Engine, words):
    app = create_app(engine, WebSettings(secret_key="k" * 40, session_time=timedelta(seconds=-1)))
    client = app.test_client()
    with session_factory(engine, for_writing=True).begin() as session:
        token = accounts.new_login_token(session, accounts.find_user(session, "kim"))
    client.get(f"/login/{token}")
    assert client.get("/groups").location.startswith("/login")


def test_guessing_is_slowed_down(app: Flask, with_password: str):
    answers = [log_in(app, "kim", "falsch-falsch")[1].status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "http:evil.example", "javascript:alert(1)"],
)
def test_the_login_does_not_lead_elsewhere(app: Flask, with_password: str, target: str):
    location = log_in(app, "kim", with_password, target)[1].location
    assert location.startswith("/")
    assert "evil" not in location or location.startswith("/evil")  # a path of this server may be called anything
    assert not location.startswith(("//", "/\\"))


def test_the_login_leads_back_to_the_page_that_was_asked_for(app: Flask, with_password: str):
    asked = app.test_client().get("/groups?pos=Noun")
    assert asked.location == "/login?next=/groups?pos%3DNoun"
    assert log_in(app, "kim", with_password, "/groups?pos=Noun")[1].location == "/groups?pos=Noun"


def test_a_login_link_works_once_and_not_for_long(app: Flask, engine: Engine, words):
    with session_factory(engine, for_writing=True).begin() as session:
        user = accounts.find_user(session, "kim")
        fresh, old = accounts.new_login_token(session, user), accounts.new_login_token(session, user)
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(Token).where(Token.digest == accounts.digest(old)).values(expires_at=past))
    codes = [app.test_client().get(f"/login/{token}").status_code for token in (fresh, fresh, old)]
    assert codes == [302, 401, 401]


def test_logging_out_is_not_done_by_a_link(kim):
    assert kim.get("/logout").status_code == 405
    kim.post("/logout")
    assert kim.get("/groups").location.startswith("/login")


@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "changemechangemechangemechangeme"])
def test_a_server_that_others_can_reach_needs_a_real_secret(secret: str):
    with pytest.raises(ValueError, match="DONGUI_SECRET_KEY"):
        check_exposed(WebSettings(secret_key=secret, hosts=("words.example.org",)), "0.0.0.0")
    check_exposed(WebSettings(secret_key=secret), "127.0.0.1")


def test_a_server_that_others_can_reach_needs_its_name():
    secret = "Zb1c9XkWq0TtLr5vYp3s7NdMhGfJaEuR"
    with pytest.raises(ValueError, match="--host-name"):
        check_exposed(WebSettings(secret_key=secret), "0.0.0.0")
    check_exposed(WebSettings(secret_key=secret, hosts=("words.example.org",)), "0.0.0.0")


def test_a_request_that_is_too_large_is_refused(kim):
    assert kim.post("/groups/1/comment", version=1, text="가" * 400_000).status_code == 413
    assert kim.post("/groups/1/comment", version=1, text="가" * 4_001).status_code == 413


def test_only_the_first_admin_is_made_by_the_terminal(engine: Engine, words):
    with session_factory(engine, for_writing=True)() as session:
        assert accounts.local_admin(session).name == "ahn"
        session.execute(update(User).where(User.name == "ahn").values(role=Role.REVIEWER))
        assert accounts.local_admin(session).role == Role.ADMIN


@pytest.mark.parametrize("path", ["/groups?word=%00", "/words?search=a%00", "/queue/groups/1/close?search=%00"])
def test_an_address_with_nul_cannot_be_read(kim, path: str):
    assert kim.get(path).status_code == 400


def test_a_form_with_nul_cannot_be_read_not_even_at_the_login(app: Flask, kim):
    assert kim.post("/groups/1/comment", version=1, text="가\0").status_code == 400
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    assert client.post("/login", data={"csrf_token": token, "name": "\0", "password": "x"}).status_code == 400


def test_a_form_of_an_ended_session_asks_for_the_login_and_one_of_another_session_says_so(app: Flask, kim):
    ended = app.test_client().post(
        "/groups/1/decide", data={"csrf_token": kim.token}, headers={"Accept": "application/json"}
    )
    assert (ended.status_code, ended.json) == (
        401,
        {"error": "세션이 끝났습니다. 다시 로그인하세요. 저장된 것은 그대로 있습니다."},
    )
    kim.token = "forged"
    other = kim.post("/groups/1/decide", json=True)
    assert (other.status_code, other.json["is_of_other_session"]) == (400, True)


def test_a_database_that_is_away_is_told_as_something_that_passes(app: Flask, engine: Engine, kim):
    def refuse(*_: object) -> None:
        raise DatabaseUnavailableError("the server does not answer")

    event.listen(engine, "before_cursor_execute", refuse)
    away = kim.post("/groups/1/decide", json=True, status="accepted", version=1)
    event.remove(engine, "before_cursor_execute", refuse)
    assert away.status_code == 503
    assert away.json["error"].startswith("지금은 데이터베이스를 쓸 수 없습니다.")
    assert kim.post("/groups/1/decide", json=True, status="accepted", version=1).status_code == 200


def test_what_cannot_be_read_of_an_address_is_told_in_the_language_of_the_page(kim):
    assert "version의 값이 &#39;x&#39;입니다" in kim.post("/groups/1/decide", version="x").text


def test_undo_without_a_decision_is_told_on_a_page(kim):
    assert kim.post("/undo").location == "/decisions"
    assert "되돌릴" in kim.get("/decisions").text
