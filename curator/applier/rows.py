"""The rows of one table that an adjustment changes, from the plan and the table as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from curator.applier.options import Assign, PoolOptions
from curator.applier.plan import Plan, PlannedGroup, PlannedMember, Source
from curator.applier.pooling import move, pool
from curator.applier.tensors import DTYPES, Floats, Tensor, read_rows, row_chunks

Ids = npt.NDArray[np.int64]
MEMBERS_AT_ONCE = 512  # of groups of one size: their vectors are pooled together, and still fit a core's cache
STATISTICS_NEEDED = (Source.RANDOM, Source.TABLE_MEAN)
READ_FROM_TABLE = (Source.OWN, Source.PIECES, Source.PARTS)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows that differ from the table's, or come after its end.

    :ivar ids: shape (n,), sorted, each once.
    :ivar rows: shape (n, width), in the table's type.
    :ivar n_rows: of the table afterwards.
    """

    ids: Ids
    rows: npt.NDArray[Any]
    n_rows: int


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """Mean, shape (width,), and covariance, shape (width, width), of the rows that are entries."""

    mean: Floats
    covariance: Floats


def changed_rows(
    table: Tensor, plan: Plan, options: PoolOptions, contextual: Mapping[str, Floats] | None = None
) -> RowChanges:
    """Return the rows of new words and of pooled ones.

    :param table: input rows, or untied output rows.
    :param contextual: vectors of new entries, shape (width,), where they come from a model.
    :raises ValueError: if a row that is needed has a value that is not finite.
    """
    needed = _needed_rows(plan)
    known = read_rows(table, needed)
    _check_finite(table, known, needed, plan)
    statistics = _statistics(table, plan) if _needs_statistics(table, plan) else None
    sources = _Sources(known, needed, statistics, contextual or {}, plan, options.seed)
    ids = _changed_ids(plan, table.shape[0], options)
    rows = np.empty((len(ids), table.row_shape[1]), DTYPES[table.dtype])
    if statistics is not None:  # padding; the other rows are overwritten below
        rows[ids >= plan.n_old + plan.n_new] = statistics.mean
    for batch in _of_one_size(plan.groups):
        members = [member for group in batch for member in group.members]
        vectors = _pooled(batch, sources.of(members), options)
        changed = [i for i, member in enumerate(members) if _is_changed(member, len(batch[0].members), options)]
        own = [member.row for member in members]
        rows[np.searchsorted(ids, np.array([own[i] for i in changed], np.int64))] = vectors[changed]
    return RowChanges(ids, rows, plan.n_rows)


