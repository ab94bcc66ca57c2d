"""Where imported words come from, and their parts.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_words",
        sa.Column("word_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.Text(), nullable=False, comment="Name of the file, as it was given"),
        sa.Column("format", sa.Text(), nullable=False, comment="Name of its format"),
        sa.Column("place", sa.Text(), nullable=False, comment="Where in the file: line 3"),
        sa.Column(
            "parts",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="What the word is made of, if the file says so",
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_imported_words_word_id_words")),
        sa.PrimaryKeyConstraint("word_id", name=op.f("pk_imported_words")),
    )


def downgrade() -> None:
    op.drop_table("imported_words")
