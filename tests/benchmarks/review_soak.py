"""Twenty reviewers for ten minutes: whether the memory of `curator serve` grows.

    python tests/benchmarks/review_soak.py --folder /tmp/million

Uses the databases of `review_load.py`, or fills them, and prints the resident memory of the server each minute,
and how fast it grows: the slope of a straight line through the second half, when each page has been asked for
and each cache has been filled. The baseline is the memory after the first minute. Groups run out unless there
are about 700 for each minute.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from measuring import conditions
from million_groups import N_GROUPS, filled
from review_load import database_of
from reviewers import THINKING_SECONDS, Reviewer, Server, add_reviewers, served

from curator.store.session import opened

SAMPLE_SECONDS = 1.0


def main() -> None:
    """Fill, serve, ask, watch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the databases lie; a temporary folder if left out")
    parser.add_argument("--kind", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--groups", type=int, default=N_GROUPS)
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--thinking", type=float, default=THINKING_SECONDS, help="mean seconds before a decision")
    options = parser.parse_args()
    print(conditions(), flush=True)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="dongui-million-"))
    with database_of(options.kind, folder) as address:
        filled(address, options.groups)
        with opened(address) as engine:
            tokens = add_reviewers(engine, options.reviewers)
        with served(address) as server:
            until = time.monotonic() + 60 * options.minutes
            reviewers = [
                Reviewer(server.port, token, n, until, options.thinking) for n, token in enumerate(tokens)
            ]
            memory = watched(server, reviewers)
    report(memory, reviewers)


def watched(server: Server, reviewers: list[Reviewer]) -> list[float]:
    """Let the reviewers work; return the server's resident memory second by second, in megabytes."""
    memory: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_SECONDS):
            memory.append(server.process.memory_info().rss / 1e6)
            if len(memory) % 60 == 0:
                print(f"minute {len(memory) // 60:2}: {memory[-1]:6.1f} MB", flush=True)

    watcher = threading.Thread(target=watch)
    for thread in (watcher, *reviewers):
        thread.start()
    for reviewer in reviewers:
        reviewer.join()
    done.set()
    watcher.join()
    return memory


def report(memory: list[float], reviewers: list[Reviewer]) -> None:
    """Print how the memory grew, and stop with an error if a request was refused."""
    half = memory[len(memory) // 2 :]
    slope = 60 / SAMPLE_SECONDS * np.polyfit(range(len(half)), half, 1)[0]
    first = memory[min(59, len(memory) - 1)]
    n_requests = sum(len(values) for reviewer in reviewers for values in reviewer.taken.values())
    print(
        f"{n_requests} requests; {max(memory):.1f} MB at most, {memory[-1] / first:.2f} times that of the first"
        f" minute; growth in the second half {slope:+.2f} MB a minute"
    )
    failures = [failure for reviewer in reviewers for failure in reviewer.failures]
    if failures:
        raise SystemExit("\n  ".join([f"refused: {len(failures)}", *failures[:3]]))


if __name__ == "__main__":
    main()
