"""Weighted edit distance of many pairs of words at once (Wagner & Fischer 1974, by numpy across pairs)."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from miner.evidence.phonemes import padded

Floats = npt.NDArray[np.float32]
_CELLS_PER_ROW = 1_000_000  # of the tables of the pairs in one block; 4 MB
_PAIRS_PER_BLOCK = 8_192  # more would be padded more


def edit_distances(
    left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], substitution: Floats, gap: Floats
) -> Floats:
    """Return the cost of the cheapest way from each left word to the right word beside it.

    :param left: codes of each word.
    :param right: as many words.
    :param substitution: float32, shape (n_codes, n_codes), zero on the diagonal.
    :param gap: float32, shape (n_codes,): of leaving a code out or putting it in.
    :return: float32, shape (n_pairs,).
    """
    distances = np.empty(len(left), np.float32)
    n_left, n_right = (np.array([len(word) for word in words], np.int64) for words in (left, right))
    longest = np.maximum(n_left, n_right)
    order = np.lexsort((n_right, n_left, longest))  # pads little
    start = 0
    while start < len(order):
        at_most = order[start : start + _PAIRS_PER_BLOCK]
        block = at_most[: max(1, _CELLS_PER_ROW // (longest[at_most[-1]] + 1))]
        rows = _rows([left[i] for i in block], [right[i] for i in block], substitution, gap)
        for i, row in enumerate(rows):
            at_end = np.flatnonzero(n_left[block] == i)
            distances[block[at_end]] = row[n_right[block[at_end]], at_end]
        start += len(block)
    return distances


def distance_table(
    left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], substitution: Floats, gap: Floats
) -> Floats:
    """Return the distances of all beginnings: float32, shape (longest left + 1, longest right + 1, n_pairs)."""
    return np.stack(list(_rows(left, right, substitution, gap)))


def _rows(
    left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], substitution: Floats, gap: Floats
) -> Iterator[Floats]:
    """Yield the rows of the table, each float32, shape (longest right + 1, n_pairs)."""
    (a, _), (b, _) = padded(left), padded(right)
    above = np.zeros((b.shape[1] + 1, len(a)), np.float32)
    np.cumsum(gap[b].T, axis=0, out=above[1:])
    yield above
    for i in range(a.shape[1]):
        leave_out, change = gap[a[:, i]], substitution[a[:, i, None], b].T
        row = np.empty_like(above)
        row[0] = above[0] + leave_out
        for j in range(1, len(row)):
            best = np.minimum(above[j] + leave_out, row[j - 1] + gap[b[:, j - 1]])
            np.minimum(best, above[j - 1] + change[j - 1], out=row[j])
        yield row
        above = row


def edits(left: Sequence[int], right: Sequence[int], substitution: Floats, gap: Floats) -> list[tuple[int, int]]:
    """Return the changes on the cheapest way, as pairs of codes; 0 stands for nothing."""
    table = distance_table([left], [right], substitution, gap)[:, :, 0]
    i, j = len(left), len(right)
    changes = []
    while i or j:
        here = table[i, j]
        if i and j and np.isclose(here, table[i - 1, j - 1] + substitution[left[i - 1], right[j - 1]], atol=1e-4):
            i, j = i - 1, j - 1
            if left[i] != right[j]:
                changes.append((left[i], right[j]))
        elif i and np.isclose(here, table[i - 1, j] + gap[left[i - 1]], atol=1e-4):
            i -= 1
            changes.append((left[i], 0))
        else:
            j -= 1
            changes.append((0, right[j]))
    return changes[::-1]
