"""A Dask cluster: tasks that a killed worker leaves behind run again elsewhere."""

import importlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol, TypeVar

from miner.engine.shared import SharedFolder
from miner.progress import progress_bar
from miner.stages import RESULTS_DEPEND_ON

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"  # in place of an address: a scheduler and workers on this machine
SECONDS_TO_WAIT = 60  # for the scheduler, and for a first worker

Task = TypeVar("Task")
Result = TypeVar("Result")
Versions = Mapping[str, str]


class Cluster(Protocol):
    """Runs a function on many tasks, wherever."""

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        *,
        description: str,
        resource: str | None = None,
    ) -> Iterator[Result]:
        """Yield the results, in the order of the tasks.

        :param function: pure, and importable on the workers.
        :param description: of the work, for its progress bar.
        :param resource: ``NAME=AMOUNT``, for workers that have it only.
        """
        ...

    def check_folder(self, folder: SharedFolder) -> None:
        """Make sure that all workers see the folder.

        :raises ValueError: if one does not.
        """
        ...


class DaskCluster:
    """A cluster behind a Dask scheduler.

    :param client: of the scheduler.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._versions = _versions()

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        *,
        description: str,
        resource: str | None = None,
    ) -> Iterator[Result]:
        """Yield the results, in the order of the tasks.

        :raises ChildProcessError: if a task killed worker after worker.
        :raises ValueError: if a worker is not fit for it, or none has the resource; and whatever the function
            raises.
        """
        from distributed import KilledWorker, as_completed

        wanted = self._checked_resource(resource)
        call = partial(_call, function, self._versions)
        futures = self._client.map(call, tasks, pure=False, resources=wanted, key=f"{description}-{uuid.uuid4()}")
        number = {future.key: i for i, future in enumerate(futures)}
        ready: dict[int, Result] = {}
        n_given = 0
        try:
            with progress_bar(description, len(tasks)) as advance:
                for future, result in as_completed(futures, with_results=True):  # type: ignore[no-untyped-call] # theirs
                    advance(1)
                    ready[number[future.key]] = result
                    while n_given in ready:
                        yield ready.pop(n_given)
                        n_given += 1
        except KilledWorker as error:
            raise ChildProcessError(
                f"{error.task} ended {error.allowed_failures + 1} workers one after the other, most likely for "
                "want of memory; give the workers more of it, or try smaller partitions (--partition-megabytes)"
            ) from error
        finally:
            self._client.cancel(futures)  # type: ignore[no-untyped-call] # theirs

    def check_folder(self, folder: SharedFolder) -> None:
        """Make sure that all workers see the folder.

        :raises ValueError: if one does not.
        """
        mark = f"seen-{uuid.uuid4().hex}.json"
        folder.write_json(mark, True)
        answers: dict[str, str] = self._client.run(_why_blind, folder, mark)
        if blind := sorted(worker for worker, why in answers.items() if why):
            raise ValueError(
                f"{len(blind)} of {len(answers)} workers do not see the folder {folder.address}: {blind[0]} says "
                f"{answers[blind[0]]!r}; give --shared-dir a folder or an address (s3://, gs://, hdfs://) that "
                "all can read and write"
            )

    def _checked_resource(self, resource: str | None) -> dict[str, float] | None:
        if resource is None:
            return None
        wanted = parse_resource(resource)
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        (name, amount), *_ = wanted.items()
        if not any(worker["resources"].get(name, 0) >= amount for worker in workers):
            raise ValueError(
                f"none of {len(workers)} workers has the resource {resource}; start some with "
                f'--resources "{resource}", or leave out --worker-resource'
            )
        return wanted


def parse_resource(resource: str) -> dict[str, float]:
    """Return what Dask calls the resource ``NAME=AMOUNT``.

    :raises ValueError: if it is not of this form.
    """
    name, _, amount = resource.partition("=")
    try:
        return {name: float(amount)}
    except ValueError as error:
        raise ValueError(f"the resource {resource!r} is no NAME=AMOUNT; expected e.g. GPU=1") from error


@contextmanager
def connected(
    scheduler: str, *, n_workers: int | None = None, resource: str | None = None
) -> Iterator[DaskCluster]:
    """Connect to a Dask scheduler, and let go of it when the block ends.

    :param scheduler: its address, or ``local`` for one of this machine, which ends with the block.
    :param n_workers: of the local one; ``None`` is one per core.
    :param resource: that each worker of the local one has.
    :raises ValueError: if Dask is not installed.
    :raises OSError: if there is no such scheduler, or no worker comes.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise ValueError("--scheduler needs Dask: pip install 'dongui[cluster]'") from error
    if scheduler == LOCAL:
        with (
            distributed.LocalCluster(
                n_workers=n_workers or os.cpu_count() or 1,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # any free port; 8787 may be taken
                resources=parse_resource(resource) if resource else None,
            ) as local,
            distributed.Client(local) as client,
        ):
            yield DaskCluster(client)
        return
    try:
        client = distributed.Client(scheduler, timeout=SECONDS_TO_WAIT)
    except (OSError, ValueError) as error:
        raise OSError(
            f"no Dask scheduler answers at {scheduler}: {error}; expected e.g. tcp://host:8786"
        ) from error
    with client:
        _wait_for_worker(client, scheduler)
        yield DaskCluster(client)


def _wait_for_worker(client: "Client", scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_WAIT)
    except TimeoutError as error:
        raise OSError(
            f"the scheduler {scheduler} has no worker after {SECONDS_TO_WAIT} s; start some: "
            f"dask worker {scheduler} --nworkers auto --nthreads 1"
        ) from error


def _call(function: Callable[[Task], Result], versions: Versions, task: Task) -> Result:
    """Run a task on a worker that is fit for it."""
    from distributed import get_worker

    n_threads = get_worker().state.nthreads
    if n_threads != 1:
        raise ValueError(
            f"a Dask worker has {n_threads} threads; two that analyse in one process block each other for good. "
            "Start one process per core: dask worker ADDRESS --nworkers auto --nthreads 1"
        )
    if versions != (own := _versions()):
        raise ValueError(f"a Dask worker has {own}, this machine {dict(versions)}; install the same on all")
    return function(task)


def _versions() -> dict[str, str]:
    return {package: version(package) for package in RESULTS_DEPEND_ON}


def _why_blind(folder: SharedFolder, name: str) -> str:
    """Say on a worker why it cannot read what was just written, in no words if it can."""
    try:
        folder.read_json(name)
    except (OSError, ValueError) as error:  # the latter where a package is missing
        return str(error)
    return ""
