"""Single stages, for scripts and for looking."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from miner.cli import option_groups as options
from miner.options import ClusterOptions, CorpusOptions, EncoderOptions, LexiconOptions, RunOptions

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from miner.encoder import EncodedWords

output_option = click.option(
    "-o",
    "--output",
    required=True,
    type=options.OutputFile(),
    help="File to write; it appears when it is complete.",
)


@click.command()
@options.corpus_options
@options.lexicon_options
@options.cluster_options
@options.seed_option
@options.work_dir_option
@output_option
def lexicon(
    corpus: CorpusOptions,
    lexicon: LexiconOptions,
    cluster: ClusterOptions,
    seed: int,
    work_dir: str,
    output: str,
) -> None:
    """Write the words of CORPUS as a table.

    Columns: word, pos, frequency, document_frequency, oov (0 or 1), pieces.

    \b
    Example:
      miner lexicon reviews.txt.xz --tokenizer vocab.txt -o lexicon.tsv
    """
    from pathlib import Path

    from miner.cli.summary import print_funnel
    from miner.engine import workplace
    from miner.lexicon.files import write_lexicon_tsv
    from miner.stages import StageStore

    stages = StageStore(Path(work_dir))
    asked = RunOptions(corpus, lexicon, seed=seed, cluster=cluster)
    with workplace(asked, Path(work_dir)) as place:
        found, _ = place.mine_lexicon(asked, stages)
    write_lexicon_tsv(found, output)
    print_funnel({name: result.report for name, result in stages.finished.items()})
    click.echo(f"{len(found.words):,} words in {output}")


@click.command()
@click.argument("words", type=click.Path(exists=True, dir_okay=False))
@options.encoder_options
@output_option
def encode(words: str, encoder: EncoderOptions, output: str) -> None:
    """Write the vectors of WORDS, one word a line, as a NumPy array.

    Row i belongs to line i and has unit length; a word that the encoder has no vector for gets a row of
    zeros, and is counted.

    \b
    Example:
      miner encode nouns.txt --encoder dragonkue/BGE-m3-ko -o vectors.npy
    """
    from pathlib import Path

    import numpy as np

    from miner.files import by_rename
    from miner.lexicon.stages import read_word_list

    encoded = encoded_words(read_word_list(Path(words)), encoder)
    with by_rename(output) as unfinished, unfinished.open("wb") as out:
        np.save(out, encoded.vectors)
    n_rows, dim = encoded.vectors.shape
    click.echo(
        f"{n_rows:,} rows of {dim} in {output}: {encoded.n_encoded:,} words encoded, {encoded.n_cached:,} from "
        f"the cache, {encoded.n_without_vector:,} without a vector (rows of zeros)"
    )


def praise_axis(encoder: EncoderOptions) -> "npt.NDArray[np.float32] | None":
    """Return the encoder's direction from blame to praise."""
    from miner.evidence.polarity import SEEDS, polarity_axis

    seeds = encoded_words(SEEDS, encoder)
    return polarity_axis(seeds.vectors, seeds.has_vector)


def encoded_words(words: Sequence[str], encoder: EncoderOptions) -> "EncodedWords":
    """Encode words with the encoder that the options name, through the cache."""
    from miner.encoder import VectorCache, cache_folder, encode_with, encoder_identity, prompt_for

    prompt = prompt_for(encoder.name, encoder.prompt)
    identity = encoder_identity(encoder.name, prompt=prompt, device=encoder.device)
    cache = VectorCache(cache_folder() / "vectors.sqlite", identity)
    return encode_with(replace(encoder, prompt=prompt), words, cache=cache, show_progress=sys.stderr.isatty())
