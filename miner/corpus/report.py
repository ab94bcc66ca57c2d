"""What reading a corpus gives: sentences, and an account of what was not read."""

from dataclasses import asdict, dataclass, field
from typing import Any

MAX_NAMED_BROKEN_ROWS = 20
MAX_EXAMPLE_LENGTH = 2_000  # characters, a page; a text without line breaks would be kept once for each word


class CorpusError(ValueError):
    """The corpus cannot be read, or has nothing to mine; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One utterance, line or cell of the corpus.

    :ivar text: NFC, on one line, never blank.
    :ivar document: the file as the user named it; ``-`` for standard input.
    :ivar row: where it stands, from 1. The line of a txt or jsonl file; the row a spreadsheet shows for csv, tsv
        and xlsx, where the header is row 1 and a cell with line breaks is still one row; the record of a
        Parquet file, which has no header row.
    :ivar column: of the table; ``None`` for plain text.
    :ivar category: of the row, "" where the row has none; ``None`` if nobody asked for it.
    """

    text: str
    document: str
    row: int
    column: str | None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read, and why."""

    document: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.document}, row {self.row}: {self.reason}"


@dataclass(slots=True)
class CorpusReport:
    """Counts of a reading, filled while it goes on.

    Every cell is accounted for: per file, ``n_rows`` times the number of columns is ``n_sentences`` + ``n_empty``
    + ``n_broken_rows`` times the number of columns. Of passages, ``n_sentences`` counts their sentences.

    :ivar n_rows: rows below the header, broken and empty ones among them.
    :ivar n_sentences: cells that became sentences.
    :ivar n_empty: cells without visible text.
    :ivar n_broken_rows: rows left out; none of their cells is read.
    :ivar n_without_hangul: sentences without a Korean letter; they are read all the same.
    :ivar n_long_sentences: sentences of more than ``MAX_EXAMPLE_LENGTH`` characters; they are read all the same,
        but are no word's example.
    :ivar n_unread_sheets: worksheets after the first.
    :ivar empty_files: files without a byte in them.
    :ivar broken_rows: the first ``MAX_NAMED_BROKEN_ROWS`` broken rows; ``n_broken_rows`` counts all.
    :ivar encodings: of each text file, as found or as told.
    :ivar columns: of each table, as asked for or, of a table with one column of text, as found.
    """

    n_rows: int = 0
    n_sentences: int = 0
    n_empty: int = 0
    n_broken_rows: int = 0
    n_without_hangul: int = 0
    n_long_sentences: int = 0
    n_unread_sheets: int = 0
    empty_files: list[str] = field(default_factory=list)
    broken_rows: list[BrokenRow] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as values that JSON can hold; broken rows as their text."""
        return asdict(self) | {"broken_rows": [str(row) for row in self.broken_rows]}

    def add(self, later: "CorpusReport") -> None:
        """Take in the report on what was read after this."""
        self.n_rows += later.n_rows
        self.n_sentences += later.n_sentences
        self.n_empty += later.n_empty
        self.n_broken_rows += later.n_broken_rows
        self.n_without_hangul += later.n_without_hangul
        self.n_unread_sheets += later.n_unread_sheets
        self.n_long_sentences += later.n_long_sentences
        self.empty_files += later.empty_files
        self.broken_rows = (self.broken_rows + later.broken_rows)[:MAX_NAMED_BROKEN_ROWS]
        self.encodings |= later.encodings
        self.columns |= later.columns

    def check_korean(self) -> None:
        """Make sure that something can be mined.

        :raises CorpusError: if there was no sentence, or none with a Korean letter.
        """
        if self.n_sentences > self.n_without_hangul:
            return
        found = (
            f"{self.n_rows} rows, {self.n_sentences} sentences ({self.n_without_hangul} without a Korean "
            f"letter), {self.n_empty} empty cells, {self.n_broken_rows} broken rows"
        )
        first = f"; the first broken one: {self.broken_rows[0]}" if self.broken_rows else ""
        empty = f"; empty files: {', '.join(self.empty_files)}" if self.empty_files else ""
        what = "no Korean text" if self.n_sentences else "no sentence"
        raise CorpusError(f"the corpus has {what}: {found}{first}{empty}. Check --column and --encoding")

    def add_broken(self, row: BrokenRow) -> None:
        """Count a broken row, and name it if it is one of the first."""
        self.n_broken_rows += 1
        if len(self.broken_rows) < MAX_NAMED_BROKEN_ROWS:
            self.broken_rows.append(row)
