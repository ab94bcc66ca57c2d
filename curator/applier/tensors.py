"""Tensors as places in files: what is where, read in pieces, so that memory does not grow with the model."""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

CHUNK_BYTES = 2 << 20  # stays in a processor's cache between being read and being hashed
HEADER_ALIGNMENT = 8
MAX_HEADER_BYTES = 100 << 20  # the limit of the safetensors library itself

DTYPES: dict[str, npt.DTypeLike] = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "BF16": ml_dtypes.bfloat16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
ADJUSTABLE = ("F64", "F32", "F16", "BF16")

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor where it lies, row-major.

    :ivar dtype: as safetensors names it.
    :ivar start: offset of its first byte in the file.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: Path
    start: int
    n_bytes: int

    @property
    def row_shape(self) -> tuple[int, int]:
        """Return number and width of the rows; a vector has rows of one value, ``[1, V]`` too."""
        if len(self.shape) == 2 and self.shape[0] == 1:
            return self.shape[1], 1
        return self.shape[0], math.prod(self.shape[1:])


def read_header(file: Path) -> tuple[list[Tensor], dict[str, str]]:
    """Return the tensors of a safetensors file in the order of their bytes, and its metadata.

    :raises ValueError: if the file is no safetensors file, or shorter than its header says.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        first = stream.read(8)
        n_header = struct.unpack("<Q", first)[0] if len(first) == 8 else size
        if n_header > min(size - 8, MAX_HEADER_BYTES):
            raise ValueError(f"{file} is no safetensors file, or was cut off in its header; fetch it again")
        try:
            header: dict[str, Any] = json.loads(stream.read(n_header))
            metadata = header.pop("__metadata__", {})
            tensors = [_tensor(name, entry, file, 8 + n_header) for name, entry in header.items()]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{file} has a header that is no safetensors header ({error})") from error
    end = max((tensor.start + tensor.n_bytes for tensor in tensors), default=8 + n_header)
    if end != size:
        raise ValueError(
            f"{file} has {size:,} bytes, and its header speaks of {end:,}: it was cut off; fetch it again"
        )
    return sorted(tensors, key=lambda tensor: tensor.start), metadata


def _tensor(name: str, entry: dict[str, Any], file: Path, data_start: int) -> Tensor:
    start, end = entry["data_offsets"]
    tensor = Tensor(name, entry["dtype"], tuple(entry["shape"]), file, data_start + start, end - start)
    if (
        tensor.dtype in DTYPES
        and tensor.n_bytes != math.prod(tensor.shape) * np.dtype(DTYPES[tensor.dtype]).itemsize
    ):
        raise ValueError(f"{name} has {tensor.n_bytes} bytes, too many or too few for {tensor.shape}")
    return tensor


def header_bytes(tensors: list[Tensor], metadata: dict[str, str]) -> bytes:
    """Return the header of a safetensors file that holds the tensors one after the other."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    position = 0
    for tensor in tensors:
        offsets = [position, position + tensor.n_bytes]
        header[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        position += tensor.n_bytes
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % HEADER_ALIGNMENT)
    return struct.pack("<Q", len(text)) + text


def chunks(tensor: Tensor) -> Iterator[memoryview]:
    """Yield the bytes of a tensor in pieces of whole rows where it has rows; each is good until the next one.

    :raises OSError: if the file ends before the tensor does.
    """
    row_bytes = max(1, tensor.n_bytes // max(1, tensor.row_shape[0])) if tensor.shape else tensor.n_bytes
    step = max(1, CHUNK_BYTES // max(1, row_bytes)) * row_bytes
    buffer = memoryview(bytearray(min(step, tensor.n_bytes)))  # one for all: a fresh one costs its page faults
    with tensor.file.open("rb", buffering=0) as stream:
        stream.seek(tensor.start)
        for start in range(0, tensor.n_bytes, max(1, step)):
            piece = buffer[: min(step, tensor.n_bytes - start)]
            _read_into(piece, stream, tensor)
            yield piece


def _read_into(piece: memoryview, stream: FileIO, tensor: Tensor) -> None:
    while len(piece):  # one read gives at most 2 GiB, or less on a network file system
        n_read = stream.readinto(piece)
        if not n_read:
            raise OSError(f"{tensor.file} ends inside {tensor.name}; fetch it again")
        piece = piece[n_read:]


def row_chunks(tensor: Tensor) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield the number of the first row, and rows in the tensor's own type, shape (n, width).

    The rows are good until the next ones.
    """
    n_rows, width = tensor.row_shape
    first = 0
    for piece in chunks(tensor):
        rows = np.frombuffer(piece, DTYPES[tensor.dtype]).reshape(-1, width)
        yield first, rows
        first += len(rows)
    assert first == n_rows


def read_rows(tensor: Tensor, ids: Ids) -> npt.NDArray[Any]:
    """Return rows of a tensor in its own type, shape (n, width).

    :param ids: sorted, each once.
    """
    found = np.empty((len(ids), tensor.row_shape[1]), DTYPES[tensor.dtype])
    for first, rows in row_chunks(tensor):
        lower, upper = np.searchsorted(ids, (first, first + len(rows)))
        found[lower:upper] = rows[ids[lower:upper] - first]
    return found


def mapped_rows(tensor: Tensor) -> npt.NDArray[Any]:
    """Return all rows of a tensor in its own type, shape (n, width), which are read when they are looked at."""
    return np.memmap(tensor.file, DTYPES[tensor.dtype], "r", tensor.start, tensor.row_shape)
