"""First tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the content"),
        sa.Column("note", sa.Text(), nullable=True, comment="What the release is for"),
        sa.Column("created_by", sa.Text(), nullable=True, comment="Name of the user who made it"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_releases")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "fingerprint",
            sa.Text(),
            nullable=False,
            comment="Digest of configuration and input; the same run is stored once",
        ),
        sa.Column(
            "manifest",
            sa.JSON(),
            nullable=False,
            comment="Configuration, seed, input digests, library versions, counts, what was dropped",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="When mining began, UTC"),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the result was stored, UTC",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_runs_fingerprint")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="Login name"),
        sa.Column(
            "role",
            sa.Enum("reviewer", "approver", "admin", name="role", native_enum=False, length=32),
            nullable=False,
            comment="What the user may do",
        ),
        sa.Column(
            "password_hash", sa.Text(), nullable=True, comment="Argon2; none where login is by link or OpenID"
        ),
        sa.Column("oidc_subject", sa.Text(), nullable=True, comment="Issuer and subject of OpenID Connect"),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="Whether the user may log in"),
        sa.Column("settings", sa.JSON(), nullable=False, comment="Language, theme, keys"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_users_oidc_subject")),
    )
    op.create_table(
        "words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "text",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="The word, NFC; its identity",
        ),
        sa.Column("pos", sa.Text(), nullable=False, comment="Part of speech, as the last run saw it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_words")),
        sa.UniqueConstraint("text", name=op.f("uq_words_text")),
    )
    op.create_table(
        "examples",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "word_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The word",
        ),
        sa.Column(
            "run_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The run that sampled the sentence",
        ),
        sa.Column("sentence", sa.Text(), nullable=False, comment="The sentence, NFC"),
        sa.Column("document", sa.Text(), nullable=False, comment="File that it stands in"),
        sa.Column(
            "row",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Row of that file",
        ),
        sa.Column(
            "start",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="First character of the word in the sentence, if known",
        ),
        sa.Column(
            "end",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="One past the word's last character, if known",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_examples_run_id_runs")),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_examples_word_id_words")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
    )
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_examples_word_id_run_id"), ["word_id", "run_id"], unique=False)

    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "accepted",
                "rejected",
                "deferred",
                "superseded",
                name="groupstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
            comment="Where the group stands",
        ),
        sa.Column(
            "origin",
            sa.Enum("mined", "imported", "by_hand", name="grouporigin", native_enum=False, length=32),
            nullable=False,
            comment="Who made the group",
        ),
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Counts the changes by people; a write names the version it was made on",
        ),
        sa.Column("signature", sa.Text(), nullable=False, comment="Digest of the sorted texts of the members"),
        sa.Column(
            "proposed_signature",
            sa.Text(),
            nullable=True,
            comment="Signature as first proposed; stays when people change the members",
        ),
        sa.Column(
            "run_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Run that last proposed the group",
        ),
        sa.Column(
            "canonical_word_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The word that stands for the group",
        ),
        sa.Column(
            "n_members",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Members that are not removed",
        ),
        sa.Column(
            "confidence",
            sa.Double(),
            nullable=False,
            comment="Belief that the group is right, 0 to 1; higher is surer",
        ),
        sa.Column(
            "uncertainty",
            sa.Double(),
            sa.Computed("0.5 - abs(confidence - 0.5)", persisted=True),
            nullable=False,
            comment="0 where confidence is 0 or 1, 0.5 where it is 0.5",
        ),
        sa.Column(
            "min_pair_cosine_similarity",
            sa.Double(),
            nullable=True,
            comment="Of the two members that are farthest apart",
        ),
        sa.Column(
            "n_occurrences",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Occurrences of the members in the run's corpus",
        ),
        sa.Column(
            "n_affected_pieces",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Pieces of the run's corpus that the members outside the vocabulary are cut into",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["canonical_word_id"], ["words.id"], name=op.f("fk_groups_canonical_word_id_words")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_groups_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_canonical_word_id"), ["canonical_word_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_proposed_signature"), ["proposed_signature"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_run_id_status"), ["run_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_groups_signature"), ["signature"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_groups_status_confidence_id"), ["status", "confidence", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_groups_status_n_affected_pieces_id"),
            ["status", "n_affected_pieces", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_groups_status_n_members_id"), ["status", "n_members", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_groups_status_n_occurrences_id"), ["status", "n_occurrences", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_groups_status_uncertainty_id"), ["status", "uncertainty", "id"], unique=False
        )

    op.create_table(
        "release_groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "release_number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The release",
        ),
        sa.Column(
            "group_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Key of the group it was made from",
        ),
        sa.Column("decided_by", sa.Text(), nullable=False, comment="Name of the user who accepted the group"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="When it was accepted, UTC"),
        sa.ForeignKeyConstraint(
            ["release_number"], ["releases.number"], name=op.f("fk_release_groups_release_number_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_groups")),
    )
    with op.batch_alter_table("release_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_groups_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_release_groups_release_number"), ["release_number"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The user it stands for",
        ),
        sa.Column(
            "kind",
            sa.Enum("login", "api", name="tokenkind", native_enum=False, length=32),
            nullable=False,
            comment="What it opens",
        ),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the token, which is random"),
        sa.Column("name", sa.Text(), nullable=True, comment="What the user calls an API token"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True, comment="UTC; none = until revoked"),
        sa.Column(
            "used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last use, UTC; a login token is used once",
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "word_statistics",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "frequency",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Occurrences in the corpus",
        ),
        sa.Column(
            "document_frequency",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Sentences that hold the word",
        ),
        sa.Column(
            "forms",
            sa.JSON(),
            nullable=False,
            comment="Surface forms with their counts: [[form, count], ...]",
        ),
        sa.Column(
            "is_oov",
            sa.Boolean(),
            nullable=False,
            comment="Whether the word is no entry of the target vocabulary",
        ),
        sa.Column("pieces", sa.JSON(), nullable=False, comment="The word's pieces in the target tokenizer"),
        sa.Column(
            "has_unknown_piece", sa.Boolean(), nullable=False, comment="Whether a piece is the unknown token"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_word_statistics_run_id_runs")),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_word_statistics_word_id_words")),
        sa.PrimaryKeyConstraint("run_id", "word_id", name=op.f("pk_word_statistics")),
    )
    with op.batch_alter_table("word_statistics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_word_statistics_word_id"), ["word_id"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "group_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The group",
        ),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Who wrote it",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="The remark"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_comments_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comments_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comments_user_id"), ["user_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "operation",
            sa.Uuid(),
            nullable=False,
            comment="Same for all groups that one action changed: a move, a merge, a bulk accept",
        ),
        sa.Column(
            "group_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The group",
        ),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Who decided",
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column(
            "action",
            sa.Enum(
                "accept",
                "reject",
                "defer",
                "remove",
                "add",
                "move",
                "split",
                "merge",
                "rename",
                "undo",
                name="action",
                native_enum=False,
                length=32,
            ),
            nullable=False,
            comment="What was done",
        ),
        sa.Column("before", sa.JSON(), nullable=False, comment="The group before"),
        sa.Column("after", sa.JSON(), nullable=False, comment="The group after"),
        sa.Column(
            "group_version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Version of the group that the decision made",
        ),
        sa.Column(
            "undone_by_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="The decision that undid this one",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_decisions_group_id_groups")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["decisions.id"], name=op.f("fk_decisions_undone_by_id_decisions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_decisions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_operation"), ["operation"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_undone_by_id"), ["undone_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_decisions_user_id_decided_at"), ["user_id", "decided_at"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "group_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The group",
        ),
        sa.Column(
            "word_a_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="One word of the pair",
        ),
        sa.Column(
            "word_b_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The other word of the pair",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="Name of the evidence, e.g. cosine_similarity"),
        sa.Column("value", sa.Double(), nullable=False, comment="Its number"),
        sa.Column("sentence", sa.Text(), nullable=True, comment="The sentence that proves it, if there is one"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_evidence_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["word_a_id"], ["words.id"], name=op.f("fk_evidence_word_a_id_words")),
        sa.ForeignKeyConstraint(["word_b_id"], ["words.id"], name=op.f("fk_evidence_word_b_id_words")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_group_id"), ["group_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Who has the group",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Moved on by each heartbeat, UTC",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_leases_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_leases_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_leases")),
    )
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leases_user_id"), ["user_id"], unique=False)

    op.create_table(
        "members",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Order of the members, from 0",
        ),
        sa.Column(
            "cosine_similarity",
            sa.Double(),
            nullable=True,
            comment="Of the word to the group's centre; none for a word added by hand",
        ),
        sa.Column("is_removed", sa.Boolean(), nullable=False, comment="Whether a person took the word out"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_members_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["word_id"], ["words.id"], name=op.f("fk_members_word_id_words")),
        sa.PrimaryKeyConstraint("group_id", "word_id", name=op.f("pk_members")),
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_index(
            "ix_members_removed",
            ["group_id"],
            unique=False,
            sqlite_where=sa.text("is_removed"),
            postgresql_where=sa.text("is_removed"),
        )
        batch_op.create_index(batch_op.f("ix_members_word_id"), ["word_id"], unique=False)

    op.create_table(
        "opinions",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "proposed",
                "accepted",
                "rejected",
                "deferred",
                "superseded",
                name="groupstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
            comment="What they would decide",
        ),
        sa.Column(
            "group_version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Version of the group that they saw",
        ),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_opinions_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_opinions_user_id_users")),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_opinions")),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "release_members",
        sa.Column("release_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "release_number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="The release; a word stands in it once",
        ),
        sa.Column(
            "word",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="The word, NFC",
        ),
        sa.Column("pos", sa.Text(), nullable=False, comment="Part of speech"),
        sa.Column("weight", sa.Double(), nullable=False, comment="Frequency in the corpus, for weighted pooling"),
        sa.ForeignKeyConstraint(
            ["release_group_id"],
            ["release_groups.id"],
            name=op.f("fk_release_members_release_group_id_release_groups"),
        ),
        sa.ForeignKeyConstraint(
            ["release_number"], ["releases.number"], name=op.f("fk_release_members_release_number_releases")
        ),
        sa.PrimaryKeyConstraint("release_group_id", "position", name=op.f("pk_release_members")),
        sa.UniqueConstraint("release_number", "word", name=op.f("uq_release_members_release_number_word")),
    )


def downgrade() -> None:
    op.drop_table("release_members")
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_user_id"))

    op.drop_table("opinions")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_word_id"))
        batch_op.drop_index(
            "ix_members_removed", sqlite_where=sa.text("is_removed"), postgresql_where=sa.text("is_removed")
        )

    op.drop_table("members")
    with op.batch_alter_table("leases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leases_user_id"))

    op.drop_table("leases")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_group_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_user_id_decided_at"))
        batch_op.drop_index(batch_op.f("ix_decisions_undone_by_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_operation"))
        batch_op.drop_index(batch_op.f("ix_decisions_group_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_decided_at"))

    op.drop_table("decisions")
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comments_user_id"))
        batch_op.drop_index(batch_op.f("ix_comments_group_id"))

    op.drop_table("comments")
    with op.batch_alter_table("word_statistics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_word_statistics_word_id"))

    op.drop_table("word_statistics")
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tokens_user_id"))

    op.drop_table("tokens")
    with op.batch_alter_table("release_groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_groups_release_number"))
        batch_op.drop_index(batch_op.f("ix_release_groups_group_id"))

    op.drop_table("release_groups")
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groups_status_uncertainty_id"))
        batch_op.drop_index(batch_op.f("ix_groups_status_n_occurrences_id"))
        batch_op.drop_index(batch_op.f("ix_groups_status_n_members_id"))
        batch_op.drop_index(batch_op.f("ix_groups_status_n_affected_pieces_id"))
        batch_op.drop_index(batch_op.f("ix_groups_status_confidence_id"))
        batch_op.drop_index(batch_op.f("ix_groups_signature"))
        batch_op.drop_index(batch_op.f("ix_groups_run_id_status"))
        batch_op.drop_index(batch_op.f("ix_groups_proposed_signature"))
        batch_op.drop_index(batch_op.f("ix_groups_canonical_word_id"))

    op.drop_table("groups")
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_examples_word_id_run_id"))

    op.drop_table("examples")
    op.drop_table("words")
    op.drop_table("users")
    op.drop_table("runs")
    op.drop_table("releases")
