"""The report in a real browser: light and dark, Korean and English, wide and narrow, without a network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드", "일회용 밴드"], "약": ["약", "의약품"]}


@pytest.fixture(scope="module")
def report(made_bert, tmp_path_factory) -> Path:
    """A report with all that it can show."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "corpus.txt").write_text(
        "대일밴드를 붙였다\n반창고가 집에 있다\n약을 먹었다\n집에 영화를\n", "utf-8"
    )
    (folder / "groups.json").write_text(json.dumps(GROUPS), "utf-8")
    options = ["--groups", folder / "groups.json", "--corpus", folder / "corpus.txt"]
    result = CliRunner().invoke(main, list(map(str, ["apply", made_bert, folder / "out", *options])))
    assert result.exit_code == 0, result.output
    return folder / "out/report.html"


@pytest.fixture
def page(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The report; nothing may be asked of a network, and no error be left on the console."""
    theme, locale, width = request.param
    context = browser.new_context(color_scheme=theme, locale=locale, viewport={"width": width, "height": 900})
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda asked: None if asked.url.startswith(("file:", "data:", "blob:")) else wrong.append(asked)
    )
    page.goto(report.as_uri())
    page.wait_for_selector("#cosines .main-svg")
    yield page
    context.close()
    assert not wrong


WAYS = [("light", "en-US", 1200), ("dark", "ko-KR", 1200), ("dark", "en-US", 360)]


@pytest.mark.parametrize("page", WAYS, indirect=True)
def test_every_picture_is_drawn_and_nothing_sticks_out(page) -> None:
    for name in ("sizes", "sources", "pieces", "kept", "norms", "cosines"):
        box = page.locator(f"#{name} .main-svg").first.bounding_box()
        assert box["width"] > 200, name
        assert box["height"] > 200, name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("page", WAYS, indirect=True)
def test_texts_can_be_read_in_both_themes(page) -> None:
    found = Axe().run(page, options={"runOnly": ["color-contrast", "document-title", "html-has-lang"]})
    assert found.violations_count == 0, found.generate_report()
    of_plots = page.evaluate("getComputedStyle(document.querySelector('#sizes .xtick text')).fill")
    assert of_plots == page.evaluate("getComputedStyle(document.body).color")


@pytest.mark.parametrize("page", [("light", "ko-KR", 1200)], indirect=True)
def test_language_and_theme_change_on_the_page(page) -> None:
    head = page.locator(".answer h2")
    assert head.inner_text() == "이 자료에서 도움이 되는가?"
    assert page.locator("th", has_text="까닭").is_visible()
    korean = ["토크나이저가 나눔: 일회용 | 밴드", "홀로 있는 낱말", "낱말 4개가 저마다 토큰 하나"]
    english = ["the tokenizer cuts it into 일회용 | 밴드", "words alone", "4 words are one token each"]
    assert [page.get_by_text(text).is_visible() for text in korean] == [True] * 3
    assert [page.get_by_text(text).is_visible() for text in english] == [False] * 3
    page.locator("#language").click()
    assert head.inner_text() == "Does adjusting help on this data?"
    assert [page.get_by_text(text).is_visible() for text in korean] == [False] * 3
    assert [page.get_by_text(text).is_visible() for text in english] == [True] * 3
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    of_plots = page.evaluate("getComputedStyle(document.querySelector('#sizes .xtick text')).fill")
    assert of_plots == page.evaluate("getComputedStyle(document.body).color")
