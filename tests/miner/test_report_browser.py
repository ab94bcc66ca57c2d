"""The report in a real browser: no error, nothing that does not fit, both languages, names that can be read."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page

from miner import sink
from miner.clustering import ProposedGroup
from miner.lexicon import LexiconWord
from miner.morphology.base import Pos
from miner.report import write_report

KEY = "0123456789abcdef"
N_WORDS = 120


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of words in pairs, whose map is so full that not every name has room."""
    folder = tmp_path_factory.mktemp("report")
    words = [
        LexiconWord(
            f"긴낱말{i}", Pos.NOUN, N_WORDS - i, 1, (), True, ("긴", "##[UNK]"), True, (), (("간호학", 1),)
        )
        for i in range(N_WORDS)
    ]
    groups = [
        ProposedGroup((words[i].text, words[i + 1].text), (0.9, 0.9), 0.7, (), 0.9) for i in range(0, N_WORDS, 2)
    ]
    report = {"n_rows": 12, "n_eojeols": 20_000}
    stages = {name: {"key": KEY, "report": report} for name in ("eojeols", "lexicon", "vectors")}
    manifest = {"fingerprint": "f", "started_at": "2026-01-02T03:04:05+00:00", "seed": 0, "stages": stages}
    sink.store_run(str(folder / "words.db"), manifest, words, groups)
    for name in ("lexicon", "vectors"):
        (folder / f"{name}-{KEY}").mkdir()
    texts = pa.table({"text": [word.text for word in words]})
    pq.write_table(texts, folder / f"lexicon-{KEY}" / "lexicon.parquet")
    vectors = np.random.default_rng(0).normal(size=(N_WORDS, 8)).astype(np.float32)
    np.save(folder / f"vectors-{KEY}" / "vectors.npy", vectors)
    np.save(folder / f"vectors-{KEY}" / "has_vector.npy", np.ones(N_WORDS, bool))
    assert write_report(str(folder / "words.db"), None, folder / "run.html", work_dir=folder)
    return folder / "run.html"


@pytest.fixture(params=[(1200, "light", "ko-KR"), (360, "dark", "en-US")], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Page]:
    """The report as the machine's settings have it, after its script ran without an error."""
    width, theme, language = request.param
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, locale=language)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(page_file.as_uri())
    page.wait_for_selector("#map .textpoint text")
    yield page
    assert errors == []
    page.close()


def test_the_page_fits_and_follows_the_machines_theme_and_language(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_narrow = page.viewport_size["width"] == 360
    assert page.get_attribute("html", "data-theme") == ("dark" if is_narrow else "light")
    title, other = ("The funnel", "깔때기") if is_narrow else ("깔때기", "The funnel")
    assert page.inner_text("#funnel-card h2") == title
    assert ("rows read" in page.inner_html("#funnel")) is is_narrow
    page.click("#language")
    page.wait_for_function(f"document.querySelector('#funnel-card h2').innerText === '{other}'")
    assert ("rows read" in page.inner_html("#funnel")) is not is_narrow


def test_no_name_of_a_bar_is_cut_off_in_either_language(page: Page) -> None:
    for _ in range(2):
        for name in ("funnel", "share"):
            left = page.query_selector(f"#{name} svg.main-svg").bounding_box()["x"]
            starts = [text.bounding_box()["x"] for text in page.query_selector_all(f"#{name} .ytick text")]
            assert starts and min(starts) >= left
        page.click("#language")


def test_no_name_on_the_map_lies_on_another_one(page: Page) -> None:
    boxes = [text.bounding_box() for text in page.query_selector_all("#map .textpoint text")]
    shown = [box for box in boxes if box and box["width"]]
    assert 5 < len(shown) < N_WORDS / 2
    for a, b in itertools.combinations(shown, 2):
        over_x = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
        over_y = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
        assert over_x <= 1 or over_y <= 2, (a, b)  # less than the margin of a letter