def _of_one_size(groups: Sequence[PlannedGroup]) -> Iterator[Sequence[PlannedGroup]]:
    by_size: dict[int, list[PlannedGroup]] = {}
    for group in groups:
        by_size.setdefault(len(group.members), []).append(group)
    for size, same in by_size.items():
        step = max(1, MEMBERS_AT_ONCE // size)
        for start in range(0, len(same), step):
            yield same[start : start + step]


def _changed_ids(plan: Plan, n_table_rows: int, options: PoolOptions) -> Ids:
    found = {
        member.row
        for group in plan.groups
        for member in group.members
        if _is_changed(member, len(group.members), options)
    }
    padding = range(max(n_table_rows, plan.n_old + plan.n_new), plan.n_rows)
    return np.array(sorted([*(row for row in found if row is not None), *padding]), np.int64)


def _is_changed(member: PlannedMember, n_members: int, options: PoolOptions) -> bool:
    """Tell whether the member's row differs from the table's; a member that is alone keeps its own to the bit."""
    is_pooled = options.assign is Assign.ALL and n_members > 1 and options.strength != 0
    return member.row is not None and (member.is_new or is_pooled)


def changed_biases(bias: Tensor, plan: Plan) -> RowChanges:
    """Return the biases of the new entries: the mean over the pieces' ones; those of known words stay.

    A bias of 0, as resizing gives, would make the new entries likelier than most known ones. An entry without
    known pieces gets the mean of all, padding the least of all.
    """
    known = read_rows(bias, np.arange(plan.n_old))[:, 0].astype(np.float64)
    members = plan.new_members
    new = np.full(len(members), known.mean())
    for places, rows_of_one_length in _by_length(members):
        new[places] = known[rows_of_one_length].mean(axis=1)
    n_padding = max(0, plan.n_rows - max(bias.row_shape[0], plan.n_old + plan.n_new))
    ids = np.arange(plan.n_old, plan.n_old + len(new) + n_padding)
    rows = np.append(new, np.full(n_padding, known.min())).astype(DTYPES[bias.dtype])[:, None]
    return RowChanges(ids, rows, plan.n_rows)


def _needed_rows(plan: Plan) -> Ids:
    members = (member for group in plan.groups for member in group.members)
    rows = {row for member in members if member.source in READ_FROM_TABLE for row in member.source_rows}
    return np.array(sorted(rows), np.int64)


def _needs_statistics(table: Tensor, plan: Plan) -> bool:
    is_padded = plan.n_rows > max(table.shape[0], plan.n_old + plan.n_new)
    return is_padded or any(
        member.source in STATISTICS_NEEDED for group in plan.groups for member in group.members
    )


def _statistics(table: Tensor, plan: Plan) -> TableStatistics:
    width = table.row_shape[1]
    total, products = np.zeros(width), np.zeros((width, width))
    for first, chunk in row_chunks(table):
        rows = chunk[: max(0, plan.n_old - first)].astype(np.float64)
        if not np.isfinite(rows).all():
            raise ValueError(f"{table.name} in {table.file} has values that are not finite, so it has no mean")
        total += rows.sum(axis=0)
        products += rows.T @ rows
    mean = total / plan.n_old
    covariance = (products - plan.n_old * np.outer(mean, mean)) / max(1, plan.n_old - 1)
    return TableStatistics(mean, covariance)


def _check_finite(table: Tensor, rows: npt.NDArray[Any], ids: Ids, plan: Plan) -> None:
    bad = ids[~np.isfinite(rows.astype(np.float32)).all(axis=1)]
    if not len(bad):
        return
    first = int(bad[0])
    word = next(m.word for group in plan.groups for m in group.members if first in m.source_rows)
    raise ValueError(
        f"{table.name} in {table.file} has {len(bad)} rows with values that are not finite, the first "
        f"is row {first}, which {word} needs; the checkpoint is damaged"
    )


class _Sources:
    """Vectors of words before pooling."""

    def __init__(
        self,
        known: npt.NDArray[Any],
        ids: Ids,
        statistics: TableStatistics | None,
        contextual: Mapping[str, Floats],
        plan: Plan,
        seed: int,
    ) -> None:
        self.known, self.ids = known, ids
        self.statistics, self.contextual = statistics, contextual
        self.random = self._drawn(plan, seed)

    def _drawn(self, plan: Plan, seed: int) -> dict[int, Floats]:
        rows = [member.row for member in plan.new_members if member.source is Source.RANDOM]
        if not rows or self.statistics is None:
            return {}
        generator = np.random.default_rng(seed)
        values = generator.multivariate_normal(
            self.statistics.mean, self.statistics.covariance, size=len(rows), method="eigh", check_valid="ignore"
        )
        return {row: value for row, value in zip(rows, values, strict=True) if row is not None}

    def of(self, members: Sequence[PlannedMember]) -> Floats:
        """Return the members' vectors, shape (n_members, width)."""
        vectors = np.empty((len(members), self.known.shape[1]))
        for i, member in enumerate(members):
            if member.source is Source.RANDOM and member.row is not None:
                vectors[i] = self.random[member.row]
            elif member.source is Source.CONTEXTUAL:
                vectors[i] = self.contextual[member.entry]
            elif member.source is Source.TABLE_MEAN and self.statistics is not None:
                vectors[i] = self.statistics.mean
        from_table = [i for i, member in enumerate(members) if member.source in READ_FROM_TABLE]
        for places, rows in _by_length([members[i] for i in from_table]):
            vectors[[from_table[i] for i in places]] = self._means(rows)
        return vectors

    def _means(self, rows: Ids) -> Floats:
        """Return the means of as many rows each.

        :param rows: shape (n_means, n_rows_of_each).
        """
        first, *more = np.searchsorted(self.ids, rows).T
        total: Floats = self.known[first].astype(np.float64)
        for places in more:
            total += self.known[places]
        total /= 1 + len(more)
        return total


def _by_length(members: Sequence[PlannedMember]) -> Iterator[tuple[list[int], Ids]]:
    """Yield places of members that have as many source rows each, and these, shape (n_members, n_rows_of_each)."""
    by_length: dict[int, list[int]] = {}
    for i, member in enumerate(members):
        if member.source_rows:
            by_length.setdefault(len(member.source_rows), []).append(i)
    for places in by_length.values():
        yield places, np.array([members[i].source_rows for i in places], np.int64)


def _pooled(groups: Sequence[PlannedGroup], vectors: Floats, options: PoolOptions) -> Floats:
    """Return the members' vectors after pooling, shape (n_members, width).

    :param groups: of one size.
    :param vectors: of the members of all groups, one after the other, shape (n_members, width).
    """
    size = len(groups[0].members)
    if size == 1:
        return vectors
    own = vectors.reshape(len(groups), size, -1)
    weights = np.array([[member.weight or 0.0 for member in group.members] for group in groups])
    return move(own, pool(own, options, weights), options).reshape(vectors.shape)
