"""An input in pieces that several machines read: stretches of lines, row groups, or the whole of it.

Plain text and jsonl are cut at the ends of lines, Parquet between row groups. A csv or tsv may have line breaks in
its cells, so that no place in it is known to begin a row; it is one piece, and so is whatever is compressed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from miner.corpus.addresses import open_binary, size_of
from miner.corpus.binary_tables import read_parquet
from miner.corpus.lines import Lines
from miner.corpus.sources import Source, Stretch
from miner.corpus.tables import N_ROWS_TO_FIND_COLUMNS, read_jsonl
from miner.options import Encoding

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Partition:
    """A piece of an input, and how it is read.

    :ivar source: what is read.
    :ivar columns: of a table, as told or, of a piece of a file, as the whole file says.
    :ivar encoding: ``auto`` only where the piece is the whole file.
    """

    source: Source
    columns: tuple[str, ...]
    encoding: Encoding


def split_input(
    source: Source,
    *,
    columns: Sequence[str] = (),
    group_by: str | None = None,
    encoding: Encoding = "auto",
    partition_bytes: int,
) -> tuple[str, list[Partition]]:
    """Read an input once, without analysing it, and say which pieces it may be read in.

    :param columns: of a table, in which the text is.
    :param group_by: of a table; looked for as well.
    :param encoding: of a text; found out if ``auto``.
    :param partition_bytes: about how large a piece becomes; a last one may be smaller, one of a single line or
        row group larger.
    :return: SHA-256 of the input as it lies there, in hexadecimal, and its pieces in order.
    :raises CorpusError: if it lacks a column, or is not what its name says.
    :raises OSError: if it cannot be read.
    """
    whole = Partition(source, tuple(columns), encoding)
    if not source.compression and size_of(source.name) > partition_bytes:
        wanted = (*columns, *([group_by] if group_by else []))
        if source.format == "parquet":
            return _digest(source.name), _row_groups(whole, wanted, partition_bytes)
        if source.format in ("txt", "jsonl"):
            found = _find_encoding(whole)
            if found in ("utf-8", "cp949"):
                told = replace(whole, encoding="utf-8" if found == "utf-8" else "cp949")
                return _lines(_with_columns(told, wanted, n_columns=len(columns)), partition_bytes)
    return _digest(source.name), [whole]


def _digest(name: str) -> str:
    with open_binary(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _row_groups(whole: Partition, wanted: Sequence[str], partition_bytes: int) -> list[Partition]:
    import pyarrow.parquet as pq

    with open_binary(whole.source.name) as file:
        read_parquet(file, wanted, whole.source.name)  # says what is wrong with the file, if something is
        metadata = pq.ParquetFile(file).metadata
    stretches = [Stretch(0, 0, 0)]
    n_bytes = n_rows = 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        if n_bytes >= partition_bytes:
            stretches.append(Stretch(i, i, n_rows))
            n_bytes = 0
        stretches[-1] = replace(stretches[-1], end=i + 1)
        n_bytes += sum(group.column(column).total_compressed_size for column in range(group.num_columns))
        n_rows += group.num_rows
    return _of(whole, stretches)


def _find_encoding(whole: Partition) -> str:
    if whole.encoding != "auto":
        return whole.encoding
    with open_binary(whole.source.name) as file:
        lines = Lines(file, "auto", document=whole.source.name, format=whole.source.format)
        return lines.find_encoding()


def _with_columns(whole: Partition, wanted: Sequence[str], *, n_columns: int) -> Partition:
    """Look for the columns of a jsonl file where ``read_jsonl`` does, in its first rows."""
    if whole.source.format != "jsonl":
        return whole
    with open_binary(whole.source.name) as file:
        lines = Lines(file, whole.encoding, document=whole.source.name, format="jsonl")
        table = read_jsonl(lines, wanted, whole.source.name)
        for _ in islice(table.rows, N_ROWS_TO_FIND_COLUMNS):
            pass
    return replace(whole, columns=tuple(filter(None, table.columns[: n_columns or 1])))


def _lines(whole: Partition, partition_bytes: int) -> tuple[str, list[Partition]]:
    r"""Cut after the first ``\n`` past each multiple, and count the lines before it as ``Lines`` does."""
    digest = hashlib.sha256()
    stretches = [Stretch(0, 0, 0)]
    n_bytes = n_lines = 0
    last = b""
    with open_binary(whole.source.name) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            start = 0
            while (end := _cut(chunk, start, stretches[-1].start + partition_bytes - n_bytes)) is not None:
                n_lines += _n_ends(chunk[start:end], last)
                last, start = b"\n", end
                stretches[-1] = replace(stretches[-1], end=n_bytes + end)
                stretches.append(Stretch(n_bytes + end, n_bytes + end, n_lines))
            if start < len(chunk):
                n_lines += _n_ends(chunk[start:], last)
                last = chunk[-1:]
            n_bytes += len(chunk)
    stretches[-1] = replace(stretches[-1], end=n_bytes)
    return digest.hexdigest(), _of(whole, [s for s in stretches if s.start < s.end])


def _cut(chunk: bytes, start: int, earliest: int) -> int | None:
    """Return where in the chunk the next piece begins, ``None`` if that is behind its end."""
    end = chunk.find(b"\n", max(start, earliest - 1))
    return None if end < 0 else end + 1


def _n_ends(chunk: bytes, before: bytes) -> int:
    r"""Count the ends of lines: ``\n``, ``\r`` and ``\r\n``, of which the chunk may hold the second half."""
    is_half = before == b"\r" and chunk.startswith(b"\n")
    return chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n") - is_half


def _of(whole: Partition, stretches: Sequence[Stretch]) -> list[Partition]:
    if len(stretches) == 1:
        return [whole]
    return [replace(whole, source=replace(whole.source, stretch=stretch)) for stretch in stretches]
