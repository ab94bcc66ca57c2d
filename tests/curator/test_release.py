"""A release holds what was accepted when it was made, and says when somebody changed it."""

import json
from dataclasses import replace

import pytest
from accepted_groups import accept
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, update

from curator.cli import main
from curator.groups import GroupMember, SynonymGroup, group_set, read_groups, to_json
from curator.release import difference, freeze, list_releases, read_release
from curator.store.models import (
    Group,
    GroupStatus,
    Member,
    ReleaseMember,
)
from curator.store.session import writing


def test_a_release_has_the_canonical_word_first_the_frequencies_and_who_decided(engine: Engine) -> None:
    key = accept(engine, "반창고", "대일밴드", "밴드", canonical=1, frequency=5)
    with writing(engine).begin() as connection:
        frozen = freeze(connection, note="first", created_by="lee")
    with engine.begin() as connection:
        assert read_release(connection) == read_release(connection, 1) == frozen
        (summary,) = list_releases(connection)
    members = (
        GroupMember("대일밴드", "Noun", 6.0),
        GroupMember("반창고", "Noun", 5.0),
        GroupMember("밴드", "Noun", 7.0),
    )
    assert frozen.groups == (SynonymGroup(str(key), members, "kim", "2026-01-02T03:04:05.000678+00:00"),)
    assert (summary.number, summary.note, summary.created_by, summary.n_groups, summary.n_words) == (
        1,
        "first",
        "lee",
        1,
        3,
    )


def test_what_happens_to_a_group_later_does_not_change_the_release(engine: Engine) -> None:
    accept(engine, "반창고", "대일밴드")
    with writing(engine).begin() as connection:
        first = freeze(connection)
        connection.execute(update(Group).values(status=GroupStatus.REJECTED))
    accept(engine, "약", "의약품")
    with writing(engine).begin() as connection:
        second = freeze(connection)
        assert read_release(connection, 1) == first
    assert [group.words for group in second.groups] == [("약", "의약품")]
    assert second.number == 2


def test_a_word_in_two_accepted_groups_is_an_error_that_names_both(engine: Engine) -> None:
    first, second = accept(engine, "반창고", "대일밴드"), accept(engine, "밴드", "반창고")
    with writing(engine).begin() as connection, pytest.raises(ValueError) as error:
        freeze(connection)
    assert str(error.value).startswith(
        f"release 1: 반창고 is a word of two groups, {first} (반창고, 대일밴드) and {second} (밴드, 반창고)"
    )


def test_a_removed_member_is_not_released(engine: Engine) -> None:
    accept(engine, "반창고", "대일밴드", "침대")
    with writing(engine).begin() as connection:
        connection.execute(update(Member).where(Member.position == 2).values(is_removed=True))
        assert freeze(connection).groups[0].words == ("반창고", "대일밴드")


def test_nothing_accepted_and_nothing_changed_make_no_release(engine: Engine) -> None:
    with writing(engine).begin() as connection, pytest.raises(ValueError, match="no group is accepted yet"):
        freeze(connection)
    accept(engine, "반창고", "대일밴드")
    with writing(engine).begin() as connection:
        freeze(connection)
        with pytest.raises(ValueError, match="nothing has changed since release 1"):
            freeze(connection)
    with engine.begin() as connection, pytest.raises(ValueError, match="there is no release 7; there are: 1"):
        read_release(connection, 7)


def test_a_release_changed_in_the_database_is_not_read(engine: Engine) -> None:
    accept(engine, "반창고", "대일밴드")
    with writing(engine).begin() as connection:
        freeze(connection)
        connection.execute(update(ReleaseMember).where(ReleaseMember.position == 1).values(word="침대"))
    with engine.begin() as connection, pytest.raises(ValueError, match="somebody changed it in the database"):
        read_release(connection, 1)


