"""What the pages show, in which language, and what forms do."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from review_data import Words, members_of
from sqlalchemy import Engine, func, insert, select, update

import curator.web
from curator.review.errors import Refusal
from curator.review.leases import holders
from curator.store.models import Decision, Example, Group, GroupStatus, Member, Neighbor
from curator.store.session import session_factory, writing
from curator.web.i18n import EVIDENCE_NAMES, WEIGHT_NAMES
from miner.clustering import EVIDENCE_KINDS

WEB = Path(curator.web.__file__).parent
PAGES = ["/queue", "/groups", "/groups/1", "/words", "/words/1", "/runs", "/runs/1", "/progress", "/settings"]
PAGES += ["/map", "/releases", "/decisions", "/groups/1/conflict?seen=1&change=decide&status=accepted"]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_there_in_korean_and_english(kim, path: str):
    korean = kim.get(path, headers={"Accept-Language": "ko"})
    english = kim.get(path, headers={"Accept-Language": "en"})
    assert (korean.status_code, english.status_code) == (200, 200)
    assert '<html lang="ko"' in korean.text
    assert "로그아웃" in korean.text
    assert '<html lang="en"' in english.text
    assert "Log out" in english.text


def test_the_language_is_korean_unless_the_browser_or_the_user_says_otherwise(kim):
    assert '<html lang="ko"' in kim.get("/groups").text
    kim.post("/settings", language="en")
    assert '<html lang="en"' in kim.get("/groups", headers={"Accept-Language": "ko"}).text


def test_every_text_is_translated_and_the_compiled_file_is_that_of_the_texts():
    options = {"**.py": "python", "**.html": "jinja2"}
    keywords = {"_": None, "gettext": None, "lazy_gettext": None}
    extracted = extract_from_dir(str(WEB), [(k, v) for k, v in options.items()], keywords=keywords)
    texts = {message for _, _, message, _, _ in extracted} | {str(refusal) for refusal in Refusal}
    folder = WEB / "translations" / "ko" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        written = {message.id: message.string for message in read_po(file, "ko") if message.id}
    with (folder / "messages.mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert texts - {text for text, korean in written.items() if korean} == set()
    assert compiled == written
    for text, korean in written.items():
        names = re.compile(r"%\(\w+\)s|\{\w+\}")
        assert set(names.findall(korean)) <= set(names.findall(text)), text


@pytest.mark.parametrize("path", ["/queue?group=1", "/groups/1", "/words/1", "/words/1/examples"])
def test_markup_and_direction_marks_of_the_corpus_stay_text(kim, path: str):
    page = kim.get(path).text
    assert "<script>alert" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; \u202eabc\u202c <mark>가</mark> &amp; 나</bdi>" in page


def test_the_queue_shows_a_group_with_all_that_a_decision_needs(kim):
    page = kim.get("/queue?order=size", headers={"Accept-Language": "en"}).text
    for text in ("바", "##다", "noun", "not in the vocabulary", "30 occurrences", "1 more sentences", "0.650"):
        assert text in page, text
    assert 'data-group="3"' in page
    assert "named together in a sentence" in page


def test_the_next_card_is_another_group_and_the_one_on_the_screen_stays_held(kim, engine: Engine):
    first = re.search(r'data-group="(\d+)".* data-cursor="([^"]+)"', kim.get("/queue").text)
    part = kim.get("/queue/next", query_string={"after": first[2], "hold": first[1]}).text
    second = re.search(r'data-group="(\d+)"', part)[1]
    assert second != first[1]
    with session_factory(engine)() as session:
        assert set(holders(session, [1, 2, 3])) == {int(first[1]), int(second)}


def test_the_end_of_the_queue_says_what_to_do(kim):
    assert "남은 묶음 다시 보기" in kim.get("/queue", query_string={"after": "0.0,0"}).text
    empty = kim.get("/queue?status=deferred").text
    assert "결정할 묶음이 없습니다" in empty


def test_words_that_mining_found_close_are_offered_the_nearest_first(kim, engine: Engine, words: Words):
    rows = [("가", "차", 0.6), ("나", "자", 0.7), ("다", "차", 0.5), ("가", "나", 0.9)]
    with writing(engine).begin() as connection:
        values = [
            {"run_id": 1, "word_id": words[a], "neighbor_id": words[b], "cosine_similarity": c} for a, b, c in rows
        ]
        connection.execute(insert(Neighbor), values)
    part = kim.get("/queue/groups/1/close").text
    assert re.findall(r'<span lang="ko"><bdi>(.)</bdi>', part) == ["자", "차"]
    assert 'name="direction" value="here"' in part


def test_a_heartbeat_holds_on_or_says_that_the_group_is_lost(person):
    kim, lee = person("kim"), person("lee")
    kim.get("/queue?group=1")
    assert kim.post("/queue/heartbeat", json=True, hold=1).json["expires_at"]
    assert lee.post("/queue/heartbeat", json=True, hold=1).json["expires_at"] is None


def test_a_decision_by_form_leads_on_and_by_script_answers(kim, engine: Engine):
    answer = kim.post("/groups/1/decide", version=1, status="accepted", next="/queue")
    assert (answer.status_code, answer.location) == (302, "/queue")
    answer = kim.post("/groups/2/decide", json=True, version=1, status="rejected")
    assert answer.json == {"done": True}
    with session_factory(engine)() as session:
        assert [session.get(Group, key).status for key in (1, 2)] == [GroupStatus.ACCEPTED, GroupStatus.REJECTED]


def test_a_decision_that_is_sent_twice_is_stored_once(kim, engine: Engine):
    fields = {"version": 1, "status": "accepted", "operation": str(uuid4())}
    assert [kim.post("/groups/1/decide", json=True, **fields).status_code for _ in range(2)] == [200, 200]
    with session_factory(engine)() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_every_change_works_by_form(kim, engine: Engine, words: Words):
    steps = [
        ("/groups/1/take-out", {"version": 1, "word_id": words["다"]}),
        ("/groups/1/add", {"version": 2, "word_id": words["차"]}),
        ("/groups/1/rename", {"version": 3, "word_id": words["나"]}),
        ("/groups/1/comment", {"version": 4, "text": "상표"}),
        ("/groups/3/split", {"version": 1, "word_ids": [words["바"], words["사"]]}),
        ("/groups/3/move", {"version": 2, "word_id": words["아"], "target_id": 1, "target_version": 4}),
        ("/groups/2/merge", {"version": 1, "target_id": 4, "target_version": 2}),
    ]
    for path, fields in steps:
        answer = kim.post(path, json=True, **fields)
        assert answer.json == {"done": True}, (path, answer.json)
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 1)) == "가나차아"
        assert members_of(session.get(Group, 2)) == "라마바사"


def test_a_word_can_be_brought_here_from_its_group(kim, engine: Engine, words: Words):
    fields = {"version": 1, "word_id": words["자"], "direction": "here", "target_id": 3, "target_version": 1}
    kim.post("/groups/1/move", **fields)
    with session_factory(engine)() as session:
        assert members_of(session.get(Group, 1)) == "가나다자"
        assert members_of(session.get(Group, 3)) == "바사아"


def test_a_stale_change_shows_both_versions_and_keeps_what_was_typed(person, words: Words, engine: Engine):
    kim, lee = person("kim"), person("lee")
    lee.post("/groups/1/take-out", version=1, word_id=words["다"])
    answer = kim.post("/groups/1/rename", json=True, version=1, word_id=words["나"])
    assert answer.status_code == 409
    page = kim.get(answer.json["conflict"]).text
    assert "보고 있던 것 (1판)" in page
    assert "지금 있는 것 (2판)" in page
    assert '<del class="went"><bdi>다</bdi></del>' in page
    assert 'name="version" value="2"' in page
    assert f'name="word_id" value="{words["나"]}"' in page
    again = kim.post("/groups/1/rename", version=2, word_id=words["나"])
    assert again.location == "/groups/1"
    with session_factory(engine)() as session:
        assert session.get(Group, 1).canonical_word.text == "나"


def test_a_stale_change_by_form_leads_to_the_conflict(kim, words: Words):
    kim.post("/groups/1/take-out", version=1, word_id=words["다"])
    answer = kim.post("/groups/2/merge", version=1, target_id=1, target_version=1)
    assert answer.status_code == 303
    page = kim.get(answer.location).text
    assert 'action="/groups/2/merge"' in page
    assert 'name="target_version" value="2"' in page


@pytest.mark.parametrize(("language", "said"), [("ko", "거절하세요"), ("en", "reject the group instead")])
def test_a_refusal_is_said_in_the_language_of_the_page(kim, words: Words, language: str, said: str):
    kim.post("/settings", language=language)
    answer = kim.post("/groups/2/take-out", json=True, version=1, word_id=words["라"])
    assert answer.status_code == 422
    assert said in answer.json["error"]


@pytest.mark.parametrize(
    "path",
    ["/groups?status=no", "/groups?run_id=-1", "/groups?min_confidence=7", "/groups?order=x", "/groups?after=x"]
    + [
        "/groups?run_id=99999999999999999999",
        "/groups?word=" + "가" * 101,
        "/queue/next?hold=x",
        "/groups?after=nan,1",
    ],
)
def test_an_address_that_cannot_be_read_is_named(kim, path: str):
    assert kim.get(path).status_code == 400


@pytest.mark.parametrize(
    "path", ["/groups/99", "/groups/99999999999999999999", "/words/99", "/runs/99", "/nothing"]
)
def test_what_is_not_there_is_said_so(kim, path: str):
    assert kim.get(path).status_code == 404


def test_undo_takes_the_last_one_or_the_one_that_is_named(kim, engine: Engine):
    assert kim.post("/undo", json=True).status_code == 404
    for key in (1, 2):
        kim.post(f"/groups/{key}/decide", version=1, status="accepted")
    assert kim.post("/undo", json=True).json == {"done": True, "group_id": 2}
    kim.post("/undo", decision_id=1)
    with session_factory(engine)() as session:
        assert {group.status for group in session.scalars(select(Group))} == {GroupStatus.PROPOSED}


def test_my_decisions_can_be_undone_from_their_list(kim):
    kim.post("/groups/1/decide", version=1, status="accepted")
    page = kim.get("/decisions").text
    assert 'name="decision_id" value="1"' in page
    kim.post("/undo", decision_id=1)
    assert 'name="decision_id"' not in kim.get("/decisions").text


def test_a_bulk_decision_is_previewed_made_and_undone(person, engine: Engine):
    lee = person("lee")
    assert "<strong>2</strong>" in lee.get("/bulk?min_members=3").text
    stale = lee.post("/bulk?min_members=3", verdict="accepted", n_expected=1)
    assert stale.location.startswith("/bulk?")
    done = lee.post("/bulk?min_members=3", verdict="accepted", n_expected=2)
    page = lee.get(done.location).text
    assert "묶음 2개를 결정했습니다." in page
    operation = re.search(r'name="operation" value="([^"]+)"', page)[1]
    lee.post("/undo", operation=operation)
    with session_factory(engine)() as session:
        assert session.scalar(select(func.count()).where(Group.status == GroupStatus.PROPOSED)) == 3


def test_the_word_shows_what_holds_for_later_runs(kim, words: Words):
    kim.post("/groups/1/take-out", version=1, word_id=words["다"])
    kim.post("/groups/1/decide", version=2, status="accepted")
    page = kim.get(f"/words/{words['가']}").text
    assert re.search(r"함께 묶임:.*나.*떼어 둠:.*다", page, re.DOTALL)


def test_the_progress_counts_what_was_decided_and_not_undone(kim):
    for key in (1, 2):
        kim.post(f"/groups/{key}/decide", version=1, status="accepted")
    kim.post("/undo")
    page = kim.get("/progress").text
    assert re.search(r"<td>kim</td><td class=\"figure\">1</td><td class=\"figure\">1.0</td>", page)
    assert "<title>1 / 1</title>" in page


def test_a_word_in_two_groups_leads_from_one_to_the_other(kim, engine: Engine, words: Words):
    with writing(engine).begin() as connection:
        connection.execute(insert(Member), {"group_id": 2, "word_id": words["가"], "position": 2})
    page = kim.get("/groups/1", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert re.search(r'href="/groups/2" lang="ko"><bdi>라</bdi> <span class="count">group 2', page.text)
    assert "also in group 2" in page.text
    assert "also in group 1" in kim.get("/groups/2", headers={"Accept-Language": "en"}).text


def test_commands_in_a_text_are_shown_as_code(app):
    page = app.test_client().get("/login").text
    assert "<code>curator serve</code>" in page
    assert "`" not in page


def test_of_a_long_sentence_what_stands_around_its_word_is_on_the_card(kim, engine: Engine, words: Words):
    with writing(engine).begin() as connection:
        long = {"sentence": "앞" * 500 + " 라 " + "뒤" * 500, "start": 501, "end": 502}
        connection.execute(update(Example).where(Example.word_id == words["라"]).values(**long))
    card = kim.get("/groups/2").text
    assert f"<bdi>… {'앞' * 119} <mark>라</mark> {'뒤' * 119} …</bdi>" in card
    assert "뒤" * 500 in kim.get(f"/words/{words['라']}/examples").text


def test_a_sentence_that_two_runs_sampled_is_shown_once(kim, engine: Engine, words: Words):
    with writing(engine).begin() as connection:
        rows = connection.execute(select(Example).where(Example.word_id == words["라"])).mappings().all()
        again = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        connection.execute(insert(Example), again)
    sentences = kim.get(f"/words/{words['라']}/examples").text
    assert re.findall(r"을 보았다 (\d)", sentences) == ["0", "1", "2"]
    assert "문장 1개 더" in kim.get("/groups/2").text


def test_each_kind_of_evidence_that_the_miner_stores_has_a_name():
    weights = {kind for kind in EVIDENCE_KINDS if kind.startswith("match_weight.")}
    assert {kind.removeprefix("match_weight.") for kind in weights} == WEIGHT_NAMES.keys()
    assert set(EVIDENCE_KINDS) - weights - {"probability"} <= EVIDENCE_NAMES.keys()
