"""Facets and searches that an index answers alone.

The part of speech of a group stands beside its status. Triggers keep the column: the canonical word changes
with imports, runs and reviews, and a run may see another part of speech in a word. A migration that makes the
table `groups` anew on SQLite has to make them anew, too.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOR_SQLITE = (
    """
    CREATE TRIGGER groups_pos_insert AFTER INSERT ON groups BEGIN
        UPDATE groups SET pos = (SELECT pos FROM words WHERE id = NEW.canonical_word_id) WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER groups_pos_update AFTER UPDATE OF canonical_word_id ON groups BEGIN
        UPDATE groups SET pos = (SELECT pos FROM words WHERE id = NEW.canonical_word_id) WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER words_pos_update AFTER UPDATE OF pos ON words WHEN NEW.pos <> OLD.pos BEGIN
        UPDATE groups SET pos = NEW.pos WHERE canonical_word_id = NEW.id;
    END
    """,
)
FOR_POSTGRESQL = (
    """
    CREATE FUNCTION set_pos_of_group() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.pos := (SELECT pos FROM words WHERE id = NEW.canonical_word_id);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER groups_pos BEFORE INSERT OR UPDATE OF canonical_word_id ON groups
    FOR EACH ROW EXECUTE FUNCTION set_pos_of_group()
    """,
    """
    CREATE FUNCTION set_pos_of_groups() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE groups SET pos = NEW.pos WHERE canonical_word_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER words_pos AFTER UPDATE OF pos ON words
    FOR EACH ROW WHEN (NEW.pos <> OLD.pos) EXECUTE FUNCTION set_pos_of_groups()
    """,
)


def upgrade() -> None:
    comment = "Part of speech of the canonical word; triggers keep it"
    op.add_column("groups", sa.Column("pos", sa.Text(), nullable=False, server_default="", comment=comment))
    op.execute("UPDATE groups SET pos = (SELECT pos FROM words WHERE words.id = groups.canonical_word_id)")
    op.create_index(op.f("ix_groups_status_pos"), "groups", ["status", "pos"])
    op.create_index(
        op.f("ix_members_word_id_group_id_is_removed"), "members", ["word_id", "group_id", "is_removed"]
    )
    op.drop_index(op.f("ix_members_word_id"), "members")
    for statement in FOR_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else FOR_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER words_pos ON words")
        op.execute("DROP TRIGGER groups_pos ON groups")
        op.execute("DROP FUNCTION set_pos_of_groups")
        op.execute("DROP FUNCTION set_pos_of_group")
    else:
        for name in ("words_pos_update", "groups_pos_update", "groups_pos_insert"):
            op.execute(f"DROP TRIGGER {name}")
    op.create_index(op.f("ix_members_word_id"), "members", ["word_id"])
    op.drop_index(op.f("ix_members_word_id_group_id_is_removed"), "members")
    op.drop_index(op.f("ix_groups_status_pos"), "groups")
    op.drop_column("groups", "pos")
