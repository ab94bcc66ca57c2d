"""``curator import`` of every format: what was exported comes back; a broken row is named, or stops all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from curator.cli import main
from curator.store import migrate
from curator.store.models import Group, GroupOrigin, GroupStatus
from curator.store.session import opened

GROUPS = {"반창고": ["반창고", "대일밴드"], "의약품": ["의약품", "약", "치료제"]}
EXPORTS = {
    "solr": ("a.txt", []),
    "elasticsearch": ("set.json", ["--api"]),
    "opensearch": ("a.txt", ["--mapping"]),
    "skos": ("a.rdf", ["--syntax", "xml"]),
    "wordnet": ("wn_s.pl", []),
    "csv": ("a.csv", []),
    "jsonl": ("a.jsonl", []),
    "parquet": ("a.parquet", []),
    "json": ("a.json", []),
    "word-normalizer": ("words.json", []),
}
# A file with one good group and a broken row, and how the row is named.
BROKEN = {
    "solr": ("a.txt", "약, 의약품\n약=>a=>b\n", "line 2: has more than one =>"),
    "elasticsearch": (
        "set.json",
        '{"synonyms_set": [{"id": "g-1", "synonyms": "약, 의약품"},\n{"id": "g-2", "synonyms": "약"}]}',
        "line 2, rule g-2: has 1 word (약)",
    ),
    "opensearch": ("a.txt", "# 약\n약\n약, 의약품\n", "line 2: has 1 word (약)"),
    "skos": (
        "a.ttl",
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<u:1> a s:Concept ; s:prefLabel "의약품"@ko ; s:altLabel "약"@ko .\n'
        '<u:2> a s:Concept ; s:altLabel "약"@ko .\n',
        "line 3, concept <u:2>: has 0 prefLabels (none)",
    ),
    "wordnet": (
        "wn_s.pl",
        "s(100000001,1,'약',n,1,0).\ns(100000001,2,'의약품',n,1,0).\ns(1,1,'집',n,1,0).\n",
        "line 3: is no line of a synset",
    ),
    "csv": ("a.csv", "group,word\n1,약\n1,의약품\n2,집\n", "line 4: has 1 word (집)"),
    "jsonl": (
        "a.jsonl",
        '{"members": [{"word": "약"}, {"word": "의약품"}]}\n{"x": 1}\n',
        "line 2: has another form",
    ),
    "json": (
        "a.json",
        '{"약": ["약", "의약품"],\n\n"집": "집"}',
        "line 3, key '집': holds no list of words",
    ),
    "word-normalizer": (
        "words.json",
        '{"format": "dongui-word-normalizer", "version": 1, "words": {"약": "의약품",\n"집": "집"}}',
        "line 2: has 1 word (집)",
    ),
    "decisions": (
        "d.jsonl",
        '{"status": "accepted", "members": [{"word": "약"}, {"word": "의약품"}]}\n\n[\n',
        "line 3: is no JSON",
    ),
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file with the tables and nothing in them."""
    file = tmp_path / "words.db"
    with opened(str(file), create=True) as engine:
        migrate.upgrade(engine)
    return file


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def n_stored(database: Path) -> int:
    """Number of groups, all of which are open proposals of an import."""
    with opened(str(database)) as engine, engine.connect() as connection:
        groups = connection.execute(select(Group.status, Group.origin)).all()
        assert set(groups) <= {(GroupStatus.PROPOSED, GroupOrigin.IMPORTED)}
        return len(groups)


@pytest.mark.parametrize("format", EXPORTS)
def test_what_was_exported_is_imported_once_as_proposals(format: str, database: Path, tmp_path: Path) -> None:
    groups, (name, options) = tmp_path / "groups.json", EXPORTS[format]
    groups.write_text(json.dumps(GROUPS), encoding="utf-8")
    run("export", format, "--groups", groups, "-o", tmp_path / name, *options)
    said = run("import", format, tmp_path / name, "--database", database)
    assert said.startswith(f"{tmp_path / name}: 2 groups imported, with 5 new words; 0 were here already")
    assert n_stored(database) == 2
    assert ": 0 groups imported, with 0 new words; 2 were here" in run(
        "import", format, tmp_path / name, "--database", database
    )


@pytest.mark.parametrize("format", BROKEN)
def test_a_broken_row_is_named_by_file_and_place_and_strict_imports_nothing(
    format: str, database: Path, tmp_path: Path
) -> None:
    name, text, place = BROKEN[format]
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    said = run("import", format, file, "--strict", "--database", database, code=1)
    assert said.startswith(f"Error: {file}, {place}")
    assert said.endswith("; nothing was imported\n")
    assert n_stored(database) == 0
    said = run("import", format, file, "--database", database).splitlines()
    assert ": 1 groups imported" in said[0]
    assert said[0].endswith(" 1 rows are broken")
    assert said[1].startswith(f"broken, {file}, {place}")
    assert n_stored(database) == 1


def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("약, 의약품\n", encoding="utf-8")
    said = run("import", "solr", file, "--database", tmp_path / "none.db", code=1)
    assert "there is no database" in said
    assert not (tmp_path / "none.db").exists()
