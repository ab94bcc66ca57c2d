"""The list of groups: what it finds, how it goes on, and what its facets count."""

import re

import pytest
from review_data import Words
from sqlalchemy import Engine, update

from curator.store.models import Group
from curator.store.session import writing


def test_a_group_can_be_searched_by_the_beginning_of_a_word(kim):
    page = kim.get("/groups?word=라").text
    assert 'href="/groups/2"' in page
    assert 'href="/groups/1"' not in page


def test_the_list_goes_on_page_by_page(kim, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curator.web.groups.N_ON_PAGE", 2)
    first = kim.get("/groups?order=size").text
    following = re.search(r'href="(/groups\?after=[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = kim.get(following).text
    found = [re.findall(r'href="/groups/(\d+)"', page) for page in (first, second)]
    assert found == [["3", "1"], ["2"]]


def facets(page: str) -> list[str]:
    lists = re.findall(r'<ul class="facets".*?</ul>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", item).split()) for item in re.findall("<li>.*?</li>", "".join(lists))]


def test_facets_count_what_a_click_on_them_shows(
    person, engine: Engine, words: Words, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("curator.web.counts.PATIENCE_SECONDS", 60.0)  # this machine may be busy
    kim = person("kim")
    with writing(engine).begin() as connection:
        connection.execute(update(Group).where(Group.id == 2).values(pos="Verb"))
    kim.post("/groups/1/decide", version=1, status="accepted")
    whole = ["모두 3", "검토 전 2", "수락 1", "거절 0", "보류 0", "닫힘 0", "명사 2", "동사 1"]
    assert facets(kim.get("/groups").text) == whole
    accepted = facets(kim.get("/groups?status=accepted").text)
    assert accepted == [*whole[:6], "명사 1", "동사 0"]
    verbs = facets(kim.get("/groups?pos=Verb").text)
    assert verbs == ["모두 1", "검토 전 1", "수락 0", "거절 0", "보류 0", "닫힘 0", "명사 2", "동사 1"]
    filtered = facets(kim.get("/groups?word=가").text)
    assert filtered == ["모두", "검토 전", "수락", "거절", "보류", "닫힘", "명사", "동사"]
