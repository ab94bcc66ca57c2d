"""Wall time and peak memory of a command with all its processes."""

import os
import resource
import subprocess
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
