"""Options that several commands share, collected into the dataclasses of miner.options."""

import functools
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from miner.morphology import ANALYZERS
from miner.options import (
    CORPUS_FORMATS,
    DEFAULT_ENCODER,
    DEFAULT_MIN_PROBABILITY,
    DEFAULT_TOKENIZER,
    DEFAULT_WORD_CLASSES,
    ClusterOptions,
    CorpusOptions,
    EncoderOptions,
    GroupOptions,
    LexiconOptions,
)

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

CATEGORIES_FILE = "groups-by-category.tsv"
WORD_CLASSES = ("noun", "foreign", "verb", "adjective", "adverb", "determiner", "interjection", "number")


class OutputFile(click.Path):
    """A file to write. That its folder is there is checked at once, not after an hour of work."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=str)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the path."""
        folder = Path(value).parent
        if not folder.is_dir():
            self.fail(f"the folder {folder} of {Path(value).name} is not there; make it first", param, ctx)
        return super().convert(value, param, ctx)


def _collect(name: str, options_class: type, *decorators: Decorator) -> Decorator:
    """Hand the command one ``options_class`` instance in place of the values of ``decorators``."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(**values: Any) -> None:  # noqa: ANN401 - click passes whatever its options parse to
            own = {field.name: values.pop(field.name) for field in fields(options_class)}
            command(**{name: options_class(**own)}, **values)

        result: Command = collected
        for decorator in reversed(decorators):
            result = decorator(result)
        return result

    return decorate


corpus_options = _collect(
    "corpus",
    CorpusOptions,
    click.argument("paths", metavar="CORPUS...", nargs=-1, required=True),
    click.option(
        "--column",
        "columns",
        multiple=True,
        help="Column of a table that holds text; may be given several times.",
    ),
    click.option(
        "--format",
        type=click.Choice(CORPUS_FORMATS),
        help="Of the files, where their names do not tell.",
    ),
    click.option(
        "--encoding",
        type=click.Choice(["auto", "utf-8", "cp949"]),
        default="auto",
        help="auto: UTF-8, else CP949.",
    ),
    click.option("--strict", is_flag=True, help="Stop at the first broken row instead of counting it."),
    click.option("--passages", is_flag=True, help="Split each cell into sentences: patents, textbooks, articles."),
    click.option("--group-by", metavar="COLUMN", help="Also count for each value of this column, e.g. category."),
    click.option("--unique", is_flag=True, help="Count a repeated sentence once."),
)

lexicon_options = _collect(
    "lexicon",
    LexiconOptions,
    click.option("--analyzer", type=click.Choice(ANALYZERS), default="okt", help="Morphological analyser."),
    click.option(
        "--tokenizer",
        default=DEFAULT_TOKENIZER,
        help="Whose vocabulary the words are looked up in: a vocab.txt, a folder or a hub name.",
    ),
    click.option(
        "--word-class",
        "word_classes",
        type=click.Choice(WORD_CLASSES),
        multiple=True,
        default=DEFAULT_WORD_CLASSES,
        help="Word classes to collect; may be given several times.",
    ),
    click.option(
        "--all-morphemes",
        is_flag=True,
        help="Every morpheme that is no stop word, of any class, and no compounds.",
    ),
    click.option("--in-vocabulary-too", is_flag=True, help="Also words that are in the vocabulary."),
    click.option("--compounds/--no-compounds", default=True, help="Join what the analyser cut, e.g. 대|일|밴드."),
    click.option(
        "--min-count",
        type=click.IntRange(min=1),
        help="Least frequency of a word.  [default: 2 above 10,000 sentences or 100,000 eojeols, else 1]",
    ),
    click.option(
        "--examples",
        "n_examples",
        type=click.IntRange(min=0),
        default=5,
        help="Example sentences kept per word.",
    ),
    click.option(
        "--stop-words", type=click.Path(exists=True, dir_okay=False), help="File of stop words, one a line."
    ),
    click.option(
        "--max-eojeol-length",
        type=click.IntRange(min=1, max=255),
        default=200,
        help="Most characters between two spaces; what is longer is no word, and is left out and counted.",
    ),
    click.option(
        "--workers",
        "n_workers",
        type=click.IntRange(min=1),
        help="Threads of okt and kiwi; with --scheduler local, processes.  [default: one per core]",
    ),
)

cluster_options = _collect(
    "cluster",
    ClusterOptions,
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Have a Dask cluster do it: tcp://host:8786, or local for one of --workers on this machine.",
    ),
    click.option(
        "--shared-dir",
        metavar="FOLDER|ADDRESS",
        help="Of the cluster: what all its workers read and write.  [default: partitions/ in --work-dir]",
    ),
    click.option(
        "--worker-resource",
        metavar="NAME=AMOUNT",
        help="Of the cluster: encode on workers that have this resource only, e.g. GPU=1.",
    ),
    click.option(
        "--partition-megabytes",
        type=click.IntRange(min=1),
        default=32,
        help="Of the cluster: how much of an uncompressed file a worker takes at once.",
    ),
)

encoder_options = _collect(
    "encoder",
    EncoderOptions,
    click.option(
        "--encoder",
        "name",
        default=DEFAULT_ENCODER,
        help="kiwi (built in), or what SentenceTransformer loads: a folder or a hub name.",
    ),
    click.option("--device", help="torch device of the encoder, e.g. cuda.  [default: the best there is]"),
    click.option("--batch-size", type=click.IntRange(min=1), default=256, help="Words encoded at once."),
    click.option(
        "--prompt", help='Text before each word.  [default: "query: " for the E5 family, else the encoder\'s own]'
    ),
    click.option(
        "--encoder-processes",
        "n_processes",
        type=click.IntRange(min=1),
        default=1,
        help="That encode on the CPU; each loads the encoder. On a cluster its workers encode.",
    ),
)

group_options = _collect(
    "groups",
    GroupOptions,
    click.option(
        "--neighbors",
        "n_neighbors",
        type=click.IntRange(min=1),
        default=20,
        help="Nearest words found per word; the first 10 are paired with it.",
    ),
    click.option(
        "--min-cosine-similarity",
        type=click.FloatRange(-1, 1),
        help="Least cosine similarity of any two words of a group, whatever but a --dictionary speaks for them.  "
        "[default: the evidence decides]",
    ),
    click.option(
        "--min-probability",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=DEFAULT_MIN_PROBABILITY,
        help="Least probability that two words mean the same, to put them into one group.",
    ),
    click.option(
        "--model",
        type=click.Path(exists=True, dir_okay=False),
        help="Weights that `miner train` wrote.  [default: those that come with the program]",
    ),
    click.option(
        "--name-endings",
        type=click.Path(exists=True, dir_okay=False),
        help="File of what may follow a name in the text, one a line: dosage forms, salts, titles.",
    ),
    click.option(
        "--dictionary",
        "dictionaries",
        type=click.Path(exists=True, dir_okay=False),
        multiple=True,
        help="Synonyms that are known: .csv, .tsv, .txt (Solr), .json or .jsonl; may be given several times.",
    ),
    click.option(
        "--context-sentences",
        "n_context_sentences",
        type=click.IntRange(min=0),
        default=0,
        help="Sentences per word in which the encoder reads it, too; at most --examples.",
    ),
    click.option(
        "--max-group-size",
        type=click.IntRange(min=2),
        default=12,
        help="Most words in a group that is no entry of a --dictionary.",
    ),
)

categories_out_option = click.option(
    "--categories-out",
    type=OutputFile(),
    help=f"With --group-by: write the groups as each category uses them here.  [default: {CATEGORIES_FILE}]",
)

seed_option = click.option("--seed", type=click.IntRange(min=0), default=0, help="Of every random choice.")

work_dir_option = click.option(
    "--work-dir",
    type=click.Path(file_okay=False),
    default=".dongui",
    help="Folder of finished stages; the same command resumes from it.",
)

database_option = click.option(
    "--database",
    metavar="URL|FILE",
    envvar="DONGUI_DATABASE_URL",
    show_envvar=True,
    default="dongui.db",
    help="SQLite file, sqlite:/// or postgresql:// URL.",
)

groups_out_option = click.option(
    "--groups-out",
    type=OutputFile(),
    help="Also write the groups here, one a line, words tab-separated.",
)
