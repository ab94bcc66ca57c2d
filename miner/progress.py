"""Progress bars on standard error: shown on a terminal, silent elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[float], None]


@contextmanager
def progress_bar(description: str, total: float | None = None, *, unit: str = "") -> Iterator[Advance]:
    """Show a bar while the block runs; call the yielded function with the amount that was done since.

    :param description: what is being done.
    :param total: the amount that makes the work complete; ``None`` shows a bar without an end.
    :param unit: ``"bytes"`` shows sizes; anything else is counted.
    """
    if not sys.stderr.isatty():
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    done = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        done,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(description, total=total)
        yield lambda amount: progress.advance(task, amount)
