"""The lexicon of partitions is that of one machine, bit for bit, however the corpus is divided."""

import gzip
import json
import random
from contextlib import nullcontext
from dataclasses import replace

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plain_cluster import PlainCluster, SyllableAnalyzer

from miner import pipeline
from miner.compounds.counting import RunCounts, count_boundaries, count_runs
from miner.compounds.finding import by_falling_count, choose_compounds, find_compounds, likely_runs
from miner.corpus import CorpusError
from miner.engine import lexicon as engine_lexicon
from miner.engine import partitions
from miner.engine.lexicon import mine_lexicon_on
from miner.engine.shared import SharedFolder
from miner.engine.workplace import OnCluster, workplace
from miner.evidence.text import find_text_evidence
from miner.lexicon import stages as local_stages
from miner.lexicon.stages import mine_lexicon
from miner.options import ClusterOptions, CorpusOptions, EncoderOptions, LexiconOptions, RunOptions
from miner.stages import StageStore

NOUNS = ["반창고", "대일밴드", "스타뎀", "공포영화", "프로작", "플루옥세틴", "우울증", "이영화", "약"]


def sentences(n, seed):
    draw = random.Random(seed)
    for number in range(n):
        words = [draw.choice(NOUNS) + draw.choice(["을", "를", "이", "가", "", ""]) for _ in range(4)]
        yield " ".join(words) if number % 5 else "프로작(플루옥세틴)을 먹었다"


@pytest.fixture
def corpus(tmp_path):
    """Four files of four formats, with empty, broken and repeated rows."""
    (tmp_path / "a.txt").write_text("\n".join(["", *sentences(120, 1)]) + "\n", encoding="utf-8")
    rows = [json.dumps({"text": text, "kind": "가나"[i % 2]}) for i, text in enumerate(sentences(90, 2))]
    (tmp_path / "b.jsonl").write_text("\n".join([*rows[:50], "{", *rows[50:]]) + "\n", encoding="utf-8")
    table = pa.table({"text": list(sentences(80, 3)), "kind": ["다", None] * 40})
    pq.write_table(table, tmp_path / "c.parquet", row_group_size=11)
    with gzip.open(tmp_path / "d.csv.gz", "wt", encoding="utf-8") as out:
        out.write("text,kind\n" + "".join(f"{text},라\n" for text in sentences(60, 1)))
    return tmp_path


@pytest.fixture
def vocab(vocabulary):
    return LexiconOptions(tokenizer=str(vocabulary))


@pytest.fixture(autouse=True)
def syllables(monkeypatch):
    for module in (local_stages, partitions):
        monkeypatch.setattr(module, "load_analyzer", lambda *_, **__: SyllableAnalyzer())


def on_one_machine(corpus, lexicon, folder, seed=0):
    stages = StageStore(folder)
    found, source = mine_lexicon(RunOptions(corpus, lexicon, seed=seed), stages)
    return found, source, dict(stages.finished["eojeols"].report)


def in_partitions(corpus, lexicon, folder, seed=0, partition_bytes=700):
    found, source, counted = mine_lexicon_on(
        PlainCluster(),
        corpus,
        lexicon,
        seed,
        StageStore(folder),
        shared=SharedFolder(str(folder / "shared")),
        partition_bytes=partition_bytes,
    )
    report = dict(counted.stage.report)
    return (found, source, report), report.pop("n_partitions")


TABLES = ("b.jsonl", "c.parquet", "d.csv.gz")


@pytest.mark.parametrize(
    ("names", "reading", "choosing"),
    [
        (("a.txt", "a.txt"), {}, {}),
        (TABLES, {"columns": ("text",)}, {"min_count": 3}),
        (TABLES, {"columns": ("text",), "group_by": "kind"}, {"n_examples": 2}),
        (TABLES, {"columns": ("text",), "unique": True}, {"n_examples": 0}),
        (("a.txt",), {"unique": True, "passages": True}, {"in_vocabulary_too": True}),
        (("a.txt",), {}, {"compounds": False}),
        (("a.txt",), {}, {"all_morphemes": True}),
    ],
)
def test_words_counts_and_examples_are_those_of_one_machine(corpus, vocab, tmp_path, names, reading, choosing):
    asked = CorpusOptions(tuple(str(corpus / name) for name in names), **reading)
    chosen = replace(vocab, **choosing)
    expected = on_one_machine(asked, chosen, tmp_path / "one", seed=3)
    assert len(expected[0].words) > 5
    found, n_partitions = in_partitions(asked, chosen, tmp_path / "many", seed=3)
    assert found == expected
    assert n_partitions > 5


def test_the_compounds_are_there_to_be_compared(corpus, vocab, tmp_path):
    found, _ = in_partitions(CorpusOptions((str(corpus / "a.txt"),)), vocab, tmp_path)
    assert found[0].counts["n_compounds"] > 3


def test_neither_the_size_of_partitions_nor_a_second_run_changes_anything(corpus, vocab, tmp_path, monkeypatch):
    asked = CorpusOptions((str(corpus / "a.txt"),))
    small, n_small = in_partitions(asked, vocab, tmp_path, partition_bytes=300)
    large, n_large = in_partitions(asked, vocab, tmp_path, partition_bytes=3000)
    assert small == large
    assert n_small > n_large > 1
    monkeypatch.setattr(engine_lexicon, "count_partition", None)  # whoever calls it fails
    assert in_partitions(asked, vocab, tmp_path, partition_bytes=300)[0] == small


def test_what_was_counted_before_an_interruption_is_not_counted_again(corpus, vocab, tmp_path, monkeypatch):
    asked = CorpusOptions((str(corpus / "a.txt"),))

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine_lexicon, "merge_eojeols", interrupted)
        with pytest.raises(KeyboardInterrupt):
            in_partitions(asked, vocab, tmp_path)
    monkeypatch.setattr(partitions, "load_analyzer", None)
    found, _ = in_partitions(asked, vocab, tmp_path)
    assert found == on_one_machine(asked, vocab, tmp_path / "one")


