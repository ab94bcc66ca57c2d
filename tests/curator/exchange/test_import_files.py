"""Each format is read back, and what is broken in a file is named by its place."""

from pathlib import Path

import pytest
from exchange_helpers import exported, of, words_of_any_kind
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.export.skos import Skos
from curator.export.solr import Solr
from curator.export.synonyms_api import SynonymsSet
from curator.export.tables import Csv, Jsonl, Lists, Parquet
from curator.export.word_normalizer import WordNormalizerFile
from curator.export.wordnet import WordNet
from curator.importing import BrokenRow
from curator.importing import data_files as data
from curator.importing import search_files as search
from curator.importing import skos_files as skos

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

READERS = {
    "a.txt": (Solr(), search.read_solr),
    "mapping.txt": (Solr(is_mapping=True), search.read_solr),
    "file.txt": (Solr(), search.read_elasticsearch),
    "set.json": (SynonymsSet(), search.read_elasticsearch),
    "wn_s.pl": (WordNet(), search.read_wordnet),
    "a.ttl": (Skos("turtle"), skos.read_skos),
    "a.rdf": (Skos("xml"), skos.read_skos),
    "a.jsonld": (Skos("json-ld"), skos.read_skos),
    "a.csv": (Csv(), data.read_csv),
    "a.jsonl": (Jsonl(), data.read_jsonl),
    "a.parquet": (Parquet(), data.read_parquet),
    "a.json": (Lists(), data.read_json),
    "words.json": (WordNormalizerFile(), data.read_word_normalizer),
}


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)  # it writes files
@given(words=st.lists(words_of_any_kind, min_size=4, max_size=6, unique=True))
def test_what_was_exported_is_read_back_with_the_canonical_word_first(name: str, words: list[str]) -> None:
    import tempfile

    format, read = READERS[name]
    words = [word for word in words if not (format.problem(word) or Solr().problem(word))]
    groups = of(words[:2], words[2:]) if len(words) >= 4 else of(["가", "나"])
    with tempfile.TemporaryDirectory() as folder:
        exported(format, groups, Path(folder) / name)
        rows = list(read(Path(folder) / name))
    if isinstance(format, Skos):  # which keeps no order but for the preferred label
        assert [(row.words[0], set(row.words)) for row in rows] == [(g.words[0], set(g.words)) for g in groups]
    else:
        assert [row.words for row in rows] == [group.words for group in groups]


