"""Reading corpora: csv, tsv, jsonl, parquet, xlsx and txt, compressed or not, into NFC sentences.

Memory does not grow with the corpus, but for the shared strings of an xlsx file. Whatever is not read is counted
in a ``CorpusReport``.
"""

import hashlib
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from miner.corpus.addresses import check_file, expand, open_binary, size_of
from miner.corpus.binary_tables import read_parquet, read_xlsx
from miner.corpus.lines import Lines
from miner.corpus.passages import split_passage
from miner.corpus.report import MAX_EXAMPLE_LENGTH, BrokenRow, CorpusError, CorpusReport, Sentence
from miner.corpus.sources import COMPRESSIONS, FORMATS, STANDARD_INPUT, Source, Stretch, is_damage
from miner.corpus.splitting import Partition, split_input
from miner.corpus.tables import Table, read_csv, read_jsonl, read_txt
from miner.corpus.text import clean, has_hangul
from miner.options import Encoding

__all__ = [
    "COMPRESSIONS",
    "FORMATS",
    "BrokenRow",
    "CorpusError",
    "CorpusReport",
    "Partition",
    "Sentence",
    "Source",
    "digest_input",
    "expand",
    "find_sources",
    "read_corpus",
    "read_partition",
    "split_input",
    "total_bytes",
]

_LINE_FORMATS: dict[str, Callable[[Lines, Sequence[str], str], Table]] = {
    "txt": read_txt,
    "csv": read_csv,
    "tsv": partial(read_csv, delimiter="\t"),
    "jsonl": read_jsonl,
}


def read_corpus(
    paths: Sequence[str | Path],
    *,
    columns: Sequence[str] = (),
    format: str | None = None,
    encoding: Encoding = "auto",
    strict: bool = False,
    passages: bool = False,
    group_by: str | None = None,
    report: CorpusReport | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Sentence]:
    """Read the sentences of one or several inputs, in their order.

    That the files are there and of a known format is checked at once, the rest while reading.

    :param paths: files, addresses that fsspec opens (``s3://...``), or ``-`` for standard input.
    :param columns: of a table; each cell is a sentence. May be left out where there is one column, or where the
        file says which one is text (Parquet's types, the first object of a jsonl file).
    :param format: of all ``paths``, where their names do not tell: csv, tsv, jsonl, parquet, xlsx or txt, also
        ``csv.gz`` and the like. Standard input is plain text without it.
    :param encoding: of text files. ``auto`` is UTF-8, or UTF-16 with a byte order mark, else CP949 (of which
        EUC-KR is a part); see ``Lines``.
    :param strict: stop at the first broken row, and at an empty file, instead of counting it.
    :param passages: split each cell into sentences, as ``split_passage`` does; else a cell is a sentence.
    :param group_by: a column of each table, whose cell is the ``category`` of the row's sentences.
    :param report: filled while reading.
    :param on_bytes: called with the number of bytes of the files, as they lie on disk, read since the last call.
    :return: sentences, read lazily.
    :raises FileNotFoundError: at once, if a file is not there.
    :raises IsADirectoryError: at once, if a folder is given.
    :raises CorpusError: at once, if a format is not known; while reading, if a file is not what its name says, is
        damaged or lacks a column, or under ``strict`` has a broken row; at the end, if there was no sentence or
        none with a Korean letter.
    """
    sources = find_sources(paths, columns=columns, format=format, group_by=group_by)
    reader = _Reader(
        tuple(columns),
        encoding,
        strict,
        passages,
        group_by,
        report or CorpusReport(),
        on_bytes or (lambda n_bytes: None),
    )
    return reader.read_all(sources)


def find_sources(
    paths: Sequence[str | Path],
    *,
    columns: Sequence[str] = (),
    format: str | None = None,
    group_by: str | None = None,
) -> list[Source]:
    """Check that the inputs are there and of a known format, without reading them.

    :raises FileNotFoundError: if a file is not there.
    :raises IsADirectoryError: if a folder is given.
    :raises CorpusError: if a format is not known, no input is given, or rows are to be grouped by a column but no
        column of text is named.
    """
    if group_by is not None and not columns:
        raise CorpusError(
            f"the rows are to be grouped by {group_by!r}; name the column of text with --column as well"
        )
    sources = [Source.find(path, format) for path in paths]
    if not sources:
        raise CorpusError("no corpus was given; give at least one file, or - for standard input")
    return sources


def read_partition(
    partition: Partition,
    *,
    report: CorpusReport,
    strict: bool = False,
    passages: bool = False,
    group_by: str | None = None,
) -> Iterator[Sentence]:
    """Read the sentences of a piece of an input, lazily, as ``read_corpus`` reads them from the whole.

    :param report: filled while reading. That there is Korean text is not checked: the others may have it.
    :raises CorpusError: as ``read_corpus``, while reading.
    """
    columns, encoding = partition.columns, partition.encoding
    reader = _Reader(columns, encoding, strict, passages, group_by, report, lambda n_bytes: None)
    return reader.read(partition.source)


