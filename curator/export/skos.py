"""SKOS, the W3C's vocabulary for thesauri, as Turtle, RDF/XML or JSON-LD.

One scheme a file, which names every concept as a top concept; concepts stand flat beside each other, and no label
belongs to two. Written as a stream: a graph of a million groups does not fit into memory.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from curator.export.base import GroupStream, text_problem, write_lines
from curator.groups import SynonymGroup

Syntax = Literal["turtle", "xml", "json-ld"]
DEFAULT_BASE = "urn:dongui:"
LANGUAGE = "ko"

_PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TITLES = {"ko": "동의어", "en": "Synonyms"}
_NOT_IN_XML = re.compile("[\ufffe\uffff\U0001fffe\U0001ffff]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


@dataclass(frozen=True, slots=True)
class Label:
    """A text in a language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time, ``xsd:dateTime``."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Another resource, by its URI."""

    uri: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What is said of one resource.

    :ivar kind: its class, if this is where it is told.
    :ivar statements: property with its prefix, and value.
    """

    uri: str
    kind: str | None
    statements: tuple[tuple[str, Label | Instant | Reference | str], ...]


@dataclass(frozen=True, slots=True)
class Skos:
    """A concept a group, its canonical word the ``prefLabel``, the others ``altLabel`` or ``hiddenLabel``.

    Hidden, that is for search and not for display, is a word that differs from another one of the group in
    spaces, hyphens or capitals alone, or is told to be a misspelling.

    :ivar base: what the URIs begin with; a concept's is ``<base>group/<key>``.
    :ivar hidden_words: words that are misspellings.
    """

    syntax: Syntax = "turtle"
    base: str = DEFAULT_BASE
    hidden_words: Set[str] = frozenset()
    min_words: int = 2

    def __post_init__(self) -> None:
        if not _URI.fullmatch(self.base):
            raise ValueError(
                f"{self.base!r} begins no URI; expected e.g. https://thesaurus.example.org/ or urn:x:"
            )

    def problem(self, word: str) -> str | None:
        """Refuse the two characters of each plane that XML has not."""
        return "has a character that XML forbids" if _NOT_IN_XML.search(word) else None

    def notes(self, group: SynonymGroup) -> Iterator[str]:
        """Tell nothing."""
        return iter(())

    def write(self, stream: GroupStream, path: Path) -> None:
        """Write the scheme, and then each concept with the statement that it is a top concept."""
        write_lines(path, _SYNTAXES[self.syntax](self._resources(stream)))

    def _resources(self, stream: GroupStream) -> Iterator[Resource]:
        scheme = f"{self.base}scheme"
        about: list[tuple[str, Label | Instant | Reference | str]] = [
            ("dct:title", Label(text, language)) for language, text in _TITLES.items()
        ]
        about.append(("dct:identifier", stream.digest))
        if stream.created_at is not None:
            about.append(("dct:created", Instant(stream.created_at)))
        yield Resource(scheme, "skos:ConceptScheme", tuple(about))
        for group in stream.groups:
            concept = self._concept(group, scheme, stream)
            yield concept
            yield Resource(scheme, None, (("skos:hasTopConcept", Reference(concept.uri)),))

    def _concept(self, group: SynonymGroup, scheme: str, stream: GroupStream) -> Resource:
        canonical, *others = group.words
        statements: list[tuple[str, Label | Instant | Reference | str]] = [
            ("skos:prefLabel", Label(canonical, LANGUAGE))
        ]
        seen = {_skeleton(canonical)}
        for word in others:
            is_hidden = word in self.hidden_words or _skeleton(word) in seen
            statements.append(("skos:hiddenLabel" if is_hidden else "skos:altLabel", Label(word, LANGUAGE)))
            seen.add(_skeleton(word))
        statements += [("skos:inScheme", Reference(scheme)), ("skos:topConceptOf", Reference(scheme))]
        statements += _decision(group, stream)
        return Resource(f"{self.base}group/{quote(group.key, safe='')}", "skos:Concept", tuple(statements))


def _decision(group: SynonymGroup, stream: GroupStream) -> Iterator[tuple[str, Label | Instant]]:
    """Yield when the concept came to be as it stands, by whom, and in which release, as far as that is known."""
    said = []
    if group.decided_by is not None:
        if text_problem(group.decided_by):
            raise ValueError(f"the group {group.key} was decided by {group.decided_by!r}, which is no name")
        said.append(f"accepted by {group.decided_by}")
    if group.decided_at is not None:
        moment = _instant(group)
        # A group is frozen as one person accepted it: that made the concept, and changed it last.
        yield "dct:created", moment
        yield "dct:modified", moment
        said.append(f"on {group.decided_at}" if said else f"accepted on {group.decided_at}")
    if stream.number is not None:
        made = f" of {stream.created_at}" if stream.created_at is not None else ""
        said.append(f"in release {stream.number}{made}")
    if said:
        yield "skos:changeNote", Label(" ".join(said), "en")


def _instant(group: SynonymGroup) -> Instant:
    try:
        return Instant(datetime.fromisoformat(str(group.decided_at)).isoformat())
    except ValueError as error:
        raise ValueError(
            f"the group {group.key} was decided at {group.decided_at!r}; expected a time such as "
            "2026-01-02T03:04:05+00:00"
        ) from error


def _skeleton(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Pd")


def _turtle(resources: Iterator[Resource]) -> Iterator[str]:
    yield from (f"@prefix {prefix}: <{uri}> ." for prefix, uri in _PREFIXES.items() if prefix != "rdf")
    for resource in resources:
        said = [f"a {resource.kind}"] if resource.kind else []
        said += [f"{name} {_turtle_value(value)}" for name, value in resource.statements]
        yield ""
        yield f"<{resource.uri}> " + " ;\n    ".join(said) + " ."


def _turtle_value(value: Label | Instant | Reference | str) -> str:
    # Turtle's string escapes are those of JSON, for all that may stand in a word.
    if isinstance(value, Reference):
        return f"<{value.uri}>"
    if isinstance(value, Label):
        return f"{json.dumps(value.text, ensure_ascii=False)}@{value.language}"
    if isinstance(value, Instant):
        return f'"{value.text}"^^xsd:dateTime'
    return json.dumps(value, ensure_ascii=False)


def _xml(resources: Iterator[Resource]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<rdf:RDF " + " ".join(f'xmlns:{name}="{uri}"' for name, uri in _PREFIXES.items() if name != "xsd") + ">"
    for resource in resources:
        element = resource.kind or "rdf:Description"
        yield f"<{element} rdf:about={quoteattr(resource.uri)}>"
        yield from (f"  {_xml_value(name, value)}" for name, value in resource.statements)
        yield f"</{element}>"
    yield "</rdf:RDF>"


def _xml_value(name: str, value: Label | Instant | Reference | str) -> str:
    if isinstance(value, Reference):
        return f"<{name} rdf:resource={quoteattr(value.uri)}/>"
    if isinstance(value, Label):
        return f'<{name} xml:lang="{value.language}">{escape(value.text)}</{name}>'
    if isinstance(value, Instant):
        return f'<{name} rdf:datatype="{_PREFIXES["xsd"]}dateTime">{escape(value.text)}</{name}>'
    return f"<{name}>{escape(value)}</{name}>"


def _json_ld(resources: Iterator[Resource]) -> Iterator[str]:
    context = json.dumps({name: uri for name, uri in _PREFIXES.items() if name != "rdf"})
    yield f'{{"@context": {context},'
    yield '"@graph": ['
    before = None
    for resource in resources:
        if before is not None:
            yield before + ","
        values: dict[str, list[dict[str, str]]] = {}
        for name, value in resource.statements:
            values.setdefault(name, []).append(_json_ld_value(value))
        head = {"@id": resource.uri} | ({"@type": resource.kind} if resource.kind else {})
        before = json.dumps({**head, **values}, ensure_ascii=False)
    if before is not None:
        yield before
    yield "]}"


def _json_ld_value(value: Label | Instant | Reference | str) -> dict[str, str]:
    if isinstance(value, Reference):
        return {"@id": value.uri}
    if isinstance(value, Label):
        return {"@value": value.text, "@language": value.language}
    if isinstance(value, Instant):
        return {"@value": value.text, "@type": "xsd:dateTime"}
    return {"@value": value}


_SYNTAXES: dict[Syntax, Callable[[Iterator[Resource]], Iterator[str]]] = {
    "turtle": _turtle,
    "xml": _xml,
    "json-ld": _json_ld,
}
