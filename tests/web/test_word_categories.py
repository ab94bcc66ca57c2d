"""The occurrences of a word in each category of the corpus, on its page and by the API."""

import re

from sqlalchemy import Engine, insert

from curator import accounts
from curator.store.models import CategoryFrequency
from curator.store.session import session_factory, writing


def store(engine: Engine, word_id: int, *counts: tuple[str, int]) -> None:
    rows = [{"word_id": word_id, "run_id": 1, "category": name, "frequency": n} for name, n in counts]
    with writing(engine).begin() as connection:
        connection.execute(insert(CategoryFrequency), rows)


def test_the_page_has_the_categories_of_the_word_the_most_frequent_first(kim, engine: Engine, words):
    store(engine, words["가"], ("간호학", 2), ("", 1), ("<약학>", 3))
    page = kim.get(f"/words/{words['가']}", headers={"Accept-Language": "en"}).text
    table = page.split("By category, in run 1")[1].split("</table>")[0]
    found = re.findall(r'<tr><td>(.*?)</td><td class="figure">(\d+)</td>', table)
    assert [(re.sub("</?bdi>", "", name), count) for name, count in found] == [
        ("&lt;약학&gt;", "3"),
        ("간호학", "2"),
        ("(none)", "1"),
    ]


def test_a_word_of_a_corpus_without_categories_has_no_such_table(kim, words):
    assert "By category" not in kim.get(f"/words/{words['가']}", headers={"Accept-Language": "en"}).text


def test_the_api_has_the_frequency_by_category(app, engine: Engine, words):
    store(engine, words["가"], ("간호학", 2), ("", 1))
    with session_factory(engine, for_writing=True).begin() as session:
        token = accounts.new_api_token(session, accounts.find_user(session, "kim"), "test")
    for word, expected in (("가", {"간호학": 2, "": 1}), ("나", {})):
        answer = app.test_client().get(
            f"/api/v1/words/{words[word]}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json["frequency_by_category"] == expected