def test_the_command_freezes_lists_shows_and_compares(engine: Engine, database_url: str, tmp_path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["release", "--database", database_url, *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    assert run("list") == "no releases yet; `curator release` makes one of the accepted groups\n"
    accept(engine, "반창고", "대일밴드")
    assert run().startswith("release 1: 1 groups, 2 words, digest ")
    accept(engine, "약", "의약품")
    run("--note", "more")
    assert run("list").splitlines()[0].endswith(": more")
    assert run("show", "1").splitlines()[1].split("\t")[1:] == ["반창고(3) 대일밴드(4)", "kim"]
    assert run("diff", "1", "2").splitlines()[-1] == "release 1 -> 2: 1 added, 0 removed, 0 changed"
    file = tmp_path / "groups.json"
    file.write_text(run("show", "2", "--json"), encoding="utf-8")
    with engine.begin() as connection:
        stored = read_release(connection, 2)
    assert (read_groups(file).groups, read_groups(file).digest) == (stored.groups, stored.digest)


words = st.lists(st.text("가나다라마바사아", min_size=1, max_size=4), min_size=2, unique=True)


@given(words, st.data())
def test_the_file_form_reads_back_to_the_same_groups_and_digest(texts, data) -> None:
    members = tuple(
        GroupMember(
            text,
            data.draw(st.sampled_from([None, "Noun"])),
            data.draw(st.none() | st.floats(0, 1e9)),
            data.draw(st.sampled_from([(), ("가", "나")])),
        )
        for text in texts
    )
    stated = group_set("release 3", [SynonymGroup("17", members, "kim", "2026-01-02")], 3)
    stated = replace(stated, created_at="2026-01-03T00:00:00+00:00")
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "groups.json"
        file.write_text(to_json(stated), encoding="utf-8")
        read = read_groups(file)
    assert (read.groups, read.digest, read.number) == (stated.groups, stated.digest, 3)
    assert read.created_at == stated.created_at


def test_a_dictionary_of_lists_names_the_canonical_word_by_its_key(tmp_path) -> None:
    file = tmp_path / "groups.json"
    file.write_text(
        json.dumps(
            {"의약품": ["약", "의약품", "치료제"], "밴드류": ["반창고", "대일밴드"], "집": {"집": 3, "주택": 1}}
        ),
        encoding="utf-8",
    )
    groups = read_groups(file).groups
    assert [group.words for group in groups] == [
        ("의약품", "약", "치료제"),
        ("반창고", "대일밴드"),
        ("집", "주택"),
    ]
    assert [member.weight for member in groups[2].members] == [3.0, 1.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "holds a list"),
        ("{}", "has no groups"),
        ('{"a": ["약"]}', "has 1 word"),
        ('{"a": ["약", "약"]}', "has a word twice"),
        ('{"a": ["약", "집"], "a": ["방", "실"]}', "'a' stands twice"),
        ('{"a": ["약", "집"], "b": ["집", "방"]}', "집 is a word of two groups, a (약, 집) and b (집, 방)"),
        ('{"a": ["약", ""]}', "has '' among its words"),
        ('{"a": {"약": -1, "집": 2}}', "has the weight -1"),
        ('{"a": "약"}', "is a str, no list of words"),
        ('{"format": "dongui-groups", "groups": [{"id": 1}]}', "KeyError: 'members'"),
        (
            '{"format": "dongui-groups", "created_at": "soon", "groups": '
            '[{"id": 1, "members": [{"word": "약"}, {"word": "집"}]}]}',
            "says that it was made at 'soon'; expected a time",
        ),
    ],
)
def test_a_file_of_another_form_is_named_with_what_was_expected(content: str, said: str, tmp_path) -> None:
    file = tmp_path / "groups.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError) as error:
        read_groups(file)
    assert said in str(error.value)
    assert str(file) in str(error.value)


def test_a_file_changed_after_the_release_is_refused(tmp_path) -> None:
    group = SynonymGroup("1", (GroupMember("약"), GroupMember("의약품")))
    file = tmp_path / "groups.json"
    file.write_text(to_json(group_set("x", [group])).replace("의약품", "치료제"), encoding="utf-8")
    with pytest.raises(ValueError, match="it was changed after the release"):
        read_groups(file)


def of(*groups: str) -> list[SynonymGroup]:
    """Groups of one-letter words."""
    return [SynonymGroup(str(i), tuple(map(GroupMember, group))) for i, group in enumerate(groups)]


def test_a_difference_is_by_words_and_not_by_keys() -> None:
    found = difference(of("ab", "cd", "ef", "gh"), of("xy", "ba", "dc", "ze", "gh"))
    assert [group.words for group in found.added] == [("x", "y")]
    assert [group.words for group in found.removed] == []
    assert [before.words for before, _ in found.changed] == [("a", "b"), ("c", "d"), ("e", "f")]
