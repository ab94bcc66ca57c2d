"""The schema's version: up, down, which one, and whether it fits the code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from curator.store.models import Base
from curator.store.session import writing

VERSION_TABLE = "alembic_version"


class SchemaMismatchError(ValueError):
    """The database's schema is not the one this version of the code works with."""


def migrations_folder() -> Path:
    """Return the folder of the migrations: in an installed package, or at the top of a checkout.

    :raises FileNotFoundError: if there is neither.
    """
    installed = Path(__file__).parent / "migrations"
    checkout = Path(__file__).parents[2] / "migrations"
    for folder in (installed, checkout):
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no migrations in {installed} nor in {checkout}; install dongui again")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision; an empty database gets all tables.

    :raises SchemaMismatchError: if the schema is newer than the code, or the tables are somebody else's.
    """
    check_known(engine)
    with migration_connection(engine) as (connection, config):
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema down to a revision; ``base`` removes all tables and what is in them.

    :raises SchemaMismatchError: if the schema is newer than the code, or the tables are somebody else's.
    """
    check_known(engine)
    with migration_connection(engine) as (connection, config):
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current(engine: Engine) -> str | None:
    """Return the revision of the database's schema, or None if it has none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(engine: Engine) -> None:
    """Check that the database's schema is the one of the code.

    :raises SchemaMismatchError: if it is older, newer, missing, or not ours.
    """
    check_known(engine)
    found, head = current(engine), scripts().get_current_head()
    if found != head:
        state = "has no tables yet" if found is None else f"has schema {found}, older than the code's {head}"
        raise SchemaMismatchError(
            f"{name_of(engine)} {state}; run `curator db upgrade`, or `curator db --database ... upgrade`"
        )


def drift(engine: Engine) -> list[object]:
    """Return the differences between the database's tables and the models, as alembic finds them."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def check_known(engine: Engine) -> None:
    """Check that this code knows the database's schema, whatever its version.

    :raises SchemaMismatchError: if the schema is newer than the code, or the tables are somebody else's.
    """
    found = current(engine)
    revisions = {script.revision for script in scripts().walk_revisions()}
    if found is not None and found not in revisions:
        raise SchemaMismatchError(
            f"{name_of(engine)} has schema {found}, which is newer than this version of dongui"
            f" (it knows up to {scripts().get_current_head()}); upgrade dongui"
        )
    tables = inspect(engine).get_table_names()
    if found is None and set(tables) - {VERSION_TABLE}:
        raise SchemaMismatchError(
            f"{name_of(engine)} holds tables of something else ({', '.join(sorted(tables)[:3])});"
            " give an empty database or another file"
        )


@contextmanager
def migration_connection(engine: Engine) -> Iterator[tuple[Connection, Config]]:
    """Yield a connection in one transaction that is all or nothing, and alembic's configuration.

    SQLite alters a table by making it anew and dropping the old one, and with foreign keys on, the drop
    would delete the rows that point to it; the pragma has no effect inside a transaction.

    :raises SchemaMismatchError: if the migration would leave rows that point to nothing.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with writing(engine).connect() as connection:
        driver = connection.connection.driver_connection
        if is_sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection, alembic_config()
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise SchemaMismatchError(f"{name_of(engine)}: rows point to nothing: {broken[:3]}")
        finally:
            if is_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys = ON")


def alembic_config() -> Config:
    """Return alembic's configuration; it needs no alembic.ini, which is for developers."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def scripts() -> ScriptDirectory:
    """Return the migrations."""
    return ScriptDirectory.from_config(alembic_config())


def name_of(engine: Engine) -> str:
    """Return the database's address without its password."""
    return engine.url.render_as_string(hide_password=True)
