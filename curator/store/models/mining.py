"""What mining found: runs, words, what a run counted of a word, example sentences."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.models.base import Base, WordText


class Run(Base):
    """A mining run. It appears when all of it is stored, so there are no unfinished ones."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(
        unique=True, comment="Digest of configuration and input; the same run is stored once"
    )
    manifest: Mapped[dict[str, Any]] = mapped_column(
        comment="Configuration, seed, input digests, library versions, counts, what was dropped"
    )
    started_at: Mapped[datetime] = mapped_column(comment="When mining began, UTC")
    finished_at: Mapped[datetime] = mapped_column(comment="When the result was stored, UTC")


class Word(Base):
    """A word of the lexicon, the same one for all runs."""

    __tablename__ = "words"
    __table_args__ = (UniqueConstraint("text", postgresql_include=["id"]),)  # a search reads no row of the table

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(WordText, comment="The word, NFC; its identity")
    pos: Mapped[str] = mapped_column(comment="Part of speech, as the last run saw it")


class WordStatistics(Base):
    """What one run counted of one word, and where the word lies on the run's map."""

    __tablename__ = "word_statistics"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True, index=True)
    frequency: Mapped[int] = mapped_column(comment="Occurrences in the corpus")
    document_frequency: Mapped[int] = mapped_column(comment="Sentences that hold the word")
    forms: Mapped[list[list[Any]]] = mapped_column(
        JSON, comment="Surface forms with their counts: [[form, count], ...]"
    )
    is_oov: Mapped[bool] = mapped_column(comment="Whether the word is no entry of the target vocabulary")
    pieces: Mapped[list[str]] = mapped_column(JSON, comment="The word's pieces in the target tokenizer")
    has_unknown_piece: Mapped[bool] = mapped_column(comment="Whether a piece is the unknown token")
    map_x: Mapped[float | None] = mapped_column(comment="Across on the run's map; none for a word in no group")
    map_y: Mapped[float | None] = mapped_column(comment="Up on the run's map; near means similar")


class CategoryFrequency(Base):
    """How often a run counted a word in one category of the corpus; a category without the word has no row."""

    __tablename__ = "category_frequencies"

    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True, index=True)
    category: Mapped[str] = mapped_column(
        WordText, primary_key=True, comment="Value of the column; empty where a row has none"
    )
    frequency: Mapped[int] = mapped_column(comment="Occurrences in the category; one or more")


class Neighbor(Base):
    """A word that a run found close to a word of one of its groups, in that group or not."""

    __tablename__ = "neighbors"

    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    neighbor_id: Mapped[int] = mapped_column(ForeignKey("words.id"), primary_key=True)
    cosine_similarity: Mapped[float] = mapped_column(comment="Of the two words' vectors")


class Example(Base):
    """A sentence of the corpus with the word in it."""

    __tablename__ = "examples"
    __table_args__ = (Index(None, "word_id", "run_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word_id: Mapped[int] = mapped_column(ForeignKey("words.id"), comment="The word")
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), comment="The run that sampled the sentence")
    sentence: Mapped[str] = mapped_column(comment="The sentence, NFC")
    document: Mapped[str] = mapped_column(comment="File that it stands in")
    row: Mapped[int] = mapped_column(comment="Row of that file")
    start: Mapped[int | None] = mapped_column(comment="First character of the word in the sentence, if known")
    end: Mapped[int | None] = mapped_column(comment="One past the word's last character, if known")
