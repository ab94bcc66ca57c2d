"""Reads SKOS, in the syntaxes of RDF that rdflib knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curator.importing.rdf_lines import lines_of_subjects
from curator.importing.rows import BrokenRow, Row, line_of, row_of

LANGUAGE = "ko"
SYNTAXES = {".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld", ".nt": "nt"}


def read_skos(file: Path) -> Iterator[Row | BrokenRow]:
    """Read concepts, in the order of their URIs: labels in Korean, of any region, or without a language.

    :raises ValueError: if the syntax cannot be told from the file's name, or the file cannot be parsed.
    """
    from urllib.error import URLError
    from xml.sax import SAXException

    from rdflib import RDF, SKOS, Graph
    from rdflib.exceptions import ParserError
    from rdflib.plugins.parsers.notation3 import BadSyntax

    syntax = SYNTAXES.get(file.suffix.lower())
    if syntax is None:
        raise ValueError(f"{file}: its name does not tell the syntax; expected it to end in {', '.join(SYNTAXES)}")
    try:
        if syntax == "xml":  # which names its encoding itself
            graph = Graph().parse(str(file), format=syntax)
        else:  # rdflib's JSON-LD takes no byte order mark
            text = file.read_text(encoding="utf-8-sig")
            graph = Graph().parse(data=text, format=syntax, publicID=file.absolute().as_uri())
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no RDF: line {line_of(error)} is not UTF-8; convert it first") from error
    except BadSyntax as error:
        where, why, *_ = str(error).splitlines()  # what follows "at ^ in:" is the file itself
        said = f"{where.removesuffix(' of <>:')}: {why.removesuffix(' at ^ in:')}"
        raise ValueError(f"{file} is no RDF in the syntax {syntax}: {said}") from error
    except (ParserError, SAXException, SyntaxError, ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no RDF in the syntax {syntax}: {error}") from error
    except URLError as error:
        raise ValueError(
            f"{file} names another file, which cannot be read: {error.reason}; put its @context into the file"
        ) from error
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
    language = getattr(label, "language", "")
    return language is None or language.lower().partition("-")[0] == LANGUAGE
