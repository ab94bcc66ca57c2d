"""Formats of lines: plain text, csv, tsv and jsonl."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from miner.corpus.columns import choose_columns, missing_column, nfc
from miner.corpus.lines import Lines
from miner.corpus.report import CorpusError

MAX_CELL_CHARACTERS = 1 << 20  # of a csv; more is taken for a quote that was never closed
N_ROWS_TO_FIND_COLUMNS = 1000  # of a jsonl, where each row has columns of its own

Cells = Sequence[str | None]
Row = tuple[int, Cells | str]
_Parsed = dict[str, Any] | str | None  # an object, why there is none, or a blank line


@dataclass(frozen=True, slots=True)
class Table:
    """The chosen columns of one input.

    :ivar columns: their names; a single ``None`` for plain text.
    :ivar rows: number of the row, and its cells in the order of ``columns`` or, of a broken row, the reason.
    """

    columns: tuple[str | None, ...]
    rows: Iterator[Row]


def read_txt(lines: Lines, wanted: Sequence[str], document: str) -> Table:
    """Read plain text, a sentence a line.

    :raises CorpusError: if a column is wanted.
    """
    if wanted:
        raise CorpusError(f"{document} is plain text and has no columns; leave out --column, or give --format")

    def rows() -> Iterator[Row]:
        for number, line in enumerate(lines, lines.n_lines_before + 1):
            yield number, (lines.broken and lines.explain(number, number)) or (line,)

    return Table((None,), rows())


def read_csv(lines: Lines, wanted: Sequence[str], document: str, *, delimiter: str = ",") -> Table:
    """Read a table with a header, quoted as RFC 4180 has it; quoted cells may hold line breaks.

    Python's csv module and not pyarrow's reader: that one stops at undecodable bytes, does not number the rows
    it leaves out, and loses the rest of the file at a quote that is never closed. Here such a row is broken, and
    reading goes on with the line after its first. In a tsv, where many writers do not quote at all, a row that
    is wrong with quotes but right without them is read without.

    :raises CorpusError: if there is no header, or a wanted column is not in it.
    """
    records = _Records(lines, delimiter)
    header = next((cells for cells in records if cells), None)
    if header is None:
        raise CorpusError(f"{document} has no header: the first row must name the columns")
    if isinstance(header, str):
        raise CorpusError(f"{document}: the header cannot be read: {header}")
    names = [nfc(cell) for cell in header]
    positions = choose_columns(document, wanted, names)
    records.n_fields = len(names)

    def rows() -> Iterator[Row]:
        blank = (None,) * len(positions)
        for cells in records:
            chosen = cells if isinstance(cells, str) else [cells[i] for i in positions] if cells else blank
            yield records.n_records, chosen

    return Table(tuple(names[i] for i in positions), rows())


class _Records:
    """The records of a csv, each a list of fields or the reason why it is broken.

    :ivar n_records: those read so far, header and blank ones among them: the row a spreadsheet shows.
    :ivar n_fields: every record must have so many; ``None`` while the header is not read.
    """

    def __init__(self, lines: Lines, delimiter: str) -> None:
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        self.n_records = 0
        self.n_fields: int | None = None
        self._lines = lines
        self._new_lines = iter(lines)
        self._delimiter = delimiter
        self._again: list[str] = []  # lines to be read once more, the next one last
        self._record: list[str] = []  # lines of the current record
        self._n_lines = 0
        self._restart()

    def __iter__(self) -> Iterator[list[str] | str]:
        while True:
            self._record.clear()
            try:
                cells = next(self._reader)
                problem = self._misfit(cells)
            except csv.Error as error:
                cells, problem = [], f"is not well-formed: {error}"
            except StopIteration:
                return
            self.n_records += 1
            if problem is None:
                first = self._n_lines - len(self._record) + 1
                yield self._lines.explain(first, self._n_lines) or cells
            else:
                yield self._resume_after(problem)

    def _misfit(self, cells: list[str]) -> str | None:
        if self.n_fields is None or not cells:
            return None
        if len(cells) != self.n_fields:
            return f"has {len(cells)} fields, the header has {self.n_fields}"
        if self._delimiter == "\t" and len(self._record) > 1 and all(map(self._is_complete, self._record)):
            return "quotes run across lines that are rows without them"
        return None

    def _is_complete(self, line: str) -> bool:
        return line.count(self._delimiter) + 1 == self.n_fields

    def _resume_after(self, problem: str) -> list[str] | str:
        """Take the current record to be its first line alone, and read the others again."""
        first, *others = self._record
        self._again.extend(reversed(others))
        self._n_lines -= len(others)
        self._restart()
        reason = self._lines.explain(self._n_lines, self._n_lines)
        if reason:
            return reason
        if self._delimiter == "\t" and self._is_complete(first):
            return first.rstrip("\r\n").split(self._delimiter)
        return f"(line {self._n_lines}) {problem}"

    def _restart(self) -> None:
        self._reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.pop() if self._again else next(self._new_lines, None)
            if line is None:
                return
            self._n_lines += 1
            self._record.append(line)
            yield line


def read_jsonl(lines: Lines, wanted: Sequence[str], document: str, *, is_checked: bool = False) -> Table:
    """Read a JSON object a line.

    Without a wanted column, the first object must have exactly one value that is a string.

    :param is_checked: whether the wanted columns are known to be in the document, if not in these lines.
    :raises CorpusError: if the choice is not clear, or a wanted column is in none of the first
        ``N_ROWS_TO_FIND_COLUMNS`` rows (while the rows are read).
    """
    names = tuple(map(nfc, wanted))
    parsed = _objects(lines)
    skipped: list[tuple[int, _Parsed]] = []
    while not names and (row := next(parsed, None)) is not None:
        skipped.append(row)
        if isinstance(row[1], dict):
            there = list(row[1])
            of_text = [name for name, value in row[1].items() if isinstance(value, str)]
            names = tuple(there[i] for i in choose_columns(document, (), there, of_text=of_text))

    def rows() -> Iterator[Row]:
        missing, seen = set() if is_checked else set(names), set[str]()
        n_objects = 0
        for number, value in chain(skipped, parsed):
            if isinstance(value, dict):
                n_objects += 1
                if missing:
                    seen.update(value)
                    missing -= seen
                if missing and n_objects >= N_ROWS_TO_FIND_COLUMNS:
                    break
            yield number, _json_cells(value, names)
        if missing and n_objects:
            raise missing_column(document, next(name for name in names if name in missing), sorted(seen))

    return Table(names, rows())


def _objects(lines: Lines) -> Iterator[tuple[int, _Parsed]]:
    """Yield the number of each line with its object, ``None`` if it is blank, or why it is broken."""
    for number, line in enumerate(lines, lines.n_lines_before + 1):
        reason = lines.explain(number, number)
        if reason or line.isspace():
            yield number, reason
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, f"is not JSON: {error.msg} at character {error.pos + 1}"
        except RecursionError:
            yield number, "is not JSON of a sensible depth"
        else:
            is_object = isinstance(value, dict)
            yield number, {nfc(k): v for k, v in value.items()} if is_object else "is not a JSON object"


def _json_cells(value: _Parsed, names: Sequence[str]) -> Cells | str:
    if value is None:
        return (None,) * len(names)
    if isinstance(value, str):
        return value
    for name in names:
        if name not in value:
            return f"has no column {name!r}"
        if not isinstance(value[name], str | None):
            return f"column {name!r} holds {type(value[name]).__name__}, not text"
    return [value[name] for name in names]
