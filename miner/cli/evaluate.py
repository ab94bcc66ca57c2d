"""``miner evaluate`` and ``miner train``: how good it is on words of one's own, and how to make it better."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from miner.cli import option_groups as options
from miner.options import EncoderOptions

if TYPE_CHECKING:
    from miner.evaluation.intervals import Estimate

input_file = click.Path(exists=True, dir_okay=False)
words_option = click.option("--words", required=True, type=input_file, help="Words that were offered, one a line.")
pairs_option = click.option(
    "--pairs", required=True, type=input_file, help="word_a, word_b, label under a header, tab-separated."
)
plot_option = click.option(
    "--plot", type=click.Path(dir_okay=False, writable=True), help="Also draw it: .png, .svg or .pdf."
)


@click.group()
def evaluate() -> None:
    """Judge groups or an encoder by labelled words.

    Labels that mean the same: synonym, abbreviation, loanword, drug, neologism; that do not: antonym, related.

    \b
    Example:
      miner evaluate groups groups.tsv --pairs pairs.tsv --words words.txt
      miner evaluate encoder synsets.tsv --words words.txt --encoder dragonkue/BGE-m3-ko
    """


@evaluate.command()
@click.argument("groups", type=input_file)
@pairs_option
@words_option
@plot_option
@options.seed_option
def groups(groups: str, pairs: str, words: str, plot: str | None, seed: int) -> None:
    """Judge GROUPS, a file that --groups-out wrote, by labelled pairs of words.

    \b
    Example:
      miner words words.txt --groups-out groups.tsv
      miner evaluate groups groups.tsv --pairs pairs.tsv --words words.txt --plot groups.png
    """
    from pathlib import Path

    from miner.evaluation.grouping import evaluate_groups, read_groups
    from miner.lexicon.stages import read_word_list
    from miner.scoring.labels import read_labels

    report = evaluate_groups(read_groups(groups), read_labels(pairs), read_word_list(Path(words)), seed=seed)
    click.echo(f"{report.n_groups:,} groups, {report.n_pairs:,} pairs, largest group {report.largest_group}")
    click.echo(f"{report.n_judged_pairs:,} pairs judged; adjusted Rand index {report.adjusted_rand_index:.3f}")
    for label, (found, total) in report.found.items():
        click.echo(f"{label:>20}  {found:,} of {total:,} in one group")
    _tell(report.numbers, plot, f"groups of {Path(groups).name}")


@evaluate.command()
@click.argument("synsets", type=input_file)
@words_option
@options.encoder_options
@plot_option
@options.seed_option
def encoder(synsets: str, words: str, encoder: EncoderOptions, plot: str | None, seed: int) -> None:
    """Judge an encoder by SYNSETS: whether the nearest of all words means the same.

    SYNSETS has a set of synonyms a line: id, part of speech, then the words, tab-separated.

    \b
    Example:
      miner evaluate encoder synsets.tsv --words nouns.txt
    """
    from pathlib import Path

    from miner.cli.stages import encoded_words
    from miner.evaluation.ranking import evaluate_ranking, read_synonym_sets
    from miner.lexicon.stages import read_word_list

    listed = read_word_list(Path(words))
    vectors = encoded_words(listed, encoder).vectors
    _tell(evaluate_ranking(listed, vectors, read_synonym_sets(synsets), seed=seed), plot, encoder.name)


@evaluate.command()
@pairs_option
@words_option
@options.encoder_options
@click.option("--folds", type=click.IntRange(min=2), default=2, help="Parts of the labels, judged one by one.")
@plot_option
@options.seed_option
def model(pairs: str, words: str, encoder: EncoderOptions, folds: int, plot: str | None, seed: int) -> None:
    """Judge what `miner train` would learn, on words that it has not seen: cross-validation.

    The labels are divided so that no word is in two parts; each part is judged by a model that learned from the
    others. Prints how far the probabilities can be believed, and the groups beside those of the fitted model.

    \b
    Example:
      miner evaluate model --pairs pairs.tsv --words words.txt --plot reliability.png
    """
    from pathlib import Path

    from miner.cli.stages import encoded_words, praise_axis
    from miner.evaluation.calibration import plot_reliability
    from miner.evaluation.pair_model import evaluate_model
    from miner.lexicon.stages import read_word_list
    from miner.scoring.labels import read_labels

    listed = list(dict.fromkeys(word for word in read_word_list(Path(words)) if word))
    encoded = encoded_words(listed, encoder)
    report = evaluate_model(
        listed,
        encoded.vectors,
        encoded.has_vector,
        read_labels(pairs),
        axis=praise_axis(encoder),
        n_folds=folds,
        seed=seed,
    )
    click.echo(f"{'probability':>20}  {'pairs':>9}  {'said':>6}  {'same':>6}")
    for found in report.calibration.bins:
        said = f"{found.mean_probability:6.3f}  {found.share_same:6.3f}"
        click.echo(f"{found.low:13.2f} - {found.high:.2f}  {found.n_pairs:9,}  {said}")
    brier = (
        f"{report.calibration.brier_score:.4f} ({report.calibration.base_brier_score:.4f} by their share alone)"
    )
    click.echo(f"Brier score {brier}; calibration error {report.calibration.expected_calibration_error:.4f}")
    click.echo(f"{'groups':>20}  {'fitted':>6}  {'unseen':>6}")
    for name, value in report.fitted.items():
        click.echo(f"{name:>20}  {value:6.3f}  {report.unseen[name]:6.3f}")
    if plot is not None:
        plot_reliability(report.calibration, plot, title=f"{folds} parts of {Path(pairs).name}, unseen words")
        click.echo(f"drawn in {plot}", err=True)


def _tell(numbers: "Mapping[str, Estimate]", plot: str | None, title: str) -> None:
    for name, number in numbers.items():
        click.echo(f"{name:>20}  {number}")
    if plot is not None:
        from miner.evaluation.plots import plot_estimates

        plot_estimates(numbers, plot, title=title)
        click.echo(f"drawn in {plot}", err=True)


@click.command()
@pairs_option
@words_option
@options.encoder_options
@options.seed_option
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, writable=True), help="Model to write."
)
@click.option(
    "--language",
    type=click.Path(dir_okay=False, writable=True),
    help="Also learn origin and spelling of words anew, into this file; miner/evidence/language.json is one.",
)
def train(pairs: str, words: str, encoder: EncoderOptions, seed: int, output: str, language: str | None) -> None:
    """Learn the weights of the evidence from labelled pairs of words, for an encoder.

    WORDS are what the pairs are looked for among: the words of the pairs, and others to tell them from.

    \b
    Example:
      miner train --pairs pairs.tsv --words words.txt --encoder intfloat/multilingual-e5-small -o e5.json
      miner run corpus.csv --encoder intfloat/multilingual-e5-small --model e5.json
    """
    from pathlib import Path

    from miner.cli.stages import encoded_words, praise_axis
    from miner.lexicon.stages import read_word_list
    from miner.scoring.labels import read_labels
    from miner.scoring.language_training import write_language
    from miner.scoring.training import train_on_words

    labels = read_labels(pairs)
    if language is not None:
        write_language(labels, language, seed=seed)
        click.echo(f"origin and spelling of words in {language}", err=True)
    listed = list(dict.fromkeys(word for word in read_word_list(Path(words)) if word))
    encoded = encoded_words(listed, encoder)
    told = {"encoder": encoder.name, "pairs": Path(pairs).name, "words": Path(words).name}
    axis = praise_axis(encoder)
    model = train_on_words(listed, encoded.vectors, encoded.has_vector, labels, told, axis=axis, seed=seed)
    model.save(output)
    click.echo(f"{output}: learned from {model.trained_with}", err=sys.stderr.isatty())
