"""SKOS, tables and lists, read back by rdflib, pyarrow, the csv module and our own reader of groups."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from exchange_helpers import exported, of, stream, words_of_any_kind
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from curator.export import export
from curator.export.skos import Skos
from curator.export.tables import Csv, Jsonl, Lists, Parquet
from curator.groups import GroupMember, SynonymGroup, digest_of, group_from_json, read_groups

# rdflib's own, in its reader of JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

SYNTAXES = ("turtle", "xml", "json-ld")
FORMATS = [*map(Skos, SYNTAXES), Csv(), Jsonl(), Parquet(), Lists()]
BASE = "https://terms.example.org/"


def graph_of(groups: list[SynonymGroup], syntax, **settings) -> Graph:
    _, text = exported(Skos(syntax, BASE, **settings), groups)
    return Graph().parse(data=text, format=syntax)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_rdflib_reads_labels_scheme_top_concepts_and_notes(syntax) -> None:
    words = ["공황장애", "패닉장애", "공황 장애", "Panic Disorder", "panic-disorder", "공항장애"]
    graph = graph_of(of(words, ["약", "의약품"], decided=True), syntax, hidden_words=frozenset({"공항장애"}))
    concept, scheme = URIRef(BASE + "group/0"), URIRef(BASE + "scheme")
    labels = {
        "prefLabel": ["공황장애"],
        "altLabel": ["패닉장애", "Panic Disorder"],
        "hiddenLabel": ["공황 장애", "panic-disorder", "공항장애"],
    }
    for name, texts in labels.items():
        assert set(graph.objects(concept, SKOS[name])) == {Literal(text, lang="ko") for text in texts}
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {concept, URIRef(BASE + "group/1")}
    assert set(graph.objects(scheme, SKOS.hasTopConcept)) == set(graph.subjects(SKOS.topConceptOf, scheme))
    assert set(graph.subjects(SKOS.inScheme, scheme)) == set(graph.subjects(RDF.type, SKOS.Concept))
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    time = "2026-01-02T03:04:05+00:00"
    for date in (DCTERMS.created, DCTERMS.modified):
        assert list(graph.objects(concept, date)) == [Literal(time, datatype=XSD.dateTime)]
    assert graph.value(concept, SKOS.changeNote) == Literal(f"accepted by kim on {time}", lang="en")


@settings(deadline=None)  # it writes files
@given(st.lists(words_of_any_kind, min_size=2, unique=True), words_of_any_kind)
def test_the_three_syntaxes_say_the_same_of_any_words(words: list[str], key: str) -> None:
    groups = [SynonymGroup(key, tuple(map(GroupMember, words)))]
    if any(Skos().problem(word) for word in words):
        return
    graphs = [graph_of(groups, syntax) for syntax in SYNTAXES]
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])
    (concept,) = graphs[0].subjects(RDF.type, SKOS.Concept)
    labels = [
        str(label)
        for name in ("prefLabel", "altLabel", "hiddenLabel")
        for label in graphs[0].objects(concept, SKOS[name])
    ]
    assert sorted(labels) == sorted(words)
    assert [str(label) for label in graphs[0].objects(concept, SKOS.prefLabel)] == [words[0]]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_scheme_and_notes_of_a_release_say_when_it_was_made_and_by_whom_each_group_was_accepted(
    syntax, tmp_path: Path
) -> None:
    accepted, made = "2026-01-02T03:04:05+00:00", "2026-01-09T00:00:00+00:00"
    groups = of(["약", "의약품"], decided=True) + [SynonymGroup("1", (GroupMember("집"), GroupMember("주택")))]
    export(replace(stream(groups), number=3, created_at=made), tmp_path / "terms", Skos(syntax, BASE))
    graph = Graph().parse(str(tmp_path / "terms"), format=syntax)
    assert graph.value(URIRef(BASE + "scheme"), DCTERMS.created) == Literal(made, datatype=XSD.dateTime)
    notes = [str(graph.value(URIRef(f"{BASE}group/{key}"), SKOS.changeNote)) for key in (0, 1)]
    assert notes == [f"accepted by kim on {accepted} in release 3 of {made}", f"in release 3 of {made}"]
    assert list(graph.subjects(DCTERMS.modified)) == [URIRef(BASE + "group/0")]


def test_rdf_xml_nests_no_concept_in_another() -> None:
    _, text = exported(Skos("xml"), of(["약", "의약품"], ["반창고", "밴드"]))
    depth = most = 0
    for line in text.splitlines():
        depth += line.startswith("<skos:Concept ") - line.startswith("</skos:Concept>")
        most = max(most, depth)
    assert most == 1


def test_a_base_that_is_no_uri_is_refused() -> None:
    with pytest.raises(ValueError, match="'terms of mine' begins no URI"):
        Skos(base="terms of mine")


def members_of_all_kinds() -> list[SynonymGroup]:
    members = (
        GroupMember("패닉 장애", "Compound", 0.1 + 0.2, ("패닉", "장애")),
        GroupMember("공황\",'장애", None, None),
    )
    return [SynonymGroup("가, 나", members, "kim", "2026-01-02"), *of(["약", "의약품"], weight=1e300)]


def test_csv_holds_all_that_is_known_of_a_word(tmp_path: Path) -> None:
    _, text = exported(Csv(), members_of_all_kinds())
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0] == {
        "group": "가, 나",
        "position": "0",
        "word": "패닉 장애",
        "pos": "Compound",
        "weight": "0.30000000000000004",
        "parts": '["패닉", "장애"]',
        "decided_by": "kim",
        "decided_at": "2026-01-02",
    }
    assert [(row["group"], row["position"], row["word"], row["weight"]) for row in rows[1:]] == [
        ("가, 나", "1", "공황\",'장애", ""),
        ("0", "0", "약", "1e+300"),
        ("0", "1", "의약품", "1e+300"),
    ]


def test_jsonl_and_parquet_read_back_to_the_same_groups(tmp_path: Path) -> None:
    groups = members_of_all_kinds()
    _, text = exported(Jsonl(), groups)
    assert [group_from_json("test", json.loads(line)) for line in text.splitlines()] == groups
    file = tmp_path / "groups.parquet"
    exported(Parquet(), groups, file)
    table = pq.read_table(file)
    rows = [
        {**row, "members": [{k: v for k, v in m.items() if v is not None} for m in row["members"]]}
        for row in table.to_pylist()
    ]
    assert [group_from_json("test", row) for row in rows] == groups
    assert table.schema.metadata[b"digest"].decode() == digest_of(groups)


def test_the_dictionary_of_lists_is_read_back_by_the_commands_that_take_groups(tmp_path: Path) -> None:
    file = tmp_path / "groups.json"
    groups = of(["약", "의약품"], ["반창고", "대일밴드", "밴드"])
    exported(Lists(), groups, file)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "약": ["약", "의약품"],
        "반창고": ["반창고", "대일밴드", "밴드"],
    }
    assert [group.words for group in read_groups(file).groups] == [group.words for group in groups]


@pytest.mark.parametrize(
    "format", FORMATS, ids=lambda format: f"{type(format).__name__}{getattr(format, 'syntax', '')}"
)
def test_the_same_groups_give_the_same_bytes(format, tmp_path: Path) -> None:
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    for file in (first, second):
        export(stream(members_of_all_kinds()), file, format)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "format", FORMATS, ids=lambda format: f"{type(format).__name__}{getattr(format, 'syntax', '')}"
)
@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("두\n줄", "has a line break"),
        ("\x00", "has a control character"),
        (" 약", "has white space at an end"),
        ("\u1100\u1161", "is not in Unicode's form NFC"),
        (" ", "is blank"),
    ],
)
def test_a_word_that_is_wrong_in_any_format_is_left_out_and_named(format, word, reason, tmp_path: Path) -> None:
    report, _ = exported(format, of([word, "반창고", "밴드"], ["약", word]), tmp_path / "file.parquet")
    assert (report.n_groups, report.n_words, report.n_left_out_words, report.n_left_out_groups) == (1, 2, 2, 1)
    assert report.left_out[0] == f"{word!r} of the group 0 {reason}"


def test_a_file_stays_as_it_was_when_nothing_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("before")
    with pytest.raises(
        ValueError, match="test has no group that this format can hold: 1 were left out; the first: '"
    ):
        exported(Csv(), of(["\n", "약"]), file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
