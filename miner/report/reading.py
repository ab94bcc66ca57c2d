"""What the report shows of a run, out of the database and the run's finished stages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from sqlalchemy import Connection, func, select

from curator.store import migrate
from curator.store.models import Group, Member, Run, Word, WordStatistics
from curator.store.session import opened
from miner.lexicon.files import LEXICON_FILE
from miner.report.categories import Category, read_categories
from miner.stages import KEY_LENGTH


@dataclass(frozen=True, slots=True)
class TopWord:
    """A frequent word that the target vocabulary does not have."""

    text: str
    frequency: int
    pieces: tuple[str, ...]
    has_unknown_piece: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run, as the report shows it.

    :ivar n_oov_occurrences: of words outside the vocabulary; ``n_unknown_occurrences`` of them have a piece that
        is the unknown token.
    :ivar group_sizes: number of groups by number of members.
    :ivar confidences: of the groups that the run proposed last, in [0, 1].
    :ivar groups: the words of each of these groups.
    :ivar categories: what each category of the corpus has; none if it was not read by category.
    """

    run_id: int
    manifest: Mapping[str, Any]
    top_words: tuple[TopWord, ...]
    n_oov_occurrences: int
    n_unknown_occurrences: int
    group_sizes: Mapping[int, int]
    confidences: tuple[float, ...]
    groups: tuple[tuple[str, ...], ...]
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Vectors of the run's words.

    :ivar texts: by falling frequency.
    :ivar vectors: float32, shape (n_words, dim), unit rows.
    """

    texts: tuple[str, ...]
    vectors: npt.NDArray[np.float32]


def read_run(database: str, run_id: int | None, *, n_top_words: int, n_top_groups: int = 0) -> RunFacts:
    """Read a run, by default the newest.

    :param n_top_groups: of each category.
    :raises ValueError: if there is no such run, or the schema is not that of the code.
    :raises OSError: if the database cannot be read.
    """
    with opened(database) as engine:
        migrate.check(engine)
        with engine.begin() as connection:
            facts = _read(connection, run_id, n_top_words)
            categories = read_categories(connection, facts.run_id, n_top_groups=n_top_groups)
            return replace(facts, categories=categories)


def _read(connection: Connection, run_id: int | None, n_top_words: int) -> RunFacts:
    query = select(Run.id, Run.manifest).order_by(Run.id.desc())
    run = connection.execute(query if run_id is None else query.where(Run.id == run_id)).first()
    if run is None:
        found = ", ".join(map(str, connection.scalars(select(Run.id).order_by(Run.id)))) or "none"
        raise ValueError(f"the database has no run{'' if run_id is None else f' {run_id}'}; it has: {found}")
    of_run = (WordStatistics.run_id == run.id) & WordStatistics.is_oov
    total = func.coalesce(func.sum(WordStatistics.frequency), 0)
    n_oov = connection.scalar(select(total).where(of_run))
    n_unknown = connection.scalar(select(total).where(of_run, WordStatistics.has_unknown_piece))
    columns = (Word.text, WordStatistics.frequency, WordStatistics.pieces, WordStatistics.has_unknown_piece)
    words = connection.execute(
        select(*columns)
        .join(Word, Word.id == WordStatistics.word_id)
        .where(of_run)
        .order_by(WordStatistics.frequency.desc(), Word.text)
        .limit(n_top_words)
    )
    top_words = tuple(TopWord(text, count, tuple(pieces), unknown) for text, count, pieces, unknown in words)
    sizes = select(Group.n_members, func.count()).where(Group.run_id == run.id).group_by(Group.n_members)
    confidences = select(Group.confidence).where(Group.run_id == run.id).order_by(Group.id)
    return RunFacts(
        run.id,
        run.manifest,
        top_words,
        int(n_oov or 0),
        int(n_unknown or 0),
        {size: count for size, count in connection.execute(sizes.order_by(Group.n_members))},
        tuple(connection.scalars(confidences)),
        _groups(connection, run.id),
    )


def _groups(connection: Connection, run_id: int) -> tuple[tuple[str, ...], ...]:
    query = (
        select(Group.id, Word.text)
        .join(Member, Member.group_id == Group.id)
        .join(Word, Word.id == Member.word_id)
        .where(Group.run_id == run_id, ~Member.is_removed)
        .order_by(Group.id, Member.position)
    )
    groups: dict[int, list[str]] = {}
    for key, text in connection.execute(query):
        groups.setdefault(key, []).append(text)
    return tuple(map(tuple, groups.values()))


def read_vectors(manifest: Mapping[str, Any], work_dir: Path) -> WordVectors | None:
    """Read the words' vectors from the folder of finished stages, or None if the run's stages are not there."""
    folders = {}
    for name in ("lexicon", "vectors"):
        key = manifest.get("stages", {}).get(name, {}).get("key")
        if key is None:
            return None
        folders[name] = work_dir / f"{name}-{key[:KEY_LENGTH]}"
        if not folders[name].is_dir():
            return None
    texts = pq.read_table(folders["lexicon"] / LEXICON_FILE, columns=["text"]).column("text").to_pylist()
    vectors = np.load(folders["vectors"] / "vectors.npy")
    rows = np.flatnonzero(np.load(folders["vectors"] / "has_vector.npy"))
    return WordVectors(tuple(texts[row] for row in rows), vectors[rows])
