"""The adjusted checkpoint as files: written tensor by tensor, what does not change linked or copied."""

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import FileIO
from itertools import accumulate
from pathlib import Path

import numpy as np
from blake3 import blake3

from curator.applier.base import Base, WeightFile
from curator.applier.digests import ForkedDigest, bytes_of
from curator.applier.hashing import read_stretches
from curator.applier.prepare import Prepared
from curator.applier.roles import VocabularyTensors
from curator.applier.rows import RowChanges
from curator.applier.tensors import Tensor, header_bytes, row_chunks

FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file, until one of the two is written to
# Other file systems, kernels before 5.3, containers that forbid it.
NOT_SUPPORTED = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)
SPARE_BYTES = 16 << 20  # for tokenizer, manifest and report


@dataclass(frozen=True, slots=True)
class TensorDigests:
    """Digests of a tensor's bytes.

    :ivar base: all of it, as read from BASE.
    :ivar kept: the rows that stay, as read from BASE; all of it where it does not change.
    :ivar written: all of it, as it was to be written.
    """

    base: str
    kept: str
    written: str


@dataclass(frozen=True, slots=True)
class WrittenWeights:
    """What became of the weights.

    :ivar tensors: by name.
    :ivar linked: names of files that share their storage with BASE.
    """

    tensors: Mapping[str, TensorDigests]
    linked: tuple[str, ...]


