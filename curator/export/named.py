"""The formats by name, each with the file that it makes, for who asks by name and not in Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from curator.export.base import Format
from curator.export.nori import Nori
from curator.export.skos import Skos
from curator.export.solr import Solr
from curator.export.synonyms_api import SynonymsSet
from curator.export.tables import Csv, Jsonl, Lists, Parquet
from curator.export.word_normalizer import WordNormalizerFile
from curator.export.wordnet import WordNet


@dataclass(frozen=True, slots=True)
class NamedFormat:
    """A format with its usual settings.

    :ivar make: returns the format.
    :ivar suffix: of a file's name, with its dot.
    """

    make: Callable[[], Format]
    suffix: str
    media_type: str


TEXT, JSON = "text/plain; charset=utf-8", "application/json"

NAMED_FORMATS: Mapping[str, NamedFormat] = {
    "solr": NamedFormat(Solr, ".txt", TEXT),
    "solr-mapping": NamedFormat(lambda: Solr(is_mapping=True), ".txt", TEXT),
    "elasticsearch": NamedFormat(Solr, ".txt", TEXT),
    "elasticsearch-mapping": NamedFormat(lambda: Solr(is_mapping=True), ".txt", TEXT),
    "elasticsearch-set": NamedFormat(SynonymsSet, ".json", JSON),
    "opensearch": NamedFormat(Solr, ".txt", TEXT),
    "opensearch-mapping": NamedFormat(lambda: Solr(is_mapping=True), ".txt", TEXT),
    "nori": NamedFormat(Nori, ".txt", TEXT),
    "skos": NamedFormat(Skos, ".ttl", "text/turtle; charset=utf-8"),
    "skos-xml": NamedFormat(lambda: Skos("xml"), ".rdf", "application/rdf+xml"),
    "skos-json-ld": NamedFormat(lambda: Skos("json-ld"), ".jsonld", "application/ld+json"),
    "wordnet": NamedFormat(WordNet, ".pl", TEXT),
    "csv": NamedFormat(Csv, ".csv", "text/csv; charset=utf-8"),
    "jsonl": NamedFormat(Jsonl, ".jsonl", "application/jsonl"),
    "parquet": NamedFormat(Parquet, ".parquet", "application/vnd.apache.parquet"),
    "json": NamedFormat(Lists, ".json", JSON),
    "word-normalizer": NamedFormat(WordNormalizerFile, ".json", JSON),
}
