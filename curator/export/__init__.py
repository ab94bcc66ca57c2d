"""Groups into the files of other programs: a module per format, all written by ``export``."""

from curator.export.base import (
    ExportReport,
    Format,
    GroupStream,
    check,
    export,
    stream_of_release,
)
from curator.export.group_file import stream_of_file
from curator.export.lexicon import stream_of_words

__all__ = [
    "ExportReport",
    "Format",
    "GroupStream",
    "check",
    "export",
    "stream_of_file",
    "stream_of_release",
    "stream_of_words",
]
