"""Synonyms of other programs, and an earlier project's decisions, into the store as proposals."""

from curator.importing.rows import BrokenRow, Row, Verdict, WordRow
from curator.importing.storing import Conflict, ImportReport, import_groups
from curator.importing.words import WordImportReport, import_words

__all__ = [
    "BrokenRow",
    "Conflict",
    "ImportReport",
    "Row",
    "Verdict",
    "WordImportReport",
    "WordRow",
    "import_groups",
    "import_words",
]
