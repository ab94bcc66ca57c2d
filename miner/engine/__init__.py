"""Where the work runs: on this machine or on a Dask cluster, with the same result."""

from miner.engine.workplace import Workplace, workplace

__all__ = ["Workplace", "workplace"]
