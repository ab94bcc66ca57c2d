"""One transaction for each request: for reading, or for writing where the view says so."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from curator.store.session import leasing as leasing_only
from curator.store.session import reading as reading_only
from curator.store.session import session_factory

EXTENSION = "dongui_database"


@dataclass(frozen=True, slots=True)
class Database:
    """The database of an application, with what makes its sessions.

    :ivar turn: to be held while writing. SQLite has one writer at a time, and one that finds it locked sleeps
        and tries again, up to a tenth of a second late each time; the threads here wake each other instead.
    """

    engine: Engine
    read: sessionmaker[Session]
    write: sessionmaker[Session]
    write_at_ease: sessionmaker[Session]
    lease: sessionmaker[Session]
    turn: AbstractContextManager[object]


def init_app(app: Flask, engine: Engine) -> None:
    """Let the views of an application use a database."""
    app.extensions[EXTENSION] = Database(
        engine,
        read=session_factory(reading_only(engine)),
        write=session_factory(engine, for_writing=True),
        write_at_ease=session_factory(engine, for_writing=True, is_durable=False),
        lease=session_factory(leasing_only(engine)),
        turn=threading.Lock() if engine.dialect.name == "sqlite" else nullcontext(),
    )


def database_of_app() -> Database:
    """Return the database of the application that handles the request."""
    return cast(Database, current_app.extensions[EXTENSION])


def engine_of_app() -> Engine:
    """Return the engine of that database."""
    return database_of_app().engine


@contextmanager
def reading() -> Iterator[Session]:
    """Yield a session that reads one state of the database."""
    with database_of_app().read() as session:
        yield session


@contextmanager
def writing(*, is_durable: bool = True) -> Iterator[Session]:
    """Yield a session whose changes are stored together at the end, or not at all.

    Others wait meanwhile: read and render what the answer shows after it.

    :param is_durable: whether they must outlast a failure of power, for which the disk is waited for. Leases
        need not: who lost one is told so.
    """
    database = database_of_app()
    sessions = database.write if is_durable else database.write_at_ease
    with database.turn, sessions() as session, session.begin():
        yield session


@contextmanager
def leasing() -> Iterator[Session]:
    """Yield a session for ``lease_first``, whose statements count one by one on PostgreSQL."""
    database = database_of_app()
    with database.turn, database.lease() as session, session.begin():
        yield session


def write_sessions() -> Callable[[], AbstractContextManager[Session]]:
    """Return what makes sessions for writing, for work that needs more than one transaction."""
    database = database_of_app()

    @contextmanager
    def in_turn() -> Iterator[Session]:
        with database.turn, database.write() as session:
            yield session

    return in_turn
