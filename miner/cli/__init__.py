"""The command ``miner``: parse, make one call, say what came of it."""

import errno
import logging
import sys
from typing import Any

import click

from miner.cli.demo import demo
from miner.cli.evaluate import evaluate, train
from miner.cli.report import report
from miner.cli.rerank import rerank
from miner.cli.run import run, words
from miner.cli.stages import encode, lexicon

__all__ = ["main"]


class MinerGroup(click.Group):
    """Turns the errors that the stages raise into one line, and Ctrl-C into what to do next."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command.

        :raises click.ClickException: for what a user can mend: a wrong value, file, database or disk.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted: finished stages are kept, the same command goes on from there", err=True)
            sys.exit(130)
        except (ValueError, OSError) as error:
            if ctx.params["traceback"]:
                raise
            raise click.ClickException(_told(error)) from error


def _told(error: ValueError | OSError) -> str:
    """Say a system error as the file and what is wrong with it; an error of our own speaks for itself."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    if error.errno == errno.ENOENT:
        return f"{error.filename} is not there; check the path"
    named = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if error.errno == errno.ENOSPC:
        return f"{named}. Make room; finished stages are kept, the same command goes on from there"
    return named


@click.group(
    cls=MinerGroup,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
)
@click.version_option(package_name="dongui")
@click.option("-v", "--verbose", is_flag=True, help="Log what each stage does.")
@click.option("--traceback", is_flag=True, help="Show where an error was raised.")
def main(verbose: bool, traceback: bool) -> None:
    """Mine candidate synonym groups from a Korean corpus.

    말뭉치에서 모델의 어휘에 없는 낱말을 모으고, 뜻이 같은 낱말의 후보 묶음을 제안합니다.

    \b
    Example:
      miner demo
      miner run counselling.csv --column HS --tokenizer vocab.txt
    """
    level = logging.INFO if verbose else logging.WARNING
    handler = logging.StreamHandler()
    handler.setLevel(level)  # Dask, when it is imported, has its loggers tell of each connection
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(message)s")


for command in (run, words, demo, lexicon, encode, evaluate, train, rerank, report):
    main.add_command(command)
