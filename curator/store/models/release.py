"""Releases: numbered, frozen sets of accepted groups, written once, with texts in place of references."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from curator.store.models.base import Base, WordText, utc_now


class Release(Base):
    """A numbered, frozen set of accepted groups."""

    __tablename__ = "releases"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the content")
    note: Mapped[str | None] = mapped_column(comment="What the release is for")
    created_by: Mapped[str | None] = mapped_column(comment="Name of the user who made it")
    created_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")

    groups: Mapped[list["ReleaseGroup"]] = relationship(order_by="ReleaseGroup.id")


class ReleaseGroup(Base):
    """A group as it was when the release was made."""

    __tablename__ = "release_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"), index=True, comment="The release")
    group_id: Mapped[int] = mapped_column(index=True, comment="Key of the group it was made from")
    decided_by: Mapped[str] = mapped_column(comment="Name of the user who accepted the group")
    decided_at: Mapped[datetime] = mapped_column(comment="When it was accepted, UTC")

    members: Mapped[list["ReleaseMember"]] = relationship(order_by="ReleaseMember.position")


class ReleaseMember(Base):
    """A word of a released group; position 0 is the canonical word."""

    __tablename__ = "release_members"
    __table_args__ = (UniqueConstraint("release_number", "word"),)

    release_group_id: Mapped[int] = mapped_column(ForeignKey("release_groups.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    release_number: Mapped[int] = mapped_column(
        ForeignKey("releases.number"), comment="The release; a word stands in it once"
    )
    word: Mapped[str] = mapped_column(WordText, comment="The word, NFC")
    pos: Mapped[str] = mapped_column(comment="Part of speech")
    weight: Mapped[float] = mapped_column(comment="Frequency in the corpus, for weighted pooling")
