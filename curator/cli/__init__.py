"""The command ``curator``: parse, make one call, say what came of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from curator.cli.apply import apply, revert, verify
from curator.cli.export import export
from curator.cli.importing import import_
from curator.cli.release import release
from curator.cli.serve import serve, user
from curator.config import Settings, load_settings


class CuratorGroup(click.Group):
    """Turns the errors that the layers below raise into one line."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command.

        :raises click.ClickException: for what a user can mend: a wrong value, file, database or disk.
        """
        try:
            return super().invoke(ctx)
        except (ValueError, OSError) as error:
            if ctx.params["traceback"]:
                raise
            raise click.ClickException(str(error)) from error


@click.group(
    cls=CuratorGroup,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
)
@click.version_option(package_name="dongui")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file of settings; the environment wins over it.",
)
@click.option("--traceback", is_flag=True, help="Show where an error was raised.")
@click.pass_context
def main(context: click.Context, config: Path | None, traceback: bool) -> None:
    """Decide on synonym groups, release them, and put them to use.

    동의어 후보 묶음을 검토하고, 배포판으로 고정해 내보냅니다.
    """
    context.obj = load_settings(file=config)


@main.group()
@click.option(
    "--database",
    metavar="URL|FILE",
    help="SQLite file, sqlite:/// or postgresql:// URL.  [default: $DONGUI_DATABASE_URL, else dongui.db]",
)
@click.pass_context
def db(context: click.Context, database: str | None) -> None:
    """Make and update the database's tables."""
    if database is not None:
        context.obj = replace(context.obj, database_url=database)


@db.command()
@click.pass_obj
def upgrade(settings: Settings) -> None:
    """Bring the tables up to this version; make the database if it is not there."""
    from curator.store import migrate
    from curator.store.session import opened

    with opened(settings.database_url, create=True) as engine:
        migrate.upgrade(engine)
        click.echo(f"{migrate.name_of(engine)}: schema {migrate.current(engine)}")


@db.command()
@click.argument("revision")
@click.confirmation_option(prompt="What newer tables and columns hold will be lost. Go on?")
@click.pass_obj
def downgrade(settings: Settings, revision: str) -> None:
    """Take the tables down to REVISION; `base` removes all of them."""
    from curator.store import migrate
    from curator.store.session import opened

    with opened(settings.database_url) as engine:
        migrate.downgrade(engine, revision)
        click.echo(f"{migrate.name_of(engine)}: schema {migrate.current(engine)}")


@db.command()
@click.pass_obj
def current(settings: Settings) -> None:
    """Say which schema the database has."""
    from curator.store import migrate
    from curator.store.session import opened

    with opened(settings.database_url) as engine:
        click.echo(f"{migrate.name_of(engine)}: schema {migrate.current(engine)}")


@db.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Check that the tables are those of this version."""
    from curator.store import migrate
    from curator.store.session import opened

    with opened(settings.database_url) as engine:
        migrate.check(engine)
        differences = migrate.drift(engine)
        if differences:
            raise ValueError(f"{migrate.name_of(engine)} differs from the models: {differences}")
        click.echo(f"{migrate.name_of(engine)}: schema {migrate.current(engine)}, as it should be")


for command in (serve, user, release, apply, verify, revert, export, import_):
    main.add_command(command)
