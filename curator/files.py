"""Files and folders that appear complete or not at all."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def by_rename(path: Path) -> Iterator[Path]:
    """Yield the path of a file to write beside ``path``; it is renamed to ``path`` when the block ends well.

    :raises OSError: if the folder is not there or cannot be written; ``path`` is untouched then.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} of {path.name} is not there; make it first")
    unfinished = path.with_name(f".{os.getpid()}.unfinished.{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def folder_by_rename(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a new folder beside ``folder``; it takes the name ``folder`` when the block ends well.

    :param overwrite: whether a folder of that name gives way. It stays until the new one is complete.
    :raises FileExistsError: if the name is taken and ``overwrite`` is false, or it is no folder.
    :raises OSError: if the parent cannot be written; ``folder`` is untouched then.
    """
    if folder.exists() or folder.is_symlink():
        if not overwrite:
            raise FileExistsError(f"{folder} is there already; give another name, or --overwrite to replace it")
        if folder.is_symlink() or not folder.is_dir():
            raise FileExistsError(f"{folder} is no folder, and only a folder is overwritten; give another name")
    folder.parent.mkdir(parents=True, exist_ok=True)
    own = uuid4().hex[:8]  # in a container each run has the process id of the one that was killed before
    unfinished = folder.with_name(f".{own}.unfinished.{folder.name}")
    old = folder.with_name(f".{own}.old.{folder.name}")
    unfinished.mkdir()
    try:
        yield unfinished
        if folder.exists():
            folder.rename(old)
        try:
            unfinished.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def left_beside(folder: Path) -> list[Path]:
    """Return what runs of ``folder_by_rename`` that were killed left beside ``folder``, or are still writing."""
    if not folder.parent.is_dir():
        return []
    pattern = re.compile(rf"\.[0-9a-f]+\.(unfinished|old)\.{re.escape(folder.name)}")
    return sorted(path for path in folder.parent.iterdir() if pattern.fullmatch(path.name))
