"""The options of ``curator apply``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)


class Strength(click.ParamType[float | None]):
    """A number from 0 to 1, or ``retrofit``, which is none."""

    name = "0..1|retrofit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:  # noqa: ANN401
        """Read the value."""
        if value == "retrofit":
            return None
        number: float = click.FloatRange(0, 1).convert(value, param, ctx)
        return number


def source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where the groups come from."""
    for option in reversed(
        (
            click.option(
                "--release", "number", type=int, help="A release of the database.  [default: the newest]"
            ),
            click.option("--groups", "file", type=PATH, help="A JSON file of groups, in place of a database."),
            click.option("--database", metavar="URL|FILE", help="Where the release is."),
        )
    ):
        command = option(command)
    return command


def pool_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of pooling."""
    kinds = ("mean", "weighted", "min", "max", "kmeans", "pca", "canonical")
    for option in reversed(
        (
            click.option("--pooling", type=click.Choice(kinds), default="mean", help="A group's rows into one."),
            click.option("--clusters", "n_clusters", type=click.IntRange(1), default=2, help="Of kmeans."),
            click.option(
                "--strength",
                type=Strength(),
                default="1",
                help="How far rows move toward the pooled one; 1 makes them equal, retrofit is k/(2k-1).",
            ),
            click.option("--restore-norm", is_flag=True, help="Give rows back the length that averaging takes."),
            click.option(
                "--assign",
                type=click.Choice(("all", "new")),
                default="all",
                help="Which words get the pooled row.",
            ),
            click.option(
                "--init",
                type=click.Choice(("pieces", "random", "contextual")),
                default="pieces",
                help="Vector of a new word before pooling: mean of its pieces, drawn, or from the last layer.",
            ),
            click.option("--seed", type=int, default=0, help="Of random vectors and kmeans."),
        )
    ):
        command = option(command)
    return command


def vocabulary_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of the vocabulary."""
    for option in reversed(
        (
            click.option(
                "--continuations", is_flag=True, help="Add each word's form inside an eojeol (##word), too."
            ),
            click.option(
                "--unknown-to-mean", is_flag=True, help="Words without a known piece get the table's mean."
            ),
            click.option(
                "--parts-of-cut-words",
                is_flag=True,
                help="Words that are cut (일회용 밴드) lend their parts' mean.",
            ),
            click.option(
                "--pin-case", is_flag=True, help="State do_lower_case as false where BASE leaves it open."
            ),
            click.option(
                "--pad-to-multiple-of", type=click.IntRange(1), default=1, help="Fill up the table's rows."
            ),
        )
    ):
        command = option(command)
    return command


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of the report."""
    for option in reversed(
        (
            click.option(
                "--report/--no-report",
                default=True,
                help="Load both models, check that transformers does, and write report.html.",
            ),
            click.option("--probe", type=PATH, help="Labelled .csv or .tsv: does a linear classifier gain?"),
            click.option("--text-column", default="text", help="Of --probe."),
            click.option("--label-column", default="label", help="Of --probe."),
            click.option("--pseudo-perplexity", is_flag=True, help="Of the masked language model on --corpus."),
        )
    ):
        command = option(command)
    return command
