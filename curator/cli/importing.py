"""``curator import``: synonyms of other programs, and an earlier project's decisions, as proposals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.config import Settings

if TYPE_CHECKING:
    from curator.importing import BrokenRow, ImportReport, Row, WordImportReport

FORMATS = (
    "solr",
    "elasticsearch",
    "opensearch",
    "skos",
    "wordnet",
    "csv",
    "jsonl",
    "parquet",
    "json",
    "word-normalizer",
    "nori",
    "decisions",
)


@click.command("import")
@click.argument("format", type=click.Choice(FORMATS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--strict", is_flag=True, help="Import nothing if a row is broken.")
@click.option("--database", metavar="URL|FILE", help="[default: $DONGUI_DATABASE_URL, else dongui.db]")
@click.pass_obj
def import_(settings: Settings, format: str, file: Path, strict: bool, database: str | None) -> None:
    """Import the groups of FILE as proposals, to be reviewed like those of a run.

    Of a group its words, their parts of speech and the canonical one are taken; how often words occur is counted
    by runs here, and who accepted a group elsewhere is told by `decisions` alone, which `curator export
    decisions` writes. A group that contradicts a decision made here is listed and not imported; a broken row is
    named, and the others are imported. A user dictionary of `nori` holds words and no groups: they join the
    lexicon with their parts, and `curator export nori` gives them back.

    \b
    Example:
      curator import solr synonyms.txt
      curator import nori userdict_ko.txt
      curator import decisions last-year.jsonl --strict
    """
    from curator.importing import import_groups, import_words
    from curator.importing.search_files import read_nori
    from curator.store import migrate
    from curator.store.session import opened, writing

    how: Any = {"file": str(file), "format": format, "strict": strict}
    with opened(database or settings.database_url) as engine:
        migrate.check(engine)
        report: ImportReport | WordImportReport
        with writing(engine).begin() as connection:
            if format == "nori":
                report = import_words(connection, read_nori(file), **how)
            else:
                report = import_groups(connection, _reader(format)(file), **how)
    _tell(file, report)


def _reader(format: str) -> Callable[[Path], "Iterator[Row | BrokenRow]"]:
    from curator.importing import data_files, search_files, skos_files

    readers: dict[str, Callable[[Path], Iterator[Row | BrokenRow]]] = {
        "solr": search_files.read_solr,
        "opensearch": search_files.read_solr,
        "elasticsearch": search_files.read_elasticsearch,
        "wordnet": search_files.read_wordnet,
        "skos": skos_files.read_skos,
        "csv": data_files.read_csv,
        "jsonl": data_files.read_jsonl,
        "decisions": data_files.read_jsonl,
        "parquet": data_files.read_parquet,
        "json": data_files.read_json,
        "word-normalizer": data_files.read_word_normalizer,
    }
    return readers[format]


def _tell(file: Path, report: "ImportReport | WordImportReport") -> None:
    from curator.importing import ImportReport

    if isinstance(report, ImportReport):
        counts = f"{report.n_new:,} groups imported, with {report.n_new_words:,} new words; {report.n_known:,}"
        others = f"{len(report.conflicts):,} contradict decisions made here"
        conflicts = report.conflicts
    else:
        counts = f"{report.n_new:,} words imported; {report.n_known:,}"
        others = f"{report.n_other_parts:,} had other parts, which those of the file replace"
        conflicts = []
    click.echo(
        f"{file}: {counts} were here already, {report.n_repeated:,} stand twice in the file, {others}, "
        f"{len(report.broken):,} rows are broken"
    )
    for conflict in conflicts:
        click.echo(f"conflict, {file}, {conflict}")
    for row in report.broken:
        click.echo(f"broken, {file}, {row}", err=True)
