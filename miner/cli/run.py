"""The main job: ``miner run`` on a corpus, ``miner words`` on a list."""

import click

from miner.cli import option_groups as options
from miner.options import (
    DEFAULT_TOKENIZER,
    ClusterOptions,
    CorpusOptions,
    EncoderOptions,
    GroupOptions,
    LexiconOptions,
    RunOptions,
)


@click.command()
@options.corpus_options
@options.lexicon_options
@options.encoder_options
@options.group_options
@options.cluster_options
@options.seed_option
@options.work_dir_option
@options.database_option
@options.groups_out_option
@options.categories_out_option
def run(
    corpus: CorpusOptions,
    lexicon: LexiconOptions,
    encoder: EncoderOptions,
    groups: GroupOptions,
    cluster: ClusterOptions,
    seed: int,
    work_dir: str,
    database: str,
    groups_out: str | None,
    categories_out: str | None,
) -> None:
    """Mine CORPUS into candidate synonym groups in the database.

    CORPUS is csv, tsv, jsonl, parquet, xlsx or txt, also as .gz, .xz or .zst, at a path or an address that
    fsspec opens, or - for standard input. An interrupted run keeps its finished stages; the same command goes
    on from there.

    \b
    Example:
      miner run counselling.csv --column HS --tokenizer ./kr-bert
      miner run books.csv --column text --passages --group-by category
      miner run "s3://corpus/*.parquet" --scheduler tcp://10.0.0.1:8786 --shared-dir s3://corpus/work
      xzcat reviews.txt.xz | miner run - --tokenizer vocab.txt --word-class noun
    """
    if corpus.group_by is None and categories_out is not None:
        raise click.UsageError("--categories-out has no categories to write: name their column with --group-by")
    if corpus.group_by is not None and categories_out is None:
        categories_out = "groups-by-category.tsv"
    asked = RunOptions(corpus, lexicon, encoder, groups, seed, cluster)
    mine(asked, work_dir, database, groups_out, categories_out)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--tokenizer", default=DEFAULT_TOKENIZER, help="A vocab.txt, a folder or a hub name.")
@options.encoder_options
@options.group_options
@options.seed_option
@options.work_dir_option
@options.database_option
@options.groups_out_option
def words(
    file: str,
    tokenizer: str,
    encoder: EncoderOptions,
    groups: GroupOptions,
    seed: int,
    work_dir: str,
    database: str,
    groups_out: str | None,
) -> None:
    """Group the words of FILE, one a line, without a corpus.

    All of them are offered for grouping, in the vocabulary or not.

    \b
    Example:
      miner words terms.txt --tokenizer ./kr-bert --groups-out groups.tsv
    """
    lexicon = LexiconOptions(tokenizer=tokenizer, in_vocabulary_too=True, min_count=1)
    mine(RunOptions(file, lexicon, encoder, groups, seed), work_dir, database, groups_out)


def mine(
    options: RunOptions, work_dir: str, database: str, groups_out: str | None, categories_out: str | None = None
) -> None:
    """Run the pipeline and print its summary.

    :param categories_out: where the groups are written as each category uses them.
    """
    from miner.categories import write_groups_by_category
    from miner.cli.summary import print_summary
    from miner.pipeline import mine_groups

    result = mine_groups(options, work_dir=work_dir, database=database, groups_out=groups_out)
    print_summary(result)
    if categories_out is not None:
        n_categories = write_groups_by_category(result.lexicon, result.groups, categories_out)
        click.echo(f"{categories_out}: the groups in each of {n_categories:,} categories")
