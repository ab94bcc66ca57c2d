"""Where imported groups and words come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.models.base import Base, utc_now


class ImportedGroup(Base):
    """The row of a file that a group was imported from."""

    __tablename__ = "imported_groups"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(comment="Name of the file, as it was given")
    format: Mapped[str] = mapped_column(comment="Name of its format")
    place: Mapped[str] = mapped_column(comment="Where in the file: line 3, concept <uri>")
    # A list where several rows have the same words.
    content: Mapped[dict[str, Any] | list[dict[str, Any]] | None] = mapped_column(
        JSON(none_as_null=True), comment="The row as it stood, of an earlier project's decisions"
    )
    imported_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")


class ImportedWord(Base):
    """The row of a dictionary that a word was imported from, which says nothing of synonyms."""

    __tablename__ = "imported_words"

    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True)
    file: Mapped[str] = mapped_column(comment="Name of the file, as it was given")
    format: Mapped[str] = mapped_column(comment="Name of its format")
    place: Mapped[str] = mapped_column(comment="Where in the file: line 3")
    parts: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True), comment="What the word is made of, if the file says so"
    )
    imported_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")
