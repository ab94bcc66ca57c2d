"""Reads SKOS, in the syntaxes of RDF that rdflib knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curator.importing.rdf_lines import lines_of_subjects
from curator.importing.rows import BrokenRow, Row, row_of

LANGUAGE = "ko"
SYNTAXES = {".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld", ".nt": "nt"}


def read_skos(file: Path) -> Iterator[Row | BrokenRow]:
    """Read concepts, in the order of their URIs: labels in Korean, or without a language.

    :raises ValueError: if the syntax cannot be told from the file's name, or the file cannot be parsed.
    """
    from xml.sax import SAXException

    from rdflib import RDF, SKOS, Graph
    from rdflib.exceptions import ParserError
    from rdflib.plugins.parsers.notation3 import BadSyntax

    syntax = SYNTAXES.get(file.suffix.lower())
    if syntax is None:
        raise ValueError(f"{file}: its name does not tell the syntax; expected it to end in {', '.join(SYNTAXES)}")
    try:
        graph = Graph().parse(str(file), format=syntax)
    except (ParserError, BadSyntax, SAXException, SyntaxError, ValueError) as error:
        raise ValueError(f"{file} is no RDF in the syntax {syntax}: {error}") from error
    lines = lines_of_subjects(file, syntax)
    for concept in sorted(graph.subjects(RDF.type, SKOS.Concept), key=str):
        line = lines.get(str(concept))
        place = f"concept <{concept}>" if line is None else f"line {line}, concept <{concept}>"
        labels = {
            name: sorted(str(label) for label in graph.objects(concept, SKOS[name]) if _is_korean(label))
            for name in ("prefLabel", "altLabel", "hiddenLabel")
        }
        preferred = labels["prefLabel"]
        if len(preferred) != 1:
            found = ", ".join(preferred) or "none"
            yield BrokenRow(place, f"has {len(preferred)} prefLabels ({found}); expected one")
        else:
            yield row_of(place, [label for found in labels.values() for label in found])


def _is_korean(label: Any) -> bool:  # noqa: ANN401 - a node of rdflib, which may be no literal
    return getattr(label, "language", "") in (None, LANGUAGE)
