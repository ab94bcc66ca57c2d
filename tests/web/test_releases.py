"""Releases and their files: pages and API, who may make one, what a file holds."""

import json
import re

import pytest
from api_program import Program, token_for
from flask import Flask
from review_data import Words
from sqlalchemy import Engine, update

from curator.export.base import NO_CANONICAL_WORD
from curator.export.named import NAMED_FORMATS
from curator.groups import GroupMember, SynonymGroup
from curator.store.models import ReleaseMember
from curator.store.session import session_factory
from curator.web import downloads
from curator.web.export_texts import left_out_text, note_text

SPACES_AND_CAPITALS = SynonymGroup("1", (GroupMember("PET 검사"), GroupMember("펫 검사")))


@pytest.fixture
def lee(app: Flask, engine: Engine) -> Program:
    return Program(app, token_for(engine, "lee"))


@pytest.fixture
def released(lee: Program) -> None:
    """Release 1 has 가나다; release 2 has 나가 and 바사아자."""
    lee.call("POST", "/groups/1/verdict", version=1, status="accepted")
    lee.call("POST", "/releases", note="첫 판")
    lee.call("POST", "/groups/1/rename", version=2, word_id=2)
    lee.call("POST", "/groups/1/take-out", version=3, word_id=3)
    lee.call("POST", "/groups/3/verdict", version=1, status="accepted")
    lee.call("POST", "/releases")


def test_a_release_is_made_by_an_approver_and_shown_to_all(person):
    kim, lee = person("kim"), person("lee")
    assert "아직 수락한 묶음이 없습니다" in lee.get("/releases").text
    lee.post("/groups/1/decide", version=1, status="accepted")
    assert kim.post("/releases", note="첫 판").status_code == 403
    made = lee.post("/releases", note="첫 판 <b>")
    assert made.location == "/releases/1"
    page = kim.get("/releases/1").text
    for text in ("릴리스 1", "첫 판 &lt;b&gt;", "lee", "<bdi>가</bdi>", "<bdi>나</bdi>, <bdi>다</bdi>"):
        assert text in page
    assert re.search(r'class="token">[0-9a-f]{64}<', page)
    assert 'href="/releases/1"' in kim.get("/releases").text
    assert 'name="note"' not in kim.get("/releases").text


def test_a_release_of_nothing_or_of_nothing_new_is_refused_in_the_language_of_the_page(person):
    lee = person("lee")
    lee.post("/releases")
    assert "먼저 묶음을 수락한 뒤" in lee.get("/releases").text
    lee.post("/groups/1/decide", version=1, status="accepted")
    lee.post("/releases")
    lee.post("/releases")
    assert "릴리스 1 뒤로 바뀐 것이 없습니다" in lee.get("/releases").text
    assert lee.get("/releases/2").status_code == 404


def test_a_long_note_is_refused(person):
    assert person("lee").post("/releases", note="가" * 501).status_code == 413


@pytest.mark.usefixtures("released")
def test_two_releases_are_compared(person, lee: Program):
    page = person("kim").get("/releases/2/difference").text
    assert "더해짐 1" in page
    assert "바뀜 1" in page
    found = lee.call("GET", "/releases/2/difference?since=1").json
    assert (found["n_added"], found["n_removed"], found["n_changed"]) == (1, 0, 1)
    assert [member["word"] for member in found["added"][0]["members"]] == ["바", "사", "아", "자"]
    (changed,) = found["changed"]
    assert [member["word"] for member in changed["before"]["members"]] == ["가", "나", "다"]
    assert [[member["word"] for member in group["members"]] for group in changed["after"]] == [["나", "가"]]
    assert lee.call("GET", "/releases/2/difference?since=1&offset=1").json["added"] == []
    assert lee.call("GET", "/releases/2/difference?since=7").status_code == 404


@pytest.mark.usefixtures("released")
def test_releases_and_their_groups_are_listed(lee: Program):
    assert [(r["number"], r["note"], r["n_groups"]) for r in lee.call("GET", "/releases").json] == [
        (2, None, 2),
        (1, "첫 판", 1),
    ]
    first = lee.call("GET", "/releases/2/groups?limit=1").json
    second = lee.call("GET", f"/releases/2/groups?limit=1&after={first['after']}").json
    groups = [*first["groups"], *second["groups"]]
    assert [(group["group_id"], group["decided_by"]) for group in groups] == [(1, "lee"), (3, "lee")]
    assert second["after"] is None
    assert lee.call("POST", "/releases").status_code == 409
    assert lee.call("GET", "/releases/9").status_code == 404


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("name", NAMED_FORMATS)
def test_a_release_is_downloaded_in_every_format(person, lee: Program, name: str):
    page = person("kim").get(f"/releases/2/exports/{name}")
    file = lee.call("GET", f"/releases/2/exports/{name}")
    assert (page.status_code, file.status_code) == (200, 200)
    assert page.data == file.data
    assert page.headers["Content-Disposition"].startswith(f'attachment; filename="release-2-{name}.')
    assert int(page.headers["Content-Length"]) == len(page.data)
    assert page.headers[downloads.LEFT_OUT_HEADER] == "0"
    assert name == "parquet" or "바" in page.text or "\\ubc14" in page.text
    assert name in {format["name"] for format in lee.call("GET", "/exports").json}


