"""Words without groups: a user dictionary of every word out of vocabulary, and one that is imported."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from lucene_reader import ask_lucene, jars
from sqlalchemy import Engine, select, update

from curator.cli import main
from curator.export import export, stream_of_words
from curator.export.nori import Nori
from curator.store.models import (
    Group,
    GroupOrigin,
    GroupStatus,
    ImportedWord,
    Member,
    Run,
    Word,
    WordStatistics,
)
from curator.store.queries import signature_of
from curator.store.session import session_factory

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DICTIONARY = """\ufeff# my words
c++    # plus
세종시 세종 시
대일밴드

반창고\t
"""


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def store_run(engine: Engine, **is_oov: bool) -> int:
    """Store a run that counted these words once each, and whether they are out of its vocabulary."""
    with session_factory(engine).begin() as session:
        made = Run(fingerprint=str(is_oov), manifest={}, started_at=NOW, finished_at=NOW)
        known = {word.text: word for word in session.scalars(select(Word))}
        words = [known.get(text) or Word(text=text, pos="Noun") for text in is_oov]
        session.add_all([made, *words])
        session.flush()
        once = {"frequency": 1, "document_frequency": 1, "forms": [], "pieces": [], "has_unknown_piece": False}
        session.add_all(
            WordStatistics(run_id=made.id, word_id=word.id, is_oov=is_oov[word.text], **once) for word in words
        )
        return int(made.id)


def store_group(engine: Engine, status: GroupStatus, *words: str) -> None:
    with session_factory(engine).begin() as session:
        found = [session.scalars(select(Word).where(Word.text == text)).one() for text in words]
        counts = {"n_members": len(words), "confidence": 0.5, "n_occurrences": 1, "n_affected_pieces": 1}
        members = [Member(word_id=word.id, position=i) for i, word in enumerate(found)]
        origin = {"origin": GroupOrigin.MINED, "signature": signature_of(words)}
        session.add(Group(status=status, canonical_word_id=found[0].id, members=members, **origin, **counts))


def words_in(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_every_word_out_of_vocabulary_is_written_by_the_newest_run_that_counted_it(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    first = store_run(engine, 약=True, 반창고=True, 집=True, 물=False, 불=False, 칼=False)
    store_run(engine, 약=True, 대일밴드=True, 집=False)
    with session_factory(engine).begin() as session:
        session.add(Word(text="손", pos="Noun"))  # by hand
    store_group(engine, GroupStatus.ACCEPTED, "물", "약")
    store_group(engine, GroupStatus.REJECTED, "불", "칼")
    file = tmp_path / "userdict_ko.txt"
    said = run("export", "nori", "--database", database_url, "-o", file)
    assert said == f"{file}: 5 words of the lexicon\n"
    assert words_in(file) == ["대일밴드", "물", "반창고", "손", "약"]
    said = run("export", "nori", "--run", first, "--database", database_url, "-o", file)
    assert said == f"{file}: 3 words of run {first}\n"
    assert words_in(file) == ["반창고", "약", "집"]


def test_the_same_words_give_the_same_bytes_and_others_another_digest(engine: Engine, tmp_path: Path) -> None:
    store_run(engine, 약=True, 반창고=True)
    texts = []
    for name in ("first", "second", "third"):
        with engine.begin() as connection:
            export(stream_of_words(connection), tmp_path / name, Nori())
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
        if name == "second":
            store_run(engine, 물=True)
    assert texts[0] == texts[1]
    assert texts[0].splitlines()[1:] == ["반창고", "약"]
    assert texts[2].splitlines()[0] != texts[0].splitlines()[0]


def test_words_that_nori_cannot_hold_and_those_of_a_vocabulary_are_left_out_and_named(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    store_run(engine, **{"약": True, "c#": True, "반창고": True})
    vocabulary, file = tmp_path / "vocab.txt", tmp_path / "userdict_ko.txt"
    vocabulary.write_text("[UNK]\n약\n", encoding="utf-8")
    said = run("export", "nori", "--vocabulary", vocabulary, "--database", database_url, "-o", file)
    assert said.splitlines() == [
        f"{file}: 1 words of the lexicon",
        "left out: 2 words",
        "  'c#' has a #, at which nori stops reading the line",
        "  '약' is in the vocabulary",
    ]
    assert words_in(file) == ["반창고"]


def test_words_that_change_while_they_are_written_make_no_file(engine: Engine, tmp_path: Path) -> None:
    store_run(engine, 약=True, 반창고=True)
    with engine.begin() as connection:
        stream = stream_of_words(connection)
        connection.execute(update(Word).where(Word.text == "약").values(text="독"))
        with pytest.raises(ValueError, match="the lexicon changed while it was written; try again"):
            export(stream, tmp_path / "out", Nori())
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_said(engine: Engine, database_url: str, tmp_path: Path) -> None:
    common = ("--database", database_url, "-o", tmp_path / "out")
    assert "the database has no words yet; mine" in run("export", "nori", *common, code=1)
    number = store_run(engine, 약=False)
    assert f"there is no run 99; there are: {number}" in run("export", "nori", "--run", 99, *common, code=1)
    assert "the lexicon has no word that this format can hold" in run("export", "nori", *common, code=1)
    said = run("export", "nori", "--run", number, "--release", 1, *common, code=2)
    assert "--run takes the place of --release and --groups" in said


def test_a_dictionary_joins_the_lexicon_with_its_parts_and_is_given_back(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    store_run(engine, 반창고=False)
    file, out, again = tmp_path / "userdict_ko.txt", tmp_path / "out.txt", tmp_path / "again.txt"
    file.write_text(DICTIONARY, encoding="utf-8")
    said = run("import", "nori", file, "--database", database_url)
    assert said == (
        f"{file}: 3 words imported; 1 were here already, 0 stand twice in the file, 0 had other parts, which "
        "those of the file replace, 0 rows are broken\n"
    )
    with engine.begin() as connection:
        query = select(Word.text, Word.pos, ImportedWord.parts, ImportedWord.place, ImportedWord.file)
        found = connection.execute(query.join(ImportedWord).order_by(ImportedWord.place)).all()
        assert connection.scalar(select(Group.id)) is None
    assert [tuple(row) for row in found] == [
        ("c++", "Noun", None, "line 2", str(file)),
        ("세종시", "Compound", ["세종", "시"], "line 3", str(file)),
        ("대일밴드", "Noun", None, "line 4", str(file)),
        ("반창고", "Noun", None, "line 6", str(file)),
    ]
    said = run("export", "nori", "--database", database_url, "-o", out).splitlines()
    assert said == [
        f"{out}: 4 words of the lexicon",
        "note, for 1 words: has parts, which nori gives out as well: a synonym filter takes no such word",
    ]
    assert words_in(out) == ["c++", "대일밴드", "반창고", "세종시 세종 시"]
    assert ": 0 words imported; 4 were here already, " in run("import", "nori", out, "--database", database_url)
    run("export", "nori", "--database", database_url, "-o", again)
    assert again.read_bytes() == out.read_bytes()


def test_other_parts_of_a_later_import_hold_and_the_first_of_two_rows_does(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    file, out = tmp_path / "userdict_ko.txt", tmp_path / "out.txt"
    file.write_text("세종시\n서울시 서울 시\n세종시 세종 시\n", encoding="utf-8")
    assert " 1 stand twice in the file, " in run("import", "nori", file, "--database", database_url)
    run("export", "nori", "--database", database_url, "-o", out)
    assert words_in(out) == ["서울시 서울 시", "세종시"]
    file.write_text("세종시 세종 시\n", encoding="utf-8")
    assert " 1 had other parts, " in run("import", "nori", file, "--database", database_url)
    run("export", "nori", "--database", database_url, "-o", out)
    assert words_in(out) == ["서울시 서울 시", "세종시 세종 시"]


def test_a_broken_row_of_a_dictionary_is_named_and_strict_imports_nothing(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "userdict_ko.txt"
    file.write_text("대일밴드\n세종시 세종 도\n", encoding="utf-8")
    reason = "line 2: has the parts 세종 도, which do not make up 세종시"
    said = run("import", "nori", file, "--strict", "--database", database_url, code=1)
    assert said == f"Error: {file}, {reason}; nothing was imported\n"
    with engine.begin() as connection:
        assert connection.scalar(select(Word.id)) is None
    said = run("import", "nori", file, "--database", database_url)
    assert said.splitlines()[1:] == [f"broken, {file}, {reason}"]
    file.write_text("# nothing\n", encoding="utf-8")
    said = run("import", "nori", file, "--database", database_url, code=1)
    assert said == f"Error: {file} has no word in the format nori\n"


@pytest.mark.skipif(not jars(), reason="Debian's package liblucene8-java is not installed")
def test_nori_itself_reads_the_dictionary_of_the_lexicon(engine: Engine, database_url: str, tmp_path) -> None:
    store_run(engine, 대일밴드=True, 플루옥세틴=True)
    file, out = tmp_path / "userdict_ko.txt", tmp_path / "out.txt"
    file.write_text("세종시 세종 시\n", encoding="utf-8")
    run("import", "nori", file, "--database", database_url)
    run("export", "nori", "--database", database_url, "-o", out)
    terms = ["대일밴드를", "플루옥세틴은", "세종시에"]
    found = ask_lucene(format="nori", user_dictionary=str(out), terms=terms)
    assert found == {
        "대일밴드를": ["대일밴드"],
        "플루옥세틴은": ["플루옥세틴"],
        "세종시에": ["세종시", "세종", "시"],
    }


def test_the_groups_of_a_normalizer_come_back_as_they_were(engine: Engine, database_url: str, tmp_path) -> None:
    groups, file, out = tmp_path / "groups.json", tmp_path / "words.json", tmp_path / "again.json"
    content = {"반창고": ["반창고", "대일밴드"], "의약품": ["의약품", "약", "치료제"]}
    groups.write_text(json.dumps(content), encoding="utf-8")
    run("export", "word-normalizer", "--groups", groups, "-o", file)
    run("import", "word-normalizer", file, "--database", database_url)
    with session_factory(engine).begin() as session:
        found = {
            group.canonical_word.text: [member.word.text for member in group.members]
            for group in session.scalars(select(Group).order_by(Group.id))
        }
    assert found == content
    groups.write_text(json.dumps(found), encoding="utf-8")
    run("export", "word-normalizer", "--groups", groups, "-o", out)
    assert out.read_bytes() == file.read_bytes()
