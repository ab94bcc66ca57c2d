"""Login by OpenID Connect, against a provider of our own on this machine."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import Engine

from curator import accounts
from curator.store.session import session_factory
from curator.web import WebSettings, create_app

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Provider(BaseHTTPRequestHandler):
    """Says who it is, and gives a token for the code ``good``."""

    nonce = ""
    subject = "1234"
    audience = "dongui"

    def do_GET(self) -> None:
        issuer = f"http://127.0.0.1:{self.server.server_port}"
        answers = {
            "/.well-known/openid-configuration": {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/keys": {"keys": [KEY.as_dict(private=False)]},
        }
        self.answer(answers[self.path])

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert form["code_verifier"][0]
        claims = {
            "iss": f"http://127.0.0.1:{self.server.server_port}",
            "sub": Provider.subject,
            "aud": Provider.audience,
            "exp": int(time.time()) + 60,
            "iat": int(time.time()),
            "nonce": Provider.nonce,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
        self.answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def issuer() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def app(engine: Engine, words, issuer: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(Provider, "subject", "1234")
    monkeypatch.setattr(Provider, "audience", "dongui")
    with session_factory(engine, for_writing=True).begin() as session:
        accounts.find_user(session, "kim").oidc_subject = f"{issuer} 1234"
    client = {"oidc_issuer": issuer, "oidc_client_id": "dongui", "oidc_client_secret": "secret"}
    return create_app(engine, WebSettings(secret_key="k" * 40, **client))


def come_back(app: Flask, **changed: str):
    """Go to the provider and come back with its answer."""
    client = app.test_client()
    assert "/openid/login" in client.get("/login").text
    sent = urlsplit(client.get("/openid/login").location)
    asked = {name: values[0] for name, values in parse_qs(sent.query).items()}
    assert (sent.path, asked["client_id"], asked["code_challenge_method"]) == ("/authorize", "dongui", "S256")
    Provider.nonce = asked["nonce"]
    answer = {"code": "good", "state": asked["state"], **changed}
    return client, client.get("/openid/callback", query_string=answer)


def test_somebody_who_was_added_comes_in(app: Flask):
    client, answer = come_back(app)
    assert (answer.status_code, answer.location) == (302, "/queue")
    assert client.get("/groups").status_code == 200


def test_somebody_who_was_not_added_stays_out_and_reads_what_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Provider, "subject", "9999")
    client, answer = come_back(app)
    assert answer.status_code == 401
    assert "9999" in answer.text
    assert client.get("/groups").location.startswith("/login")


def test_somebody_who_is_locked_stays_out(app: Flask, engine: Engine):
    with session_factory(engine, for_writing=True).begin() as session:
        accounts.find_user(session, "kim").is_active = False
    assert come_back(app)[1].status_code == 401


def test_an_answer_that_nobody_asked_for_is_refused(app: Flask):
    assert come_back(app, state="forged")[1].status_code == 400


def test_a_token_for_another_application_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Provider, "audience", "somebody-else")
    assert come_back(app)[1].status_code == 400


def test_without_a_provider_there_is_no_such_login(engine: Engine, words):
    client = create_app(engine, WebSettings(secret_key="k" * 40)).test_client()
    assert client.get("/openid/login").status_code == 404
    assert "/openid/login" not in client.get("/login").text
