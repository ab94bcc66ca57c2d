"""``curator release``: freeze the accepted groups; list, show and compare releases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from curator.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from curator.groups import GroupSet, SynonymGroup


@click.group(invoke_without_command=True)
@click.option(
    "--database",
    metavar="URL|FILE",
    help="SQLite file, sqlite:/// or postgresql:// URL.  [default: $DONGUI_DATABASE_URL, else dongui.db]",
)
@click.option("--note", help="What the release is for.")
@click.option("--by", "created_by", metavar="NAME", help="Who makes it.")
@click.pass_context
def release(context: click.Context, database: str | None, note: str | None, created_by: str | None) -> None:
    """Freeze the accepted groups into the next numbered release; or list, show and compare releases.

    \b
    Example:
      curator release --note "first hundred groups"
      curator release list
      curator release show 1 --json > groups.json
      curator release diff 1 2
    """
    if database is not None:
        context.obj = replace(context.obj, database_url=database)
    if context.invoked_subcommand is not None:
        return
    from curator.release import freeze

    with _transaction(context.obj, for_writing=True) as connection:
        frozen = freeze(connection, note=note, created_by=created_by)
    click.echo(_headline(frozen))


@release.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the releases, the newest first.

    \b
    Example:
      curator release list
    """
    from curator.release import list_releases

    with _transaction(settings) as connection:
        summaries = list_releases(connection)
    for summary in summaries:
        by = f" by {summary.created_by}" if summary.created_by else ""
        note = f": {summary.note}" if summary.note else ""
        counts = f"{summary.n_groups:,} groups, {summary.n_words:,} words, {summary.digest[:12]}"
        click.echo(f"{summary.number}  {summary.created_at:%Y-%m-%d %H:%M} UTC{by}  {counts}{note}")
    if not summaries:
        click.echo("no releases yet; `curator release` makes one of the accepted groups")


@release.command()
@click.argument("number", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print all of it, as `--groups` of other commands reads it.")
@click.pass_obj
def show(settings: Settings, number: int | None, as_json: bool) -> None:
    """Show release NUMBER, by default the newest: a group a line, the canonical word first.

    \b
    Example:
      curator release show 3
      curator release show 3 --json > groups.json
    """
    from curator.groups import to_json
    from curator.release import read_release

    with _transaction(settings) as connection:
        found = read_release(connection, number)
    if as_json:
        click.echo(to_json(found), nl=False)
        return
    click.echo(_headline(found))
    for group in found.groups:
        words = " ".join(f"{member.word}({member.weight or 0:g})" for member in group.members)
        click.echo(f"{group.key}\t{words}\t{group.decided_by}")


@release.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@click.pass_obj
def diff(settings: Settings, old: int, new: int) -> None:
    """Say which groups release NEW has added, removed and changed since OLD.

    \b
    Example:
      curator release diff 1 2
    """
    from curator.release import difference, read_release

    with _transaction(settings) as connection:
        found = difference(read_release(connection, old).groups, read_release(connection, new).groups)
    for sign, groups in (("+", found.added), ("-", found.removed)):
        for group in groups:
            click.echo(f"{sign} {_line(group)}")
    for before, after in found.changed:
        click.echo(f"~ {_line(before)} -> {' | '.join(_line(group) for group in after)}")
    counts = f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed"
    click.echo(f"release {old} -> {new}: {counts}")


@contextmanager
def _transaction(settings: Settings, *, for_writing: bool = False) -> "Iterator[Connection]":
    from curator.store.session import opened, writing

    with (
        opened(settings.database_url) as engine,
        (writing(engine) if for_writing else engine).begin() as connection,
    ):
        yield connection


def _headline(groups: "GroupSet") -> str:
    return f"{groups.source}: {len(groups.groups):,} groups, {groups.n_words:,} words, digest {groups.digest}"


def _line(group: "SynonymGroup") -> str:
    return f"{group.key}: {' '.join(group.words)}"
