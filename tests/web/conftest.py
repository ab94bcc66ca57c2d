"""The application on both databases, with people logged in, and a server for a real browser."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from review_data import Words, mine_groups
from sqlalchemy import Engine, insert
from werkzeug.test import TestResponse

from curator import accounts
from curator.store.models import Example
from curator.store.session import session_factory, writing
from curator.web import WebSettings, create_app
from curator.web.auth import limiter

EVIL = "<script>alert(1)</script> \u202eabc\u202c 가 & 나"


@pytest.fixture
def words(engine: Engine) -> Words:
    """Open groups 1 가나다, 2 라마, 3 바사아자, and the free word 차; sentences, one of them full of markup."""
    words = mine_groups(engine, "가나다", "라마", "바사아자", spare="차")
    rows = [
        {"word_id": key, "sentence": f"{text}을 보았다 {n}", "start": 0, "end": 1}
        for text, key in words.items()
        for n in range(3)
    ]
    rows[0].update(sentence=EVIL, start=EVIL.index("가"), end=EVIL.index("가") + 1)
    with writing(engine).begin() as connection:
        connection.execute(
            insert(Example), [{**row, "run_id": 1, "document": "말뭉치.csv", "row": 7} for row in rows]
        )
    return words


@pytest.fixture
def app(engine: Engine, words: Words) -> Iterator[Flask]:
    app = create_app(engine, WebSettings(secret_key="k" * 40, login_limit="5 per minute"))
    app.testing = True
    yield app
    limiter.reset()


@dataclass
class Person:
    """Somebody at the application, with the token that forms need."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **values: object) -> TestResponse:
        return self.client.get(path, buffered=True, **values)

    def post(self, path: str, json: bool = False, **fields: object) -> TestResponse:
        headers = {"Accept": "application/json" if json else "text/html"}
        return self.client.post(path, data={"csrf_token": self.token, **fields}, headers=headers)


@pytest.fixture
def person(app: Flask, engine: Engine, words: Words) -> Callable[[str], Person]:
    """Returns somebody who is logged in: kim (reviewer), lee (approver) or ahn (admin)."""

    def log_in(name: str) -> Person:
        client = app.test_client()
        with session_factory(engine, for_writing=True).begin() as session:
            token = accounts.new_login_token(session, accounts.find_user(session, name))
        assert client.get(f"/login/{token}").status_code == 302
        page = client.get("/groups").text
        return Person(client, re.search(r'name="csrf-token" content="([^"]+)"', page)[1])

    return log_in


@pytest.fixture
def kim(person: Callable[[str], Person]) -> Person:
    return person("kim")


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The application on a port, as `curator serve` runs it; its address."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=0.05, map=server._map, count=1)
        # In this thread, as the loop must not find its sockets closed by another one.
        server.task_dispatcher.shutdown(timeout=10)
        server.asyncore.close_all(server._map)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    stopping.set()
    thread.join()


@pytest.fixture
def open_page(browser: Browser, server: str, engine: Engine) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody, in a browser of their own; no error may be left on any console."""
    errors: list[str] = []
    contexts = []

    def open_page(name: str = "kim", path: str = "/queue", **options: object) -> Page:
        context = browser.new_context(**{"locale": "ko-KR", "base_url": server, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None)
        with session_factory(engine, for_writing=True).begin() as session:
            token = accounts.new_login_token(session, accounts.find_user(session, name))
        page.goto(f"/login/{token}")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
