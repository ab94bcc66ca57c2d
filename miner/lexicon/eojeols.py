"""First pass over a corpus: analyse it once, number its distinct eojeols, spool its sentences to disk.

Memory grows with the number of distinct eojeols, not with the corpus: sentences go to a Parquet file as lists
of eojeol numbers.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import tee
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from miner.batches import batches
from miner.corpus import Sentence
from miner.morphology.base import Analyzer, Eojeol, Morpheme, Pos

SENTENCES_PER_ROW_GROUP = 50_000
EOJEOLS_PER_ROW_GROUP = 1_000_000  # where a line is a whole document
SENTENCES_FILE = "sentences.parquet"
EOJEOLS_FILE = "eojeols.parquet"
DIGEST_BYTES = 16  # of a sentence seen before; a collision among 10^9 sentences has probability 10^-21

_STRINGS = pa.list_(pa.string())
SENTENCE_SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "document": pa.dictionary(pa.int32(), pa.string()),
        "row": pa.int64(),
        "category": pa.dictionary(pa.int32(), pa.string()),
        "eojeols": pa.list_(pa.int32()),
    }
)


@dataclass(frozen=True, slots=True)
class EojeolTable:
    """The distinct eojeols of a corpus, and its sentences on disk.

    :ivar eojeols: distinct analyses, numbered in the order of their first occurrence.
    :ivar counts: int64, shape (n_eojeols,): occurrences.
    :ivar sentences_path: Parquet file with the columns of ``SENTENCE_SCHEMA``.
    :ivar n_sentences: rows of that file.
    :ivar n_repeated: sentences left out because their text was there before; known to ``count_eojeols`` alone.
    """

    eojeols: tuple[Eojeol, ...]
    counts: npt.NDArray[np.int64]
    sentences_path: Path
    n_sentences: int
    n_repeated: int = 0


def count_eojeols(
    sentences: Iterable[Sentence], analyzer: Analyzer, folder: Path, *, unique: bool = False
) -> EojeolTable:
    """Read and analyse a corpus once.

    :param sentences: read lazily.
    :param folder: where the two Parquet files are written; ``load_eojeols`` reads them back.
    :param unique: count a repeated sentence once; takes about 100 bytes of memory per distinct sentence.
    :raises OSError: if the folder cannot be written.
    """
    counter = _Counter()
    repeated = _Repeated()
    kept, analysed = tee(repeated.without(sentences) if unique else sentences)
    pairs = zip(kept, analyzer.analyze(sentence.text for sentence in analysed), strict=True)
    with pq.ParquetWriter(folder / SENTENCES_FILE, SENTENCE_SCHEMA, compression="zstd") as writer:
        for chunk in batches(
            pairs,
            max_items=SENTENCES_PER_ROW_GROUP,
            max_size=EOJEOLS_PER_ROW_GROUP,
            size=lambda pair: len(pair[1]),
        ):
            writer.write_table(_sentence_table(chunk, counter))
    pq.write_table(eojeol_table(counter.eojeols, counter.counts), folder / EOJEOLS_FILE, compression="zstd")
    return EojeolTable(
        tuple(counter.eojeols),
        np.array(counter.counts, dtype=np.int64),
        folder / SENTENCES_FILE,
        counter.n_sentences,
        repeated.n_repeated,
    )


def load_eojeols(folder: Path) -> EojeolTable:
    """Read back what ``count_eojeols`` wrote into ``folder``."""
    table = pq.read_table(folder / EOJEOLS_FILE)
    path = folder / SENTENCES_FILE
    return EojeolTable(
        tuple(eojeols_of(table)),
        table.column("count").to_numpy(),
        path,
        pq.read_metadata(path).num_rows,
    )


def read_row_groups(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the sentences of ``count_eojeols``, a row group at a time: as many as memory is meant to hold."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.iter_batches(SENTENCES_PER_ROW_GROUP, row_groups=[group], columns=columns)


def eojeols_of(table: pa.Table) -> Iterator[Eojeol]:
    """Yield the eojeols in the rows of an ``eojeol_table``."""
    morphemes: dict[tuple[str, str, str], Morpheme] = {}
    columns = (table.column(name).to_pylist() for name in ("surface", "texts", "pos", "surfaces"))
    for surface, texts, tags, surfaces in zip(*columns, strict=True):
        parts = []
        for key in zip(texts, tags, surfaces, strict=True):
            if key not in morphemes:
                morphemes[key] = Morpheme(key[0], Pos(key[1]), key[2])
            parts.append(morphemes[key])
        yield Eojeol(surface, tuple(parts))


class _Counter:
    """Numbers eojeols by identity: analysers return the same object for equal analyses."""

    def __init__(self) -> None:
        self.eojeols: list[Eojeol] = []
        self.counts: list[int] = []
        self.n_sentences = 0
        self._numbers: dict[int, int] = {}  # id() of an eojeol that self.eojeols keeps alive

    def number(self, eojeol: Eojeol) -> int:
        number = self._numbers.get(id(eojeol))
        if number is None:
            number = self._numbers[id(eojeol)] = len(self.eojeols)
            self.eojeols.append(eojeol)
            self.counts.append(0)
        self.counts[number] += 1
        return number


def sentence_digest(text: str) -> bytes:
    """Return what stands for a sentence among those seen before, ``DIGEST_BYTES`` long."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=DIGEST_BYTES).digest()


class _Repeated:
    def __init__(self) -> None:
        self.n_repeated = 0
        self._seen: set[bytes] = set()

    def without(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        for sentence in sentences:
            digest = sentence_digest(sentence.text)
            if digest in self._seen:
                self.n_repeated += 1
            else:
                self._seen.add(digest)
                yield sentence


def _sentence_table(chunk: list[tuple[Sentence, list[Eojeol]]], counter: _Counter) -> pa.Table:
    counter.n_sentences += len(chunk)
    return pa.table(
        {
            "text": [sentence.text for sentence, _ in chunk],
            "document": pa.array([sentence.document for sentence, _ in chunk]).dictionary_encode(),
            "row": [sentence.row for sentence, _ in chunk],
            "category": pa.array([sentence.category for sentence, _ in chunk], pa.string()).dictionary_encode(),
            "eojeols": pa.array(
                [[counter.number(eojeol) for eojeol in eojeols] for _, eojeols in chunk], pa.list_(pa.int32())
            ),
        },
        schema=SENTENCE_SCHEMA,
    )


def eojeol_table(eojeols: Collection[Eojeol], counts: Collection[int]) -> pa.Table:
    """Return a row per eojeol: its surface; text, part of speech and surface of each morpheme; its count."""
    return pa.table(
        {
            "surface": pa.array([eojeol.surface for eojeol in eojeols], pa.string()),
            "texts": pa.array([[m.text for m in eojeol.morphemes] for eojeol in eojeols], _STRINGS),
            "pos": pa.array([[m.pos.value for m in eojeol.morphemes] for eojeol in eojeols], _STRINGS),
            "surfaces": pa.array([[m.surface for m in eojeol.morphemes] for eojeol in eojeols], _STRINGS),
            "count": pa.array(counts, pa.int64()),
        }
    )
