"""Weighted edit distance of many pairs of words at once (Wagner & Fischer 1974, by numpy across pairs)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from miner.evidence.phonemes import padded

Floats = npt.NDArray[np.float32]
_CELLS_PER_BLOCK = 4_000_000  # of the table of distances; 16 MB


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
    order = sorted(range(len(left)), key=lambda i: (len(left[i]), len(right[i])))  # pads little
    start = 0
    while start < len(order):
        n_cells = (len(left[order[start]]) + 2) * (len(right[order[start]]) + 2)
        block = order[start : start + max(1, _CELLS_PER_BLOCK // (4 * n_cells))]
        table = distance_table([left[i] for i in block], [right[i] for i in block], substitution, gap)
        rows = np.arange(len(block))
        ends = [len(left[i]) for i in block], [len(right[i]) for i in block]
        distances[block] = table[ends[0], ends[1], rows]
        start += len(block)
    return distances


def distance_table(
    left: Sequence[Sequence[int]], right: Sequence[Sequence[int]], substitution: Floats, gap: Floats
) -> Floats:
    """Return the distances of all beginnings: float32, shape (longest left + 1, longest right + 1, n_pairs)."""
    (a, _), (b, _) = padded(left), padded(right)
    table = np.zeros((a.shape[1] + 1, b.shape[1] + 1, len(a)), np.float32)
    np.cumsum(gap[a].T, axis=0, out=table[1:, 0])
    np.cumsum(gap[b].T, axis=0, out=table[0, 1:])
    for i in range(1, len(table)):
        leave_out, change = gap[a[:, i - 1]], substitution[a[:, i - 1, None], b].T
        for j in range(1, table.shape[1]):
            best = np.minimum(table[i - 1, j] + leave_out, table[i, j - 1] + gap[b[:, j - 1]])
            np.minimum(best, table[i - 1, j - 1] + change[j - 1], out=table[i, j])
    return table


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
