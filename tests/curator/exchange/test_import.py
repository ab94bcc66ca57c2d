"""Files come in as proposals; what people decided stays, and an earlier project's decisions go out unchanged."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from curator.cli import main
from curator.decisions import decision_lines
from curator.importing import BrokenRow, Row, import_groups
from curator.importing import data_files as data
from curator.store.models import (
    Action,
    Comment,
    Decision,
    Group,
    GroupOrigin,
    GroupStatus,
    ImportedGroup,
    Member,
    Role,
    Run,
    User,
    Word,
    WordStatistics,
)
from curator.store.queries import find_words, signature_of
from curator.store.session import session_factory, writing

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def store_group(engine: Engine, status: GroupStatus, *words: str, removed: str | None = None) -> int:
    """Store a mined group that kim decided on; she may have taken a word out."""
    with session_factory(engine).begin() as session:
        everyone = [*words, *([removed] if removed else [])]
        known = find_words(session.connection(), everyone)
        session.add_all(Word(text=word, pos="Noun") for word in everyone if word not in known)
        user = session.query(User).filter_by(name="kim").first() or User(name="kim", role=Role.REVIEWER)
        session.add(user)
        session.flush()
        keys = {word: key for word, (key, _) in find_words(session.connection(), everyone).items()}
        group = Group(
            status=status,
            origin=GroupOrigin.MINED,
            signature=signature_of(words),
            canonical_word_id=keys[words[0]],
            n_members=len(words),
            confidence=0.5,
            n_occurrences=1,
            n_affected_pieces=1,
            members=[
                Member(word_id=keys[word], position=i, is_removed=word == removed)
                for i, word in enumerate(everyone)
            ],
        )
        session.add(group)
        session.flush()
        if status is not GroupStatus.PROPOSED:
            acts = {"user_id": user.id, "decided_at": NOW, "before": {"n": 1}, "after": {}, "group_version": 1}
            action = Action.ACCEPT if status is GroupStatus.ACCEPTED else Action.REJECT
            session.add(Decision(operation=uuid4(), group_id=group.id, action=action, **acts))
            session.add(Comment(group_id=group.id, user_id=user.id, text="그렇다", created_at=NOW))
        return int(group.id)


def imported(engine: Engine, *rows: Row | BrokenRow, strict: bool = False):
    with writing(engine).begin() as connection:
        return import_groups(connection, rows, file="old.jsonl", format="jsonl", strict=strict)


def row(*words: str, place: str = "line 1", **more) -> Row:
    return Row(place, words, {}, **more)


def test_an_imported_group_is_a_proposal_of_its_own_origin_with_its_place(engine: Engine) -> None:
    with session_factory(engine).begin() as session:
        word = Word(text="약", pos="Noun")
        run = Run(fingerprint="f", manifest={}, started_at=NOW, finished_at=NOW)
        session.add_all([word, run])
        session.flush()
        counts = {"frequency": 5, "document_frequency": 4, "forms": [], "is_oov": True, "has_unknown_piece": False}
        session.add(WordStatistics(run_id=run.id, word_id=word.id, pieces=["ㅇ", "##ㅑ", "##ㄱ"], **counts))
    report = imported(
        engine, Row("line 3", ("의약품", "약"), {"의약품": "Compound"}, verdict=data.Verdict.ACCEPTED)
    )
    assert (report.n_new, report.n_new_words) == (1, 1)
    with session_factory(engine).begin() as session:
        group = session.query(Group).one()
        origin = session.query(ImportedGroup).one()
        assert (group.status, group.origin, group.confidence) == (GroupStatus.PROPOSED, GroupOrigin.IMPORTED, 1.0)
        assert (group.n_occurrences, group.n_affected_pieces, group.n_members) == (5, 15, 2)
        assert [(member.word.text, member.word.pos) for member in group.members] == [
            ("의약품", "Compound"),
            ("약", "Noun"),
        ]
        assert group.canonical_word.text == "의약품"
        assert (origin.file, origin.format, origin.place) == ("old.jsonl", "jsonl", "line 3")
        assert session.query(Decision).count() == 0


def test_what_contradicts_a_decision_made_here_is_listed_and_nothing_is_overwritten(engine: Engine) -> None:
    accepted = store_group(engine, GroupStatus.ACCEPTED, "반창고", "대일밴드", removed="침대")
    rejected = store_group(engine, GroupStatus.REJECTED, "약", "음식")
    report = imported(
        engine,
        row("약", "음식", "의약품", place="line 1"),
        row("침대", "반창고", place="line 2"),
        row("대일밴드", "반창고", place="line 3", verdict=data.Verdict.REJECTED),
        row("대일밴드", "반창고", place="line 4"),
        row("음식", "약", place="line 5", verdict=data.Verdict.REJECTED),
        row("반창고", "밴드", place="line 6"),
    )
    assert [str(conflict) for conflict in report.conflicts] == [
        "line 1 (약, 음식, 의약품): people here keep 약 and 음식 apart",
        "line 2 (침대, 반창고): people here keep 침대 and 반창고 apart",
        "line 3 (대일밴드, 반창고): was rejected there, and people here put these words together",
    ]
    assert (report.n_new, report.n_known, report.n_repeated) == (1, 2, 0)
    with engine.begin() as connection:
        found = connection.execute(select(Group.id, Group.status).order_by(Group.id)).all()
    assert found[:2] == [(accepted, GroupStatus.ACCEPTED), (rejected, GroupStatus.REJECTED)]
    assert [status for _, status in found[2:]] == [GroupStatus.PROPOSED]


def test_a_broken_row_does_not_keep_the_others_out_unless_asked(engine: Engine) -> None:
    broken = BrokenRow("line 2", "is no JSON")
    with pytest.raises(ValueError, match=r"old.jsonl, line 2: is no JSON; nothing was imported"):
        imported(engine, row("약", "의약품"), broken, strict=True)
    with engine.begin() as connection:
        assert connection.scalar(select(Group.id)) is None
        assert connection.scalar(select(Word.id)) is None
    assert imported(engine, row("약", "의약품"), broken).n_new == 1


def test_an_import_that_fails_in_the_middle_leaves_nothing(engine: Engine) -> None:
    def rows():
        yield row("약", "의약품")
        raise ValueError("the disk is gone")

    with pytest.raises(ValueError, match="the disk is gone"), writing(engine).begin() as connection:
        import_groups(connection, rows(), file="a", format="solr")
    with engine.begin() as connection:
        assert connection.scalar(select(Group.id)) is None


def test_a_file_without_a_group_is_an_error(engine: Engine) -> None:
    with pytest.raises(ValueError, match="old.jsonl has no group in the format jsonl; the first row: line 1: x"):
        imported(engine, BrokenRow("line 1", "x"))
    with pytest.raises(ValueError, match="old.jsonl has no group in the format jsonl$"):
        imported(engine)


def lines_of(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        return list(decision_lines(connection))


def read(lines: list[str], tmp_path: Path) -> list[Row | BrokenRow]:
    file = tmp_path / "decisions.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(data.read_jsonl(file))


def test_decisions_tell_who_decided_what_when_and_which_words_were_taken_out(engine: Engine) -> None:
    key = store_group(engine, GroupStatus.ACCEPTED, "반창고", "대일밴드", removed="침대")
    store_group(engine, GroupStatus.PROPOSED, "약", "의약품")
    (line,) = lines_of(engine)
    at = "2026-01-02T03:04:05.000678+00:00"
    assert json.loads(line) == {
        "id": key,
        "status": "accepted",
        "origin": "mined",
        "members": [{"word": "반창고", "pos": "Noun"}, {"word": "대일밴드", "pos": "Noun"}],
        "removed": [{"word": "침대", "pos": "Noun"}],
        "decisions": [
            {"action": "accept", "by": "kim", "at": at, "before": {"n": 1}, "after": {}, "undone": False}
        ],
        "comments": [{"text": "그렇다", "by": "kim", "at": at}],
    }


def test_an_earlier_projects_decisions_go_out_as_they_came_in(engine: Engine, tmp_path: Path) -> None:
    earlier = [
        '{"id": 9, "status": "accepted", "members": [{"word": "반창고"}, {"word": "밴드"}], "x": [1.50, null]}',
        '{"id": 8, "status": "rejected", "members": [{"word": "약"}, {"word": "음식"}], "by": "lee"}',
        '{"id": 7, "status": "accepted", "members": [{"word": "집"}, {"word": "주택"}]}',
    ]
    store_group(engine, GroupStatus.PROPOSED, "주택", "집")  # mined here, and open
    report = imported(engine, *read(earlier, tmp_path))
    assert (report.n_new, report.n_known) == (2, 1)
    assert sorted(map(json.loads, lines_of(engine)), key=lambda item: -item["id"]) == list(
        map(json.loads, earlier)
    )
    assert set(lines_of(engine)) == {json.dumps(json.loads(line), ensure_ascii=False) for line in earlier}
    again = imported(engine, *read(earlier, tmp_path))
    assert (again.n_new, again.n_known) == (0, 3)
    assert len(lines_of(engine)) == 3


def test_decisions_on_the_same_words_are_all_given_back_of_one_file_as_of_two(engine: Engine, tmp_path) -> None:
    same = ['{"id": 1, "status": "accepted", "members": [{"word": "집"}, {"word": "주택"}], "removed": []}']
    same += ['{"id": 2, "status": "rejected", "members": [{"word": "주택"}, {"word": "집"}]}']
    third = '{"id": 1, "status": "deferred", "members": [{"word": "집"}, {"word": "주택"}]}'
    imported(engine, row("집", "주택"))  # of a file of synonyms, before
    report = imported(engine, *read([*same, same[0]], tmp_path))
    assert (report.n_new, report.n_known, report.n_repeated) == (0, 1, 2)
    assert lines_of(engine) == same
    imported(engine, *read([third, same[1]], tmp_path))
    assert lines_of(engine) == [*same, third]
    with session_factory(engine).begin() as session:
        session.query(Group).one().status = GroupStatus.DEFERRED
        assert session.query(ImportedGroup).one().format == "jsonl"
    (line,) = map(json.loads, lines_of(engine))
    assert line["earlier"] == [json.loads(each) for each in [*same, third]]


def test_of_two_decisions_on_the_same_words_the_one_that_contradicts_is_listed(engine: Engine, tmp_path) -> None:
    store_group(engine, GroupStatus.ACCEPTED, "집", "주택")
    members = [{"word": "집"}, {"word": "주택"}]
    rows = [json.dumps({"status": said, "members": members}) for said in ("accepted", "rejected")]
    report = imported(engine, *read(rows, tmp_path))
    assert (report.n_known, [conflict.place for conflict in report.conflicts]) == (1, ["line 2"])
    (line,) = map(json.loads, lines_of(engine))
    assert line["earlier"] == json.loads(rows[0])


def test_a_decision_made_here_goes_before_the_earlier_one_which_is_kept(engine: Engine, tmp_path: Path) -> None:
    earlier = '{"id": 9, "status": "accepted", "members": [{"word": "반창고"}, {"word": "밴드"}]}'
    imported(engine, *read([earlier], tmp_path))
    with session_factory(engine).begin() as session:
        session.query(Group).one().status = GroupStatus.REJECTED
    (line,) = map(json.loads, lines_of(engine))
    assert (line["status"], line["origin"], line["earlier"]) == ("rejected", "imported", json.loads(earlier))


def test_the_command_imports_lists_and_names(engine: Engine, database_url: str, tmp_path: Path) -> None:
    def run(*arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*map(str, arguments), "--database", database_url])
        assert result.exit_code == code, result.output
        return result.output

    store_group(engine, GroupStatus.REJECTED, "약", "음식")
    file, out = tmp_path / "synonyms.txt", tmp_path / "decisions.jsonl"
    file.write_text("약, 음식\n약\n반창고, 밴드\n", encoding="utf-8")
    assert "line 2: has 1 word (약)" in run("import", "solr", file, "--strict", code=1)
    said = run("import", "solr", file).splitlines()
    assert said == [
        f"{file}: 1 groups imported, with 2 new words; 0 were here already, 0 stand twice in the file, "
        "1 contradict decisions made here, 1 rows are broken",
        f"conflict, {file}, line 1 (약, 음식): people here keep 약 and 음식 apart",
        f"broken, {file}, line 2: has 1 word (약); expected two or more",
    ]
    run("export", "decisions", "-o", out)
    assert [json.loads(line)["status"] for line in out.read_text(encoding="utf-8").splitlines()] == ["rejected"]
    assert "1 were here already" in run("import", "decisions", out)
