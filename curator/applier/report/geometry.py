"""What pooling does to the words' surroundings: the only sign of a wrong merge that does not need a judge.

A wrong merge costs no accuracy that one could see; but the words of a right one had the same neighbours before.
So each group is compared with groups of the same words, dealt out at random.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from curator.applier.manifest import Manifest
from curator.applier.options import Assign, PoolOptions
from curator.applier.plan import Source
from curator.applier.pooling import move, pool
from curator.applier.tensors import Floats, Tensor, read_rows

N_NEIGHBOURS = 10
IN_TABLE = (Source.OWN, Source.PIECES, Source.PARTS)  # of which BASE's table has the vectors before pooling
ROWS_AT_ONCE = 256
Units = npt.NDArray[np.float32]
MAX_GROUPS = 1_000  # of a release, drawn at random; the report says how many


@dataclass(frozen=True, slots=True)
class GroupGeometry:
    """One group before and after.

    :ivar norm_before: mean length of the members' vectors; a new word's is the mean of its pieces' rows.
    :ivar kept: share, 0 to 1, of the ten nearest entries outside the group that are still among the ten; mean.
    :ivar jaccard: of the two sets of ten; mean over the members.
    """

    key: str
    words: tuple[str, ...]
    norm_before: float
    norm_after: float
    kept: float
    jaccard: float


@dataclass(frozen=True, slots=True)
class Geometry:
    """Groups, and the same words dealt out at random into groups of the same sizes.

    :ivar n_all: groups with two words or more; those that were looked at may be fewer.
    :ivar n_unseen: of them those with a word whose vector before pooling was drawn or a layer's: nothing has it.
    """

    groups: tuple[GroupGeometry, ...]
    random: tuple[GroupGeometry, ...]
    n_all: int
    n_unseen: int


@dataclass(frozen=True, slots=True)
class _Words:
    texts: tuple[str, ...]
    ids: tuple[int | None, ...]  # of those that BASE has
    has_row: npt.NDArray[np.bool_]  # a word that only lends its parts has none
    vectors: Floats
    weights: Floats

    def at(self, places: Sequence[int]) -> "_Words":
        """Return some of them, in that order."""
        weights = self.weights[places]
        return _Words(
            texts=tuple(self.texts[i] for i in places),
            ids=tuple(self.ids[i] for i in places),
            has_row=self.has_row[places],
            vectors=self.vectors[places],
            weights=weights if weights.any() else np.ones_like(weights),
        )


def measure(table: Tensor, manifest: Manifest, pooling: PoolOptions, *, seed: int = 0) -> Geometry:
    """Compare the neighbours of the words before and after.

    :param table: of BASE.
    """
    n_old = manifest["base"]["n_entries"]
    rows = read_rows(table, np.arange(n_old)).astype(np.float32)
    units: Units = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    listed = [(key, list(words)) for key, words in groupby(manifest["words"], key=lambda word: word["group"])]
    listed = [(key, words) for key, words in listed if len(words) > 1]
    seen = [(key, words) for key, words in listed if all(word["source"] in IN_TABLE for word in words)]
    generator = np.random.default_rng(seed)
    chosen = sorted(generator.permutation(len(seen))[:MAX_GROUPS].tolist())
    groups = [(seen[i][0], _words(seen[i][1], rows, n_old)) for i in chosen]
    dealt = [("random", words) for words in _dealt([words for _, words in groups], generator)]
    return Geometry(
        groups=tuple(_compare(groups, units, pooling)),
        random=tuple(_compare(dealt, units, pooling)),
        n_all=len(listed),
        n_unseen=len(listed) - len(seen),
    )


def _words(words: Sequence[Manifest], rows: Units, n_old: int) -> _Words:
    return _Words(
        texts=tuple(word["word"] for word in words),
        ids=tuple(word["id"] if word["id"] is not None and word["id"] < n_old else None for word in words),
        has_row=np.array([word["id"] is not None for word in words]),
        vectors=np.stack([rows[word["source_rows"]].mean(axis=0, dtype=np.float64) for word in words]),
        weights=np.array([word.get("weight", 1.0) for word in words]),
    )


def _dealt(groups: Sequence[_Words], generator: np.random.Generator) -> list[_Words]:
    if not groups:
        return []
    every = _Words(
        texts=tuple(text for group in groups for text in group.texts),
        ids=tuple(id for group in groups for id in group.ids),
        has_row=np.concatenate([group.has_row for group in groups]),
        vectors=np.concatenate([group.vectors for group in groups]),
        weights=np.concatenate([group.weights for group in groups]),
    )
    ends = np.cumsum([len(group.texts) for group in groups])[:-1]
    return [every.at(places.tolist()) for places in np.split(generator.permutation(len(every.texts)), ends)]


def _compare(groups: Sequence[tuple[str, _Words]], units: Units, pooling: PoolOptions) -> Iterator[GroupGeometry]:
    moved = [_moved(words, pooling)[words.has_row] for _, words in groups]
    before = [words.vectors[words.has_row] for _, words in groups]
    excluded = [
        [id for id in words.ids if id is not None] for _, words in groups for _ in range(words.has_row.sum())
    ]
    old, new = _nearest(before, units, excluded), _nearest(moved, units, excluded)
    for (key, words), own, after in zip(groups, before, moved, strict=True):
        if not len(own):  # dealt nothing but words that lend their parts
            continue
        pairs = [(next(old), next(new)) for _ in own]
        yield GroupGeometry(
            key=key,
            words=words.texts,
            norm_before=float(np.linalg.norm(own, axis=1).mean()),
            norm_after=float(np.linalg.norm(after, axis=1).mean()),
            kept=float(np.mean([len(a & b) for a, b in pairs])) / N_NEIGHBOURS,
            jaccard=float(np.mean([len(a & b) / len(a | b) for a, b in pairs])),
        )


def _moved(words: _Words, pooling: PoolOptions) -> Floats:
    moved = move(words.vectors, pool(words.vectors, pooling, words.weights), pooling)
    if pooling.assign is Assign.ALL:
        return moved
    is_known = np.array([id is not None for id in words.ids])
    return np.where(is_known[:, None], words.vectors, moved)


def _nearest(vectors: Sequence[Floats], units: Units, excluded: Sequence[Sequence[int]]) -> Iterator[set[int]]:
    """Yield the nearest entries of each vector but the excluded ones."""
    if not vectors:
        return
    rows = np.concatenate(vectors).astype(np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        # A vector's own length does not change the order of its neighbours.
        cosines = rows[start : start + ROWS_AT_ONCE] @ units.T
        for own, gone in zip(cosines, excluded[start : start + ROWS_AT_ONCE], strict=True):
            own[list(gone)] = -np.inf
        yield from map(set, np.argpartition(-cosines, N_NEIGHBOURS, axis=1)[:, :N_NEIGHBOURS].tolist())
