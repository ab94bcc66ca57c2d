"""``pytorch_model.bin`` as places in a file, without running what is in it and without loading it.

Both forms that ``torch.save`` has written are read: the ZIP archive (torch 1.6 and later), whose members are
stored uncompressed, and the older sequence of pickles with the raw storages behind them. As with
``torch.load(weights_only=True)``, a pickle may name nothing but what rebuilds tensors.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from curator.applier.tensors import DTYPES, Tensor

STORAGES = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py, MAGIC_NUMBER
LEGACY_PROTOCOL = 1001  # torch/serialization.py, PROTOCOL_VERSION


class _Storage(NamedTuple):
    dtype: str
    key: str


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor in its storage, in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuild_tensor(storage: _Storage, offset: int, shape: Any, stride: Any, *_: object) -> _View:  # noqa: ANN401
    return _View(storage, offset, tuple(shape), tuple(stride))


def _rebuild_parameter(view: _View, *_: object) -> _View:
    return view


ALLOWED: dict[tuple[str, str], Callable[..., Any] | str] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    **{("torch", name): dtype for name, dtype in STORAGES.items()},
}


class _Reader(pickle.Unpickler):
    def __init__(self, stream: IO[bytes], file: Path) -> None:
        super().__init__(stream, encoding="utf-8")
        self.file = file

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own signature
        found = ALLOWED.get((module, name))
        if found is None:
            raise ValueError(
                f"{self.file} names {module}.{name}, which is no part of a tensor: it may run code when it is "
                "loaded, and was not. Get the checkpoint as safetensors, or from whom you trust, and convert it"
            )
        return found

    def persistent_load(self, pid: Any) -> _Storage:  # noqa: ANN401 - pickle's own signature
        kind, dtype, key = pid[:3]
        if kind != "storage" or dtype not in DTYPES:
            raise ValueError(
                f"{self.file} has a storage of the kind {kind} and type {dtype}; expected plain tensors"
            )
        return _Storage(dtype, str(key))


def read_pickled(file: Path) -> list[Tensor]:
    """Return the tensors of a ``.bin`` file in the order of their bytes; of names for one tensor, all.

    :raises ValueError: if the file is no state dict, has code in it, was cut off, or holds what cannot be copied
        as it lies: a transposed or sparse tensor.
    """
    try:
        views, starts = _read_archive(file) if zipfile.is_zipfile(file) else _read_sequence(file)
    except (pickle.UnpicklingError, EOFError, zipfile.BadZipFile, struct.error, KeyError, IndexError) as error:
        raise ValueError(
            f"{file} is no file of torch.save, or was cut off ({type(error).__name__}: {error}); fetch it again"
        ) from error
    if not isinstance(views, dict):
        raise ValueError(f"{file} holds a {type(views).__name__}; expected a state dict, names with tensors")
    views = views.get("state_dict", views) if "state_dict" in views else views
    tensors = [_placed(name, view, file, starts) for name, view in views.items() if name != "_metadata"]
    size = file.stat().st_size
    if any(tensor.start + tensor.n_bytes > size for tensor in tensors):
        raise ValueError(f"{file} has {size:,} bytes, fewer than its tensors need: it was cut off; fetch it again")
    return sorted(tensors, key=lambda tensor: (tensor.start, tensor.name))


def _placed(name: str, view: object, file: Path, starts: dict[str, int]) -> Tensor:
    if not isinstance(view, _View):
        raise ValueError(f"{file}: {name} is a {type(view).__name__}; expected a tensor")
    n_values, expected = 1, []
    for length in reversed(view.shape):
        expected.append(n_values)
        n_values *= length
    is_row_major = all(
        have == want or length == 1
        for have, want, length in zip(view.stride, reversed(expected), view.shape, strict=True)
    )
    if not is_row_major:
        raise ValueError(f"{file}: {name} does not lie row by row; load and save it with transformers first")
    width = np.dtype(DTYPES[view.storage.dtype]).itemsize
    start = starts[view.storage.key] + view.offset * width
    return Tensor(str(name), view.storage.dtype, view.shape, file, start, n_values * width)


def _read_archive(file: Path) -> tuple[Any, dict[str, int]]:
    with zipfile.ZipFile(file) as archive, file.open("rb") as stream:
        names = archive.namelist()
        (pickled,) = [name for name in names if name.endswith("/data.pkl")] or [names[0]]
        prefix = pickled.removesuffix("data.pkl")
        byte_order = prefix + "byteorder"
        if byte_order in names and archive.read(byte_order) != b"little":
            raise ValueError(f"{file} was written on a big-endian machine; convert it to safetensors there")
        views = _Reader(io.BytesIO(archive.read(pickled)), file).load()
        starts = {}
        for entry in archive.infolist():
            if not entry.filename.startswith(prefix + "data/"):
                continue
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{file} is compressed, which torch.save never does; save it with torch anew")
            # The local header may have other extra fields than the central one: torch aligns storages with them.
            stream.seek(entry.header_offset + 26)
            n_name, n_extra = struct.unpack("<HH", stream.read(4))
            starts[entry.filename.removeprefix(prefix + "data/")] = entry.header_offset + 30 + n_name + n_extra
    return views, starts


def _read_sequence(file: Path) -> tuple[Any, dict[str, int]]:
    with file.open("rb") as stream:
        magic, protocol = _Reader(stream, file).load(), _Reader(stream, file).load()
        if magic != LEGACY_MAGIC or protocol != LEGACY_PROTOCOL:
            raise pickle.UnpicklingError("a pickle, but not one that torch wrote")
        if not _Reader(stream, file).load().get("little_endian", True):
            raise ValueError(f"{file} was written on a big-endian machine; convert it to safetensors there")
        reader = _SizingReader(stream, file)
        views = reader.load()
        starts = {}
        for key in _Reader(stream, file).load():
            starts[str(key)] = stream.tell() + 8  # each storage has its number of elements before it
            (n_values,) = struct.unpack("<q", stream.read(8))
            stream.seek(n_values * reader.widths[str(key)], io.SEEK_CUR)
    return views, starts


class _SizingReader(_Reader):
    """Remembers how many bytes an element of each storage has."""

    def __init__(self, stream: IO[bytes], file: Path) -> None:
        super().__init__(stream, file)
        self.widths: dict[str, int] = {}

    def persistent_load(self, pid: Any) -> _Storage:  # noqa: ANN401 - pickle's own signature
        storage = super().persistent_load(pid)
        self.widths[storage.key] = np.dtype(DTYPES[storage.dtype]).itemsize
        return storage
