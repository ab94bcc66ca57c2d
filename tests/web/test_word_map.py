"""The map: which words are on it, which part is given, and what a click opens."""

import gzip
import re
from pathlib import Path

import pytest
from api_program import Program, token_for
from flask import Flask
from review_data import Words
from sqlalchemy import Engine, update

from curator.store.models import WordStatistics
from curator.store.session import session_factory
from curator.web import plotly_script


@pytest.fixture
def mapped(engine: Engine, words: Words) -> None:
    """가 at (1, -1), 나 at (2, -2), ...; 차 is in no group and has no place."""
    with session_factory(engine, for_writing=True).begin() as session:
        for place, text in enumerate("가나다라마바사아자", start=1):
            row = update(WordStatistics).where(WordStatistics.word_id == words[text])
            session.execute(row.values(map_x=place, map_y=-place))


@pytest.mark.usefixtures("mapped")
def test_the_most_frequent_words_are_given_and_the_number_of_all_is_told(kim, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curator.web.word_map.MAX_POINTS", 2)
    part = kim.get("/map/points?run_id=1").json
    assert [(p["text"], p["x"], p["y"]) for p in part["points"]] == [("자", 9.0, -9.0), ("아", 8.0, -8.0)]
    assert part["said"] == "여기 있는 낱말 9개 가운데 자주 나온 2개입니다. 확대하면 더 보입니다."
    assert not part["is_whole"]
    box = kim.get("/map/points?run_id=1&left=0.5&right=2.5&bottom=-9&top=0").json
    assert [p["text"] for p in box["points"]] == ["나", "가"]
    assert box["is_whole"]
    assert [p["text"] for p in kim.get("/map/points?run_id=1&word=다").json["points"]] == ["다"]


@pytest.mark.usefixtures("mapped")
def test_a_word_shows_where_its_group_stands_and_leads_there(kim, words: Words):
    kim.post("/groups/1/take-out", version=1, word_id=words["다"])
    kim.post("/groups/1/decide", version=2, status="accepted")
    points = {point["text"]: point for point in kim.get("/map/points?run_id=1").json["points"]}
    assert (points["가"]["status"], points["가"]["address"]) == ("accepted", "/groups/1")
    assert (points["다"]["status"], points["다"]["address"]) == ("none", f"/words/{words['다']}")
    assert (points["라"]["status"], points["라"]["status_name"]) == ("proposed", "검토 전")


@pytest.mark.parametrize("query", ["", "run_id=x", "run_id=1&left=1", "run_id=1&left=1&right=2&bottom=3&top=nan"])
def test_a_part_that_cannot_be_read_is_refused(kim, query: str):
    assert kim.get(f"/map/points?{query}").status_code == 400


def test_without_places_the_page_says_what_to_do(kim):
    page = kim.get("/map").text
    assert "아직 지도가 있는 실행이 없습니다" in page
    assert "plotly" not in page
    assert kim.get("/map?run_id=1").status_code == 404


@pytest.mark.usefixtures("mapped")
def test_the_script_comes_from_the_installed_package_and_adds_no_style(kim):
    page = kim.get("/map").text
    (address,) = re.findall(r'src="(/map/plotly\.js\?v=[^"]+)"', page)
    plain, packed = kim.get(address), kim.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert plain.data == Path(plotly_script.script_path()).read_bytes()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    for script in (plain, packed):
        assert {"private", "max-age=31536000", "immutable"} <= set(script.headers["Cache-Control"].split(", "))
        assert "Accept-Encoding" in script.headers["Vary"]
    assert plain.headers["ETag"] != packed.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert (kim.get(address, headers=known).status_code, kim.get(address, headers=known).data) == (304, b"")
    assert "immutable" not in kim.get("/map/plotly.js?v=0").headers["Cache-Control"]
    for name in plotly_script.style_names():
        assert f'id="{name}"' in page


@pytest.mark.usefixtures("mapped")
def test_the_api_gives_the_map(app: Flask, engine: Engine):
    kim = Program(app, token_for(engine, "kim"))
    whole = kim.call("GET", "/runs/1/map?limit=3").json
    assert (whole["n_words"], [point["text"] for point in whole["points"]]) == (9, ["자", "아", "사"])
    assert (whole["points"][0]["group_id"], whole["points"][0]["status"]) == (3, "proposed")
    assert kim.call("GET", "/runs/1/map?left=1&right=2&bottom=-3&top=0").json["n_words"] == 2
    assert kim.call("GET", "/runs/1/map?left=1").status_code == 422
    assert kim.call("GET", "/runs/9/map").status_code == 404
