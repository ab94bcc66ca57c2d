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
from curator.applier.options import PoolOptions
from curator.applier.pooling import move, pool
from curator.applier.tensors import Floats, Tensor, read_rows

N_NEIGHBOURS = 10
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
    """

    groups: tuple[GroupGeometry, ...]
    random: tuple[GroupGeometry, ...]
    n_all: int


@dataclass(frozen=True, slots=True)
class _Words:
    texts: tuple[str, ...]
    ids: tuple[int | None, ...]  # of those that BASE has
    vectors: Floats
    weights: Floats


def measure(table: Tensor, manifest: Manifest, pooling: PoolOptions, *, seed: int = 0) -> Geometry:
    """Compare the neighbours of the words before and after.

    :param table: of BASE.
    """
    n_old = manifest["base"]["n_entries"]
    rows = read_rows(table, np.arange(n_old)).astype(np.float32)
    units: Units = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    listed = [(key, list(words)) for key, words in groupby(manifest["words"], key=lambda word: word["group"])]
    listed = [(key, words) for key, words in listed if len(words) > 1 and all(w["source_rows"] for w in words)]
    generator = np.random.default_rng(seed)
    chosen = sorted(generator.permutation(len(listed))[:MAX_GROUPS].tolist())
    groups = [(listed[i][0], _words(listed[i][1], rows, n_old)) for i in chosen]
    dealt = [("random", words) for words in _dealt([words for _, words in groups], generator)]
    return Geometry(
        groups=tuple(_compare(groups, units, pooling)),
        random=tuple(_compare(dealt, units, pooling)),
        n_all=len(listed),
    )


def _words(words: Sequence[Manifest], rows: Units, n_old: int) -> _Words:
    return _Words(
        texts=tuple(word["word"] for word in words),
        ids=tuple(word["id"] if word["id"] is not None and word["id"] < n_old else None for word in words),
        vectors=np.stack([rows[word["source_rows"]].mean(axis=0, dtype=np.float64) for word in words]),
        weights=np.array([word.get("weight") or 1.0 for word in words]),
    )


def _dealt(groups: Sequence[_Words], generator: np.random.Generator) -> list[_Words]:
    if not groups:
        return []
    texts = [text for group in groups for text in group.texts]
    ids = [id for group in groups for id in group.ids]
    vectors = np.concatenate([group.vectors for group in groups])
    weights = np.concatenate([group.weights for group in groups])
    order, start, dealt = generator.permutation(len(texts)), 0, []
    for group in groups:
        places = order[start : start + len(group.texts)].tolist()
        start += len(group.texts)
        own = _Words(
            tuple(texts[i] for i in places), tuple(ids[i] for i in places), vectors[places], weights[places]
        )
        dealt.append(own)
    return dealt


def _compare(groups: Sequence[tuple[str, _Words]], units: Units, pooling: PoolOptions) -> Iterator[GroupGeometry]:
    moved = [move(words.vectors, pool(words.vectors, pooling, words.weights), pooling) for _, words in groups]
    excluded = [[id for id in words.ids if id is not None] for _, words in groups for _ in words.texts]
    old = _nearest([words.vectors for _, words in groups], units, excluded)
    new = _nearest(moved, units, excluded)
    for (key, words), after in zip(groups, moved, strict=True):
        pairs = [(next(old), next(new)) for _ in words.texts]
        yield GroupGeometry(
            key=key,
            words=words.texts,
            norm_before=float(np.linalg.norm(words.vectors, axis=1).mean()),
            norm_after=float(np.linalg.norm(after, axis=1).mean()),
            kept=float(np.mean([len(a & b) for a, b in pairs])) / N_NEIGHBOURS,
            jaccard=float(np.mean([len(a & b) / len(a | b) for a, b in pairs])),
        )


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
