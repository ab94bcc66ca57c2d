"""Where imported groups and words come from, on their pages."""

from sqlalchemy import Engine

from curator.importing.rows import Row, WordRow
from curator.importing.storing import import_groups
from curator.importing.words import import_words
from curator.store.queries import find_words
from curator.store.session import writing


def english(person, address: str) -> str:
    return person.get(address, headers={"Accept-Language": "en"}).text


def test_the_page_of_an_imported_group_names_file_format_and_line(kim, engine: Engine, words):
    with writing(engine).begin() as connection:
        import_groups(connection, [Row("line 7", ("차", "카"), {})], file="<old>.csv", format="csv")
    pages = [english(kim, f"/groups/{number}") for number in range(1, 5)]
    assert "Imported from &lt;old&gt;.csv (csv), line 7." in pages[3]
    assert not any("Imported from" in page for page in pages[:3])
    assert pages[3].count('<span class="tag">imported</span>') == 2
    assert not any("added by hand" in page for page in pages)
    assert "&lt;old&gt;.csv (csv)의 7번째 줄에서 가져왔습니다." in kim.get("/groups/4").text


def test_the_page_of_an_imported_word_also_has_its_parts(kim, engine: Engine, words):
    with writing(engine).begin() as connection:
        rows = [WordRow("line 2", "세종시", ("세종", "시")), WordRow("line 3", "타")]
        import_words(connection, rows, file="user.txt", format="nori")
        keys = find_words(connection, ["세종시", "타"])
    whole, single = (english(kim, f"/words/{keys[word][0]}") for word in ("세종시", "타"))
    assert "Imported from user.txt (nori), line 2." in whole
    parts = whole.split("Its parts:")[1].split("</p>")[0]
    assert parts.index("세종") < parts.index("시</")
    assert "Imported from user.txt (nori), line 3." in single
    assert "Counted by runs" not in single
    assert "Its parts:" not in single
    mined = english(kim, f"/words/{words['가']}")
    assert "Counted by runs" in mined
    assert "Imported from" not in mined
