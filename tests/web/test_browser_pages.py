"""A real browser: every page by axe in both themes, narrow and wide; the map; a corpus full of markup."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from review_data import Words
from reviewer_keys import press, statuses, until, wait_for
from sqlalchemy import Engine, insert, update

from curator.release import freeze
from curator.review.operations import Review, Seen
from curator.store.models import Evidence, GroupStatus, Word, WordStatistics
from curator.store.session import session_factory, writing

PAGES = ["/queue", "/groups", "/groups?status=proposed&min_members=2", "/groups/1", "/words", "/words/1", "/runs"]
PAGES += ["/runs/1", "/progress", "/settings", "/decisions", "/bulk?min_members=2", "/map", "/releases"]
PAGES += ["/releases/2", "/releases/2/difference", "/releases/2/exports/nori/report", "/releases/3/exports/csv"]
PAGES += [
    "/groups/1/conflict?seen=1&change=comment&text=%EC%83%81%ED%91%9C",
    "/queue?status=deferred",
    "/nothing",
    "/api/v1/docs",
    "/disputes",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the database does not matter
MARKUP = "<img src=x onerror=alert(1)>\u202e</script><b>"


@pytest.fixture
def full(engine: Engine, words: Words) -> None:
    """Words with places on the map, decisions, and two releases."""
    with session_factory(engine, for_writing=True).begin() as session:
        for place, text in enumerate("가나다라마바사아자", start=1):
            row = update(WordStatistics).where(WordStatistics.word_id == words[text])
            session.execute(row.values(map_x=place, map_y=(place * place) % 7))
    for group in (1, 3):
        with session_factory(engine, for_writing=True).begin() as session:
            Review(session, words.users["kim"]).decide(Seen(group, 1), GroupStatus.ACCEPTED)
        with writing(engine).begin() as connection:
            freeze(connection, note="판", created_by="lee")


def map_is_drawn(page: Page) -> None:
    """Wait for the map."""
    expect(page.locator("#map")).to_have_attribute("data-ready", "true", timeout=30_000)


@ON_SQLITE
@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_in_both_themes_and_fit_the_screen(open_page, width: int):
    page = open_page("lee", viewport={"width": width, "height": 800})
    axe = Axe()
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if path == "/map":
            map_is_drawn(page)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            found = axe.run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
            assert found.violations_count == 0, f"{path}, {theme}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@ON_SQLITE
def test_the_login_page_is_accessible(browser: Browser, server: str):
    for theme in ("light", "dark"):
        page = browser.new_page(color_scheme=theme, base_url=server)
        page.goto("/login")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, found.generate_report()
        page.close()


@pytest.mark.usefixtures("full")
def test_the_map_is_moved_by_buttons_and_a_click_opens_the_group(open_page: Callable[..., Page]):
    page = open_page(path="/map")
    map_is_drawn(page)
    expect(page.locator("#seen li")).to_have_count(9)
    expect(page.locator("#told")).to_have_text("낱말 9개")
    expect(page.locator("#map .legendtext")).to_have_text(["검토 전", "수락"])
    page.locator("#find input").fill("라")
    page.locator("#find input").press("Enter")
    expect(page.locator("#seen li")).to_have_count(1)
    expect(page.locator("#seen li")).to_contain_text("라 검토 전")
    page.wait_for_timeout(300)
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/groups/2")


@pytest.mark.usefixtures("full")
def test_the_whole_map_comes_back(open_page: Callable[..., Page]):
    page = open_page(path="/map")
    map_is_drawn(page)
    for _ in range(3):
        page.get_by_role("button", name="확대").click()
        page.wait_for_timeout(300)
    expect(page.locator("#seen li")).not_to_have_count(9)
    page.get_by_role("button", name="전체 보기").click()
    expect(page.locator("#seen li")).to_have_count(9)


@ON_SQLITE
@pytest.mark.usefixtures("full")
def test_words_that_are_markup_stay_text_on_every_page(
    open_page: Callable[..., Page], engine: Engine, words: Words
):
    with session_factory(engine, for_writing=True).begin() as session:
        session.execute(update(Word).where(Word.id == words["라"]).values(text=MARKUP))
    page = open_page("lee")
    page.on("dialog", lambda dialog: pytest.fail(f"a script of the corpus ran: {dialog.message}"))
    for path in ("/queue?status=proposed", "/groups", "/groups/2", "/words", f"/words/{words['라']}", "/map"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if path == "/map":
            map_is_drawn(page)
        expect(page.get_by_text("<img src=x onerror").first).to_be_attached()
        assert page.locator("img").count() == 0, path
    page.goto("/groups/2")
    page.get_by_role("button", name="수락", exact=True).click()
    until(page, lambda: statuses(engine)[2] == "accepted")
    page.goto("/releases")
    page.locator("input[name=note]").fill(MARKUP)
    page.get_by_role("button", name="릴리스 만들기").click()
    expect(page.locator("h1")).to_have_text("릴리스 3")
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["dark"])
def test_a_review_on_a_narrow_dark_screen_by_touch(open_page: Callable[..., Page], engine: Engine, scheme: str):
    page = open_page(color_scheme=scheme, viewport={"width": 360, "height": 740}, has_touch=True)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.locator("button.accept").tap()
    wait_for(page, "2")
    page.locator("button.reject").tap()
    wait_for(page, "1")
    page.locator("button[data-key=undo]").tap()
    wait_for(page, "2")
    until(page, lambda: statuses(engine) == {1: "proposed", 2: "proposed", 3: "accepted"})


@pytest.mark.usefixtures("full")
def test_an_approver_makes_a_release_and_downloads_it(open_page: Callable[..., Page]):
    page = open_page("lee", "/queue?group=2")
    press(page, "KeyA")
    expect(page.locator("#card h2")).not_to_have_text("라")
    page.wait_for_timeout(200)
    page.goto("/releases")
    page.get_by_role("button", name="릴리스 만들기").click()
    expect(page.locator("h1")).to_have_text("릴리스 3")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Solr: 모두 같은 말로", exact=True).click()
    download = downloading.value
    assert download.suggested_filename == "release-3-solr.txt"
    lines = download.path().read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["가, 나, 다", "라, 마", "바, 사, 아, 자"]


@ON_SQLITE
def test_the_reasons_fit_a_narrow_screen_in_english(open_page, engine: Engine, words: Words):
    pair = {"group_id": 2, "word_a_id": words["라"], "word_b_id": words["마"]}
    with writing(engine).begin() as connection:
        rows = [
            {**pair, "kind": f"match_weight.{kind}", "value": 2.5} for kind in ("alias", "gloss", "distribution")
        ]
        connection.execute(insert(Evidence), rows)
    page = open_page("kim", "/queue?group=2", locale="en-US", viewport={"width": 360, "height": 800})
    page.keyboard.press("e")
    expect(page.locator(".weights tr")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
