"""The vectors of a group's words into one vector, and the rows toward it; pure."""

import numpy as np

from curator.applier.kmeans import cluster
from curator.applier.options import Pooling, PoolOptions
from curator.applier.tensors import Floats


def pool(vectors: Floats, options: PoolOptions, weights: Floats | None = None) -> Floats:
    """Return the one vector that stands for a group; of groups of one size, stacked, one for each.

    ``mean``
        The average. It is shorter than the rows, by 0.71, 0.58, 0.45 for 2, 3, 5 unrelated ones.
    ``weighted``
        The average by weight, divided by the sum of the weights. The notebook that this comes from divides by two
        on top, which halves the vector.
    ``min``, ``max``
        The least, the greatest value of each component. The length stays, the direction does not: the cosine to
        the members falls to 0.50, 0.30, 0.15 for 2, 3, 5 unrelated ones.
    ``kmeans``
        The members fall into ``n_clusters`` clusters, and the average of the canonical word's counts, so that
        members far from it do not; ``curator.applier.kmeans`` says how. A group of no more members than clusters
        gives the canonical word's own vector.
    ``pca``
        The group's mean reconstructed from the first principal component of the vectors, which are not centred:
        with the direction v of greatest sum of squared projections, ``(mean . v) v``. It is a vector of the
        table, whatever sign and scale v was computed with. What a library calls the first component of centred
        data is the direction in which the members differ: a unit vector of arbitrary sign, nearly orthogonal to
        their mean; and its ``transform`` gives a coordinate, not a vector.
    ``canonical``
        The canonical word's vector.

    :param vectors: shape (..., n_members, width), the canonical word first.
    :param weights: shape (..., n_members), not negative, not all 0; for ``weighted``.
    :return: shape (..., width).
    :raises ValueError: if ``weighted`` has no weights.
    """
    match options.pooling:
        case Pooling.MEAN:
            return np.asarray(vectors.mean(axis=-2), np.float64)
        case Pooling.WEIGHTED:
            if weights is None or not weights.sum(axis=-1).all():
                raise ValueError("weighted pooling needs a weight above 0; give weights, or another pooling")
            total = (weights[..., None] * vectors).sum(axis=-2)
            return np.asarray(total / weights.sum(axis=-1)[..., None])
        case Pooling.MIN:
            return np.asarray(vectors.min(axis=-2))
        case Pooling.MAX:
            return np.asarray(vectors.max(axis=-2))
        case Pooling.KMEANS:
            groups = vectors.reshape(-1, *vectors.shape[-2:])
            found = [_centre_of_first(group, options.n_clusters, options.seed) for group in groups]
            return np.stack(found).reshape(*vectors.shape[:-2], -1)
        case Pooling.PCA:
            return _first_component(vectors)
        case Pooling.CANONICAL:
            return np.asarray(vectors[..., 0, :])


def _centre_of_first(vectors: Floats, n_clusters: int, seed: int) -> Floats:
    labels = cluster(vectors, n_clusters, seed)
    return np.asarray(vectors[labels == labels[0]].mean(axis=0), np.float64)


def _first_component(vectors: Floats) -> Floats:
    direction = np.linalg.svd(vectors, full_matrices=False)[2][..., 0, :]
    share = (vectors.mean(axis=-2) * direction).sum(axis=-1)
    return np.asarray(share[..., None] * direction, np.float64)


def move(vectors: Floats, pooled: Floats, options: PoolOptions) -> Floats:
    """Return the rows moved toward the pooled vector.

    ``(1 - strength) * row + strength * pooled``. For mean pooling and a strength of k/(2k-1) in a group of k this
    is where Faruqui et al. 2015 (retrofitting) converges; 1 makes the rows equal. With ``restore_norm`` a row then
    gets the length ``(1 - strength) * its own + strength * the members' mean length``.

    :param vectors: shape (..., n_members, width).
    :param pooled: shape (..., width).
    :return: as ``vectors``; not to be written into.
    """
    strength, target = options.strength_for(vectors.shape[-2]), pooled[..., None, :]
    is_equal = strength == 1
    moved = np.broadcast_to(target, vectors.shape) if is_equal else (1 - strength) * vectors + strength * target
    if not options.restore_norm:
        return moved
    own = np.linalg.norm(vectors, axis=-1)
    wanted = (1 - strength) * own + strength * own.mean(axis=-1, keepdims=True)
    now = np.linalg.norm(moved, axis=-1)
    return np.asarray(moved * np.divide(wanted, now, out=np.ones_like(now), where=now > 0)[..., None])
