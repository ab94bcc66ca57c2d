"""``curator import``: synonyms of other programs, and an earlier project's decisions, as proposals."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.config import Settings

if TYPE_CHECKING:
    from curator.importing import BrokenRow, ImportReport, Row

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

    `decisions` is what `curator export decisions` writes. A group that contradicts a decision made here is listed
    and not imported; a broken row is named, and the others are imported.

    \b
    Example:
      curator import solr synonyms.txt
      curator import decisions last-year.jsonl --strict
    """
    from curator.importing import import_groups
    from curator.store import migrate
    from curator.store.session import opened, writing

    rows = _reader(format)(file)
    with opened(database or settings.database_url) as engine:
        migrate.check(engine)
        with writing(engine).begin() as connection:
            report = import_groups(connection, rows, file=str(file), format=format, strict=strict)
    _tell(file, report)


def _reader(format: str) -> Callable[[Path], "Iterator[Row | BrokenRow]"]:
    from curator.importing import data_files, search_files

    readers: dict[str, Callable[[Path], Iterator[Row | BrokenRow]]] = {
        "solr": search_files.read_solr,
        "opensearch": search_files.read_solr,
        "elasticsearch": search_files.read_elasticsearch,
        "wordnet": search_files.read_wordnet,
        "skos": data_files.read_skos,
        "csv": data_files.read_csv,
        "jsonl": data_files.read_jsonl,
        "decisions": data_files.read_jsonl,
        "parquet": data_files.read_parquet,
        "json": data_files.read_json,
    }
    return readers[format]


def _tell(file: Path, report: "ImportReport") -> None:
    click.echo(
        f"{file}: {report.n_new:,} groups imported, with {report.n_new_words:,} new words; "
        f"{report.n_known:,} were here already, {report.n_repeated:,} stand twice in the file, "
        f"{len(report.conflicts):,} contradict decisions made here, {len(report.broken):,} rows are broken"
    )
    for conflict in report.conflicts:
        click.echo(f"conflict, {file}, {conflict}")
    for row in report.broken:
        click.echo(f"broken, {file}, {row}", err=True)
