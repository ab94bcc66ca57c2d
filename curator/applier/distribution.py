"""How the rows of a table are spread, and new ones that are spread alike."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curator.applier.tensors import Floats, Ids, Tensor, row_chunks


@dataclass(frozen=True)
class RowDistribution:
    """The normal distribution that the rows of a table have.

    :ivar mean: shape (width,).
    :ivar covariance: shape (width, width).
    """

    mean: Floats
    covariance: Floats

    def draw(self, ids: Ids, seed: int) -> Floats:
        """Return a random vector for each row, shape (n_ids, width).

        Each row has a stream of random numbers of its own, so that it is the same beside whatever others.
        """
        values = np.empty((len(ids), len(self.mean)))
        for own, id in zip(values, ids.tolist(), strict=True):
            np.random.default_rng([seed, id]).standard_normal(out=own)
        return np.asarray(values @ self._factor + self.mean)

    @cached_property
    def _factor(self) -> Floats:
        """Return F of F.T @ F = covariance.

        Cholesky's is unique, so that rows are the same on all machines, and a hundred times as fast to find as
        eigenvectors; but a table of fewer rows than columns has none.
        """
        try:
            return np.asarray(np.linalg.cholesky(self.covariance).T)
        except np.linalg.LinAlgError:
            lengths, directions = np.linalg.eigh(self.covariance)
            return np.asarray(np.sqrt(np.maximum(lengths, 0))[:, None] * directions.T)


def row_distribution(table: Tensor, n_entries: int) -> RowDistribution:
    """Return the distribution of the rows that are entries; those behind are padding.

    :raises ValueError: if one has a value that is not finite.
    """
    width = table.row_shape[1]
    total, products = np.zeros(width), np.zeros((width, width))
    for first, chunk in row_chunks(table):
        rows = chunk[: max(0, n_entries - first)].astype(np.float64)
        if not np.isfinite(rows).all():
            raise ValueError(f"{table.name} in {table.file} has values that are not finite, so it has no mean")
        total += rows.sum(axis=0)
        products += rows.T @ rows
    mean = total / n_entries
    return RowDistribution(mean, (products - n_entries * np.outer(mean, mean)) / max(1, n_entries - 1))