def total_bytes(paths: Sequence[str | Path]) -> int | None:
    """Return the size of the files on disk, what ``on_bytes`` adds up to; ``None`` with standard input."""
    if STANDARD_INPUT in map(str, paths):
        return None
    return sum(size_of(str(path)) for path in paths)


def digest_input(path: str | Path) -> str:
    """Return the SHA-256 of the file as it lies on disk, in hexadecimal.

    :raises ValueError: for standard input, which can be read only once.
    :raises OSError: if the file cannot be read.
    """
    if str(path) == STANDARD_INPUT:
        raise ValueError("standard input has no digest: it can be read only once")
    check_file(str(path))
    with open_binary(str(path)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Reader:
    def __init__(
        self,
        columns: tuple[str, ...],
        encoding: Encoding,
        strict: bool,
        passages: bool,
        group_by: str | None,
        report: CorpusReport,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._columns = columns if group_by is None else (*columns, group_by)
        self._is_grouped = group_by is not None
        self._encoding = encoding
        self._strict = strict
        self._split = split_passage if passages else lambda text: [text]
        self._report = report
        self._on_bytes = on_bytes

    def read_all(self, sources: Sequence[Source]) -> Iterator[Sentence]:
        for source in sources:
            yield from self.read(source)
        self._report.check_korean()

    def read(self, source: Source) -> Iterator[Sentence]:
        n_rows_before = self._report.n_rows
        try:
            yield from self._read(source)
        except (EOFError, lzma.LZMAError, zlib.error, OSError) as error:
            if not source.compression or not is_damage(error):
                raise
            raise CorpusError(
                f"{source.name}: the {source.compression} data is damaged or ends too early, after "
                f"{self._report.n_rows - n_rows_before} rows: {error}; fetch or compress the file anew"
            ) from error

    def _read(self, source: Source) -> Iterator[Sentence]:
        if source.name != STANDARD_INPUT and size_of(source.name) == 0:
            self._pass_empty(source.name)
            return
        with self._table(source) as table:
            if table.columns != (None,):
                self._report.columns[source.name] = tuple(filter(None, table.columns))
            yield from self._sentences(source.name, table)

    @contextmanager
    def _table(self, source: Source) -> Iterator[Table]:
        name = source.name
        if source.format in ("parquet", "xlsx"):
            with source.open_seekable(self._on_bytes) as file:
                if source.format == "parquet":
                    yield read_parquet(file, self._columns, name, stretch=source.stretch)
                else:
                    yield read_xlsx(file, self._columns, name, self._report)
            return
        with source.open(self._on_bytes) as stream:
            stretch = source.stretch or Stretch(0, 0, 0)
            lines = Lines(
                stream,
                self._encoding,
                document=name,
                format=source.format,
                n_bytes_before=stretch.start,
                n_lines_before=stretch.n_rows_before,
            )
            read = _LINE_FORMATS[source.format]
            if source.format == "jsonl" and source.stretch:  # the whole was looked at when it was split
                read = partial(read_jsonl, is_checked=True)
            try:
                yield read(lines, self._columns, name)
            finally:
                self._report.encodings[name] = lines.encoding

    def _sentences(self, document: str, table: Table) -> Iterator[Sentence]:
        report = self._report
        for row, cells in table.rows:
            report.n_rows += 1
            if isinstance(cells, str):
                self._pass_broken(BrokenRow(document, row, cells))
                continue
            try:
                category = clean(cells[-1] or "") if self._is_grouped else None
                cells = cells[:-1] if self._is_grouped else cells
                texts = [[clean(part) for part in self._split(cell)] if cell else [] for cell in cells]
            except UnicodeError as error:
                self._pass_broken(BrokenRow(document, row, str(error)))
                continue
            for column, parts in zip(table.columns, texts, strict=not self._is_grouped):
                found = [text for text in parts if text]
                report.n_empty += not found
                for text in found:
                    report.n_sentences += 1
                    report.n_without_hangul += not has_hangul(text)
                    report.n_long_sentences += len(text) > MAX_EXAMPLE_LENGTH
                    yield Sentence(text, document, row, column, category)

    def _pass_broken(self, row: BrokenRow) -> None:
        self._report.add_broken(row)
        if self._strict:
            raise CorpusError(str(row))

    def _pass_empty(self, document: str) -> None:
        self._report.empty_files.append(document)
        if self._strict:
            raise CorpusError(f"{document} is empty (0 bytes)")
