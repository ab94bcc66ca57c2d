"""Who has a group before them, and until when."""

import re

from sqlalchemy import Engine, event

from curator.review.leases import holders
from curator.store.session import session_factory


def test_the_queue_keeps_the_group_for_who_looks_at_it(person, engine: Engine):
    kim, lee = person("kim"), person("lee")
    shown = [re.search(r'data-group="(\d*)"', someone.get("/queue").text)[1] for someone in (kim, lee, kim)]
    assert shown[0] != shown[1]
    assert shown[2] == shown[0]
    assert kim.post("/queue/release", json=True).json == {"n_released": 1}
    with session_factory(engine)() as session:
        assert {lease.user_id for lease in holders(session, [1, 2, 3]).values()} == {2}


def test_a_page_that_says_farewell_late_does_not_give_back_what_the_page_after_it_took(person, engine: Engine):
    kim = person("kim")
    first, second = (re.search(r'data-lease-end="([^"]+)"', kim.get("/queue").text)[1] for _ in range(2))
    assert first < second
    assert kim.post("/queue/release", json=True, until=first).json == {"n_released": 0}
    assert kim.post("/queue/release", json=True, until=second).json == {"n_released": 1}
    for wrong in ("soon", "2026-01-01"):
        assert kim.post("/queue/release", until=wrong).status_code == 400


def test_the_next_group_takes_a_handful_of_questions_to_the_database(kim, engine: Engine):
    kim.get("/queue")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert 'data-group="3"' in kim.get("/queue/next?hold=2").text
    questions = [text for text in asked if not text.startswith(("BEGIN", "PRAGMA"))]
    # The user; leases that end and the one that begins; the group, its words, their sentences, its evidence.
    assert len(questions) == (6 if engine.dialect.name == "postgresql" else 7), questions
