"""Where two words differ: what they share at both ends, and the middle that is left of each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """Two words as ``head + left + tail`` and ``head + right + tail``, head and tail as long as can be."""

    head: str
    left: str
    right: str
    tail: str


def difference(left: str, right: str) -> Difference:
    """Take away what two words share at the beginning, then what they share at the end.

    한시름 and 한숨 share 한; 산골짜기 and 산골짝 share 산골, and differ in 짜기 and 짝.
    """
    shortest = min(len(left), len(right))
    n_head = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    rest = shortest - n_head
    n_tail = next((i for i in range(rest) if left[-1 - i] != right[-1 - i]), rest)
    return Difference(
        left[:n_head],
        left[n_head : len(left) - n_tail],
        right[n_head : len(right) - n_tail],
        left[len(left) - n_tail :],
    )
