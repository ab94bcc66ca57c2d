"""Runs the migrations on the connection that `curator.store.migrate` gives, or on the configured database."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from curator.config import load_settings
from curator.store.models import Base, UtcDateTime
from curator.store.session import open_engine


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - alembic's
    """Write plain types into migrations: they must still run when the model's classes have changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations in the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,  # on SQLite too: our engine begins its transactions itself
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_engine(load_settings().database_url, create=True).begin() as own:
        run(own)
