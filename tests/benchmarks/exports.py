"""Seconds and memory of each export, for a release and for one of a hundredth of its groups.

The export ``lexicon`` is nori's of all words of the database, as many as there are groups.

usage: python tests/benchmarks/exports.py [N_GROUPS] [FORMAT ...]

Memory is the peak of a process that does the export alone. That it does not grow with the groups is what the ratio
shows; time on the processor, beside that of the clock, does not depend on what else runs.
"""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from measuring import conditions
from sqlalchemy import Connection, insert, update

from curator.groups import GroupMember, SynonymGroup, add_to_digest
from curator.store import migrate
from curator.store.models import Release, ReleaseGroup, ReleaseMember, Run, Word, WordStatistics
from curator.store.session import opened, writing

FORMATS = {
    "solr": ["solr"],
    "elasticsearch": ["elasticsearch", "--api", "--max-rules", "10000000"],
    "nori": ["nori", "--release", "1"],
    "lexicon": ["nori"],
    "skos": ["skos"],
    "skos-xml": ["skos", "--syntax", "xml"],
    "skos-json-ld": ["skos", "--syntax", "json-ld"],
    **{name: [name] for name in ("wordnet", "csv", "jsonl", "parquet", "json", "word-normalizer")},
}
SHRUNK = 100
BATCH = 10_000
MEMBERS = 3
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
# VmHWM is of the process alone; the other peak, ru_maxrss, begins with that of the process that started it.
MEASURED = """
import pathlib, re, sys
from curator.cli import main
main(sys.argv[1:], standalone_mode=False)
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n_groups", type=int, nargs="?", default=1_000_000)
    parser.add_argument("formats", nargs="*", default=list(FORMATS))
    arguments = parser.parse_args()
    print(conditions(), flush=True)
    n_groups = arguments.n_groups
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = (max(n_groups // SHRUNK, 1), n_groups)
        for size in sizes:
            make_release(folder / f"{size}.db", size)
        print(f"{'format':16} {'groups':>10} {'seconds':>8} {'CPU s':>6} {'MB':>6}  memory at 1/{SHRUNK} = 1")
        for format in arguments.formats:
            baseline = None
            for size in sizes:
                seconds, processor_seconds, megabytes = measure(format, folder / f"{size}.db", folder / "out")
                ratio = "" if baseline is None else f"{megabytes / baseline:.2f}"
                baseline = megabytes
                print(
                    f"{format:16} {size:10,} {seconds:8.1f} {processor_seconds:6.1f} {megabytes:6.0f}  {ratio}",
                    flush=True,
                )


def measure(format: str, database: Path, output: Path) -> tuple[float, float, float]:
    arguments = ["export", *FORMATS[format], "--database", str(database), "-o", str(output)]
    start, processor_start = time.perf_counter(), processor_time()
    done = subprocess.run([sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True)
    megabytes = int(done.stdout.splitlines()[-1]) / 1_000
    return time.perf_counter() - start, processor_time() - processor_start, megabytes


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_release(database: Path, n_groups: int) -> None:
    digest = hashlib.sha256()
    with opened(str(database), create=True) as engine:
        migrate.upgrade(engine)
        with writing(engine).begin() as connection:
            connection.execute(insert(Release), {"number": 1, "digest": "", "created_at": MOMENT})
            run = {"id": 1, "fingerprint": "", "manifest": {}, "started_at": MOMENT, "finished_at": MOMENT}
            connection.execute(insert(Run), run)
            for start in range(0, n_groups, BATCH):
                keys = range(start + 1, min(n_groups, start + BATCH) + 1)
                insert_groups(connection, keys)
                insert_words(connection, keys)
                for key in keys:
                    members = tuple(GroupMember(word, "Noun", 1.0) for word in words_of(key))
                    add_to_digest(digest, SynonymGroup(str(key), members, "kim", MOMENT.isoformat()))
            connection.execute(update(Release).values(digest=digest.hexdigest()))


def insert_groups(connection: Connection, keys: range) -> None:
    common = {"release_number": 1, "decided_by": "kim", "decided_at": MOMENT}
    connection.execute(insert(ReleaseGroup), [{**common, "id": key, "group_id": key} for key in keys])
    members = [
        {"release_group_id": key, "position": i, "release_number": 1, "word": word, "pos": "Noun", "weight": 1.0}
        for key in keys
        for i, word in enumerate(words_of(key))
    ]
    connection.execute(insert(ReleaseMember), members)


def insert_words(connection: Connection, keys: range) -> None:
    words = [{"id": key, "text": words_of(key)[0], "pos": "Noun"} for key in keys]
    connection.execute(insert(Word), words)
    counts = {"run_id": 1, "frequency": 1, "document_frequency": 1, "forms": [], "is_oov": True, "pieces": ["낱"]}
    rows = [{**counts, "word_id": key, "has_unknown_piece": False} for key in keys]
    connection.execute(insert(WordStatistics), rows)


def words_of(key: int) -> list[str]:
    return [f"낱말{i}번{key}" for i in range(MEMBERS)]


if __name__ == "__main__":
    main()
