"""The rows of one table that an adjustment changes, from the plan and the table as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from curator.applier.distribution import RowDistribution, row_distribution
from curator.applier.options import Assign, PoolOptions
from curator.applier.plan import Plan, PlannedMember, Source
from curator.applier.pooling import move, pool
from curator.applier.tensors import DTYPES, Floats, Ids, Tensor, read_rows

MEMBERS_AT_ONCE = 512  # of groups of one size: their vectors are pooled together, and still fit a core's cache
OF_DISTRIBUTION = (Source.RANDOM, Source.TABLE_MEAN)
READ_FROM_TABLE = (Source.OWN, Source.PIECES, Source.PARTS)
NO_ROW = -1


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


def changed_rows(
    table: Tensor, plan: Plan, options: PoolOptions, contextual: Mapping[str, Floats] | None = None
) -> RowChanges:
    """Return the rows of new words and of pooled ones.

    :param table: input rows, or untied output rows.
    :param contextual: vectors of new entries, shape (width,), where they come from a model.
    :raises ValueError: if a row that is needed has a value that is not finite.
    """
    members = _Members(plan, options)
    needed = np.unique(members.source_rows[np.repeat(members.is_read, members.n_sources)])
    known = read_rows(table, needed)
    _check_finite(table, known, needed, plan)
    is_padded = plan.n_rows > max(table.shape[0], plan.n_old + plan.n_new)
    has_to = is_padded or any(member.source in OF_DISTRIBUTION for member in members.all)
    distribution = row_distribution(table, plan.n_old) if has_to else None
    sources = _Sources(known, needed, distribution, contextual or {}, members, options.seed)
    padding = np.arange(max(table.shape[0], plan.n_old + plan.n_new), plan.n_rows)
    ids = np.unique(np.concatenate([members.rows[members.is_changed], padding]))
    rows = np.empty((len(ids), table.row_shape[1]), DTYPES[table.dtype])
    if distribution is not None:  # padding; the other rows are overwritten below
        rows[ids >= plan.n_old + plan.n_new] = distribution.mean
    for groups in members.of_one_size():
        vectors = sources.of(groups.reshape(-1)).reshape(*groups.shape, -1)
        moved, is_changed = _pooled(vectors, members.weights[groups], options), members.is_changed[groups]
        places = np.searchsorted(ids, members.rows[groups])
        if is_changed.all():  # equal rows are one row seen many times, which a selection would copy
            rows[places] = moved
        else:
            rows[places[is_changed]] = moved[is_changed]
    return RowChanges(ids, rows, plan.n_rows)


class _Members:
    """The members of all groups, one after the other, as columns.

    :ivar rows: shape (n_members,), ``NO_ROW`` for a word that only lends its parts.
    :ivar is_read: shape (n_members,), whether its vector is read from the table.
    :ivar is_random: shape (n_members,), whether it is drawn.
    :ivar is_changed: shape (n_members,), whether its row differs from the table's; a member that is alone keeps
        its own to the bit.
    :ivar source_rows: those of all members, one after the other; ``n_sources`` of each, the first at ``starts``.
    :ivar weights: shape (n_members,), 0 where there is none.
    """

    def __init__(self, plan: Plan, options: PoolOptions) -> None:
        self.all: list[PlannedMember] = [member for group in plan.groups for member in group.members]
        self.sizes = np.array([len(group.members) for group in plan.groups], np.int64)
        self.rows = np.array([NO_ROW if member.row is None else member.row for member in self.all], np.int64)
        self.is_read = np.array([member.source in READ_FROM_TABLE for member in self.all], bool)
        self.is_random = np.array([member.source is Source.RANDOM for member in self.all], bool)
        self.weights = np.array([member.weight or 0.0 for member in self.all], np.float64)
        self.n_sources, self.starts, self.source_rows = _flat(self.all)
        is_new = np.array([member.is_new for member in self.all], bool)
        may_pool = options.assign is Assign.ALL and options.strength != 0
        is_pooled = may_pool & (np.repeat(self.sizes, self.sizes) > 1)
        self.is_changed = (self.rows != NO_ROW) & (is_new | is_pooled)

    def of_one_size(self) -> Iterator[Ids]:
        """Yield places of members, shape (n_groups, n_members_of_each)."""
        first = np.cumsum(self.sizes) - self.sizes
        for size in np.unique(self.sizes).tolist():
            places = first[self.sizes == size, None] + np.arange(size)
            step = max(1, MEMBERS_AT_ONCE // size)
            for start in range(0, len(places), step):
                yield places[start : start + step]


def _flat(members: list[PlannedMember]) -> tuple[Ids, Ids, Ids]:
    """Return the number of source rows of each member, where its first one is, and all of them."""
    n_sources = np.array([len(member.source_rows) for member in members], np.int64)
    rows = np.fromiter(chain.from_iterable(member.source_rows for member in members), np.int64, n_sources.sum())
    return n_sources, np.cumsum(n_sources) - n_sources, rows


def _by_length(n_sources: Ids, starts: Ids) -> Iterator[tuple[Ids, Ids]]:
    """Yield places of members that have as many source rows each, and where these are.

    Shapes (n_members,) and (n_members, n_rows_of_each); members without source rows are left out.
    """
    for length in np.unique(n_sources[n_sources > 0]).tolist():
        places = np.flatnonzero(n_sources == length)
        yield places, starts[places, None] + np.arange(length)


def changed_biases(bias: Tensor, plan: Plan) -> RowChanges:
    """Return the biases of the new entries: the mean over the pieces' ones; those of known words stay.

    A bias of 0, as resizing gives, would make the new entries likelier than most known ones. An entry without
    known pieces gets the mean of all, padding the least of all.
    """
    known = read_rows(bias, np.arange(plan.n_old))[:, 0].astype(np.float64)
    n_sources, starts, source_rows = _flat(plan.new_members)
    new = np.full(len(n_sources), known.mean())
    for places, sources in _by_length(n_sources, starts):
        new[places] = known[source_rows[sources]].mean(axis=1)
    padding = np.arange(max(bias.row_shape[0], plan.n_old + plan.n_new), plan.n_rows)
    ids = np.concatenate([np.arange(plan.n_old, plan.n_old + len(new)), padding])
    rows = np.append(new, np.full(len(padding), known.min())).astype(DTYPES[bias.dtype])[:, None]
    return RowChanges(ids, rows, plan.n_rows)


def _check_finite(table: Tensor, rows: npt.NDArray[Any], ids: Ids, plan: Plan) -> None:
    bad = ids[~np.isfinite(rows.astype(np.float32, copy=False)).all(axis=1)]
    if not len(bad):
        return
    first = int(bad[0])
    word = next(m.word for group in plan.groups for m in group.members if first in m.source_rows)
    raise ValueError(
        f"{table.name} in {table.file} has {len(bad)} rows with values that are not finite, the first "
        f"is row {first}, which {word} needs; the checkpoint is damaged"
    )


class _Sources:
    """Vectors of words before pooling.

    :param known: rows of the table, shape (n, width), by their sorted ids ``needed``.
    :param distribution: of the table, where a word or a row of padding needs it.
    :param seed: of random vectors.
    """

    def __init__(
        self,
        known: npt.NDArray[Any],
        needed: Ids,
        distribution: RowDistribution | None,
        contextual: Mapping[str, Floats],
        members: _Members,
        seed: int,
    ) -> None:
        self.known, self.needed, self.members = known, needed, members
        self.distribution, self.contextual, self.seed = distribution, contextual, seed
        # For all batches: a fresh array costs its page faults, which would take as long as adding up.
        shape = max(MEMBERS_AT_ONCE, members.sizes.max(initial=0)), known.shape[1]
        self._vectors, self._total = np.empty(shape), np.empty(shape)
        self._row_of_each = np.empty(shape, known.dtype)

    def of(self, places: Ids) -> Floats:
        """Return the vectors of some members, shape (n_places, width); good until the next call."""
        members, vectors = self.members, self._vectors[: len(places)]
        is_read = members.is_read[places]
        if self.distribution is not None:  # the mean is overwritten below where it is not asked for
            vectors[~is_read] = self.distribution.mean
            is_random = np.flatnonzero(members.is_random[places])
            vectors[is_random] = self.distribution.draw(members.rows[places[is_random]], self.seed)
        for i in np.flatnonzero(~is_read).tolist():
            member = members.all[places[i]]
            if member.source is Source.CONTEXTUAL:
                vectors[i] = self.contextual[member.entry]
        n_read = np.where(is_read, members.n_sources[places], 0)
        for own, sources in _by_length(n_read, members.starts[places]):
            vectors[own] = self._means(np.searchsorted(self.needed, members.source_rows[sources]))
        return vectors

    def _means(self, places: Ids) -> Floats:
        """Return the means of known rows, as many each; good until the next call.

        :param places: shape (n_means, n_rows_of_each).
        """
        total, row_of_each = self._total[: len(places)], self._row_of_each[: len(places)]
        for i, column in enumerate(places.T):
            np.take(self.known, column, axis=0, out=row_of_each, mode="clip")  # "raise" would copy once more
            if i:
                total += row_of_each
            else:
                total[...] = row_of_each
        total /= places.shape[1]
        return total


def _pooled(vectors: Floats, weights: Floats, options: PoolOptions) -> Floats:
    """Return the vectors of groups of one size after pooling, as ``vectors``; not to be written into.

    :param vectors: shape (n_groups, n_members, width).
    :param weights: shape (n_groups, n_members).
    """
    return vectors if vectors.shape[1] == 1 else move(vectors, pool(vectors, options, weights), options)
