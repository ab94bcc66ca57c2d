"""`curator apply` against copying the folder, and against loading, resizing and saving with transformers.

usage: apply_checkpoint.py [BASE ...] [--words 12600] [--repeat 5] [--tmp FOLDER]

BASE is a checkpoint folder with a WordPiece vocabulary, in either layout; by default KR-BERT at its full size,
with random weights, in both. Words are drawn from its own syllables (seeded), in groups of 2 to 5.

Imports count on neither side. Each contender runs in a process of its own, where it first does all of its work on
KR-BERT's stand-in with two layers of width 64, so that whatever it imports late is there, and then, measured, on
BASE. Wall and processor time are of that second time alone, with the processes that it starts; peak memory is of
the process, by the kernel (`curator apply` has one beside it that hashes, of 12 MB). The copy is `cp -r` with its
start. About a minute for each BASE on a quiet machine.
"""

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import conditions

MAKE_BASE = Path(__file__).resolve().parents[3] / "shared/tools/make_krbert.py"
MEASURED = """
import resource, sys, time
def processors():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
tiny, base, out, groups = sys.argv[1:]
work(tiny, out + "-tiny", groups)
start, before = time.perf_counter(), processors()
work(base, out, groups)
seconds = time.perf_counter() - start
print(seconds, processors() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
APPLY = """
from pathlib import Path
from curator.applier.apply import apply
from curator.applier.options import ApplyOptions
from curator.applier.prepare import open_base, prepare
from curator.groups import read_groups
def work(base, out, groups):
    with open_base(base) as opened:
        apply(prepare(opened, read_groups(Path(groups)), ApplyOptions()), Path(out))
"""
LOAD = """
import json
from transformers import AutoTokenizer, BertForPreTraining
def work(base, out, groups):
    words = [word for words in json.load(open(groups)).values() for word in words]
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = BertForPreTraining.from_pretrained(base)
    tokenizer.add_tokens(words)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
"""


def make_groups(base: Path, n_words: int, seed: int) -> dict[str, list[str]]:
    """Draw words that are no entries, of 2 to 5 syllables that are, in groups of 2 to 5."""
    from curator.applier.base import find_base
    from curator.applier.vocabulary import load_vocabulary

    entries = load_vocabulary(find_base(str(base))).ids
    first = [e for e in entries if len(e) == 1 and "가" <= e <= "힣"]
    inside = [e[2:] for e in entries if len(e) == 3 and e.startswith("##") and "가" <= e[2] <= "힣"]
    chance = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < n_words:
        word = chance.choice(first) + "".join(chance.choices(inside, k=chance.randint(1, 4)))
        if word not in entries:
            words[word] = None
    left, groups = list(words), {}
    while left:
        size = min(len(left), chance.randint(2, 5))
        size += len(left) - size == 1
        groups[str(len(groups))] = [left.pop() for _ in range(size)]
    return groups


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the wall, seconds of processors, and MB at the peak."""

    seconds: float
    processor_seconds: float
    megabytes: float


def measure(code: str, tiny: Path, base: Path, out: Path, groups: Path) -> Run:
    """Run one contender."""
    command = [sys.executable, "-c", code + MEASURED, *map(str, (tiny, base, out, groups))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    shutil.rmtree(f"{out}-tiny")
    return Run(*map(float, done.stdout.split()))


def copy(base: Path, out: Path) -> Run:
    """Copy the folder."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["cp", "-r", str(base), str(out)], check=True)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0.0)


def make_base(path: Path, size: str, layout: str) -> Path:
    """Write KR-BERT's stand-in."""
    command = [sys.executable, MAKE_BASE, path, "--size", size, "--layout", layout]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return path


def compare(base: Path, tiny: Path, folder: Path, *, n_words: int, n_repeats: int, seed: int) -> None:
    """Print medians and ratios for one checkpoint.

    :param tiny: a small one of the same layout and vocabulary.
    """
    groups = folder / "groups.json"
    groups.write_text(json.dumps(make_groups(base, n_words, seed)), "utf-8")
    runs: dict[str, list[Run]] = {"copy": [], "apply": [], "load": []}
    for _ in range(n_repeats):  # in turn, so that a slow minute of the machine hits all
        runs["copy"].append(copy(base, folder / "copy"))
        runs["apply"].append(measure(APPLY, tiny, base, folder / "apply", groups))
        runs["load"].append(measure(LOAD, tiny, base, folder / "load", groups))
        for out in ("copy", "apply", "load"):
            shutil.rmtree(folder / out)
    n_groups = len(json.loads(groups.read_text("utf-8")))
    seconds = {name: statistics.median(run.seconds for run in own) for name, own in runs.items()}
    processor = {name: statistics.median(run.processor_seconds for run in own) for name, own in runs.items()}
    memory = {name: max(run.megabytes for run in own) for name, own in runs.items()}
    print(f"{base.name}: {n_words:,} words in {n_groups:,} groups, median of {n_repeats}")
    for name, label in (("copy", "cp -r"), ("apply", "curator apply"), ("load", "load, resize, save")):
        peak = f"{memory[name]:6.0f} MB peak" if memory[name] else ""
        print(f"  {label:22}  {seconds[name]:6.2f} s {processor[name]:6.2f} s of processors {peak}")
    print(f"  apply / copy            {seconds['apply'] / seconds['copy']:6.2f}   (goal: at most 2)")
    print(f"  load / apply            {seconds['load'] / seconds['apply']:6.2f}   (goal: at least 5)")
    print(f"  apply / load in memory  {memory['apply'] / memory['load']:6.2f}   (goal: under 300 MB)", flush=True)


def main() -> None:
    """Compare each checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bases", type=Path, nargs="*", metavar="BASE")
    parser.add_argument("--words", type=int, default=12_600)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--tmp", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(conditions(), flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.tmp) as name:
        folder = Path(name)
        layouts = ("safetensors", "hub")
        tiny = {layout: make_base(folder / f"tiny-{layout}", "tiny", layout) for layout in layouts}
        for base in arguments.bases or [make_base(folder / layout, "full", layout) for layout in layouts]:
            small = tiny["safetensors" if any(base.glob("*.safetensors")) else "hub"]
            how = {"n_words": arguments.words, "n_repeats": arguments.repeat, "seed": arguments.seed}
            compare(base, small, folder, **how)


if __name__ == "__main__":
    main()
