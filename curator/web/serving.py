"""The server that `curator serve` runs: waitress, with a one-time link for the person at the terminal."""

import logging
import sys

import click
import waitress
from sqlalchemy import Engine

from curator import accounts
from curator.store import migrate
from curator.store.session import open_engine, session_factory
from curator.web.application import create_app
from curator.web.configuration import WebSettings, is_loopback

N_OTHER_CONNECTIONS = 1  # beside one for each thread: groups are counted meanwhile


def run_server(database: str, settings: WebSettings, *, host: str, port: int, n_threads: int) -> None:
    """Serve until interrupted.

    :param database: URL, or path of a SQLite file, which is made when it is not there.
    :param port: 0 for any free one.
    :raises ValueError: if the address of the database is wrong, or its schema is older or newer than the code.
    :raises OSError: if the database or the port cannot be used.
    """
    # It warns whenever a request waits for a thread, which twenty browsers make happen all the time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    engine = prepared_engine(database, n_threads + N_OTHER_CONNECTIONS)
    app = create_app(engine, settings)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)  # compiled now, while nobody waits
    try:
        server = waitress.create_server(app, host=host, port=port, threads=n_threads, ident=None)
    except OSError as error:
        raise OSError(f"port {port} of {host} cannot be used ({error}); choose another with --port") from error
    click.echo(greeting(engine, settings, host, int(server.effective_port)))
    sys.stdout.flush()
    try:
        server.run()
    finally:
        engine.dispose()


def prepared_engine(database: str, n_connections: int) -> Engine:
    """Open a database; an empty one gets its tables."""
    engine = open_engine(database, create=True, n_connections=n_connections)
    if migrate.current(engine) is None:
        migrate.upgrade(engine)
    migrate.check(engine)
    return engine


def greeting(engine: Engine, settings: WebSettings, host: str, port: int) -> str:
    """Return what the terminal shows: the database, and a link that logs in once."""
    with session_factory(engine, for_writing=True).begin() as session:
        admin = accounts.local_admin(session)
        token, name = accounts.new_login_token(session, admin), admin.name
    shown = host if is_loopback(host) else settings.hosts[0]
    scheme = "https" if settings.is_behind_tls else "http"
    address = f"{scheme}://{shown}" if settings.is_behind_tls else f"{scheme}://{shown}:{port}"
    return (
        f"{migrate.name_of(engine)}\n"
        f"log in once as {name}, within an hour / 한 시간 안에 한 번 로그인:\n"
        f"  {address}/login/{token}\n"
        "stop with Ctrl+C / 멈추려면 Ctrl+C"
    )
