"""The report shows what the run stored, in both languages, and needs nothing but its file."""

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from miner import sink
from miner.cli import main
from miner.clustering import ProposedGroup
from miner.lexicon import LexiconWord
from miner.morphology.base import Pos
from miner.report import figures
from miner.report.figures import MAX_MAP_WORDS, word_map
from miner.report.reading import WordVectors, read_run

WORDS = {
    "반창고": (9, ("반", "##창고")),
    "대일밴드": (7, ("[UNK]",)),
    "</script>": (5, ("<", "##/")),
    "약": (50, ("약",)),
}


def manifest(fingerprint: str = "f") -> dict:
    reports = {
        "eojeols": {"n_rows": 12, "n_counted_sentences": 11, "n_eojeols": 100, "n_distinct_eojeols": 60},
        "lexicon": {"n_distinct_words": 40, "n_words": 4},
        "neighbors": {"n_words_with_vector": 4},
        "groups": {"n_groups": 1, "n_grouped_words": 2},
        "vectors": {},
    }
    return {
        "fingerprint": fingerprint,
        "started_at": "2026-01-02T03:04:05+00:00",
        "seed": 3,
        "source": {"inputs": [{"path": "talk & <b>.csv"}], "tokenizer": "tiny"},
        "stages": {name: {"key": "0123456789abcdef99", "report": report} for name, report in reports.items()},
    }


@pytest.fixture
def database(tmp_path: Path) -> str:
    words = [
        LexiconWord(text, Pos.NOUN, count, 1, (), text != "약", pieces, "[UNK]" in pieces)
        for text, (count, pieces) in WORDS.items()
    ]
    groups = [ProposedGroup(("반창고", "대일밴드"), (0.9, 0.8), 0.7, (), 0.9)]
    sink.store_run(str(tmp_path / "words.db"), manifest(), words, groups)
    return str(tmp_path / "words.db")


@pytest.fixture
def work_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    for name in ("lexicon", "vectors"):
        (folder / f"{name}-0123456789abcdef").mkdir(parents=True)
    pq.write_table(pa.table({"text": list(WORDS)}), folder / "lexicon-0123456789abcdef" / "lexicon.parquet")
    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    np.save(folder / "vectors-0123456789abcdef" / "vectors.npy", vectors)
    np.save(folder / "vectors-0123456789abcdef" / "has_vector.npy", np.array([True, True, True, False]))
    return folder


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["report", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def data_of(page: str) -> dict:
    found = re.search(r"^const data = (.*);$", page, re.MULTILINE)
    assert found
    return json.loads(found[1])


def test_a_run_is_read_with_its_frequent_words_outside_the_vocabulary(database: str) -> None:
    facts = read_run(database, None, n_top_words=2)
    assert [(word.text, word.frequency, word.pieces) for word in facts.top_words] == [
        ("반창고", 9, ("반", "##창고")),
        ("대일밴드", 7, ("[UNK]",)),
    ]
    assert (facts.n_oov_occurrences, facts.n_unknown_occurrences) == (21, 7)
    assert facts.group_sizes == {2: 1}
    assert facts.groups == (("반창고", "대일밴드"),)


def test_the_page_has_every_picture_in_both_languages(database: str, work_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    run("1", "-o", file, "--database", database, "--work-dir", work_dir)
    page = file.read_text(encoding="utf-8")
    data = data_of(page)
    assert list(data) == ["funnel", "share", "sizes", "confidences", "map"]
    assert data["funnel"]["figure"]["data"][0]["x"] == [12, 11, 60, 40, 4, 4, 2, 1]
    assert data["funnel"]["labels"][1][0] == "rows read"
    assert data["funnel"]["labels"][0] == data["funnel"]["figure"]["data"][0]["y"]
    assert data["share"]["figure"]["data"][0]["text"] == ["7.0% (7)", "14.0% (14)", "79.0% (79)"]
    assert sum(len(trace["x"]) for trace in data["map"]["figure"]["data"]) == 3
    assert [trace["hovertext"] for trace in data["map"]["figure"]["data"]] == [
        ["</script>"],
        ["반창고", "대일밴드"],
    ]
    for korean, english in (("깔때기", "The funnel"), ("낱말 지도", "Word map"), ("조각", "pieces")):
        assert f'<span class="ko">{korean}</span><span class="en">{english}</span>' in page
    assert '<span class="piece unknown">[UNK]</span>' in page


def test_no_text_of_the_corpus_can_become_a_part_of_the_page(
    database: str, work_dir: Path, tmp_path: Path
) -> None:
    file = tmp_path / "run.html"
    run("-o", file, "--database", database, "--work-dir", work_dir)
    page = file.read_text(encoding="utf-8")
    assert '<td class="name">&lt;/script&gt;</td>' in page
    assert "talk &amp; &lt;b&gt;.csv" in page
    without_plotly = page[: page.index("<script>")] + page[page.rindex("<script>") :]
    assert without_plotly.count("</script>") == 1
    assert not re.search(r"(src|href)\s*=|@import|url\(", without_plotly)  # nothing is fetched


def test_without_the_vectors_the_page_says_why_there_is_no_map(database: str, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    said = run("-o", file, "--database", database, "--work-dir", tmp_path / "elsewhere")
    assert "without the word map" in said
    page = file.read_text(encoding="utf-8")
    assert "map" not in data_of(page)
    assert "Name it with --work-dir." in page


def test_a_run_that_is_not_there_is_an_error_with_those_that_are(database: str, tmp_path: Path) -> None:
    assert "the database has no run 7; it has: 1" in run(
        "7", "-o", tmp_path / "run.html", "--database", database, code=1
    )
    assert not (tmp_path / "run.html").exists()


def test_the_same_vectors_give_the_same_map_and_what_is_not_shown_is_told() -> None:
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    words = WordVectors(tuple(f"말{i}" for i in range(40)), vectors)
    first, second = (word_map(words, [["말1", "말2"]], seed=5).figure.to_json() for _ in range(2))
    assert first == second
    many = WordVectors(words.texts * 60, np.tile(vectors, (60, 1)))
    assert len(many.texts) > MAX_MAP_WORDS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "project", lambda vectors, seed: np.zeros((len(vectors), 2), np.float32))
        assert word_map(many, [], seed=5).hint[1].startswith("The most frequent 1,000 of 2,400 words.")
