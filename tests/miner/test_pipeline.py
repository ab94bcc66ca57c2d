"""The whole run on a small corpus: what is stored, what is reused, what an interruption leaves."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from curator.store.models import Decision, Group, GroupStatus, Member, Run, Word, WordStatistics
from curator.store.session import opened, session_factory
from miner import pipeline
from miner.neighbors import find_neighbors
from miner.options import CorpusOptions, EncoderOptions, GroupOptions, LexiconOptions, RunOptions
from miner.pipeline import mine_groups

UTTERANCES = [
    "상처에 반창고를 붙였어요",
    "약국에서 대일밴드를 샀어요",
    "우울증 때문에 병원에 갔어요",
    "휴대폰 화면이 깨졌어요",
    "핸드폰 화면을 봤어요",
    "의사가 우울하다고 했어요",
    "무섭고 두려웠어요",
]


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "talk.csv"
    path.write_text("HS\n" + "\n".join(UTTERANCES) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def options(corpus, vocabulary):
    return RunOptions(
        CorpusOptions((str(corpus),), columns=("HS",)),
        LexiconOptions(analyzer="kiwi", tokenizer=str(vocabulary), n_workers=1),
        EncoderOptions(device="cpu"),
        GroupOptions(min_cosine_similarity=0.5, min_probability=0.05),  # next to nothing is sure among few words
    )


def run(options, tmp_path, database=None, **more):
    database = database or str(tmp_path / "words.db")
    return mine_groups(options, work_dir=tmp_path / "stages", database=database, **more)


def rows_of(database, model):
    with opened(str(database)) as engine, session_factory(engine)() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_run_finds_oov_words_and_groups_them(options, tmp_path):
    result = run(options, tmp_path, groups_out=tmp_path / "groups.tsv")
    words = {word.text: word for word in result.lexicon.words}
    assert words["반창고"].is_oov
    assert words["반창고"].pieces == ("반", "##창", "##고")
    assert words["반창고"].examples[0].text == UTTERANCES[0]
    assert "상처" not in words  # an entry of the vocabulary
    assert {"휴대폰", "핸드폰"} in [set(group.words) for group in result.groups]
    lines = (tmp_path / "groups.tsv").read_text(encoding="utf-8").splitlines()
    assert [tuple(line.split("\t")) for line in lines] == [group.words for group in result.groups]
    assert rows_of(tmp_path / "words.db", Word) == len(words)
    assert rows_of(tmp_path / "words.db", Group) == len(result.groups)
    assert result.manifest["source"]["inputs"][0]["path"].endswith("talk.csv")
    assert result.manifest["configuration"]["groups"]["min_cosine_similarity"] == 0.5


def test_the_recall_of_the_neighbours_is_stored_with_the_run(options, tmp_path, monkeypatch):
    monkeypatch.setattr(
        pipeline, "find_neighbors", lambda *args, **how: replace(find_neighbors(*args, **how), recall=0.96875)
    )
    run(options, tmp_path)
    with opened(str(tmp_path / "words.db")) as engine, session_factory(engine)() as session:
        stages = session.scalars(select(Run)).one().manifest["stages"]
    assert stages["neighbors"]["report"]["recall"] == 0.96875
    assert stages["neighbors"]["report"]["index"] == "Flat"


@pytest.mark.parametrize(("least", "n_groups"), [(0.0, 5), (0.5, 2)])
def test_every_member_is_near_every_other_and_no_group_is_too_large(options, tmp_path, least, n_groups):
    likely = GroupOptions(min_cosine_similarity=least, min_probability=0.05, max_group_size=3)
    found = run(replace(options, groups=likely), tmp_path).groups
    assert len(found) == n_groups
    for group in found:
        assert 2 <= len(group.words) <= 3
        assert group.min_pair_cosine_similarity >= least
        cosines = [e.value for e in group.evidence if e.kind == "cosine_similarity"]
        assert len(cosines) == len(group.words) * (len(group.words) - 1) // 2
        assert min(cosines) == group.min_pair_cosine_similarity


def test_a_second_run_reuses_every_stage_and_stores_nothing_new(options, tmp_path):
    first = run(options, tmp_path)
    second = run(options, tmp_path)
    reused = [stage["reused"] for name, stage in second.manifest["stages"].items() if name != "groups"]
    assert len(reused) >= 4
    assert all(reused)
    assert second.lexicon == first.lexicon
    assert second.groups == first.groups
    assert not second.stored.is_new_run
    assert rows_of(tmp_path / "words.db", Run) == 1


def test_other_groups_of_the_same_words_share_the_stages_before(options, tmp_path):
    run(options, tmp_path)
    wider = run(replace(options, groups=replace(options.groups, min_cosine_similarity=0.3)), tmp_path)
    assert all(wider.manifest["stages"][name]["reused"] for name in ("eojeols", "lexicon", "vectors", "neighbors"))
    assert wider.stored.is_new_run
    assert wider.stored.n_new_words == 0


def test_a_changed_corpus_is_read_again(options, corpus, tmp_path):
    run(options, tmp_path)
    with corpus.open("a", encoding="utf-8") as out:
        out.write("프로작을 먹어요\n")
    again = run(options, tmp_path)
    assert not again.manifest["stages"]["eojeols"]["reused"]
    assert "프로작" in {word.text for word in again.lexicon.words}


def test_what_a_person_decided_is_left_alone(options, tmp_path):
    run(options, tmp_path)
    database = tmp_path / "words.db"
    with opened(str(database)) as engine, session_factory(engine)() as session:
        group = next(
            g for g in session.scalars(select(Group)) if {m.word.text for m in g.members} == {"휴대폰", "핸드폰"}
        )
        group.status = GroupStatus.REJECTED
        session.commit()
        rejected = group.id
    wider = run(replace(options, groups=replace(options.groups, min_cosine_similarity=0.4)), tmp_path)
    assert {"휴대폰", "핸드폰"} not in [set(g.words) for g in wider.groups]
    with opened(str(database)) as engine, session_factory(engine)() as session:
        assert session.get_one(Group, rejected).status is GroupStatus.REJECTED
        members = session.scalars(select(Member).where(Member.group_id == rejected)).all()
        assert {member.word.text for member in members} == {"휴대폰", "핸드폰"}
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


@pytest.mark.parametrize("stage", ["find_neighbors", "cluster"])
def test_an_interruption_keeps_the_stages_and_nothing_in_the_database(options, tmp_path, monkeypatch, stage):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, stage, interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(options, tmp_path)
    assert rows_of(tmp_path / "words.db", Run) == rows_of(tmp_path / "words.db", Word) == 0
    resumed = run(options, tmp_path)
    assert all(resumed.manifest["stages"][name]["reused"] for name in ("eojeols", "lexicon", "vectors"))
    assert resumed.groups


def test_a_full_disk_keeps_what_was_finished(options, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.np, "savez", full)
        with pytest.raises(OSError, match="No space left"):
            run(options, tmp_path)
    assert not list((tmp_path / "stages").glob("*.unfinished"))
    assert run(options, tmp_path).manifest["stages"]["vectors"]["reused"]


def test_a_killed_run_leaves_finished_stages_only(corpus, vocabulary, tmp_path):
    """The process is killed as soon as its first stage stands; the same command then goes on from it."""
    command = [
        str(Path(sys.executable).with_name("miner")),
        "run",
        str(corpus),
        "--column",
        "HS",
        "--analyzer",
        "kiwi",
    ]
    command += ["--tokenizer", str(vocabulary), "--work-dir", str(tmp_path / "stages"), "--device", "cpu"]
    command += ["--database", str(tmp_path / "words.db")]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "stages").glob("eojeols-????????????????/stage.json")):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert rows_of(tmp_path / "words.db", Run) == 0
    done = subprocess.run(command, env=os.environ, capture_output=True, encoding="utf-8", check=True)
    assert "eojeols reused" in done.stdout
    assert rows_of(tmp_path / "words.db", Run) == 1
    assert not list((tmp_path / "stages").glob("*.unfinished"))


def test_words_of_a_list_are_grouped_without_a_corpus(vocabulary, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("내비게이션\n약\n네비게이션\n내비게이션\n\n!\n", encoding="utf-8")
    lexicon = LexiconOptions(tokenizer=str(vocabulary), in_vocabulary_too=True, min_count=1)
    options = RunOptions(str(path), lexicon, EncoderOptions(device="cpu"), GroupOptions())
    result = run(options, tmp_path)
    assert [set(group.words) for group in result.groups] == [{"내비게이션", "네비게이션"}]
    assert [(w.text, w.is_oov) for w in result.lexicon.words] == [
        ("내비게이션", True),
        ("약", False),
        ("네비게이션", True),
        ("!", True),
    ]
    assert result.manifest["stages"]["vectors"]["report"]["n_without_vector"] == 1


def test_a_transformer_encoder_runs_the_same_way(options, transformer_encoder, tmp_path):
    options = replace(options, encoder=EncoderOptions(str(transformer_encoder), device="cpu"))
    result = run(options, tmp_path)
    assert result.manifest["stages"]["vectors"]["report"]["n_without_vector"] == 0
    assert result.stored.n_words == len(result.lexicon.words)


def test_the_same_words_in_vocabulary_are_mined_where_asked(options, tmp_path):
    options = replace(options, lexicon=replace(options.lexicon, in_vocabulary_too=True))
    words = {word.text: word.is_oov for word in run(options, tmp_path).lexicon.words}
    assert words["상처"] is False
    assert words["반창고"] is True


def test_groups_reach_postgresql_too(options, tmp_path, new_postgresql_url):
    first = run(options, tmp_path, new_postgresql_url)
    assert first.stored.is_new_run
    assert not run(options, tmp_path, new_postgresql_url).stored.is_new_run
    with opened(new_postgresql_url) as engine, session_factory(engine)() as session:
        assert session.scalar(select(func.count()).select_from(Group)) == len(first.groups)


def test_the_words_of_groups_lie_on_a_map_that_a_second_run_finds(options, tmp_path):
    first = run(options, tmp_path)
    second = run(options, tmp_path, database=str(tmp_path / "other.db"))
    grouped = {word for group in first.groups for word in group.words}
    assert first.manifest["stages"]["map"]["report"] == {"n_mapped_words": len(grouped)}
    assert second.manifest["stages"]["map"]["reused"]
    places = []
    for name in ("words.db", "other.db"):
        with opened(str(tmp_path / name)) as engine, session_factory(engine)() as session:
            columns = (Word.text, WordStatistics.map_x, WordStatistics.map_y)
            query = select(*columns).join(Word, Word.id == WordStatistics.word_id)
            places.append({text: (x, y) for text, x, y in session.execute(query) if x is not None})
    assert set(places[0]) == grouped
    assert places[0] == places[1]