@pytest.mark.parametrize(
    ("name", "text", "broken"),
    [
        ("a.txt", "약,의약품\n약\na=>b=>c\n# no, rule\n\n,,\n",
         ["line 2: has 1 word (약)", "line 3: has more than one", "line 6: has 0"]),
        ("wn_s.pl", "s(100000001,1,'약',n,1,0).\ns(10,1,'a',n,1,0).\n",
         ["line 1: has 1 word (약)", "line 2: is no line of a synset"]),
        ("a.csv", "group,word,position\n1,약,x\n2,집,0\n2,주택,1\n3,방,0\n",
         ["line 2: has the group '1', the position 'x'", "line 5: has 1 word"]),
        ("a.csv", "group,word\n,약\n2,집\n2,주택\n3\n",
         ["line 2: has the group ''", "line 5: has the group '3', the position '0' and the word None"]),
        ("a.csv", 'note,group,word\n"two\nlines",1,약\n"two\r\nlines",2,"집\n"\n',
         ["line 2: has 1 word (약)", "line 4: has 1 word (집)"]),
        ("a.jsonl", '{"members": [{"word": "약"}]}\n{\n[1]\n{"members": [{"text": "약"}]}\n',
         ["line 1: has 1 word", "line 2: is no JSON: Expecting property name enclosed in double quotes (column 2)",
          "line 3: has another form (TypeError", "line 4: has another form (KeyError: 'word')"]),
        ("a.json", '{"a": ["약", "의약품"],\n "b": "약", "c": ["방", " "],\n"d":\n[1, 2]}',
         ["line 2, key 'b': holds no list", "line 2, key 'c': has a blank word",
          "line 3, key 'd': holds no list"]),
        ("a.json", '{"groups": [\n{"members": [{"word": "약"}, {"word": "의약품"}]},\n {"x": 1},\n 7\n],'
         ' "format": "dongui-groups"}',
         ["line 3, group 2: has another form (KeyError: 'members')", "line 4, group 3: has another form (TypeE"]),
        ("set.json", '{"count": 3, "synonyms_set": [{"id": "g",\n"synonyms": "약"},\n{"id": "h"},\n "약, 집"]}',
         ["line 1, rule g: has 1 word (약)", 'line 3, rule h: has no text "synonyms"',
          'line 4, rule 3: has no text "synonyms"']),
        ("set.json", '\ufeff\n {"synonyms_set": [{"id": "g", "synonyms": "약"}]}',
         ["line 2, rule g: has 1 word (약)"]),
        ("words.json", '{"format": "dongui-word-normalizer", "version": 1, "words": {\n"약": "의약품",\n'
         '"의약품": "물",\n"칼": 3,\n"집": "집"\n}}',
         ["line 3: has '의약품' replaced, which is a canonical word of others",
          "line 4: has no canonical word for '칼'",
          "line 5: has 1 word (집)"]),
        ("a.ttl", '@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n<u:1> a s:Concept ;'
         's:prefLabel "약"@ko, "독"@ko .',
         ["line 2, concept <u:1>: has 2 prefLabels (독, 약); expected one"]),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_by_its_place(name: str, text: str, broken: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = [str(row) for row in READERS[name][1](tmp_path / name) if isinstance(row, BrokenRow)]
    assert [place[: len(said)] for place, said in zip(found, broken, strict=True)] == broken


GROUP = '{"members": [{"word": "책"}, {"word": "서적"}]}\n'.encode()
BOOKS = ("책", "서적")


@pytest.mark.parametrize(
    ("name", "content", "broken"),
    [
        ("a.txt", "책, 서적\n".encode() + "차, 자동차\n".encode("cp949") + "# 끝\n".encode("cp949"),
         ["line 2: has '\\udcc2\\udcf7', which is no text in UTF-8; convert the file, or mend the word"]),
        ("a.txt", "a, b =>\n=> c\n책, 서적\n".encode(),
         ["line 1: has nothing on one side of =>", "line 2: has nothing on one side of =>"]),
        ("a.txt", ("책, 서적\n집, " + "방" * 667).encode(), ["line 2: has a word of 2,001 bytes, '방방"]),
        ("wn_s.pl", "s(100000001,1,'책',n,1,0).\ns(100000001,2,'서적',n,1,0).\n".encode()
         + "s(100000001,3,'글',n,1,0).\n".encode("cp949"), ["line 3: has '\\udcb1"]),
        ("a.csv", "group,word\n1,책\n1,서적\n".encode() + "1,글\n".encode("cp949"), ["line 4: has '\\udcb1"]),
        ("a.csv", "group,word,pos\n1,책,\n1,서적,\n\n2,가,나,Noun\n".encode(),
         ["line 5: has 4 cells, and the header 3; quote what has a comma"]),
        ("a.csv", 'group,word\n2,"집"x\n1,책\n1,서적\n3,"방\n3,실\n'.encode(),
         ["line 2: is no CSV: ',' expected after '\"'; mend its quotes", "line 5: is no CSV: unexpected end"]),
        ("a.csv", f"group,word\n1,책\n1,{'나' * 200_000}\n1,서적\n".encode(), ["line 3: is no CSV: field larger"]),
        ("a.jsonl", GROUP + b'{"members": [{"word": "\\ud800"}, {"word": "a"}]}\n', ["line 2: has '\\ud800'"]),
        ("a.jsonl", GROUP + b'{"members": [{"word": "a"}, {"word": "b", "pos": 5}]}\n',
         ["line 2: has the part of speech 5; expected a text"]),
        ("a.jsonl", GROUP + b'{"status": "\\ud800", "members": [{"word": "a"}, {"word": "b"}]}\n',
         ["line 2: has a text that UTF-8 cannot hold"]),
        ("a.jsonl", GROUP + b'{"members": [{"word": "a"}, {"word": "b", "pos": "\\u0000"}]}\n',
         ["line 2: has the part of speech '\\x00'; expected a text"]),
        ("a.csv", "group,word,pos\n1,책,\n1,서적,\n2,집,\n2,주택,".encode() + "명사\n".encode("cp949"),
         ["line 4: has the part of speech '\\udcb8"]),
        ("a.jsonl", GROUP + b"[" * 100_000 + b"\n", ["line 2: is nested too deeply"]),
        ("words.json", '{"format": "dongui-word-normalizer", "version": 1, "words": {\n"서적": "책",\n'
         '"\\ud800": "책"}}'.encode(), ["line 3: has '\\ud800'"]),
        ("set.json", '{"synonyms_set": [{"id": "g", "synonyms": "책, 서적"},\n{"id": "\\ud800"}]}'.encode(),
         ['line 2, rule \\ud800: has no text "synonyms"']),
        ("a.ttl", b'\xef\xbb\xbf@prefix s: <http://www.w3.org/2004/02/skos/core#> .\r\n'
         + '<u:1> a s:Concept ; s:prefLabel "책"@ko-KR, "book"@en ; s:altLabel "서적"@KO .\r\n'.encode(), []),
        ("a.jsonld", b'\xef\xbb\xbf{"@context": {"s": "http://www.w3.org/2004/02/skos/core#"}, '
         + '"@type": "s:Concept", "@id": "u:1", "s:prefLabel": "책",\r\n "s:altLabel": "서적"}'.encode(), []),
    ],
)  # fmt: skip
def test_what_is_no_text_or_no_row_is_named_by_its_line_and_the_rest_is_read(
    name: str, content: bytes, broken: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    rows = list(READERS[name][1](tmp_path / name))
    found = [str(row) for row in rows if isinstance(row, BrokenRow)]
    assert [row[: len(said)] for row, said in zip(found, broken, strict=True)] == broken
    assert [set(row.words) for row in rows if not isinstance(row, BrokenRow)] == [set(BOOKS)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b'group,"word\n', "line 1 is no CSV: unexpected end of data; mend its quotes"),
        ("a.csv", b"a,b\n1,2\n", "has no column group and no column word, but a, b; expected a word a row"),
        ("a.parquet", b"PAR?", "is no Parquet file"),
        ("a.json", b"[1]", "holds no JSON object"),
        ("a.json", b"{", "is no JSON"),
        ("a.json", b'{\n"a": ["\xb9", "b"]}', "is no JSON: line 2 is not UTF-8; convert it first"),
        ("a.json", b'{"a":' + b"[" * 100_000, "is nested too deeply"),
        ("set.json", b'{"rules": []}', "is no synonyms set"),
        ("set.json", b'{"synonyms_set": 1}', "is no synonyms set"),
        ("set.json", b"{", "is no JSON"),
        ("a.json", b'{"format": "dongui-groups"}', 'has no list "groups"'),
        ("words.json", b'{"a": "b"}', "is no word normalizer"),
        (
            "words.json",
            b'{"format": "dongui-word-normalizer", "version": 2, "words": {}}',
            "is no word normalizer",
        ),
        (
            "a.ttl",
            b"<a> <b> .",
            r"is no RDF in the syntax turtle: at line 1: Bad syntax \(objectList expected\)$",
        ),
        ("a.ttl", b"<a> <b>\n '\xb9'.", "is no RDF: line 2 is not UTF-8; convert it first"),
        ("a.jsonld", b"[" * 100_000, "is no RDF in the syntax json-ld"),
        (
            "a.jsonld",
            b'{"@context": "http://127.0.0.1:9/c", "@id": "a"}',
            "names another file, which cannot be read: .*; put its @context into the file",
        ),
        ("a.rdf", b"<a>", "is no RDF in the syntax xml"),
        ("a.jsonld", b"{", "is no RDF in the syntax json-ld"),
    ],
)
def test_a_file_of_another_format_is_refused_and_named(name: str, content: bytes, said: str, tmp_path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=said) as error:
        list(READERS[name][1](tmp_path / name))
    assert str(tmp_path / name) in str(error.value)
