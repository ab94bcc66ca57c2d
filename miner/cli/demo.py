"""``miner demo``: the main job on a small corpus that comes with the package."""

import click

from miner.options import CorpusOptions, LexiconOptions, RunOptions


@click.command()
@click.argument("folder", type=click.Path(file_okay=False), default="dongui-demo")
def demo(folder: str) -> None:
    """Write a small corpus, a tiny BERT and a database of mined groups into FOLDER.

    작은 상담 말뭉치와 작은 BERT, 후보 묶음이 든 데이터베이스를 FOLDER에 만듭니다.

    \b
    Example:
      miner demo
      miner demo /tmp/try
    """
    from pathlib import Path

    from miner.cli.summary import print_groups, print_summary
    from miner.demo import write_demo
    from miner.pipeline import mine_groups

    paths = write_demo(Path(folder))
    options = RunOptions(
        CorpusOptions((str(paths.corpus),), columns=("HS",)),
        LexiconOptions(tokenizer=str(paths.checkpoint)),
    )
    database = str(Path(folder) / "dongui.db")
    result = mine_groups(options, work_dir=Path(folder) / ".dongui", database=database)
    print_groups(result)
    print_summary(result)
    click.echo(
        f"""
next / 다음:
  miner run {paths.corpus} --column HS --tokenizer {paths.checkpoint} --database {database}
  miner lexicon {paths.corpus} --column HS --tokenizer {paths.checkpoint} -o lexicon.tsv
  miner report --database {database} --work-dir {Path(folder) / ".dongui"}
  curator serve --database {database}"""
    )
