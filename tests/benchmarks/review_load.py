"""Twenty reviewers at once on a million groups: how long the server works on each request.

    python tests/benchmarks/review_load.py --folder /tmp/million

Fills a SQLite and a PostgreSQL database in the folder (kept for the next time), and for each of the two starts
`curator serve`, lets the reviewers of `reviewers.py` work, and prints what each kind of request took. Server
and reviewers share the machine. The baseline is the login page, which asks the database for nothing.

The goal is met where no kind of request has a 95th percentile of the server's time of 50 ms or more, none took
longer than 200 ms, the queue page with its style sheet and scripts has less than 150 kB, and the server starts
within 2 s.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from measuring import conditions
from million_groups import N_GROUPS, filled
from reviewers import THINKING_SECONDS, Reviewer, Server, Taken, add_reviewers, postgresql, served

from curator.store.session import opened

MAX_P95_SECONDS, MAX_SECONDS, MAX_PAGE_BYTES, MAX_START_SECONDS = 0.050, 0.200, 150_000, 2.0
STATIC = Path(__file__).parents[2] / "curator" / "web" / "static"
QUEUE_FILES = ("icon.svg", "keys.js", "queue.js", "server.js", "style.css")
BYTES_AT_ONCE = 16 * 1024 * 1024
BASELINE = "login page (baseline)"


def main() -> None:
    """Fill, serve, ask, print."""
    options = parsed_options()
    print(conditions(), flush=True)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="dongui-million-"))
    kinds = ["sqlite", "postgresql"] if options.kind == "both" else [options.kind]
    for kind in kinds:
        print(f"\n{kind}: {options.groups:,} groups in {folder}", flush=True)
        with database_of(kind, folder) as address:
            start = time.perf_counter()
            if filled(address, options.groups):
                print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
            read_once(folder)
            with opened(address) as engine:
                tokens = add_reviewers(engine, options.reviewers)
            with served(address) as server:
                reviewers = review(server, tokens, options.seconds, options.thinking)
                report(reviewers, server)


def parsed_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the databases lie; a temporary folder if left out")
    parser.add_argument("--kind", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--groups", type=int, default=N_GROUPS)
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--thinking", type=float, default=THINKING_SECONDS, help="mean seconds before a decision")
    return parser.parse_args()


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of a database in the folder."""
    if kind == "postgresql":
        with postgresql(folder / "postgresql") as address:
            yield address
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield str(folder / "million.db")


def read_once(folder: Path) -> None:
    """Bring the databases into the memory of the system, where those of a server are that has been running."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(BYTES_AT_ONCE):
                    pass


def review(server: Server, tokens: list[str], seconds: float, thinking_seconds: float) -> list[Reviewer]:
    """Let the reviewers work, and print what the machine did meanwhile."""
    own, cpu_before, start = psutil.Process(), server.process.cpu_times(), time.monotonic()
    own_before = own.cpu_times()
    reviewers = [
        Reviewer(server.port, token, n, start + seconds, thinking_seconds) for n, token in enumerate(tokens)
    ]
    for reviewer in reviewers:
        reviewer.start()
    for reviewer in reviewers:
        reviewer.join()
    passed = time.monotonic() - start
    n_requests = sum(len(values) for reviewer in reviewers for values in reviewer.taken.values())
    used, own_used = server.process.cpu_times(), own.cpu_times()
    cpu = used.user + used.system - cpu_before.user - cpu_before.system
    own_cpu = own_used.user + own_used.system - own_before.user - own_before.system
    print(
        f"{len(reviewers)} reviewers, each thinking {thinking_seconds:g} s before a decision, for {passed:.0f} s:"
        f" {n_requests} requests, {n_requests / passed:.1f} a second\n"
        f"processor time: server {1000 * cpu / n_requests:.1f} ms a request, {cpu / passed:.0%} of a core;"
        f" the reviewers {1000 * own_cpu / n_requests:.1f} ms a request\n"
        f"load of the machine: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} processors"
    )
    return reviewers


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(reviewers: list[Reviewer], server: Server) -> None:
    """Print what each kind of request took, and whether the goal is met."""
    taken: dict[str, list[Taken]] = defaultdict(list)
    for reviewer in reviewers:
        for name, values in reviewer.taken.items():
            taken[name] += values
    baseline = percentile([value.server for value in taken[BASELINE]], 0.5)
    print(f"{'':32} {'':>6} {'server, ms':^24} {'cpu, ms':>8} {'client, ms':^24} {'p50 to':>8}")
    print(
        f"{'request':32} {'n':>6} "
        + f"{'p50':>8}{'p95':>8}{'max':>8} {'mean':>8} {'p50':>8}{'p95':>8}{'max':>8} {'baseline':>8}"
    )
    for name, values in sorted(taken.items()):
        by_server, by_client = [value.server for value in values], [value.client for value in values]
        cells = [
            "".join(f"{1000 * x:8.1f}" for x in (percentile(some, 0.5), percentile(some, 0.95), max(some)))
            for some in (by_server, by_client)
        ]
        cpu = 1000 * sum(value.cpu for value in values) / len(values)
        ratio = percentile(by_server, 0.5) / baseline
        print(f"{name:32} {len(values):6} {cells[0]} {cpu:8.1f} {cells[1]} {ratio:8.1f}")
    judge(taken, server, max(reviewer.n_queue_bytes for reviewer in reviewers))
    failures = [failure for reviewer in reviewers for failure in reviewer.failures]
    if failures:
        raise SystemExit("\n  ".join([f"refused: {len(failures)}", *failures[:3]]))


def judge(taken: dict[str, list[Taken]], server: Server, n_queue_bytes: int) -> None:
    """Print each number beside its goal."""
    asked = [[value.server for value in values] for name, values in taken.items() if name != "log in"]
    page = n_queue_bytes + sum(file.stat().st_size for file in STATIC.iterdir() if file.name in QUEUE_FILES)
    rows = [
        (
            "highest p95 of the server's time, ms",
            1000 * max(percentile(v, 0.95) for v in asked),
            1000 * MAX_P95_SECONDS,
        ),
        ("longest of the server's times, ms", 1000 * max(max(values) for values in asked), 1000 * MAX_SECONDS),
        ("queue page with style and scripts, kB", page / 1000, MAX_PAGE_BYTES / 1000),
        ("start, s", server.start_seconds, MAX_START_SECONDS),
    ]
    for name, value, goal in rows:
        print(f"{name:40} {value:8.1f}   goal: under {goal:g}   {'met' if value < goal else 'NOT MET'}")


if __name__ == "__main__":
    main()
