"""Engines and sessions, the same on SQLite and PostgreSQL, with errors that say what to do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DisconnectionError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_SECONDS = 30.0  # how long SQLite waits for another writer
CONNECT_TIMEOUT_SECONDS = 10  # how long PostgreSQL may take to answer
N_CONNECTIONS = 5  # kept open by programs that work on one thing at a time
MAX_IDLE_SECONDS = 5.0  # a connection that was used just before is taken to be alive still

# What the drivers say, in lower case, what that means, and what to do.
REMEDIES = {
    "database is locked": "another process is writing to it; wait until that is done, then try again",
    "locknotavailable": "another process is writing to it; wait until that is done, then try again",
    "database or disk is full": "the disk is full; nothing of this was stored; make room, then try again",
    "diskfull": "the disk is full; nothing of this was stored; make room, then try again",
    "file is not a database": "the file is no SQLite database; give another path, or move the file away",
    "malformed": "the file is damaged; restore it from a copy",
    "readonly database": "the file or its folder cannot be written; change its permissions",
    "unable to open database file": "the file cannot be opened; check its path and permissions",
    "disk i/o error": "the disk does not read or write; check it",
    "password authentication failed": "user or password is wrong; check the URL",
    "does not exist": "the server has no such database or user; create it, or check the URL",
    "connection": "the server does not answer; check that it runs and that host and port are right",
}


class DatabaseUnavailableError(OSError):
    """The database cannot be used as things are: locked, full, unreachable, or no database."""


def open_engine(
    address: str,
    *,
    create: bool = False,
    busy_timeout_seconds: float | None = None,
    n_connections: int = N_CONNECTIONS,
) -> Engine:
    """Open a database.

    :param address: ``sqlite:///`` or ``postgresql://`` URL, or the path of a SQLite file.
    :param create: whether a SQLite file that is not there may be made.
    :param busy_timeout_seconds: how long SQLite waits for another writer; 30 s if None.
    :param n_connections: kept open; more are closed after each use, with all that they know of their statements.
    :raises ValueError: if the address is no such URL.
    :raises FileNotFoundError: if the SQLite file, or the folder for it, is not there.
    """
    url = parse_address(address)
    if url.get_backend_name() == "sqlite":
        check_file(url, create)
        timeout = BUSY_TIMEOUT_SECONDS if busy_timeout_seconds is None else busy_timeout_seconds
        connect_args: dict[str, Any] = {"timeout": timeout}
    else:
        connect_args = {"connect_timeout": CONNECT_TIMEOUT_SECONDS}
    engine = create_engine(
        url,
        connect_args=connect_args,
        pool_size=n_connections,
        json_serializer=partial(json.dumps, ensure_ascii=False),
    )
    event.listen(engine, "handle_error", explain)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_up_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    else:
        event.listen(engine, "begin", begin_postgresql)
        event.listen(engine, "checkin", note_return)
        event.listen(engine, "checkout", partial(check_alive, engine.dialect))
    return engine


@contextmanager
def opened(address: str, *, create: bool = False) -> Iterator[Engine]:
    """Open a database as ``open_engine`` does, and close it at the end.

    :raises ValueError: if the address is no such URL.
    :raises FileNotFoundError: if the SQLite file, or the folder for it, is not there.
    """
    engine = open_engine(address, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def session_factory(
    engine: Engine, *, for_writing: bool = False, is_durable: bool = True
) -> sessionmaker[Session]:
    """Return a maker of sessions on the engine.

    :param for_writing: take SQLite's write lock at the start of the transaction. A transaction that reads
        first and writes then would fail at once, without waiting, when another writer came between.
    :param is_durable: as in ``writing``.
    """
    return sessionmaker(writing(engine, is_durable=is_durable) if for_writing else engine)


def reading(engine: Engine) -> Engine:
    """Return the engine for what only reads.

    On SQLite a transaction sees one state of the database. On PostgreSQL each statement sees its own in either
    case (READ COMMITTED), so there is no transaction, which would be two messages to the server more.
    """
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def writing(engine: Engine, *, is_durable: bool = True) -> Engine:
    """Return the engine with transactions that take SQLite's write lock at their start.

    :param is_durable: whether a commit waits for the disk. If not, the last transactions are lost when the
        machine loses power, but not when the program is killed, and the database is whole in either case.
    """
    return engine.execution_options(sqlite_begin="IMMEDIATE", is_durable=is_durable)


def leasing(engine: Engine) -> Engine:
    """Return the engine for leases, as ``writing`` does, at ease.

    On PostgreSQL without a transaction: the one statement that leases a group is one.
    """
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    return writing(engine, is_durable=False).execution_options(**options)


def parse_address(address: str) -> URL:
    """Return the SQLAlchemy URL of an address; a plain path is a SQLite file.

    :raises ValueError: if the address is no SQLite or PostgreSQL URL.
    """
    if "://" not in address:
        return URL.create("sqlite", database=address)
    expected = "expected a path such as words.db, sqlite:///words.db or postgresql://user:password@host/name"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise ValueError(f"the database address cannot be read ({error}); {expected}") from error
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ValueError(f"the database address begins with {url.drivername}://; {expected}")
    return url


def check_file(url: URL, create: bool) -> None:
    """Check that a SQLite file is there, or may be made.

    :raises FileNotFoundError: if it is not, or if its folder is not there.
    """
    if url.database in (None, "", ":memory:"):
        return
    file = Path(str(url.database))
    if not file.parent.is_dir():
        raise FileNotFoundError(
            f"the folder {file.parent} of the database {file.name} is not there; make it first"
        )
    if not create and not file.exists():
        raise FileNotFoundError(
            f"there is no database {file}; make one with `curator db --database {file} upgrade`, or check the path"
        )


def set_up_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - a DBAPI connection has no type
    """Leave transactions to ``begin_sqlite``, keep foreign keys, let readers go on while one writes."""
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    """Begin the transaction, which the driver would do too late, and not for DDL and savepoints.

    The way that SQLAlchemy documents for all versions of Python; ``autocommit=False``, from Python 3.12 on,
    could not take the write lock at the start.
    """
    options = connection.get_execution_options()
    kind = options.get("sqlite_begin", "DEFERRED")
    if kind == "IMMEDIATE":  # in WAL mode, NORMAL leaves the disk to the next checkpoint
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options['is_durable'] else 'NORMAL'}")
    connection.exec_driver_sql(f"BEGIN {kind}")


def begin_postgresql(connection: Connection) -> None:
    """Let the transaction's commit not wait for the disk, where it need not."""
    options = connection.get_execution_options()
    if not options.get("is_durable", True) and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def note_return(_: object, record: ConnectionPoolEntry) -> None:
    """Note when a connection was used last."""
    record.info["returned_at"] = time.monotonic()


def check_alive(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401
    """Ask a connection that nobody has used for a while whether it is alive: servers restart, firewalls forget.

    ``pool_pre_ping`` would ask each time, three times in a request of half a dozen messages.

    :raises DisconnectionError: if it is dead; the pool then takes another one.
    """
    returned_at = record.info.get("returned_at")
    if returned_at is None or time.monotonic() - returned_at < MAX_IDLE_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError("the connection is dead") from error


def explain(context: ExceptionContext) -> None:
    """Turn what the driver says of an unusable database into what it means and what to do.

    :raises DatabaseUnavailableError: in place of the driver's error.
    """
    error = context.sqlalchemy_exception
    about_the_statement = isinstance(error, IntegrityError | ProgrammingError | DataError)
    if not isinstance(error, DatabaseError) or about_the_statement:
        return
    said = f"{type(context.original_exception).__name__}: {context.original_exception}".lower()
    remedy = next((remedy for sign, remedy in REMEDIES.items() if sign in said), None)
    if remedy is not None:
        name = context.engine.url.render_as_string() if context.engine is not None else "database"
        raise DatabaseUnavailableError(
            f"{name}: {remedy} ({str(context.original_exception).strip()})"
        ) from context.original_exception
