"""Groups for the tests of exports and imports, and a shortcut to the files."""

import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner
from hypothesis import strategies as st

from curator.cli import main
from curator.export import ExportReport, Format, GroupStream, export
from curator.groups import GroupMember, SynonymGroup, digest_of

syntax = st.text(",=>\\#'\" 가나다a1", max_size=8)
letters = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
words_of_any_kind = (syntax | letters).map(lambda text: unicodedata.normalize("NFC", text).strip() or "말")


def of(
    *groups: Sequence[str], pos: Sequence[str | None] = (), weight: float | None = None, decided: bool = False
) -> list[SynonymGroup]:
    """Groups of these words, named 0, 1, ..."""
    by, at = ("kim", "2026-01-02T03:04:05+00:00") if decided else (None, None)
    kinds = [*pos, *[None] * len(groups)]
    return [
        SynonymGroup(str(i), tuple(GroupMember(word, kinds[i], weight) for word in group), by, at)
        for i, group in enumerate(groups)
    ]


def stream(groups: Sequence[SynonymGroup]) -> GroupStream:
    return GroupStream("test", digest_of(groups), groups)


def exported(
    format: Format, groups: Sequence[SynonymGroup], file: Path | None = None, *, or_error: bool = False
) -> tuple[ExportReport | None, str]:
    """Export, and return the report and the text; with ``or_error``, nothing for what has no group."""
    with tempfile.TemporaryDirectory() as folder:
        path = file or Path(folder) / "export"
        try:
            report = export(stream(groups), path, format)
        except ValueError:
            if not or_error:
                raise
            return None, ""
        return report, path.read_text(encoding="utf-8") if path.suffix != ".parquet" else ""


def run_export(*arguments: object, code: int = 0) -> str:
    """Run ``curator export``, and return what it says."""
    result = CliRunner().invoke(main, ["export", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output
