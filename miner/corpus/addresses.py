"""Files by their address: a path on this machine, or what fsspec opens (s3://, gs://, hdfs://, memory://)."""

import errno
import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from miner.corpus.report import CorpusError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_BUFFER_BYTES = 1 << 20
_PATTERN_MARKS = frozenset("*?[")
# What libraries below fsspec raise that is no OSError; one that was not loaded has raised nothing.
_ERRORS_OF_LIBRARIES = (
    ("botocore.exceptions", "BotoCoreError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.api_core.exceptions", "GoogleAPIError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)


class AddressError(OSError):
    """An address does not answer or refuses, which is no damage of the file there."""


def is_address(name: str) -> bool:
    """Tell an address of fsspec from a path."""
    return "://" in name


def file_system(address: str) -> "tuple[AbstractFileSystem, str]":
    """Return what opens an address, and the address as that calls it; a path is one of this machine.

    :raises CorpusError: if the kind of address is not known, or the package for it or its host is missing.
    :raises AddressError: if it cannot be reached.
    """
    try:
        url_to_fs = importlib.import_module("fsspec.core").url_to_fs
    except ImportError as error:
        raise CorpusError(f"{address} is read with fsspec: pip install 'dongui[cluster]'") from error
    try:
        with answering(address):
            fs, path = url_to_fs(address)
    except (ImportError, TypeError, ValueError) as error:  # a package, a host or such a protocol is missing
        raise CorpusError(f"{address} cannot be opened: {error}") from error
    return fs, path


def has_folders(fs: "AbstractFileSystem", path: str) -> bool:
    """Tell a tree of folders from the buckets of s3, gs and abfs, whose names alone do not begin with a slash.

    :param path: as ``fs`` calls it.
    """
    return bool(fs.root_marker) or path.startswith("/")


@contextmanager
def answering(address: str) -> Iterator[None]:
    """Say of which address the errors are that the block raises.

    :raises FileNotFoundError: if the block does.
    :raises AddressError: if the store cannot be reached, or refuses.
    """
    if not is_address(address):
        yield
        return
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{address}: there is no such file or bucket ({error}); check the address"
        ) from error
    except _errors_of_stores() as error:
        if isinstance(error, OSError) and (error.filename or error.errno == errno.ENOSPC):
            raise  # of the disk of this machine
        raise AddressError(
            f"{address} cannot be used: {error}; expected a store that answers, and credentials that it takes: "
            "check the address, the endpoint and the credentials, here and on the workers"
        ) from error


def _errors_of_stores() -> tuple[type[Exception], ...]:
    known = [(sys.modules[name], kind) for name, kind in _ERRORS_OF_LIBRARIES if name in sys.modules]
    return (OSError, *(getattr(module, kind) for module, kind in known))


def open_binary(name: str) -> io.BufferedReader:
    """Open a path or an address for reading, buffered and seekable.

    :raises OSError: if it cannot be opened.
    """
    if not is_address(name):
        return open(name, "rb")
    fs, path = file_system(name)
    with answering(name):
        file = fs.open(path, "rb")
    return io.BufferedReader(_Answering(file, name), _BUFFER_BYTES)


class _Answering(io.RawIOBase):
    """A file of fsspec whose errors say of which address they are."""

    def __init__(self, inner: IO[bytes], address: str) -> None:
        self._inner = inner
        self._address = address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed has a wider type
        with answering(self._address):
            return cast(io.RawIOBase, self._inner).readinto(buffer) or 0

    def close(self) -> None:
        self._inner.close()
        super().close()


def size_of(name: str) -> int:
    """Return the bytes of a path or an address.

    :raises OSError: if it cannot be found.
    """
    if not is_address(name):
        return os.path.getsize(name)
    fs, path = file_system(name)
    with answering(name):
        return int(fs.size(path))


def check_file(name: str) -> None:
    """Make sure that a path or an address is a file.

    :raises FileNotFoundError: if it is not there.
    :raises IsADirectoryError: if it is a folder.
    """
    if is_address(name):
        fs, path = file_system(name)
        with answering(name):
            is_folder = fs.info(path)["type"] == "directory"
    else:
        is_folder = Path(name).is_dir()
        if not Path(name).exists():
            where = Path(name).parent.resolve()
            raise FileNotFoundError(f"{name}: there is no such file (looked in {where})")
    if is_folder:
        raise IsADirectoryError(f"{name} is a folder; give the files in it, e.g. {name}/*.csv")


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
        with answering(name):
            found = sorted(fs.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{name}: no file there has such a name")
        # fsspec's unstrip_protocol forgets the host of hdfs://host:port/folder/*
        yield from (
            name.replace(pattern, path) if pattern in name else fs.unstrip_protocol(path) for path in found
        )
