"""``miner report``: pictures of a run."""

from pathlib import Path

import click

from miner.cli import option_groups as options


@click.command()
@click.argument("run", type=int, required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default="run.html", help="File to write."
)
@options.work_dir_option
@options.database_option
def report(run: int | None, output: Path, work_dir: str, database: str) -> None:
    """Draw run RUN, by default the newest, on one HTML page that needs no network.

    The funnel, the share of the text that the vocabulary does not have, the most frequent words of that kind with
    their pieces, size and confidence of the groups, and a map of the words; light and dark, Korean and English.

    \b
    Example:
      miner report 3 -o run.html
      miner report --database dongui-demo/dongui.db --work-dir dongui-demo/.dongui
    """
    from miner.report import write_report

    has_vectors = write_report(database, run, output, work_dir=Path(work_dir))
    click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB")
    if not has_vectors:
        click.echo(
            f"without the word map: the run's stages are not in {work_dir}; name the folder with --work-dir"
        )
