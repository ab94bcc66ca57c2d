"""Input files as binary streams: format by name, decompression, and the count of bytes for a progress bar."""

import gzip
import io
import lzma
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

from miner.corpus.addresses import AddressError, check_file, open_binary, size_of
from miner.corpus.report import CorpusError

STANDARD_INPUT = "-"
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".txt": "txt",
}
COMPRESSIONS = (".gz", ".xz", ".zst")
CHUNK_BYTES = 1 << 18
SPOOLED_IN_MEMORY_BYTES = 1 << 23

_MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive, as xlsx and docx files are",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"\x1f\x8b": "gzip data",
    b"\xfd7zXZ\x00": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"BZh": "bzip2 data",
}


class ByteStream(Protocol):
    """What the readers ask of a stream; all of gzip, lzma, pyarrow and io give it."""

    def read1(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, and as many as are at hand before an error."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of an input that can be read by itself.

    :ivar start: byte of a text file, at the beginning of a line; row group of a Parquet file.
    :ivar end: one past the last byte or row group.
    :ivar n_rows_before: lines or records of the input before it, so that its rows keep their numbers.
    """

    start: int
    end: int
    n_rows_before: int


@dataclass(frozen=True, slots=True)
class Source:
    """One input or a piece of it, its format and compression.

    :ivar name: the path or address as the user gave it, or ``-``.
    :ivar format: a value of ``FORMATS``.
    :ivar compression: of ``COMPRESSIONS``, or empty.
    :ivar stretch: which piece; ``None`` is all of it.
    """

    name: str
    format: str
    compression: str
    stretch: Stretch | None = None

    @classmethod
    def find(cls, path: str | Path, format: str | None) -> "Source":
        """Check that ``path`` is there and tell its format from its name.

        :param format: csv, tsv, jsonl, parquet, xlsx or txt, also with a compression (``csv.gz``); overrides the
            name. ``None`` takes the name's ending, and plain text for standard input.
        :raises FileNotFoundError: if there is no such file.
        :raises IsADirectoryError: if it is a folder.
        :raises CorpusError: if the ending or ``format`` is not known.
        """
        name = str(path)
        if name != STANDARD_INPUT:
            check_file(name)
        told = f".{format}" if format else ".txt" if name == STANDARD_INPUT else Path(name).name
        stem, compression = _split_compression(told)
        if format and not compression:
            compression = _split_compression(name)[1]
        kind = FORMATS.get(Path(f"_{stem}").suffix.lower())
        if kind is None:
            known = ", ".join(FORMATS)
            raise CorpusError(
                f"{name}: {'format ' + format if format else 'the ending of the name'} is not known; known are "
                f"{known}, each also with {', '.join(COMPRESSIONS)}. Give --format if the name does not tell."
            )
        return cls(name, kind, compression)

    @contextmanager
    def open(self, on_bytes: Callable[[int], None]) -> Iterator[ByteStream]:
        """Open the decompressed bytes.

        :param on_bytes: called with the number of bytes of the file read since the last call.
        """
        with self._raw() as raw:
            stretch = _Stretched(raw, self.stretch.start, self.stretch.end) if self.stretch else raw
            counted = io.BufferedReader(_Counted(stretch, on_bytes, at_most=sys.maxsize))
            match self.compression:
                case ".gz":
                    yield gzip.GzipFile(fileobj=counted)
                case ".xz":
                    yield lzma.LZMAFile(counted)
                case ".zst":
                    yield _zstd(counted)
                case _:
                    yield counted

    @contextmanager
    def open_seekable(self, on_bytes: Callable[[int], None]) -> Iterator[BinaryIO]:
        """Open the decompressed bytes for random access: the file itself, or a temporary copy on disk."""
        if not self.compression and self.name != STANDARD_INPUT:
            with self._raw() as raw:
                counted = _Counted(raw, on_bytes, at_most=size_of(self.name))
                yield cast(BinaryIO, io.BufferedReader(counted))
                on_bytes(counted.n_left)  # parts that nobody had to read
            return
        with tempfile.TemporaryFile() as copy, self.open(on_bytes) as stream:
            while chunk := stream.read1(CHUNK_BYTES):
                copy.write(chunk)
            copy.seek(0)
            yield cast(BinaryIO, copy)

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        if self.name == STANDARD_INPUT:
            yield sys.stdin.buffer
        else:
            with open_binary(self.name) as file:
                yield file


class _Stretched(io.RawIOBase):
    """The bytes of a stream from one offset to another."""

    def __init__(self, inner: BinaryIO, start: int, end: int) -> None:
        self._inner = inner
        self._n_left = end - start
        inner.seek(start)

    def read1(self, size: int) -> bytes:
        chunk = self._inner.read1(min(size, self._n_left))  # type: ignore[attr-defined] # buffered streams
        self._n_left -= len(chunk)
        return cast(bytes, chunk)


class _Counted(io.RawIOBase):
    """A stream that tells how many bytes were read, and no more than ``at_most`` if some are read twice."""

    def __init__(self, inner: BinaryIO | _Stretched, on_bytes: Callable[[int], None], *, at_most: int) -> None:
        self._inner = inner
        self._on_bytes = on_bytes
        self.n_left = at_most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed has a wider type
        chunk = cast(IO[bytes], self._inner).read1(len(buffer))  # type: ignore[attr-defined] # buffered streams
        buffer[: len(chunk)] = chunk
        n_new = min(len(chunk), self.n_left)
        self.n_left -= n_new
        self._on_bytes(n_new)
        return len(chunk)


def _zstd(stream: io.BufferedIOBase) -> ByteStream:
    # pyarrow's reader: zstandard's takes a truncated file for a complete one.
    import pyarrow as pa

    return cast(ByteStream, pa.CompressedInputStream(stream, "zstd"))


def _split_compression(name: str) -> tuple[str, str]:
    ending = Path(f"_{name}").suffix.lower()
    return (name[: -len(ending)], ending) if ending in COMPRESSIONS else (name, "")


def is_damage(error: Exception) -> bool:
    """Whether a reader's error is about the data; an OSError of the system has a number, a store's its class."""
    return not isinstance(error, OSError) or (error.errno is None and not isinstance(error, AddressError))


def magic_of(head: bytes) -> str | None:
    """Return what kind of file begins with these bytes, or ``None`` if that is not known."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
