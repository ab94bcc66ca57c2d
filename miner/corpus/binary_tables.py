"""Formats of one binary file: Parquet and xlsx."""

import logging
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from miner.corpus.columns import choose_columns, nfc
from miner.corpus.report import CorpusError, CorpusReport
from miner.corpus.sources import Stretch, is_damage, magic_of
from miner.corpus.tables import Cells, Row, Table

logger = logging.getLogger(__name__)

_ROWS_PER_BATCH = 4096
_BUFFER_BYTES = 1 << 20
_BROKEN_XLSX = (zipfile.BadZipFile, zlib.error, KeyError, ParseError, EOFError)


def read_parquet(file: BinaryIO, wanted: Sequence[str], document: str, *, stretch: Stretch | None = None) -> Table:
    """Read the wanted columns of a Parquet file in batches.

    :param stretch: row groups to read; ``None`` is all of them.
    :raises CorpusError: if it is no Parquet file, is damaged, or a wanted column is missing or not text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def is_text(kind: pa.DataType) -> bool:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))

    try:
        parquet = pq.ParquetFile(file, buffer_size=_BUFFER_BYTES)
    except (pa.ArrowInvalid, OSError) as error:
        if not is_damage(error):
            raise
        raise _not_a(document, "Parquet", file, error) from error
    schema = parquet.schema_arrow
    names = [nfc(name) for name in schema.names]
    of_text = [name for name, kind in zip(names, schema.types, strict=True) if is_text(kind)]
    positions = choose_columns(document, wanted, names, of_text=of_text)

    def rows() -> Iterator[Row]:
        number = stretch.n_rows_before if stretch else 0
        columns = [schema.names[i] for i in positions]
        groups = range(stretch.start, stretch.end) if stretch else range(parquet.num_row_groups)
        try:
            for batch in parquet.iter_batches(_ROWS_PER_BATCH, row_groups=groups, columns=columns):
                for cells in zip(*(_texts(batch.column(name)) for name in columns), strict=True):
                    number += 1
                    yield number, cells
        except (pa.ArrowInvalid, OSError) as error:
            if not is_damage(error):
                raise
            raise CorpusError(f"{document} is damaged after row {number}: {error}; write it anew") from error

    return Table(tuple(names[i] for i in positions), rows())


def _texts(column: Any) -> Cells:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    try:
        texts: Cells = column.to_pylist()
    except UnicodeDecodeError:
        # Parquet does not check its strings; undecodable bytes become surrogates, which break the row.
        cells = column.cast(pa.large_string()).cast(pa.large_binary()).to_pylist()
        texts = [None if cell is None else cell.decode("utf-8", "surrogateescape") for cell in cells]
    return texts


def read_xlsx(file: BinaryIO, wanted: Sequence[str], document: str, report: CorpusReport) -> Table:
    """Read the first worksheet of a workbook; its first row names the columns.

    Numbers and dates are read as Python writes them, formulas by the value they had when the file was saved.

    :param report: is told of the worksheets that are not read.
    :raises CorpusError: if it is no workbook, is damaged, has no header, or a wanted column is not in it.
    """
    from openpyxl import load_workbook

    try:
        sheets = load_workbook(file, read_only=True, data_only=True).worksheets
    except _BROKEN_XLSX as error:
        raise _not_a(document, "xlsx", file, error) from error
    if not sheets:
        raise CorpusError(f"{document} has no worksheet")
    if len(sheets) > 1:
        report.n_unread_sheets += len(sheets) - 1
        logger.warning("%s: only the first of %d worksheets is read, %r", document, len(sheets), sheets[0].title)
    sheets[0].reset_dimensions()  # some writers state them wrongly, and the rows beyond would be left out
    records = _xlsx_records(sheets[0], document)
    header = next(records, ())
    names = [nfc(_cell_text(cell) or "") for cell in header]
    if not any(names):
        raise CorpusError(f"{document} has no header: the first row must name the columns")
    positions = choose_columns(document, wanted, names)

    def rows() -> Iterator[Row]:
        for number, cells in enumerate(records, 2):
            if any(cell is not None for cell in cells[len(names) :]):
                yield number, f"has {len(cells)} cells, the header has {len(names)}"
            else:
                yield number, [_cell_text(cells[i]) if i < len(cells) else None for i in positions]

    return Table(tuple(names[i] for i in positions), rows())


def _xlsx_records(sheet: Any, document: str) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - openpyxl has no types
    number = 0
    try:
        for cells in sheet.iter_rows(values_only=True):
            number += 1
            yield cells
    except _BROKEN_XLSX as error:
        raise CorpusError(f"{document} is damaged after row {number}: {error}; save it anew") from error


def _cell_text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _not_a(document: str, format: str, file: BinaryIO, error: Exception) -> CorpusError:
    file.seek(0)
    kind = magic_of(file.read(16))
    found = f"it is {kind}" if kind else str(error)
    return CorpusError(f"{document} cannot be read as {format}: {found}; rename it, or give the right --format")
