"""Synonyms of other programs, and an earlier project's decisions, into the store as proposals."""

from curator.importing.rows import BrokenRow, Row, Verdict
from curator.importing.storing import Conflict, ImportReport, import_groups

__all__ = ["BrokenRow", "Conflict", "ImportReport", "Row", "Verdict", "import_groups"]
