"""Seconds until ``--help`` is printed, against a Python that does nothing.

python tests/benchmarks/start.py
"""

import argparse
import statistics
import sys
from pathlib import Path

from measuring import conditions, measure

N_RUNS = 11


def main() -> None:
    """Print the median of each command, and how much longer it takes than Python itself."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(conditions(), flush=True)
    scripts = Path(sys.executable).parent
    python = median([sys.executable, "-c", "pass"])
    print(f"python -c pass   {python:.3f} s")
    for name in ("miner", "curator"):
        seconds = median([scripts / name, "--help"])
        print(f"{name + ' --help':16} {seconds:.3f} s, ratio {seconds / python:.1f}")


def median(command: list[str | Path]) -> float:
    """Return the median wall time of a command."""
    return statistics.median(measure(command).seconds for _ in range(N_RUNS))


if __name__ == "__main__":
    main()
