"""A program that uses the API with somebody's token."""

from typing import Any

from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from curator import accounts
from curator.store.session import session_factory


class Program:
    """A client of the API with somebody's token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **body: Any) -> TestResponse:
        json = body or None
        address = f"/api/v1{path}"
        return self.client.open(address, method=method, json=json, headers=self.headers, buffered=True)


def token_for(engine: Engine, name: str) -> str:
    """A new token of a user."""
    with session_factory(engine, for_writing=True).begin() as session:
        return accounts.new_api_token(session, accounts.find_user(session, name), "test")
