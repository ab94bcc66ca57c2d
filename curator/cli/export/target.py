"""The options that every export has: which groups, and into which file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.config import Settings

if TYPE_CHECKING:
    from curator.export import ExportReport, Format, GroupStream


@dataclass(frozen=True, slots=True)
class Target:
    """Which groups are written, and where.

    :ivar database: that holds the release.
    :ivar number: of the release; none is the newest.
    :ivar file: of groups, in place of a release.
    """

    database: str
    number: int | None
    file: Path | None
    output: Path

    def write(self, format: "Format") -> None:
        """Write the groups, and say what was written and what was left out."""
        from curator.export import export

        with self.stream() as stream:
            self._tell(stream, export(stream, self.output, format))

    def write_words(self, format: "Format", run_id: int | None) -> None:
        """Write words of the lexicon in place of groups, and say what was written and what was left out."""
        from curator.export import export, stream_of_words
        from curator.store import migrate
        from curator.store.session import opened

        with opened(self.database) as engine:
            migrate.check(engine)
            with engine.begin() as connection:
                stream = stream_of_words(connection, run_id)
                self._tell(stream, export(stream, self.output, format))

    @contextmanager
    def stream(self) -> Iterator["GroupStream"]:
        """Open what the groups are read from."""
        from curator.export import stream_of_file, stream_of_release
        from curator.store.session import opened

        if self.file is not None:
            yield stream_of_file(self.file)
            return
        with opened(self.database) as engine, engine.begin() as connection:
            yield stream_of_release(connection, self.number)

    def _tell(self, stream: "GroupStream", report: "ExportReport") -> None:
        groups = "" if stream.is_of_words else f"{report.n_groups:,} groups, "
        click.echo(f"{self.output}: {groups}{report.n_words:,} words of {stream.source}")
        for note, n_groups in sorted(report.notes.items()):
            click.echo(f"note, for {n_groups:,} {'words' if stream.is_of_words else 'groups'}: {note}")
        if report.n_left_out_words:
            is_told = report.n_left_out_groups and not stream.is_of_words
            groups = f", and {report.n_left_out_groups:,} whole groups" if is_told else ""
            click.echo(f"left out: {report.n_left_out_words:,} words{groups}", err=True)
            for reason in report.left_out:
                click.echo(f"  {reason}", err=True)
            if report.n_left_out_words > len(report.left_out):
                click.echo(f"  and {report.n_left_out_words - len(report.left_out):,} more", err=True)


def exports(command: Callable[..., None]) -> Callable[..., None]:
    """Hand the command a ``Target`` in place of the options that make one."""
    return exports_by("Number of a release.  [default: the newest]")(command)


def exports_by(release_help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what ``exports`` is, with another text for the option ``--release``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--release", "number", type=int, help=release_help)
        @click.option(
            "--groups",
            "file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="JSON file of groups, in place of a release.",
        )
        @click.option(
            "--database",
            metavar="URL|FILE",
            help="Where that is read.  [default: $DONGUI_DATABASE_URL, else dongui.db]",
        )
        @click.option(
            "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
        )
        @wraps(command)
        def run(
            number: int | None,
            file: Path | None,
            database: str | None,
            output: Path,
            **options: Any,  # noqa: ANN401 - click passes whatever the format's options parse to
        ) -> None:
            settings: Settings = click.get_current_context().obj
            if file is not None and (number is not None or database is not None):
                raise click.UsageError(
                    "--groups takes the place of --release and --database; give one or the other"
                )
            command(Target(database or settings.database_url, number, file, output), **options)

        return run

    return decorate
