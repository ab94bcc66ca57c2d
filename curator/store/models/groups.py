"""Groups of words that may mean the same, and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from curator.store.models.base import Base, enum_by_value, utc_now
from curator.store.models.mining import Word


class GroupStatus(StrEnum):
    """Where a group stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    SUPERSEDED = "superseded"  # open and untouched when a later run no longer proposed it, or merged away


class GroupOrigin(StrEnum):
    """Who made a group."""

    MINED = "mined"
    IMPORTED = "imported"
    BY_HAND = "by_hand"


class Group(Base):
    """Two or more words proposed as synonyms.

    Every column that the queue orders by, or counts by, stands in an index behind the status and before the
    key, so that a page is a range of that index however many groups there are.
    """

    __tablename__ = "groups"
    __table_args__ = (
        Index(None, "status", "confidence", "id"),
        Index(None, "status", "uncertainty", "id"),
        Index(None, "status", "n_occurrences", "id"),
        Index(None, "status", "n_affected_pieces", "id"),
        Index(None, "status", "n_members", "id"),
        Index(None, "status", "pos"),
        Index(None, "run_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[GroupStatus] = mapped_column(
        enum_by_value(GroupStatus), default=GroupStatus.PROPOSED, comment="Where the group stands"
    )
    origin: Mapped[GroupOrigin] = mapped_column(enum_by_value(GroupOrigin), comment="Who made the group")
    version: Mapped[int] = mapped_column(
        default=1, comment="Counts the changes by people; a write names the version it was made on"
    )
    signature: Mapped[str] = mapped_column(index=True, comment="Digest of the sorted texts of the members")
    proposed_signature: Mapped[str | None] = mapped_column(
        index=True, comment="Signature as first proposed; stays when people change the members"
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), comment="Run that last proposed the group")
    canonical_word_id: Mapped[int] = mapped_column(
        ForeignKey("words.id"), index=True, comment="The word that stands for the group"
    )
    pos: Mapped[str] = mapped_column(
        server_default="", comment="Part of speech of the canonical word; triggers keep it"
    )
    n_members: Mapped[int] = mapped_column(comment="Members that are not removed")
    confidence: Mapped[float] = mapped_column(comment="Belief that the group is right, 0 to 1; higher is surer")
    uncertainty: Mapped[float] = mapped_column(
        Computed("0.5 - abs(confidence - 0.5)", persisted=True),
        comment="0 where confidence is 0 or 1, 0.5 where it is 0.5",
    )
    min_pair_cosine_similarity: Mapped[float | None] = mapped_column(
        comment="Of the two members that are farthest apart"
    )
    n_occurrences: Mapped[int] = mapped_column(comment="Occurrences of the members in the run's corpus")
    n_affected_pieces: Mapped[int] = mapped_column(
        comment="Pieces of the run's corpus that the members outside the vocabulary are cut into"
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now, comment="UTC")

    canonical_word: Mapped[Word] = relationship()
    members: Mapped[list["Member"]] = relationship(back_populates="group", order_by="Member.position")

    __mapper_args__ = {"version_id_col": version}


class Member(Base):
    """A word in a group. A removed one stays, so that it is known to be no synonym of the others."""

    __tablename__ = "members"
    __table_args__ = (
        Index(None, "word_id", "group_id", "is_removed"),  # a search reads no row of the table
        Index(
            "ix_members_removed",
            "group_id",
            sqlite_where=text("is_removed"),
            postgresql_where=text("is_removed"),
        ),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True)
    position: Mapped[int] = mapped_column(comment="Order of the members, from 0")
    cosine_similarity: Mapped[float | None] = mapped_column(
        comment="Of the word to the group's centre; none for a word added by hand"
    )
    is_removed: Mapped[bool] = mapped_column(default=False, comment="Whether a person took the word out")

    group: Mapped[Group] = relationship(back_populates="members")
    word: Mapped[Word] = relationship()


class Evidence(Base):
    """One reason why two words of a group were proposed together."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), index=True, comment="The group"
    )
    word_a_id: Mapped[int] = mapped_column(ForeignKey("words.id"), comment="One word of the pair")
    word_b_id: Mapped[int] = mapped_column(ForeignKey("words.id"), comment="The other word of the pair")
    kind: Mapped[str] = mapped_column(comment="Name of the evidence, e.g. cosine_similarity")
    value: Mapped[float] = mapped_column(comment="Its number")
    sentence: Mapped[str | None] = mapped_column(comment="The sentence that proves it, if there is one")
