"""k-means of one group's vectors; pure."""

import warnings
from functools import cache

import numpy as np
import numpy.typing as npt

from curator.applier.tensors import Floats, Ids

MAX_LABELLINGS = 4_096  # 13 members in two clusters, 8 in three: some milliseconds, about what scikit-learn takes


def cluster(vectors: Floats, n_clusters: int, seed: int) -> Ids:
    """Return the cluster of each vector, such that squared distances to the means are least.

    A group of a few members is divided in all ways that there are, and the best one taken: that is exact, and much
    faster than searching. A larger one goes to scikit-learn, k-means++ seeded by ``seed`` and the best of ten.
    Wherever its search finds the optimum, both give the same.

    :param vectors: shape (n_members, width).
    :return: shape (n_members,); as many clusters as members, or as distinct vectors, if more are wanted.
    """
    n_members = len(vectors)
    if n_clusters >= n_members:
        return np.arange(n_members)
    if n_clusters ** (n_members - 1) > MAX_LABELLINGS:
        return _searched(vectors, n_clusters, seed)
    labellings, units = _divisions(n_members, n_clusters)
    centred = vectors - vectors.mean(axis=0)  # else small distances drown in the length of all
    # The squares within clusters are those of all vectors less, for each cluster, |sum of its vectors|^2 / size.
    explained = ((units @ (centred @ centred.T)) * units).sum(axis=(1, 2))
    return np.asarray(labellings[explained.argmax()])


@cache
def _divisions(n_members: int, n_clusters: int) -> tuple[Ids, Floats]:
    """Return all ways to divide members into clusters.

    :return: labels, shape (n_ways, n_members), new ones in ascending order; and the clusters as vectors of length
        1 over the members, shape (n_ways, n_clusters, n_members).
    """
    ways: list[tuple[int, ...]] = [(0,)]
    for _ in range(n_members - 1):
        ways = [(*way, label) for way in ways for label in range(min(max(way) + 2, n_clusters))]
    labellings = np.array([way for way in ways if max(way) == n_clusters - 1], np.int64)
    is_in: npt.NDArray[np.bool_] = labellings[:, None, :] == np.arange(n_clusters)[:, None]
    return labellings, is_in / np.sqrt(is_in.sum(axis=2, keepdims=True))


def _searched(vectors: Floats, n_clusters: int, seed: int) -> Ids:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1, "openmp"):  # threads wait for each other for most of it
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal vectors make fewer clusters, which is right
        found = KMeans(n_clusters, n_init=10, random_state=seed).fit(vectors).labels_
    return np.asarray(found, np.int64)
