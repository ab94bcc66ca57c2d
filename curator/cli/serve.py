"""``curator serve`` and ``curator user``: the review page and who may open it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from curator.config import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
DEFAULT_THREADS = 8
ROLES = ["reviewer", "approver", "admin"]

database_option = click.option(
    "--database",
    metavar="URL|FILE",
    help="SQLite file, sqlite:/// or postgresql:// URL.  [default: $DONGUI_DATABASE_URL, else dongui.db]",
)


@click.command()
@click.option("--host", default=DEFAULT_HOST, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, type=click.IntRange(0, 65535), help="Port; 0 for any free one.")
@click.option("--host-name", "hosts", multiple=True, metavar="NAME", help="Name under which it is reached.")
@click.option("--behind-tls", is_flag=True, help="A proxy in front speaks TLS and says so in X-Forwarded-*.")
@click.option("--threads", default=DEFAULT_THREADS, type=click.IntRange(1, 64), help="Requests at one time.")
@click.option(
    "--opinions",
    default=1,
    type=click.IntRange(1, 9),
    help="People who judge a group before it is decided, each blind to the others; approvers settle disputes.",
)
@database_option
@click.pass_obj
def serve(
    settings: Settings,
    host: str,
    port: int,
    hosts: tuple[str, ...],
    behind_tls: bool,
    threads: int,
    opinions: int,
    database: str | None,
) -> None:
    """Open the review page; the terminal shows a link to log in with.

    On an address that others can reach, DONGUI_SECRET_KEY must be set.

    \b
    Example:
      curator serve
      DONGUI_DATABASE_URL=postgresql://... curator serve --host 0.0.0.0 --host-name words.example.org --behind-tls
    """
    from curator.web.configuration import WebSettings, check_exposed
    from curator.web.serving import run_server

    web = WebSettings(
        secret_key=settings.secret_key,
        hosts=hosts,
        is_behind_tls=behind_tls,
        n_opinions=opinions,
        oidc_issuer=settings.oidc_issuer,
        oidc_client_id=settings.oidc_client_id,
        oidc_client_secret=settings.oidc_client_secret,
    )
    check_exposed(web, host)
    run_server(database or settings.database_url, web, host=host, port=port, n_threads=threads)


@click.group()
@database_option
@click.pass_context
def user(context: click.Context, database: str | None) -> None:
    """Add the people who review, and change what they may do."""
    if database is not None:
        context.obj = replace(context.obj, database_url=database)


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], help="What the user may do.")
@click.option("--password", help="Asked for when not given; the shell's history keeps what is given here.")
@click.option("--link", is_flag=True, help="No password, but a link that logs in once.")
@click.option("--openid", metavar="SUBJECT", help="No password, but this account of $DONGUI_OIDC_ISSUER.")
@click.pass_obj
def add(settings: Settings, name: str, role: str, password: str | None, link: bool, openid: str | None) -> None:
    """Add the user NAME.

    \b
    Example:
      curator user add kim --role approver
    """
    from curator import accounts
    from curator.store.models import Role

    if openid is not None and not settings.oidc_issuer:
        raise ValueError("no OpenID Connect provider is configured; set DONGUI_OIDC_ISSUER")
    if password is None and not link and openid is None:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    def work(session: Any) -> str:  # noqa: ANN401 - a Session, whose import is slow
        added = accounts.add_user(session, name, Role(role), password)
        added.oidc_subject = None if openid is None else f"{settings.oidc_issuer} {openid}"
        return f"/login/{accounts.new_login_token(session, added)}" if link else ""

    path = in_transaction(settings, work)
    click.echo(f"added {name} ({role}) to the users")
    if link:
        click.echo(f"log in once within an hour, at the server's address: {path}")


@user.command("list")
@click.pass_obj
def list_users(settings: Settings) -> None:
    """List the users with their roles."""
    from sqlalchemy import select

    from curator.store.models import User

    def work(session: Any) -> list[str]:  # noqa: ANN401 - a Session, whose import is slow
        users = session.scalars(select(User).order_by(User.name))
        return [f"{user.name}\t{user.role}\t{'active' if user.is_active else 'locked'}" for user in users]

    for line in in_transaction(settings, work):
        click.echo(line)


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="What the user may do from now on.")
@click.option("--password", is_flag=True, help="Ask for a new password.")
@click.option("--lock/--unlock", "locked", default=None, help="Whether the user is kept from logging in.")
@click.pass_obj
def change(settings: Settings, name: str, role: str | None, password: bool, locked: bool | None) -> None:
    """Change the user NAME; sessions that are open end.

    \b
    Example:
      curator user change kim --role admin
      curator user change lee --lock
    """
    from curator import accounts
    from curator.store.models import Role

    text = click.prompt("Password", hide_input=True, confirmation_prompt=True) if password else None

    def work(session: Any) -> None:  # noqa: ANN401 - a Session, whose import is slow
        found = accounts.find_user(session, name)
        if found is None:
            raise ValueError(f"there is no user {name}; see `curator user list`")
        if text is not None:
            accounts.set_password(found, text)
        if role is not None:
            found.role = Role(role)
        if locked is not None:
            found.is_active = not locked

    in_transaction(settings, work)
    click.echo(f"changed {name}")


def in_transaction(settings: Settings, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what `work` gives
    """Do work in one transaction on the database, whose tables are made if it has none."""
    from curator.store import migrate
    from curator.store.session import opened, session_factory

    with opened(settings.database_url, create=True) as engine:
        if migrate.current(engine) is None:
            migrate.upgrade(engine)
        migrate.check(engine)
        with session_factory(engine, for_writing=True).begin() as session:
            return work(session)
