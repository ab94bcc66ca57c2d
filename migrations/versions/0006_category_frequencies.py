"""How often a run counted each word in each category of its corpus.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CATEGORY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "category_frequencies",
        sa.Column("word_id", KEY, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("category", CATEGORY, nullable=False, comment="Value of the column; empty where a row has none"),
        sa.Column("frequency", KEY, nullable=False, comment="Occurrences in the category; one or more"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_category_frequencies_word_id_words")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_category_frequencies_run_id_runs")),
        sa.PrimaryKeyConstraint("word_id", "run_id", "category", name=op.f("pk_category_frequencies")),
    )
    op.create_index(op.f("ix_category_frequencies_run_id"), "category_frequencies", ["run_id"])


def downgrade() -> None:
    op.drop_table("category_frequencies")
