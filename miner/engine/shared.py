"""The folder that all workers read and write: files that appear complete, and tables cut into shares."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from miner.corpus.addresses import answering, file_system, has_folders, open_binary

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """A folder on a disk that all machines see, or an address that fsspec opens.

    A file is written under another name and renamed, so that a worker that is killed leaves no half of one; an
    object in a bucket appears whole by itself. Two workers that write the same file write the same content.

    :ivar address: absolute path or fsspec address.
    """

    address: str

    def __truediv__(self, name: str) -> "SharedFolder":
        return SharedFolder(f"{self.address}/{name}")

    def write(self, name: str, write: Callable[[Path], object]) -> None:
        """Have a file written on this machine, and put it here.

        :param write: is given the path to write.
        :raises OSError: if there is no room for it.
        """
        fs, path = self._opened(name)
        with TemporaryDirectory() as folder:
            local = Path(folder, "file")
            write(local)
            with answering(self.address):
                if not has_folders(fs, path):  # to make one would make the bucket as well, whatever its name
                    fs.put_file(str(local), path)
                    return
                fs.makedirs(path.rpartition("/")[0], exist_ok=True)
                unfinished = f"{path}.{uuid.uuid4().hex}.unfinished"
                fs.put_file(str(local), unfinished)
                fs.mv(unfinished, path)
                if fs.exists(unfinished):  # WebHDFS leaves both, where another worker wrote the same before
                    fs.rm_file(unfinished)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Yield a copy of a file on this machine.

        :raises FileNotFoundError: if it is not there.
        """
        fs, path = self._opened(name)
        with TemporaryDirectory() as folder:
            local = Path(folder, "file")
            with answering(self.address):
                fs.get_file(path, str(local))
            yield local

    def write_json(self, name: str, value: object) -> None:
        """Write a value."""
        text = json.dumps(value, ensure_ascii=False)
        self.write(name, lambda path: path.write_text(text, encoding="utf-8"))

    def read_json(self, name: str) -> Any:  # noqa: ANN401 - whatever was written
        """Read what ``write_json`` wrote.

        :raises FileNotFoundError: if it is not there.
        """
        with open_binary(f"{self.address}/{name}") as file:
            return json.load(file)

    def once(self, name: str, compute: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the report ``name``, computing it, and the files that belong to it, where it is not there yet.

        :param compute: writes files and returns a report that JSON can hold.
        """
        fs, path = self._opened(f"{name}.json")
        with answering(self.address):
            is_there = fs.exists(path)
        if not is_there:
            self.write_json(f"{name}.json", compute())
        report: dict[str, Any] = self.read_json(f"{name}.json")
        return report

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write a table, to be read as a whole."""
        self.write(name, lambda path: pq.write_table(table, path, compression="zstd"))

    def read_table(self, name: str) -> pa.Table:
        """Read a whole table.

        :raises FileNotFoundError: if it is not there.
        """
        with open_binary(f"{self.address}/{name}") as file:
            return pq.ParquetFile(file).read()

    def write_shares(self, name: str, table: pa.Table, shares: npt.NDArray[np.int64], n_shares: int) -> None:
        """Write a table whose rows different workers will read: a row group for each share.

        :param shares: int64, shape (n_rows,), in [0, n_shares). Rows of a share keep their order.
        """
        table = table.take(pa.array(np.argsort(shares, kind="stable")))
        ends = np.cumsum(np.bincount(shares, minlength=n_shares))

        def write(path: Path) -> None:
            with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
                for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
                    writer.write_table(table.slice(start, end - start), row_group_size=max(end - start, 1))

        self.write(name, write)

    def read_share(self, name: str, share: int) -> pa.Table:
        """Read the rows of a share of what ``write_shares`` wrote, and of no other.

        :raises FileNotFoundError: if the file is not there.
        """
        with open_binary(f"{self.address}/{name}") as file:
            return pq.ParquetFile(file).read_row_group(share)

    def _opened(self, name: str) -> "tuple[AbstractFileSystem, str]":
        return file_system(f"{self.address}/{name}")


def share_of(text: str, n_shares: int) -> int:
    """Return which share a text belongs to, the same on all machines."""
    return crc32(text.encode("utf-8")) % n_shares


def shares_of(texts: list[str], n_shares: int) -> npt.NDArray[np.int64]:
    """Return the share of each text, int64, shape (n_texts,)."""
    return np.fromiter((share_of(text, n_shares) for text in texts), np.int64, len(texts))