@pytest.mark.usefixtures("released")
def test_what_a_format_leaves_out_is_told_before(person, lee: Program, engine: Engine, monkeypatch):
    monkeypatch.setattr("curator.export.nori.Nori.problem", lambda self, word: "has a #" if word == "바" else None)
    report = lee.call("GET", "/releases/2/exports/nori/report").json
    assert (report["n_left_out_words"], report["n_left_out_groups"]) == (1, 0)
    page = person("kim").get("/releases/2/exports/nori/report").text
    assert "빠지는 낱말 1개" in page
    assert "&#39;바&#39; of the group 3 has a #" in page
    assert lee.call("GET", "/releases/2/exports/nori").headers[downloads.LEFT_OUT_HEADER] == "1"


@pytest.mark.parametrize(
    ("said", "korean"),
    [
        ("'#' of the group 3 has a #, at which nori stops reading the line", "'#' (묶음 3): #이 있습니다"),
        ("'' of the group 12 is blank", "'' (묶음 12): 비어 있습니다"),
        ("'가' has a colour", "'가' has a colour"),
    ],
)
def test_what_is_left_out_is_told_in_korean(app: Flask, said: str, korean: str):
    with app.test_request_context():
        assert left_out_text(said).startswith(korean)


def test_what_to_know_of_a_file_is_told_in_korean(app: Flask):
    with app.test_request_context():
        for format in NAMED_FORMATS.values():
            for note in (*format.make().notes(SPACES_AND_CAPITALS), NO_CANONICAL_WORD):
                assert re.search("[가-힣]", note_text(note)), note


@pytest.mark.usefixtures("released")
def test_a_release_that_somebody_changed_gives_no_file(person, lee: Program, engine: Engine):
    with session_factory(engine, for_writing=True).begin() as session:
        session.execute(update(ReleaseMember).where(ReleaseMember.word == "바").values(word="버"))
    assert lee.call("GET", "/releases/2/exports/csv").status_code == 422
    page = person("kim").get("/releases/2/exports/csv")
    assert page.status_code == 422
    assert "somebody changed it in the database" in page.text


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize(
    "path", ["/releases/9/exports/csv", "/releases/1/exports/doc", "/releases/1/exports/x/report"]
)
def test_there_is_no_file_of_what_is_not_there(person, lee: Program, path: str):
    assert lee.call("GET", path).status_code == 404
    assert person("kim").get(path).status_code == 404


@pytest.mark.usefixtures("released")
def test_the_files_that_are_made_for_a_download_are_removed(lee: Program, tmp_path, monkeypatch):
    folder = tmp_path / "made"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with lee.client.get("/api/v1/releases/2/exports/csv", headers=lee.headers) as answer:
        assert len(list(folder.iterdir())) == 1
        assert answer.status_code == 200
    assert list(folder.iterdir()) == []


def test_all_decisions_are_downloaded_as_lines(person, lee: Program, words: Words):
    lee.call("POST", "/groups/1/verdict", version=1, status="rejected")
    lee.call("POST", "/groups/1/comments", text="상표")
    page = person("kim").get("/decisions/all.jsonl")
    (record,) = [json.loads(line) for line in page.text.splitlines()]
    assert (record["status"], record["decisions"][0]["by"], record["comments"][0]["text"]) == (
        "rejected",
        "lee",
        "상표",
    )
    assert lee.call("GET", "/exports/decisions").data == page.data


def test_the_words_out_of_vocabulary_are_downloaded_for_nori_from_their_page_the_run_and_the_api(
    person, lee, words
):
    kim = person("kim")
    assert 'href="/words/userdict_ko.txt"' in kim.get("/words").text
    assert f'href="/words/userdict_ko.txt?run={words.run_id}"' in kim.get(f"/runs/{words.run_id}").text
    sent = kim.get("/words/userdict_ko.txt")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="userdict_ko.txt"'
    assert sent.text.splitlines()[1:] == sorted(words)
    assert kim.get(f"/words/userdict_ko.txt?run={words.run_id}").text == sent.text
    assert lee.call("GET", "/exports/words").text == sent.text
    assert lee.call("GET", f"/exports/words?run={words.run_id}").text == sent.text


def test_words_of_a_run_that_is_not_there_are_refused(person, lee, words):
    kim = person("kim")
    refused = kim.get("/words/userdict_ko.txt?run=99")
    assert (refused.status_code, "there is no run" in refused.text) == (404, False)  # the page is Korean
    assert kim.get("/words/userdict_ko.txt?run=x").status_code == 400
    answer = lee.call("GET", "/exports/words?run=99")
    assert (answer.status_code, "there is no run 99" in answer.text) == (422, True)
