"""Files by their address: a path on this machine, or what fsspec opens (s3://, gs://, hdfs://, memory://)."""

import importlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from miner.corpus.report import CorpusError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_BUFFER_BYTES = 1 << 20
_PATTERN_MARKS = frozenset("*?[")


def is_address(name: str) -> bool:
    """Tell an address of fsspec from a path."""
    return "://" in name


def file_system(address: str) -> "tuple[AbstractFileSystem, str]":
    """Return what opens an address, and the address as that calls it; a path is one of this machine.

    :raises CorpusError: if the kind of address is not known, or the package for it is missing.
    """
    try:
        url_to_fs = importlib.import_module("fsspec.core").url_to_fs
    except ImportError as error:
        raise CorpusError(f"{address} is read with fsspec: pip install 'dongui[cluster]'") from error
    try:
        fs, path = url_to_fs(address)
    except (ImportError, ValueError) as error:  # fsspec says which package, or that it knows no such protocol
        raise CorpusError(f"{address} cannot be opened: {error}") from error
    return fs, path


def open_binary(name: str) -> io.BufferedReader:
    """Open a path or an address for reading, buffered and seekable.

    :raises OSError: if it cannot be opened.
    """
    if not is_address(name):
        return open(name, "rb")
    fs, path = file_system(name)
    return io.BufferedReader(fs.open(path, "rb"), _BUFFER_BYTES)


def size_of(name: str) -> int:
    """Return the bytes of a path or an address.

    :raises OSError: if it cannot be found.
    """
    if not is_address(name):
        return os.path.getsize(name)
    fs, path = file_system(name)
    return int(fs.size(path))


def check_file(name: str) -> None:
    """Make sure that a path or an address is a file.

    :raises FileNotFoundError: if it is not there.
    :raises IsADirectoryError: if it is a folder.
    """
    if is_address(name):
        fs, path = file_system(name)
        is_there, is_folder, where = fs.exists(path), fs.isdir(path), ""
    else:
        is_there, is_folder = Path(name).exists(), Path(name).is_dir()
        where = f" (looked in {Path(name).parent.resolve()})"
    if is_folder:
        raise IsADirectoryError(f"{name} is a folder; give the files in it, e.g. {name}/*.csv")
    if not is_there:
        raise FileNotFoundError(f"{name}: there is no such file{where}")


def expand(names: Sequence[str]) -> Iterator[str]:
    """Yield the names, and in place of an address with a ``*``, ``?`` or ``[`` the files that it means, sorted.

    The patterns of paths are the shell's to expand.

    :raises FileNotFoundError: if a pattern means no file.
    """
    for name in names:
        if not is_address(name) or not _PATTERN_MARKS & set(name):
            yield name
            continue
        fs, pattern = file_system(name)
        found = sorted(fs.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{name}: no file there has such a name")
        yield from map(fs.unstrip_protocol, found)
