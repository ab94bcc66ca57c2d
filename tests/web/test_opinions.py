"""Two people judge a group before it is decided."""

import re

from review_data import Words
from sqlalchemy import Engine, select

from curator.store.models import Group, GroupStatus, Opinion
from curator.store.session import session_factory


def test_with_two_opinions_a_group_goes_to_the_second_person_and_a_dispute_to_an_approver(
    person, app, engine: Engine
):
    app.config["N_OPINIONS"] = 2
    kim, lee = person("kim"), person("lee")
    kim.post("/groups/1/decide", version=1, status="accepted")
    assert 'data-group="1"' not in kim.get("/queue?word=가").text
    kim.post("/queue/release")
    assert 'data-group="1"' in lee.get("/queue?word=가").text
    lee.post("/groups/1/decide", version=1, status="rejected")
    page = lee.get("/disputes").text
    assert re.search(r"kim .*수락.*lee .*거절", page, re.DOTALL)
    assert "엇갈린 묶음" in lee.get("/queue").text
    assert "엇갈린 묶음" not in kim.get("/queue").text
    assert "플라이스 카파" in lee.get("/progress").text
    lee.post("/groups/1/decide", version=1, status="accepted")
    with session_factory(engine)() as session:
        assert session.get(Group, 1).status == GroupStatus.ACCEPTED


def test_undo_takes_back_an_opinion_and_not_the_decision_before_it(person, app, engine: Engine, words: Words):
    app.config["N_OPINIONS"] = 2
    kim = person("kim")
    kim.post("/groups/2/rename", version=1, word_id=words["마"])
    kim.post("/groups/1/decide", version=1, status="accepted")
    assert kim.post("/undo", json=True).json == {"done": True, "group_id": 1}
    with session_factory(engine)() as session:
        assert session.scalars(select(Opinion)).all() == []
        assert session.get(Group, 2).canonical_word_id == words["마"]
    assert kim.post("/undo", json=True).json == {"done": True, "group_id": 2}
