"""Words that are close to those of groups, for the review to draw in.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "neighbors",
        sa.Column("word_id", KEY, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("neighbor_id", KEY, nullable=False),
        sa.Column("cosine_similarity", sa.Double(), nullable=False, comment="Of the two words' vectors"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_neighbors_word_id_words")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_neighbors_run_id_runs")),
        sa.ForeignKeyConstraint(["neighbor_id"], ["words.id"], name=op.f("fk_neighbors_neighbor_id_words")),
        sa.PrimaryKeyConstraint("word_id", "run_id", "neighbor_id", name=op.f("pk_neighbors")),
    )


def downgrade() -> None:
    op.drop_table("neighbors")
