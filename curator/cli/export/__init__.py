"""``curator export``: a release, or a file of groups, into the format of another program."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curator.cli.export.elasticsearch import elasticsearch
from curator.cli.export.target import Target, exports, exports_by
from curator.config import Settings

if TYPE_CHECKING:
    from curator.export.skos import Syntax


@click.group()
def export() -> None:
    """Write the groups of a release, or of a file, in the format of another program.

    \b
    Example:
      curator export solr --release 3 -o synonyms.txt
      curator export skos --groups groups.json --syntax xml -o thesaurus.rdf
    """


export.add_command(elasticsearch)


@export.command()
@exports
@click.option(
    "--mapping/--expanding", "is_mapping", help="Replace words by the canonical one (`=>`), or equate all."
)
def solr(target: Target, is_mapping: bool) -> None:
    """Write a synonyms file for Solr.

    \b
    Example:
      curator export solr --release 3 --mapping -o synonyms.txt
    """
    from curator.export.solr import Solr

    target.write(Solr(is_mapping))


@export.command()
@exports
@click.option(
    "--mapping/--expanding", "is_mapping", help="Replace words by the canonical one (`=>`), or equate all."
)
def opensearch(target: Target, is_mapping: bool) -> None:
    """Write a synonyms file for OpenSearch.

    OpenSearch has no API for synonyms. Put the file on every node, declare the filter as `updateable: true`, and
    call `POST /_plugins/_refresh_search_analyzers/INDEX` after each change. Where nori is the tokenizer, give it
    the words as well: `curator export nori`.

    \b
    Example:
      curator export opensearch --release 3 -o config/synonyms.txt
    """
    from curator.export.solr import Solr

    target.write(Solr(is_mapping))


@export.command()
@exports_by("Write the words of this release, and no others.  [default: the words of the lexicon]")
@click.option("--run", "run_id", type=int, help="Write the words out of vocabulary of this run, and no others.")
@click.option(
    "--vocabulary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A model's vocab.txt: its words are left out.  [default: every word is written]",
)
def nori(target: Target, run_id: int | None, vocabulary: Path | None) -> None:
    """Write a user dictionary for nori, so that it does not cut words before the synonyms are looked up.

    By default it has every word of the database that is out of vocabulary, imported, or in an accepted group; an
    imported word keeps its parts. --run, --release and --groups choose other words.

    \b
    Example:
      curator export nori -o userdict_ko.txt
      curator export nori --run 2 -o userdict_ko.txt
      curator export nori --release 3 --vocabulary kr-bert/vocab.txt -o userdict_ko.txt
    """
    from curator.export.nori import Nori

    if target.file is None and target.number is None:
        target.write_words(Nori(_lines(vocabulary), with_parts=True), run_id)
    elif run_id is not None:
        raise click.UsageError("--run takes the place of --release and --groups; give one of the three")
    else:
        target.write(Nori(_lines(vocabulary)))


@export.command()
@exports
@click.option("--syntax", type=click.Choice(["turtle", "xml", "json-ld"]), default="turtle", help="Of the RDF.")
@click.option("--base-uri", default="urn:dongui:", help="What the URIs of the concepts begin with.")
@click.option(
    "--hidden",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of misspellings, one a line: they become hidden labels.",
)
def skos(target: Target, syntax: "Syntax", base_uri: str, hidden: Path | None) -> None:
    """Write a SKOS thesaurus: a concept a group.

    \b
    Example:
      curator export skos --release 3 --syntax xml --base-uri https://terms.example.org/ -o terms.rdf
    """
    from curator.export.skos import Skos

    misspellings = frozenset(unicodedata.normalize("NFC", line.strip()) for line in _lines(hidden))
    target.write(Skos(syntax, base_uri, misspellings))


@export.command()
@exports
def wordnet(target: Target) -> None:
    """Write synsets in WordNet's prolog format (wn_s.pl).

    \b
    Example:
      curator export wordnet --release 3 -o wn_s.pl
    """
    from curator.export.wordnet import WordNet

    target.write(WordNet())


@export.command("csv")
@exports
def csv_(target: Target) -> None:
    """Write a table, a word a row.

    \b
    Example:
      curator export csv --release 3 -o groups.csv
    """
    from curator.export.tables import Csv

    target.write(Csv())


@export.command()
@exports
def jsonl(target: Target) -> None:
    """Write a JSON object a line, a group each.

    \b
    Example:
      curator export jsonl --release 3 -o groups.jsonl
    """
    from curator.export.tables import Jsonl

    target.write(Jsonl())


@export.command()
@exports
def parquet(target: Target) -> None:
    """Write a Parquet file, a group a record.

    \b
    Example:
      curator export parquet --release 3 -o groups.parquet
    """
    from curator.export.tables import Parquet

    target.write(Parquet())


@export.command("json")
@exports
def json_(target: Target) -> None:
    """Write a dictionary of lists: the canonical word, and all words.

    \b
    Example:
      curator export json --release 3 -o groups.json
    """
    from curator.export.tables import Lists

    target.write(Lists())


@export.command("word-normalizer")
@exports
def word_normalizer(target: Target) -> None:
    """Write a dictionary that replaces words by canonical ones in text, particles and all.

    In Python: `normalize = WordNormalizer.load(Path("words.json")); normalize("대일밴드를")` gives 반창고를. It is
    what an adjusted checkpoint has to be better than.

    \b
    Example:
      curator export word-normalizer --release 3 -o words.json
    """
    from curator.export.word_normalizer import WordNormalizerFile

    target.write(WordNormalizerFile())


@export.command()
@click.option("--database", metavar="URL|FILE", help="[default: $DONGUI_DATABASE_URL, else dongui.db]")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)
@click.pass_obj
def decisions(settings: Settings, database: str | None, output: Path) -> None:
    """Write what people decided on each group, released or not, for another project to import.

    A JSON object a line, with every decision and comment. What was imported from an earlier project, and not
    touched here, is given back as it was.

    \b
    Example:
      curator export decisions -o decisions.jsonl
    """
    from curator.decisions import decision_lines
    from curator.export.base import write_lines
    from curator.files import by_rename
    from curator.store.session import opened

    with opened(database or settings.database_url) as engine, engine.begin() as connection:
        with by_rename(output) as unfinished:
            write_lines(unfinished, decision_lines(connection))


def _lines(file: Path | None) -> frozenset[str]:
    try:
        return frozenset(file.read_text(encoding="utf-8-sig").splitlines() if file else ())
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 (byte {error.start}); convert it first") from error
