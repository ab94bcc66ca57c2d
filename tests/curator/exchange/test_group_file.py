"""A file of groups read piece by piece says what the reader of the whole says, of any file."""

import json
import os
import threading
from pathlib import Path

import pytest
from exchange_helpers import of, words_of_any_kind
from hypothesis import given
from hypothesis import strategies as st

from curator.export import group_file
from curator.export.base import GroupStream
from curator.export.group_file import stream_of_file
from curator.groups import GroupSet, group_set, read_groups, to_json

lists = st.dictionaries(
    words_of_any_kind,
    st.lists(words_of_any_kind, max_size=3) | st.dictionaries(words_of_any_kind, st.integers(-1, 9), max_size=3),
    max_size=3,
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('약집 \n\\"', max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
)


def outcome(read, path: Path) -> tuple[object, ...]:
    """What a reader finds in the file, or the error that it raises."""
    try:
        found: GroupSet | GroupStream = read(path)
    except ValueError as error:
        return (str(error),)
    return tuple(found.groups), found.digest, found.number, found.created_at, found.source


def same_outcome(text: str, path: Path) -> tuple[object, ...]:
    path.write_text(text, encoding="utf-8")
    expected = outcome(read_groups, path)
    for n_characters in (1, 7, group_file.CHARACTERS_AT_ONCE):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(group_file, "CHARACTERS_AT_ONCE", n_characters)
            assert outcome(stream_of_file, path) == expected
    return expected


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("groups") / "groups.json"


@given(lists | anything, st.sampled_from([None, 1]))
def test_dictionaries_of_lists_and_anything_else(path: Path, content, indent: int | None) -> None:
    same_outcome(json.dumps(content, ensure_ascii=False, indent=indent), path)


@given(st.text('{}[]:,"약12 \n', max_size=12))
def test_what_is_no_json(path: Path, text: str) -> None:
    same_outcome(text, path)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_release_with_a_piece_cut_out(path: Path, start: int, length: int) -> None:
    text = to_json(group_set("release 3", of(["약", "의약품"], ["반창고", "밴드"], weight=2.0, decided=True), 3))
    same_outcome(text[: 4 * start] + text[4 * start + length :], path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"약": ["\\ud800", "의약품"]}',
            r"the group '약' has '\ud800' among its words; expected a text in UTF-8",
        ),
        ('{"a":' + "[" * 100_000, "is nested too deeply; expected "),
    ],
)
def test_a_text_that_is_none_and_a_nest_are_told(path: Path, text: str, said: str) -> None:
    (message,) = same_outcome(text, path)
    assert str(path) in str(message)
    assert said in str(message)


def test_a_byte_order_mark_is_no_part_of_the_groups(path: Path) -> None:
    groups, *_ = same_outcome('\ufeff{"약": ["약", "의약품"]}', path)
    assert [group.words for group in groups] == [("약", "의약품")]  # type: ignore[attr-defined]


RELEASE = json.loads(to_json(group_set("release 3", of(["약", "의약품"], ["반창고", "밴드"]), 3)))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RELEASE),
        json.dumps({**RELEASE, "created_at": "2026-01-02T03:04:05+00:00"}),
        json.dumps({**RELEASE, "created_at": 5}),
        json.dumps({**RELEASE, "digest": "0"}),
        json.dumps({**RELEASE, "groups": []}),
        json.dumps({key: RELEASE[key] for key in ("format", "number")}),
        json.dumps({key: RELEASE[key] for key in ("groups", "format")}),  # the format comes last
        json.dumps(RELEASE)[:-1] + ', "groups": []}',
        json.dumps(RELEASE) + "{}",
        '{"format": ["형식", "포맷"]}',
        '{"a": ["약", "집"], "a": ["방", "실"]}',
        '{"a": ["약", "집"], "b": ["집", "방"]}',
        '{"a": {"약": 1, "약": 2, "집": 1}}',
        '{"a": ["약", "집"],}',
        '{"a": ["약", "집"]] ',
    ],
)
def test_releases_and_their_slips(path: Path, text: str) -> None:
    same_outcome(text, path)


def test_groups_are_not_kept_in_memory(path: Path) -> None:
    path.write_text(json.dumps({"약": ["약", "의약품"]}), encoding="utf-8")
    stream = stream_of_file(path)
    assert not isinstance(stream.groups, tuple)
    assert [group.words for group in stream.groups] == [("약", "의약품")]


def test_a_file_that_changes_between_its_two_readings_is_told(path: Path) -> None:
    path.write_text(json.dumps({"약": ["약", "의약품"]}), encoding="utf-8")
    stream = stream_of_file(path)
    path.write_text(json.dumps({"독": ["독", "의약품"]}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"groups\.json changed while it was written; try again"):
        list(stream.groups)


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(
        target=pipe.write_text, args=('{"약": ["약", "의약품"]}',), kwargs={"encoding": "utf-8"}
    )
    writer.start()
    assert [group.words for group in stream_of_file(pipe).groups] == [("약", "의약품")]
    writer.join()
