"""A search that reads no row of the words: on PostgreSQL the index of the texts holds the keys, too.

On SQLite each index ends in the key of its table, so there is nothing to do.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    replace_constraint("UNIQUE (text) INCLUDE (id)")


def downgrade() -> None:
    replace_constraint("UNIQUE (text)")


def replace_constraint(definition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE words DROP CONSTRAINT uq_words_text")
        op.execute(f"ALTER TABLE words ADD CONSTRAINT uq_words_text {definition}")
