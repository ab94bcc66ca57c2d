"""Where the words of groups lie on the map of their run.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("word_statistics") as table:
        table.add_column(
            sa.Column("map_x", sa.Double(), comment="Across on the run's map; none for a word in no group")
        )
        table.add_column(sa.Column("map_y", sa.Double(), comment="Up on the run's map; near means similar"))


def downgrade() -> None:
    with op.batch_alter_table("word_statistics") as table:
        table.drop_column("map_y")
        table.drop_column("map_x")
