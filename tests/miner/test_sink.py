"""A run is stored whole, once, beside what people have decided."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from curator.store import migrate
from curator.store.models import (
    Base,
    Evidence,
    Example,
    Group,
    GroupOrigin,
    GroupStatus,
    Neighbor,
    Run,
    Word,
    WordStatistics,
)
from curator.store.queries import category_frequencies
from curator.store.session import DatabaseUnavailableError, open_engine, opened, session_factory, writing
from miner.clustering import PairEvidence, ProposedGroup
from miner.lexicon import Example as LexiconExample
from miner.lexicon import LexiconWord
from miner.morphology.base import Pos
from miner.sink import PastConstraints, StoreCounts, check_database, past_constraints, store_run
from miner.sink.examples import example_rows

SENTENCE = "오늘은 대일밴드를 붙였다"


def word(text: str, frequency: int = 3, pos: Pos = Pos.NOUN, *, is_oov: bool = True) -> LexiconWord:
    """A word of the lexicon with two pieces and one example."""
    return LexiconWord(
        text=text,
        pos=pos,
        frequency=frequency,
        document_frequency=2,
        forms=((text, frequency),),
        is_oov=is_oov,
        pieces=(text[0], f"##{text[1:]}"),
        has_unknown_piece=False,
        examples=(LexiconExample(f"나는 {text}를 안다", "a.csv", 7),),
    )


def proposal(*words: str, similarity: float = 0.75, probability: float = 0.6) -> ProposedGroup:
    """A group with evidence for its first pair."""
    evidence = PairEvidence("alias", words[0], words[1], 2.0, f"{words[0]}({words[1]})")
    return ProposedGroup(words, (0.9,) * len(words), similarity, (evidence,), probability)


def manifest(fingerprint: str) -> dict[str, str]:
    """As little as a manifest may hold."""
    return {"fingerprint": fingerprint, "started_at": "2026-01-02T03:04:05+09:00"}


def store(engine: Engine, fingerprint: str, words: str, *groups: str) -> StoreCounts:
    """Store a run of one-letter words; a group is written as its letters."""
    return store_run(engine, manifest(fingerprint), [word(w) for w in words], [proposal(*g) for g in groups])


def rows(engine: Engine) -> dict[str, int]:
    """Number of rows by table."""
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def test_everything_of_a_run_is_stored(engine: Engine):
    plaster = replace(
        word("대일밴드", 5, Pos.COMPOUND),
        forms=(("대일밴드", 4), ("대일 밴드", 1)),
        examples=(LexiconExample(SENTENCE, "counselling.csv", 12),),
    )
    counts = store_run(
        engine, manifest("a"), [plaster, word("반창고", 9, is_oov=False)], [proposal("반창고", "대일밴드")]
    )
    assert counts == StoreCounts(
        1, is_new_run=True, n_words=2, n_new_words=2, n_examples=2, n_groups=1, n_new_groups=1
    )
    with session_factory(engine)() as session:
        run = session.scalars(select(Run)).one()
        assert run.manifest == manifest("a")
        assert run.started_at == datetime(2026, 1, 1, 18, 4, 5, tzinfo=UTC)
        stored = session.scalars(select(Word).where(Word.text == "대일밴드")).one()
        assert stored.pos == "Compound"
        statistics = session.get_one(WordStatistics, (run.id, stored.id))
        assert (statistics.frequency, statistics.document_frequency, statistics.is_oov) == (5, 2, True)
        assert statistics.forms == [["대일밴드", 4], ["대일 밴드", 1]]
        assert (statistics.pieces, statistics.has_unknown_piece) == (["대", "##일밴드"], False)
        example = session.scalars(select(Example).where(Example.word_id == stored.id)).one()
        assert (example.sentence, example.document, example.row) == (SENTENCE, "counselling.csv", 12)
        assert example.sentence[example.start : example.end] == "대일밴드"
        found = session.scalars(select(Group)).one()
        assert (found.status, found.origin, found.version) == (GroupStatus.PROPOSED, GroupOrigin.MINED, 1)
        assert found.canonical_word.text == "반창고"
        assert [(m.word.text, m.cosine_similarity) for m in found.members] == [
            ("반창고", 0.9),
            ("대일밴드", 0.9),
        ]
        assert (found.n_members, found.confidence, found.run_id) == (2, 0.6, run.id)
        assert found.min_pair_cosine_similarity == 0.75
        assert (found.n_occurrences, found.n_affected_pieces) == (14, 10)
        evidence = session.scalars(select(Evidence)).one()
        assert (evidence.kind, evidence.value, evidence.sentence) == ("alias", 2.0, "반창고(대일밴드)")
        assert (evidence.word_a_id, evidence.word_b_id) == (found.canonical_word_id, stored.id)


def test_what_a_run_counted_by_category_is_stored(engine: Engine):
    by_category = replace(word("가", 3), categories=(("간호학", 2), ("", 1)))
    store_run(engine, manifest("a"), [by_category, word("나")], [])
    with engine.connect() as connection:
        keys = dict(connection.execute(select(Word.text, Word.id)).all())
        assert category_frequencies(connection, keys["가"], 1) == {"간호학": 2, "": 1}
        assert category_frequencies(connection, keys["나"], 1) == {}
        assert category_frequencies(connection, keys["가"], 2) == {}


def test_the_close_words_of_a_run_are_stored(engine: Engine):
    close = [("가", "나", 0.75), ("가", "다", 0.5)]
    store_run(engine, manifest("a"), [word(w) for w in "가나다"], [proposal("가", "나")], close)
    with engine.connect() as connection:
        keys = dict(connection.execute(select(Word.text, Word.id)).all())
        rows = connection.execute(select(Neighbor.word_id, Neighbor.neighbor_id, Neighbor.cosine_similarity)).all()
    assert sorted(rows) == [(keys["가"], keys["나"], 0.75), (keys["가"], keys["다"], 0.5)]


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [("밴드 말고 대일밴드", (0, 2)), ("대일밴드 하나", (2, 4)), ("반창고 하나", (None, None))],
)
def test_an_example_marks_the_word_rather_at_the_start_of_an_eojeol(tmp_path: Path, sentence: str, marked: tuple):
    shown = replace(word("밴드"), examples=(LexiconExample(sentence, "a.txt", 1),))
    with opened(str(tmp_path / "words.db"), create=True) as engine:
        store_run(engine, manifest("a"), [shown], [])
        with engine.connect() as connection:
            assert connection.execute(select(Example.start, Example.end)).one() == marked


def test_an_example_marks_the_most_frequent_of_equally_long_forms():
    forms = ["먹을", *(f"먹{ending}" for ending in "고는니어던게지")]  # in a set, one of eight would come first
    example = LexiconExample(" ".join(reversed(forms)), "a.csv", 7)
    food = replace(word("먹다"), forms=tuple((form, 9) for form in forms), examples=(example,))
    (row,) = example_rows(1, 1, food)
    assert example.text[row["start"] : row["end"]] == "먹을"


def test_the_same_run_is_stored_once(engine: Engine):
    first = store(engine, "a", "가나다", "가나")
    before = rows(engine)
    assert store(engine, "a", "가나다", "가나") == StoreCounts(first.run_id, is_new_run=False)
    assert rows(engine) == before


def test_another_run_adds_to_the_words_and_does_not_repeat_a_group(engine: Engine):
    store(engine, "a", "가나다", "가나")
    counts = store(engine, "b", "가나다라", "나가", "다라")
    assert (counts.n_new_words, counts.n_new_groups, counts.n_open_groups) == (1, 1, 1)
    assert rows(engine)["words"] == 4
    assert rows(engine)["groups"] == 2


def test_past_decisions_come_back_as_pairs_of_words_for_the_clustering(engine: Engine):
    store(engine, "a", "가나다라", "나가", "라다")
    with session_factory(engine).begin() as session:
        accepted, rejected = session.scalars(select(Group).order_by(Group.id))
        accepted.status, rejected.status = GroupStatus.ACCEPTED, GroupStatus.REJECTED
    assert past_constraints(engine) == PastConstraints(frozenset({("가", "나")}), frozenset({("다", "라")}))
    assert store(engine, "b", "가나다라마", "가나", "다라마").n_decided_groups == 1


def test_the_part_of_speech_of_a_word_is_that_of_the_last_run(engine: Engine):
    store_run(engine, manifest("a"), [word("빨리", pos=Pos.NOUN)], [])
    store_run(engine, manifest("b"), [word("빨리", pos=Pos.ADVERB)], [])
    with engine.connect() as connection:
        assert connection.scalars(select(Word.pos)).all() == ["Adverb"]


@pytest.mark.parametrize(
    ("told", "words", "groups", "message"),
    [
        ({"started_at": "2026-01-01"}, "가나", [], "fingerprint is missing"),
        (manifest("a"), "가나가", [], "1 texts more than once, e.g. '가'"),
        (
            manifest("a"),
            "가나",
            [proposal("가", "다")],
            "expected two or more different words of the lexicon",
        ),
        (
            manifest("a"),
            "가나",
            [proposal("가", "가")],
            "expected two or more different words of the lexicon",
        ),
        (manifest("a"), "가나", [proposal("가", "나"), proposal("나", "가")], "is proposed twice"),
    ],
)
def test_a_run_that_contradicts_itself_is_refused_and_leaves_nothing(tmp_path: Path, told, words, groups, message):
    with pytest.raises(ValueError, match=message):
        store_run(str(tmp_path / "words.db"), told, [word(w) for w in words], groups)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_gets_its_tables(database_url: str):
    check_database(database_url)
    with opened(database_url) as engine:
        migrate.check(engine)
    assert store_run(database_url, manifest("a"), [word("가")], []).n_words == 1


def test_a_database_that_cannot_be_written_is_told_before_the_work(tmp_path: Path):
    file = str(tmp_path / "words.db")
    check_database(file)
    engine = open_engine(file, busy_timeout_seconds=0.05)
    with opened(file) as other, writing(other).begin():
        with pytest.raises(DatabaseUnavailableError, match="another process is writing"):
            check_database(engine)
    engine.dispose()


@pytest.mark.parametrize("version", ["9999", None])
def test_a_database_of_another_version_or_owner_is_refused(engine: Engine, version: str | None):
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if version is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    with pytest.raises(migrate.SchemaMismatchError):
        store(engine, "a", "가")
    assert rows(engine) == {}


def test_a_full_disk_leaves_nothing_of_the_run(tmp_path: Path):
    with opened(str(tmp_path / "words.db"), create=True) as engine:
        store(engine, "a", "가나", "가나")
        before = rows(engine)
        words = [replace(word(f"낱말{n}"), examples=word("가").examples * 50) for n in range(1000)]
        with engine.connect() as connection:  # the limit belongs to the connection, which the pool gives again
            n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {n_pages + 20}")
        with pytest.raises(DatabaseUnavailableError, match="disk is full; nothing of this was stored"):
            store_run(engine, manifest("b"), words, [])
        assert rows(engine) == before


def test_a_killed_process_leaves_nothing_of_the_run(tmp_path: Path):
    file = tmp_path / "words.db"
    check_database(str(file))
    code = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_sink import manifest, proposal, word
from curator.store import merge
from miner.sink import store_run
def supersede_unproposed(*arguments):  # the last step: everything else is written by now
    print("written", flush=True)
    time.sleep(60)
merge.supersede_unproposed = supersede_unproposed
words = [word(f"낱말{{n}}") for n in range(20_000)]
store_run({str(file)!r}, manifest("a"), words, [proposal("낱말1", "낱말2")])
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
    with opened(str(file)) as engine:
        assert rows(engine) == {}
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert store(engine, "a", "가나", "가나").n_new_groups == 1


def test_two_runs_at_once_are_stored_one_after_the_other(engine: Engine, database_url: str):
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from test_sink import manifest, word
from miner.sink import store_run
store_run(sys.argv[2], manifest(sys.argv[3]), [word(f"낱말{n}") for n in range(3000)], [])
"""
    here = str(Path(__file__).parent)
    processes = [
        subprocess.Popen([sys.executable, "-c", code, here, database_url, fingerprint]) for fingerprint in "ab"
    ]
    assert [process.wait() for process in processes] == [0, 0]
    assert rows(engine) == {"words": 3000, "runs": 2, "word_statistics": 6000, "examples": 6000}


def test_a_large_run_takes_seconds(engine: Engine):
    words = [replace(word(f"낱말{n}"), examples=word("가").examples * 5) for n in range(10_000)]
    groups = [proposal(f"낱말{n}", f"낱말{n + 1}", f"낱말{n + 2}") for n in range(0, 3000, 3)]
    start = time.perf_counter()
    counts = store_run(engine, manifest("a"), words, groups)
    assert (counts.n_examples, counts.n_new_groups) == (50_000, 1000)
    assert time.perf_counter() - start < 15


def test_words_of_groups_keep_their_place_on_the_map(engine: Engine):
    words = [word("가"), word("나"), word("다")]
    places = {"가": (1.5, -2.0), "나": (0.25, 3.0)}
    store_run(engine, manifest("1"), words, [proposal("가", "나")], (), places)
    with session_factory(engine)() as session:
        columns = (Word.text, WordStatistics.map_x, WordStatistics.map_y)
        found = session.execute(select(*columns).join(Word, Word.id == WordStatistics.word_id).order_by(Word.text))
        assert [tuple(row) for row in found] == [("가", 1.5, -2.0), ("나", 0.25, 3.0), ("다", None, None)]
