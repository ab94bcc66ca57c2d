"""``miner rerank``: learn from decisions."""

import click

from miner.cli import option_groups as options


@click.command()
@options.database_option
def rerank(database: str) -> None:
    """Learn from the decisions in the database, and reorder what is still open.

    검토한 결정에서 배워, 아직 열려 있는 후보 묶음의 순서를 다시 매깁니다.

    The weights of the evidence are fitted again on accepted and rejected pairs, starting from those that come
    with the program. It is done after each run as well.

    \b
    Example:
      miner rerank --database dongui.db
    """
    from miner.cli.summary import print_reranking
    from miner.rerank import rerank

    print_reranking(rerank(database))
