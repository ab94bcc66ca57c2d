"""Each subject of an RDF file has its line, whatever the syntax allows to write."""

import re
from pathlib import Path

import pytest
from exchange_helpers import exported, of
from rdflib import RDF, BNode, Graph

from curator.export.skos import Skos
from curator.importing.rdf_lines import lines_of_subjects

# rdflib's own, in its reader of JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

TURTLE = '''@prefix s: <http://www.w3.org/2004/02/skos/core#> .
PREFIX ex: <http://ex.org/a.>
@base <http://base.org/dir/> .
# <http://no/1> a s:Concept .
<http://ex.org/1> a s:Concept ; s:prefLabel """약 .
<no:2> a \\""" s:Concept""", "x.y", 'it\\'s <no:3> .' ; s:notation 1.5 .

ex:b.c a s:Concept ; s:broader [ a s:Concept ; s:altLabel "q" ] .
<rel>
  a s:Concept .[] a s:Concept .
ex:d\\~e a s:Concept . ex:f a s:Concept . <http://ex.org/\\u00e9> a s:Concept ; s:x ( ex:g ex:h ) .
[ a s:Concept ] s:broader ex:f .
ex: a s:Concept.
<#frag> a s:Concept . <http://ex.org/1> s:altLabel "again" .
BASE <http://other.org/>
<last> a s:Concept .
'''
TURTLE_LINES = {
    "http://ex.org/1": 5,
    "http://ex.org/a.b.c": 8,
    "http://base.org/dir/rel": 9,
    "http://ex.org/a.d~e": 11,
    "http://ex.org/a.f": 11,
    "http://ex.org/é": 11,
    "http://ex.org/a.": 13,
    "http://base.org/dir/#frag": 14,
    "http://other.org/last": 16,
}


def subjects(file: Path, syntax: str) -> set[str]:
    """The typed subjects that rdflib finds, without those that have no URI."""
    graph = Graph().parse(str(file), format=syntax)
    return {str(subject) for subject in graph.subjects(RDF.type) if not isinstance(subject, BNode)}


def test_turtle_in_all_its_forms(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    assert lines_of_subjects(file, "turtle") == TURTLE_LINES
    assert subjects(file, "turtle") == set(TURTLE_LINES)


def test_xml_with_bases_ids_and_nested_concepts(tmp_path: Path) -> None:
    file = tmp_path / "a.rdf"
    file.write_text(
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xml:base="http://base.org/x"\n'
        ' xmlns:s="http://www.w3.org/2004/02/skos/core#">\n'
        '<s:Concept\n r:about="one"><s:broader>\n<s:Concept r:about="urn:x:2"/></s:broader></s:Concept>\n'
        '<s:Concept r:ID="three" xml:base="http://other.org/y"/>\n</r:RDF>',
        encoding="utf-8",
    )
    lines = {"http://base.org/one": 3, "urn:x:2": 5, "http://other.org/y#three": 6}
    assert lines_of_subjects(file, "xml") == lines
    assert subjects(file, "xml") == set(lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            '{"@context": {"ex": "http://ex.org/", "t": "@type"},\n"@graph": [\n'
            '{"@id": "ex:1", "t": "ex:a"},\n {"t":\n"ex:a", "@id": "http://ex.org/2"},\n{"t": "ex:a"}]}',
            {"http://ex.org/1": 3, "http://ex.org/2": 4},
        ),
        ('[\n\n{"@id": "urn:1", "@type": "urn:a"}]', {"urn:1": 3}),
        ('{"@id": "urn:1",\n"@type": "urn:a"}', {"urn:1": 1}),
        (
            '{"@context": {"id": "@id", "t": "@type", "in": {"@id": "urn:in", "@type": "@id"},\n'
            '"@base": "http://base.org/"},\n"id": "one", "t": "urn:a", "in": {"id": "three"},\n'
            '"in": [{"id": "two",\n"t": "urn:a"}, {"id": "three",\n"t": "urn:a"}, "urn:no"]}',
            {"http://base.org/one": 1, "http://base.org/two": 4, "http://base.org/three": 5},
        ),
    ],
)
def test_json_ld_with_a_graph_a_list_or_one_node(text: str, lines: dict[str, int], tmp_path: Path) -> None:
    file = tmp_path / "a.jsonld"
    file.write_text(text, encoding="utf-8")
    assert lines_of_subjects(file, "json-ld") == lines
    assert subjects(file, "json-ld") == set(lines)


@pytest.mark.parametrize("syntax", ["turtle", "xml", "json-ld"])
def test_every_concept_that_was_exported_has_the_line_in_which_it_stands(syntax, tmp_path: Path) -> None:
    file = tmp_path / "terms"
    exported(Skos(syntax), of(["약", "의약품"], ['"반창고', "밴드\\"], ["집 .", "<주택>"]), file)
    found = lines_of_subjects(file, syntax)
    text = file.read_text(encoding="utf-8").splitlines()
    concepts = [
        i for i, line in enumerate(text, 1) if re.match(r"\W*(@id\W*|skos:Concept rdf.*)?urn:\S*group", line)
    ]
    assert [found[f"urn:dongui:group/{key}"] for key in range(3)] == concepts
