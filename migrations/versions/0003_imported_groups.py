"""Where imported groups come from.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_groups",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.Text(), nullable=False, comment="Name of the file, as it was given"),
        sa.Column("format", sa.Text(), nullable=False, comment="Name of its format"),
        sa.Column("place", sa.Text(), nullable=False, comment="Where in the file: line 3, concept <uri>"),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="The row as it stood, of an earlier project's decisions",
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_imported_groups_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_imported_groups")),
    )


def downgrade() -> None:
    op.drop_table("imported_groups")
