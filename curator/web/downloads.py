"""Files that are made for a request: written whole, checked, then sent piece by piece and removed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Response
from sqlalchemy import Connection

from curator.decisions import decision_lines
from curator.export import ExportReport, Format, GroupStream, check, export, stream_of_release, stream_of_words
from curator.export.base import write_lines
from curator.export.named import NAMED_FORMATS
from curator.export.nori import Nori
from curator.web.database import engine_of_app

BYTES_AT_ONCE = 64 * 1024
LEFT_OUT_HEADER = "Dongui-Left-Out-Words"  # as the format cannot hold them


def release_file(number: int, format_name: str, media_type: str | None = None) -> Response:
    """Return a release as a file of a format.

    :param format_name: one of ``NAMED_FORMATS``.
    :param media_type: in place of the format's own.
    :raises ValueError: if there is no such release, its content has not its digest, or nothing of it fits.
    """
    format = NAMED_FORMATS[format_name]
    name = f"release-{number}-{format_name}{format.suffix}"
    return _exported(lambda c: stream_of_release(c, number), format.make(), name, media_type or format.media_type)


def words_file(run_id: int | None = None, media_type: str | None = None) -> Response:
    """Return a user dictionary for nori of the lexicon's words out of vocabulary, or of those of a run.

    :param media_type: in place of the format's own.
    :raises ValueError: if there is no such run, or no word that fits.
    """
    name = "userdict_ko.txt" if run_id is None else f"run-{run_id}-userdict_ko.txt"
    media_type = media_type or NAMED_FORMATS["nori"].media_type
    return _exported(lambda c: stream_of_words(c, run_id), Nori(with_parts=True), name, media_type)


def _exported(
    stream_of: Callable[[Connection], GroupStream], format: Format, name: str, media_type: str
) -> Response:
    reports: list[ExportReport] = []

    def write(connection: Connection, path: Path) -> None:
        reports.append(export(stream_of(connection), path, format))

    response = made_file(write, name, media_type)
    response.headers[LEFT_OUT_HEADER] = str(reports[0].n_left_out_words)
    return response


def release_report(number: int, format_name: str) -> ExportReport:
    """Return what a format would hold of a release, and what not.

    :raises ValueError: if there is no such release, or its content has not its digest.
    """
    with engine_of_app().begin() as connection:
        return check(stream_of_release(connection, number), NAMED_FORMATS[format_name].make())


def decisions_file(media_type: str = "application/jsonl") -> Response:
    """Return all that people decided, a JSON object a line."""
    return made_file(lambda c, path: write_lines(path, decision_lines(c)), "decisions.jsonl", media_type)


def made_file(write: Callable[[Connection, Path], None], name: str, media_type: str) -> Response:
    """Return a file that a function writes out of the database, whose transaction has ended before it is sent."""
    folder = TemporaryDirectory(prefix="dongui-")
    path = Path(folder.name) / name
    try:
        with engine_of_app().begin() as connection:
            write(connection, path)
        size = path.stat().st_size
    except BaseException:
        folder.cleanup()
        raise
    response = Response(pieces(folder, path), content_type=media_type)
    response.call_on_close(folder.cleanup)  # where nothing is read of it
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(size)
    return response


def pieces(folder: TemporaryDirectory[str], path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, and remove its folder."""
    with folder, path.open("rb") as file:
        while piece := file.read(BYTES_AT_ONCE):
            yield piece
