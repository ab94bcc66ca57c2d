"""`curator serve` and `curator user` as commands; and a server that is killed in the middle of its work."""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from click.testing import CliRunner
from review_data import mine_groups
from sqlalchemy import Engine, select

from curator import accounts
from curator.cli import main
from curator.store.models import Decision, Group, User
from curator.store.session import opened, session_factory

SERVE = [sys.executable, "-c", "from curator.cli import main; main()", "serve", "--port", "0"]


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """The command in a process of its own; its port and the link it shows."""
    process = subprocess.Popen([*SERVE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)(/login/\S+)", line):
                yield process, int(found[1]), found[2]
                return
        pytest.fail(process.stderr.read())
    finally:
        process.kill()
        process.communicate()


def test_on_an_empty_machine_it_makes_the_database_and_shows_a_link_that_works_once(tmp_path: Path):
    with served("--database", str(tmp_path / "new.db")) as (_, port, link):
        codes = []
        for _ in range(2):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", link)
            codes.append(connection.getresponse().status)
            connection.close()
        assert codes == [302, 401]
    with opened(str(tmp_path / "new.db")) as engine, session_factory(engine)() as session:
        assert [str(user.role) for user in session.scalars(select(User))] == ["admin"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "0.0.0.0", "--host-name", "words.example.org"], "set DONGUI_SECRET_KEY"),
        (["--database", "nowhere/words.db"], "the folder nowhere"),
    ],
)
def test_what_is_not_safe_or_not_there_is_said_before_the_start(options: list[str], message: str):
    result = CliRunner().invoke(main, ["serve", *options], env={"DONGUI_SECRET_KEY": ""})
    assert result.exit_code == 1
    assert message in result.output


def test_users_are_added_listed_and_changed(tmp_path: Path):
    database = ["--database", str(tmp_path / "words.db")]
    runner = CliRunner()
    words = "아주 긴 비밀번호입니다\n"
    added = runner.invoke(main, ["user", *database, "add", "kim", "--role", "approver"], input=words * 2)
    assert added.exit_code == 0, added.output
    linked = runner.invoke(main, ["user", *database, "add", "lee", "--link"])
    assert re.search(r"/login/\S{40,}", linked.output)
    assert "there is a user kim already" in runner.invoke(main, ["user", *database, "add", "kim", "--link"]).output
    short = runner.invoke(main, ["user", *database, "add", "ahn", "--password", "short"])
    assert "expected 10 or more" in short.output
    assert runner.invoke(main, ["user", *database, "change", "lee", "--lock"]).exit_code == 0
    assert "there is no user nobody" in runner.invoke(main, ["user", *database, "change", "nobody"]).output
    listed = runner.invoke(main, ["user", *database, "list"]).output
    assert listed.splitlines() == ["kim\tapprover\tactive", "lee\treviewer\tlocked"]
    with opened(str(tmp_path / "words.db")) as engine, session_factory(engine)() as session:
        assert accounts.check_password(session, "kim", words.strip()) is not None


class Reviewer(threading.Thread):
    """Accepts groups one after another until the server is gone."""

    def __init__(self, port: int, token: str, groups: list[int]) -> None:
        super().__init__()
        self.port, self.token, self.groups = port, token, groups
        self.acknowledged: list[int] = []

    def run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps({"version": 1, "status": "accepted"})
        try:
            for group in self.groups:
                connection.request("POST", f"/api/v1/groups/{group}/verdict", body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.acknowledged.append(group)
        except (OSError, HTTPException):
            pass  # the server was killed, as it should be
        finally:
            connection.close()


def test_a_server_that_is_killed_keeps_every_acknowledged_decision_and_none_twice(
    engine: Engine, database_url: str
):
    n_reviewers, n_each = 20, 20
    letters = [chr(0xAC00 + n) for n in range(2 * n_reviewers * n_each)]
    mine_groups(engine, *(a + b for a, b in zip(letters[::2], letters[1::2], strict=True)))
    with session_factory(engine, for_writing=True).begin() as session:
        token = accounts.new_api_token(session, accounts.find_user(session, "kim"), "test")
    with served("--database", database_url) as (process, port, _):
        keys = range(1, n_reviewers * n_each + 1)
        reviewers = [Reviewer(port, token, list(keys[n::n_reviewers])) for n in range(n_reviewers)]
        for reviewer in reviewers:
            reviewer.start()
        while sum(len(reviewer.acknowledged) for reviewer in reviewers) < 60:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        for reviewer in reviewers:
            reviewer.join()
    acknowledged = {group for reviewer in reviewers for group in reviewer.acknowledged}
    with session_factory(engine)() as session:
        decided = session.scalars(select(Decision.group_id)).all()
        accepted = set(session.scalars(select(Group.id).where(Group.status == "accepted")))
    assert len(acknowledged) < n_reviewers * n_each, "the server was killed too late"
    assert len(decided) == len(set(decided))
    assert acknowledged <= set(decided)
    assert set(decided) == accepted


def test_an_answer_tells_how_long_the_server_worked_on_it(kim):
    timing = kim.get("/groups").headers["Server-Timing"]
    total, cpu = map(float, re.fullmatch(r"total;dur=(\d+\.\d), cpu;dur=(\d+\.\d)", timing).groups())
    assert total > 0
    assert cpu > 0
