"""Numbers with their confidence intervals as a picture."""

from collections.abc import Mapping
from pathlib import Path

from miner.evaluation.intervals import Estimate
from miner.files import by_rename

FORMATS = (".png", ".svg", ".pdf")


def check_format(path: str | Path) -> Path:
    """Return the path of a plot.

    :raises ValueError: if its ending is none of ``FORMATS``.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        raise ValueError(f"{path} ends in {path.suffix!r}; expected a plot in {', '.join(FORMATS)}")
    return path


def plot_estimates(numbers: Mapping[str, Estimate], path: str | Path, *, title: str) -> None:
    """Draw numbers between 0 and 1 as bars with their 95 % confidence intervals.

    :param numbers: by name.
    :param path: .png, .svg or .pdf; the file appears when it is complete.
    :param title: above the bars.
    :raises ValueError: if the path has another ending.
    :raises OSError: if it cannot be written.
    """
    from matplotlib.figure import Figure  # draws without a window, unlike pyplot

    path = check_format(path)
    figure = Figure(figsize=(7, 0.35 * len(numbers) + 1), layout="constrained")
    axes = figure.subplots()
    names, values = list(numbers), list(numbers.values())
    errors = [[v.value - v.low for v in values], [v.high - v.value for v in values]]
    clipped = [[max(e, 0.0) for e in side] for side in errors]
    axes.barh(names, [v.value for v in values], xerr=clipped, color="#4c78a8", ecolor="#333333", capsize=3)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), title=title, xlabel="95 % confidence interval")
    with by_rename(path) as unfinished:
        figure.savefig(unfinished, format=path.suffix[1:])