def test_corpus_and_shared_folder_may_be_at_addresses(vocab, tmp_path):
    everything = [*sentences(120, 7), *sentences(120, 8)]
    for name, texts in (("x.txt", everything[:120]), ("y.txt", everything[120:])):
        with fsspec.open(f"memory://engine/{name}", "wb") as out:
            out.write("\n".join(texts).encode())
    asked = CorpusOptions(("memory://engine/*.txt",))
    place = OnCluster(PlainCluster(), ClusterOptions(), SharedFolder("memory://engine/shared"))
    stages = StageStore(tmp_path / "many")
    found, source = place.mine_lexicon(RunOptions(asked, vocab), stages)
    expected, expected_source, _ = on_one_machine(asked, vocab, tmp_path / "one")
    assert (found, source) == (expected, expected_source)
    documents = {example.document for word in found.words for example in word.examples}
    assert documents == {"memory://engine/x.txt", "memory://engine/y.txt"}
    words = ["프로작", "플루옥세틴"]
    pq.write_table(pa.table({"text": everything}), tmp_path / "everything.parquet")
    evidence, counts = place.find_text_evidence(words, [])
    assert counts["n_alias_pairs"] == 1
    assert (evidence, counts) == find_text_evidence(tmp_path / "everything.parquet", words, [])


def test_where_a_rename_replaces_no_file_nothing_unfinished_stays(monkeypatch):
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/kept/a.json", b"true")
    monkeypatch.setattr(type(fs), "mv", lambda self, source, target: None)  # as WebHDFS does
    folder = SharedFolder("memory://kept")
    folder.write_json("a.json", True)
    assert folder.read_json("a.json") is True
    assert fs.ls("/kept", detail=False) == ["/kept/a.json"]


def test_the_groups_are_those_of_one_machine(corpus, vocab, tmp_path, monkeypatch):
    names = [str(corpus / name) for name in TABLES]
    asked = RunOptions(CorpusOptions(tuple(names), columns=("text",)), vocab, EncoderOptions(device="cpu"))
    place = OnCluster(PlainCluster(), ClusterOptions(), SharedFolder(str(tmp_path / "shared")))
    database = str(tmp_path / "words.db")
    monkeypatch.setattr(pipeline, "cache_folder", lambda: tmp_path)  # the words have to be encoded
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "workplace", lambda *_: nullcontext(place))
        many = pipeline.mine_groups(asked, work_dir=tmp_path / "many", database=database)
    monkeypatch.setattr(pipeline, "cache_folder", lambda: tmp_path / "other")
    one = pipeline.mine_groups(asked, work_dir=tmp_path / "one", database=database)
    assert many.groups
    assert many.groups == one.groups
    assert many.lexicon == one.lexicon
    reports = [
        {n: s["report"] for n, s in run.manifest["stages"].items() if n != "eojeols"} for run in (many, one)
    ]
    assert reports[0] == reports[1]
    assert reports[0]["vectors"]["n_encoded"] == len(many.lexicon.words)
    assert reports[0]["distribution"]["n_words_with_distribution"] > 3
    assert many.stored.is_new_run
    assert not one.stored.is_new_run  # the same run to the last digit


def test_a_strict_run_stops_at_the_broken_row_and_names_it(corpus, vocab, tmp_path):
    asked = CorpusOptions((str(corpus / "b.jsonl"),), columns=("text",), strict=True)
    with pytest.raises(CorpusError, match=r"b\.jsonl, row 51: is not JSON"):
        in_partitions(asked, vocab, tmp_path)


def test_a_corpus_without_korean_is_refused(vocab, tmp_path):
    (tmp_path / "e.txt").write_text("hello\n" * 500, encoding="utf-8")
    with pytest.raises(CorpusError, match="no Korean text: 500 rows"):
        in_partitions(CorpusOptions((str(tmp_path / "e.txt"),)), vocab, tmp_path)


def test_standard_input_and_relative_paths_are_refused(vocab, tmp_path):
    with pytest.raises(ValueError, match="standard input cannot be read by several machines"):
        in_partitions(CorpusOptions(("-",)), vocab, tmp_path)
    asked = RunOptions(CorpusOptions(("a.txt",)), vocab, cluster=ClusterOptions("tcp://scheduler:8786"))
    with pytest.raises(ValueError, match=r"the corpus is given as 'a\.txt'.*give an absolute path"):
        workplace(asked, tmp_path).__enter__()


def test_counts_of_shares_by_first_syllable_give_the_same_compounds():
    pool = [list(SyllableAnalyzer().analyze([text]))[0] for text in sentences(300, 5)]
    counts = {}
    for eojeol in (eojeol for found in pool for eojeol in found):
        counts[eojeol] = counts.get(eojeol, 0) + 1
    shares = [[(e, n) for e, n in counts.items() if ord(e.surface[0]) % 3 == share] for share in range(3)]
    shares = [by_falling_count([e for e, _ in s], np.array([n for _, n in s], np.int64)) for s in shares]
    runs = RunCounts()
    for share in shares:
        counted = count_runs(share)
        likely = likely_runs(counted, 2)
        likely.right.update(counted.right)
        runs.add(likely)

    def boundaries_of(words, others):
        first, *rest = (count_boundaries(share, words, others) for share in shares)
        for own in rest:
            first.add(own)
        return first

    chosen = list(choose_compounds(runs, boundaries_of, min_count=2))
    assert len(chosen) > 3
    assert chosen == list(find_compounds(list(counts), np.array(list(counts.values())), min_count=2))