def check_space(base: Base, tensors: VocabularyTensors, n_rows: int, out: Path) -> None:
    """Check that the file system has room for all of the checkpoint.

    :raises OSError: if it has not.
    """
    growth = sum(t.n_bytes // t.row_shape[0] * (n_rows - t.row_shape[0]) for t in tensors.all)
    needed = sum(t.n_bytes for t in base.tensors) + growth + SPARE_BYTES
    existing = next(folder for folder in (out.parent, *out.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise OSError(
            errno.ENOSPC,
            f"{existing} has {free / 1e6:,.0f} MB free, and OUT may need {needed / 1e6:,.0f} MB; make room",
        )


def write_weights(
    prepared: Prepared, changes: Callable[[], Mapping[str, RowChanges]], folder: Path
) -> WrittenWeights:
    """Write the weights into a folder, as safetensors, in as many files as BASE has.

    :param changes: gives rows of each tensor that changes, by its name; asked when all else of a file is copied.
    :raises OSError: if the folder cannot be written.
    """
    base, tensors, n_rows = prepared.base, prepared.tensors, prepared.plan.n_rows
    digests: dict[str, TensorDigests] = {}
    linked = []
    dropped, changed = {tensor.name for tensor in tensors.dropped}, {tensor.name for tensor in tensors.all}
    for file in base.weights:
        kept = [tensor for tensor in file.tensors if tensor.name not in dropped]
        target = folder / file.path.with_suffix(".safetensors").name.replace("pytorch_model", "model")
        if file.is_safetensors and not dropped and not any(tensor.name in changed for tensor in kept):
            if place(file.path, target, may_link=prepared.options.may_link):
                linked.append(target.name)
        else:
            places = [(tensor, _grown(tensor, n_rows) if tensor.name in changed else tensor) for tensor in kept]
            digests.update(_write_file(places, changes, file, target))
    if len(base.weights) > 1:
        _write_index(base, folder, dropped)
    untouched = prepared.opened.untouched.result()
    digests.update({name: TensorDigests(digest, digest, digest) for name, digest in untouched.items()})
    return WrittenWeights(digests, tuple(linked))


def _write_file(
    places: Sequence[tuple[Tensor, Tensor]],
    changes: Callable[[], Mapping[str, RowChanges]],
    file: WeightFile,
    target: Path,
) -> dict[str, TensorDigests]:
    """Write one file, and return the digests of the tensors that change.

    :param places: each tensor as it is, and as it will be; the very same if it does not change.
    """
    digests = {}
    with file.path.open("rb", buffering=0) as source, target.open("xb", buffering=0) as stream:
        header = header_bytes([planned for _, planned in places], file.metadata)
        _write_all(stream, header)
        _reserve(stream, len(header) + sum(planned.n_bytes for _, planned in places))
        starts = accumulate((planned.n_bytes for _, planned in places), initial=len(header))
        placed = [(old, new, start) for (old, new), start in zip(places, starts, strict=False)]
        for run, start in _runs(placed):
            stream.seek(start)
            _copy_bytes(run, source, stream)
        for tensor, planned, start in placed:
            if planned is not tensor:
                stream.seek(start)
                digests[tensor.name] = _write_changed(tensor, changes()[tensor.name], stream)
    shutil.copymode(file.path, target)
    return digests


def _reserve(stream: FileIO, n_bytes: int) -> None:
    """Have the file system set room aside: a full disk is known early, and copying into it is faster."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(stream.fileno(), 0, n_bytes)
        except OSError as error:
            if error.errno not in NOT_SUPPORTED:
                raise


def _runs(placed: Sequence[tuple[Tensor, Tensor, int]]) -> Iterator[tuple[list[Tensor], int]]:
    """Yield tensors that do not change and lie one right behind the other, and where the first will start."""
    run: list[Tensor] = []
    run_start = end = 0
    for tensor, planned, start in placed:
        if run and (planned is not tensor or tensor.start != end):
            yield run, run_start
            run = []
        if planned is tensor:
            run_start = run_start if run else start
            run.append(tensor)
            end = tensor.start + tensor.n_bytes
    if run:
        yield run, run_start


def _copy_bytes(run: list[Tensor], source: FileIO, target: FileIO) -> None:
    """Copy the bytes of tensors that lie one after the other, inside the kernel where it can."""
    first = run[0]
    n_left, position = run[-1].start + run[-1].n_bytes - first.start, first.start
    if hasattr(os, "copy_file_range"):
        try:
            while n_left:
                n_copied = os.copy_file_range(source.fileno(), target.fileno(), n_left, position)
                if not n_copied:
                    raise OSError(f"{first.file} ends inside {run[-1].name}; fetch it again")
                n_left, position = n_left - n_copied, position + n_copied
        except OSError as error:
            if error.errno not in NOT_SUPPORTED:
                raise
    for _, piece in read_stretches(source.name, [(position, n_left)]):
        _write_all(target, piece)


def _write_changed(tensor: Tensor, change: RowChanges, stream: FileIO) -> TensorDigests:
    base = blake3()
    kept, written = ForkedDigest(base), ForkedDigest(base)
    for first, rows in row_chunks(tensor):
        lower, upper = np.searchsorted(change.ids, (first, first + len(rows)))
        places, is_same = change.ids[lower:upper] - first, upper == lower
        edited = rows if is_same else rows.copy()
        edited[places] = change.rows[lower:upper]
        kept.update(bytes_of(rows if is_same else np.delete(rows, places, axis=0)), is_same=is_same)
        written.update(bytes_of(edited), is_same=is_same)
        base.update(bytes_of(rows))
        _write_all(stream, bytes_of(edited))
    appended = bytes_of(change.rows[len(change.rows) - (change.n_rows - tensor.row_shape[0]) :])
    written.update(appended, is_same=not appended)
    _write_all(stream, appended)
    return TensorDigests(base.hexdigest(), kept.hexdigest(), written.hexdigest())


def _write_all(stream: FileIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while len(view):
        view = view[stream.write(view) :]


def _grown(tensor: Tensor, n_rows: int) -> Tensor:
    n_before, width = tensor.row_shape
    shape = (1, n_rows) if width == 1 and len(tensor.shape) == 2 else (n_rows, *tensor.shape[1:])
    return replace(tensor, shape=shape, n_bytes=tensor.n_bytes // n_before * n_rows)


def _write_index(base: Base, folder: Path, dropped: set[str]) -> None:
    weight_map, total = {}, 0
    for file in base.weights:
        name = file.path.with_suffix(".safetensors").name.replace("pytorch_model", "model")
        weight_map.update({tensor.name: name for tensor in file.tensors if tensor.name not in dropped})
        total += (folder / name).stat().st_size
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def place(source: Path, target: Path, *, may_link: bool) -> bool:
    """Put a file at another place: shared blocks, else a hard link, else a copy.

    :param may_link: if false, always copy. A hard link is the same file: who writes into one writes into both.
    :return: whether storage is shared.
    """
    source = source.resolve()  # the hub's cache has links to its blobs
    if may_link and (_reflink(source, target) or _hard_link(source, target)):
        return True
    shutil.copyfile(source, target)
    shutil.copymode(source, target)
    return False


def _reflink(source: Path, target: Path) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl  # there is none on Windows

    try:
        with source.open("rb") as read, target.open("xb") as written:
            fcntl.ioctl(written.fileno(), FICLONE, read.fileno())
    except OSError:  # another file system, or one that cannot: EXDEV, EOPNOTSUPP, ENOTTY, EINVAL
        target.unlink(missing_ok=True)
        return False
    shutil.copymode(source, target)
    return True


def _hard_link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        return False
    return True
