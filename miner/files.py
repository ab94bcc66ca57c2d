"""Files that appear complete or not at all, and the folder of what is kept between runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path


@contextmanager
def by_rename(path: str | Path) -> Iterator[Path]:
    """Yield the path of a file to write beside ``path``; it is renamed to ``path`` when the block ends well.

    :raises OSError: if the folder is not there or cannot be written; ``path`` is untouched then.
    """
    path = Path(path)
    unfinished = path.with_name(f".{os.getpid()}.unfinished.{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Where is kept what can be computed again: ``DONGUI_CACHE_DIR``, or the user's cache folder."""
    chosen = os.environ.get("DONGUI_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("dongui")
