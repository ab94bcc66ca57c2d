"""The line in which an RDF file begins to speak of each resource, which rdflib's graphs do not tell.

The file has been parsed by rdflib and is right; what is read here is where subjects with a URI stand. Not found
are those of JSON-LD whose URI comes out of a context in another file.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from curator.importing.json_entries import Entry, JsonFile

_XML_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML_BASE = "http://www.w3.org/XML/1998/namespace base"

# Turtle's terms, as far as they are to be told apart (https://www.w3.org/TR/turtle/#sec-grammar-grammar). A name
# has dots inside, but none at its end.
_TERMS = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r'|(?P<literal>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    r"|<(?P<uri>[^<>\s]*)>"
    r"|(?P<open>[\[(])|(?P<close>[\])])|(?P<stop>\.)|(?P<other>[;,])"
    r"|(?P<name>(?:[^\s<>\"'\[\]();,.#\\]|\\.|\#|\.(?=[^\s<>\"'\[\]();,.]|\.))+)",
    re.DOTALL,
)
_LENGTHS = {"prefix": 3, "base": 2}  # in terms
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")


def lines_of_subjects(file: Path, syntax: str) -> Mapping[str, int]:
    """Return the line of the first statement on each subject, by its URI; lines count from 1.

    :param syntax: ``turtle``, ``nt``, ``xml`` or ``json-ld``.
    """
    base = file.absolute().as_uri()
    if syntax == "xml":
        found: Iterator[tuple[str, int]] = _in_xml(file, base)
    elif syntax == "json-ld":
        found = _in_json_ld(file, base)
    else:
        found = _in_turtle(file.read_text(encoding="utf-8-sig"), base)
    lines: dict[str, int] = {}
    for uri, line in found:
        lines.setdefault(uri, line)
    return lines


def _in_turtle(text: str, base: str) -> Iterator[tuple[str, int]]:
    prefixes: dict[str, str] = {}
    for terms, line in _statements(text):
        first, is_uri = terms[0], terms[0].startswith("<")
        directive = first.lower().removeprefix("@")
        if directive == "prefix" and len(terms) == 3:
            prefixes[terms[1].removesuffix(":")] = urljoin(base, _unescaped(terms[2][1:-1]))
        elif directive == "base" and len(terms) == 2:
            base = urljoin(base, _unescaped(terms[1][1:-1]))
        elif is_uri:
            yield urljoin(base, _unescaped(first[1:-1])), line
        elif ":" in first:
            prefix, _, local = first.partition(":")
            yield prefixes.get(prefix, "") + _unescaped(local), line


def _statements(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield the first terms of each statement, up to three, and the line of the first one."""
    terms: list[str] = []
    line, end, first_line, depth = 1, 0, 1, 0
    for found in _TERMS.finditer(text):
        line += text.count("\n", end, found.start())
        end, kind = found.start(), found.lastgroup
        if kind in ("open", "close"):
            depth += 1 if kind == "open" else -1
        # SPARQL's PREFIX and BASE end without a dot.
        is_complete = bool(terms) and len(terms) == _LENGTHS.get(terms[0].lower())
        if terms and (is_complete or (kind == "stop" and depth == 0)):
            yield terms, first_line
            terms = []
        if kind not in ("comment", "stop") and len(terms) < 3:
            first_line = first_line if terms else line
            terms.append(found.group())
    if terms:
        yield terms, first_line


def _unescaped(term: str) -> str:
    return _ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), term)


def _in_xml(file: Path, base: str) -> Iterator[tuple[str, int]]:
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    bases, found = [base], []

    def start(_: str, attributes: dict[str, str]) -> None:
        bases.append(urljoin(bases[-1], attributes.get(_XML_BASE, "")))
        about, name = attributes.get(f"{_XML_RDF} about"), attributes.get(f"{_XML_RDF} ID")
        if about is not None or name is not None:
            uri = f"#{name}" if about is None else about
            found.append((urljoin(bases[-1], uri), parser.CurrentLineNumber))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: bases.pop()
    with file.open("rb") as content:
        parser.ParseFile(content)
    return iter(found)


def _in_json_ld(file: Path, base: str) -> Iterator[tuple[str, int]]:
    json_file = JsonFile(file)
    content = json_file.content
    context = content.get("@context") if isinstance(content, dict) else None
    names: Mapping[str, Any] = context if isinstance(context, dict) else {}
    base = urljoin(base, str(names.get("@base") or ""))
    id_keys = {"@id", *(name for name, meaning in names.items() if meaning == "@id")}
    for node, line in _nodes(json_file, Entry("", content, 1, json_file.start)):
        uri = next((value for key, value in node.items() if key in id_keys), None)
        if isinstance(uri, str) and len(node) > 1:  # else it is but named
            yield _expanded(uri, names, base), line


def _nodes(json_file: JsonFile, entry: Entry) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield every object of the file but its contexts with its line, the outer ones first."""
    if isinstance(entry.value, dict):
        yield entry.value, entry.line
    if isinstance(entry.value, dict | list):
        for inner in json_file.entries(entry):
            if inner.key != "@context":
                yield from _nodes(json_file, inner)


def _expanded(uri: str, prefixes: Mapping[str, Any], base: str) -> str:
    prefix, colon, local = uri.partition(":")
    if colon and isinstance(prefixes.get(prefix), str):
        return str(prefixes[prefix]) + local
    return urljoin(base, uri)
