"""Things taken in batches that are bounded by number and by size, whichever is reached first."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], *, max_items: int, max_size: int, size: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield items in batches, in their order, reading them lazily.

    :param max_items: of a batch.
    :param max_size: sum of the sizes of a batch; an item that is larger makes one of its own.
    """
    batch: list[T] = []
    n_taken = 0
    for item in items:
        n_own = size(item)
        if batch and (len(batch) == max_items or n_taken + n_own > max_size):
            yield batch
            batch, n_taken = [], 0
        batch.append(item)
        n_taken += n_own
    if batch:
        yield batch
