"""Vectors by encoder and word on disk, so that a later run encodes new words only."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BUSY_TIMEOUT_S = 60
_SCHEMA = """
CREATE TABLE IF NOT EXISTS encoder (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vector (
    encoder_id INTEGER NOT NULL REFERENCES encoder (id), word TEXT NOT NULL, float32 BLOB,
    PRIMARY KEY (encoder_id, word)
) WITHOUT ROWID;
"""


class VectorCache:
    """Vectors of one encoder in an SQLite file that several encoders and processes share.

    Each ``put`` is one transaction: a process that is killed loses its last batch at most.

    :param path: the file; it and its folder are made when missing.
    :param identity: of the encoder, see ``encoder_identity``.
    :raises ValueError: if the file is no such cache.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)
            connection.execute("INSERT OR IGNORE INTO encoder (identity) VALUES (?)", (identity,))
            row = connection.execute("SELECT id FROM encoder WHERE identity = ?", (identity,)).fetchone()
        self._encoder_id = int(row[0])

    def get(self, words: Iterable[str]) -> dict[str, NDArray[np.float32] | None]:
        """Look words up.

        :param words: NFC.
        :return: for each word that was put before its vector, float32, shape (dim,), or ``None`` where the
            encoder had none; other words are left out.
        """
        found: dict[str, NDArray[np.float32] | None] = {}
        with self._connection() as connection:
            for word in words:
                row = connection.execute(
                    "SELECT float32 FROM vector WHERE encoder_id = ? AND word = ?", (self._encoder_id, word)
                ).fetchone()
                if row is not None:
                    found[word] = None if row[0] is None else np.frombuffer(row[0], dtype="<f4")
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32] | None]) -> None:
        """Keep vectors, in one transaction.

        :param vectors: by NFC word; float32, shape (dim,), or ``None`` where the encoder has none.
        """
        rows = (
            (self._encoder_id, word, None if vector is None else vector.astype("<f4").tobytes())
            for word, vector in vectors.items()
        )
        with self._connection() as connection:
            connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S)) as connection, connection:
                yield connection
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"The vector cache {self._path} cannot be used: {error}. If it is damaged, delete it: "
                "it holds only what can be computed again"
            ) from error
