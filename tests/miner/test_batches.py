"""Batches bounded by number and size."""

from itertools import chain, count, islice

from hypothesis import given
from hypothesis import strategies as st

from miner.batches import batches


@given(st.lists(st.text("ab", max_size=6)), st.integers(1, 4), st.integers(1, 8))
def test_batches_are_as_large_as_both_limits_allow(items, max_items, max_size):
    found = list(batches(items, max_items=max_items, max_size=max_size, size=len))
    assert list(chain.from_iterable(found)) == items
    for batch in found:
        assert 1 <= len(batch) <= max_items
        assert len(batch) == 1 or sum(map(len, batch)) <= max_size
    for batch, (following, *_) in zip(found, found[1:], strict=False):
        assert len(batch) == max_items or sum(map(len, batch)) + len(following) > max_size


def test_items_are_read_when_they_are_wanted():
    assert list(islice(batches(count(), max_items=2, max_size=99, size=lambda _: 1), 2)) == [[0, 1], [2, 3]]
