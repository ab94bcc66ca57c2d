"""Wall time and peak memory of a command with all its processes, and where they were measured."""

import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command.

    :ivar seconds: wall time, start-up included.
    :ivar peak_megabytes: largest sum of the resident memory of the command's processes; what they share is
        counted once a process.
    :ivar output: standard output.
    :ivar processor_seconds: of all its processes that have ended; other work on the machine disturbs it less.
    """

    seconds: float
    peak_megabytes: float
    output: str
    processor_seconds: float


def conditions() -> str:
    """Return the command that is measured and the machine that it runs on, two lines to be printed first."""
    machine = [
        processor_name(),
        f"{psutil.cpu_count()} cores",
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"load {psutil.getloadavg()[0]:.1f}",
    ]
    return f"command: python {shlex.join(sys.argv)}\nmachine: {', '.join(machine)}"


def processor_name() -> str:
    """Return what the processor calls itself; Linux keeps that in a file alone."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def median(runs: Sequence[Measured]) -> Measured:
    """Return the medians of the times, the largest memory, and the output of the last run."""
    return Measured(
        statistics.median(run.seconds for run in runs),
        max(run.peak_megabytes for run in runs),
        runs[-1].output,
        statistics.median(run.processor_seconds for run in runs),
    )


def measure(
    command: Sequence[str | Path], *, sample_seconds: float = SAMPLE_SECONDS, **environment: str
) -> Measured:
    """Run a command in the present folder and wait for it.

    :param sample_seconds: between two looks at the memory; a look takes milliseconds of a processor.
    :raises subprocess.CalledProcessError: if it fails.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        start, processor = time.perf_counter(), processor_seconds()
        process = subprocess.Popen(list(map(str, command)), stdout=out, env=os.environ | environment)
        peak = _Peak(process.pid, sample_seconds)
        peak.start()
        code = process.wait()
        seconds = time.perf_counter() - start
        peak.join()
        out.seek(0)
        output = out.read()
    if code:
        raise subprocess.CalledProcessError(code, list(map(str, command)), output)
    return Measured(seconds, peak.bytes / 1e6, output, processor_seconds() - processor)


def processor_seconds() -> float:
    """Return the processor time of the children of this process that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Peak(threading.Thread):
    def __init__(self, pid: int, sample_seconds: float) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._pid = pid
        self._sample_seconds = sample_seconds

    def run(self) -> None:
        while True:
            try:
                parent = psutil.Process(self._pid)
                family = [parent, *parent.children(recursive=True)]
                self.bytes = max(self.bytes, sum(member.memory_info().rss for member in family))
                if parent.status() == psutil.STATUS_ZOMBIE:
                    return
            except psutil.NoSuchProcess:
                if not psutil.pid_exists(self._pid):
                    return
            time.sleep(self._sample_seconds)
