"""Transactions hold on both databases, and an unusable database says what to do."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from curator.store import migrate
from curator.store.models import Example, Group, GroupOrigin, GroupStatus, Run, Word
from curator.store.session import (
    DatabaseUnavailableError,
    open_engine,
    opened,
    parse_address,
    session_factory,
    writing,
)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Iterator[Path]:
    """A SQLite database with all tables."""
    with opened(str(tmp_path / "words.db"), create=True) as engine:
        migrate.upgrade(engine)
    return tmp_path / "words.db"


def group(word: Word) -> Group:
    """A group that is as empty as can be."""
    return Group(
        origin=GroupOrigin.BY_HAND,
        signature="",
        canonical_word=word,
        n_members=0,
        confidence=0.75,
        n_occurrences=0,
        n_affected_pieces=0,
    )


def test_a_plain_path_is_a_sqlite_file():
    assert parse_address("words.db").render_as_string() == "sqlite:///words.db"
    assert parse_address("/data/낱말.db").database == "/data/낱말.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_by_psycopg_3(scheme: str):
    url = parse_address(f"{scheme}://kim:secret@server/dongui")
    assert url.render_as_string() == "postgresql+psycopg://kim:***@server/dongui"


@pytest.mark.parametrize("address", ["mysql://server/x", "postgresql+asyncpg://server/x", "http://x", "://"])
def test_another_address_is_refused_with_what_was_expected(address: str):
    with pytest.raises(ValueError, match=r"expected a path such as words\.db"):
        open_engine(address)


def test_a_rollback_undoes_everything_even_tables(database_url: str):
    with opened(database_url, create=True) as engine:
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE numbers (number INTEGER)"))
            connection.execute(text("INSERT INTO numbers VALUES (1)"))
            connection.rollback()
        assert inspect(engine).get_table_names() == []


def test_a_released_savepoint_is_undone_with_its_transaction(engine: Engine):
    with session_factory(engine)() as session:
        with session.begin_nested():
            session.add(Word(text="가", pos="Noun"))
        session.rollback()
        assert session.scalars(select(Word.text)).all() == []


def test_a_savepoint_that_is_rolled_back_leaves_the_rest(engine: Engine):
    with session_factory(engine).begin() as session:
        session.add(Word(text="가", pos="Noun"))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Word(text="가", pos="Verb"))
            session.flush()
        session.add(Word(text="나", pos="Noun"))
    with session_factory(engine)() as session:
        assert session.scalars(select(Word.text).order_by(Word.text)).all() == ["가", "나"]


def test_foreign_keys_hold(engine: Engine):
    row = Example(word_id=7, run_id=7, sentence="가", document="a.txt", row=1)
    with session_factory(engine)() as session, pytest.raises(IntegrityError):
        session.add(row)
        session.flush()


def test_sqlite_readers_go_on_while_one_writes(sqlite_file: Path):
    with opened(str(sqlite_file)) as engine, writing(engine).begin() as writer:
        writer.execute(text("INSERT INTO words (text, pos) VALUES ('가', 'Noun')"))
        with engine.connect() as reader:
            assert reader.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert reader.scalar(select(Word.text)) is None


def test_writers_that_read_first_wait_for_one_another(sqlite_file: Path):
    """Without the write lock at the start, SQLite refuses the second one at once, whatever the timeout."""

    def count() -> None:
        for _ in range(20):
            with session_factory(engine, for_writing=True).begin() as session:
                word = session.scalars(select(Word)).one()
                word.pos = str(int(word.pos) + 1)

    with opened(str(sqlite_file)) as engine:
        with session_factory(engine).begin() as session:
            session.add(Word(text="수", pos="0"))
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with session_factory(engine)() as session:
            assert session.scalars(select(Word.pos)).one() == "80"


def test_times_come_back_in_utc_whatever_zone_they_went_in(engine: Engine):
    in_seoul = datetime(2026, 1, 1, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with session_factory(engine).begin() as session:
        session.add(Run(fingerprint="a", manifest={"말뭉치": "HS"}, started_at=in_seoul, finished_at=in_seoul))
    with session_factory(engine)() as session:
        run = session.scalars(select(Run)).one()
        assert run.started_at == in_seoul
        assert run.started_at.tzinfo is UTC
        assert run.manifest == {"말뭉치": "HS"}


def test_a_time_without_zone_is_refused(engine: Engine):
    naive = datetime(2026, 1, 1)
    with session_factory(engine)() as session, pytest.raises(Exception, match="has no time zone"):
        session.add(Run(fingerprint="a", manifest={}, started_at=naive, finished_at=naive))
        session.flush()


def test_words_are_in_code_point_order(engine: Engine):
    words = ["나", "가", "a", "B", "ㄱ", "漢", "가나", "_"]
    with session_factory(engine).begin() as session:
        session.add_all(Word(text=word, pos="Noun") for word in words)
    with session_factory(engine)() as session:
        assert session.scalars(select(Word.text).order_by(Word.text)).all() == sorted(words)


def test_an_enum_is_stored_by_its_value(engine: Engine):
    with session_factory(engine).begin() as session:
        session.add(group(Word(text="가", pos="Noun")))
    with engine.connect() as connection:
        row = connection.execute(text("SELECT status, origin, uncertainty FROM groups")).one()
    assert row == ("proposed", "by_hand", 0.25)


def test_of_two_changes_to_one_version_of_a_group_the_second_fails(engine: Engine):
    make = session_factory(engine)
    with make.begin() as session:
        session.add(group(Word(text="가", pos="Noun")))

    def load() -> Group:
        with make(expire_on_commit=False) as session:
            return session.scalars(select(Group)).one()

    mine, theirs = load(), load()
    with make.begin() as session:
        session.add(mine)
        mine.status = GroupStatus.ACCEPTED
    with pytest.raises(StaleDataError), make.begin() as session:
        session.add(theirs)
        theirs.status = GroupStatus.REJECTED
    assert (load().status, load().version) == (GroupStatus.ACCEPTED, 2)


def test_a_locked_database_says_wait(sqlite_file: Path):
    holder = sqlite3.connect(sqlite_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    engine = open_engine(str(sqlite_file), busy_timeout_seconds=0.05)
    with pytest.raises(
        DatabaseUnavailableError, match="another process is writing to it; wait .*database is locked"
    ):
        writing(engine).connect().begin()
    engine.dispose()
    holder.close()


def test_a_full_disk_says_so_and_stores_nothing(sqlite_file: Path):
    with opened(str(sqlite_file)) as engine:
        with engine.connect() as connection:
            n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {n_pages}")
            connection.rollback()
            with pytest.raises(DatabaseUnavailableError, match="disk is full; nothing of this was stored"):
                connection.execute(
                    text("INSERT INTO words (text, pos) VALUES (:text, '')"), {"text": "가" * 10**6}
                )
        with engine.connect() as connection:
            assert connection.scalar(select(Word.id)) is None


def test_a_missing_file_is_told_and_not_made(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"there is no database .*words\.db; make one with"):
        open_engine(str(tmp_path / "words.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="the folder .*nowhere of the database words.db is not there"):
        open_engine(str(tmp_path / "nowhere" / "words.db"), create=True)


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path):
    file = tmp_path / "words.db"
    file.write_text("낱말\n" * 1000, encoding="utf-8")
    with opened(str(file)) as engine, pytest.raises(DatabaseUnavailableError, match="is no SQLite database"):
        engine.connect()
    assert file.read_text(encoding="utf-8") == "낱말\n" * 1000


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path):
    with opened(str(tmp_path)) as engine, pytest.raises(DatabaseUnavailableError, match="cannot be opened"):
        engine.connect()


def test_a_server_that_does_not_answer_is_told_without_the_password():
    with (
        opened("postgresql://kim:secret@127.0.0.1:9/dongui") as engine,
        pytest.raises(
            DatabaseUnavailableError, match=r"kim:\*\*\*@127.0.0.1:9/dongui: the server does not"
        ) as told,
    ):
        engine.connect()
    assert "secret" not in str(told.value)


def test_a_database_that_the_server_has_not_is_told(postgresql_url: str):
    with (
        opened(postgresql_url.replace("/postgres?", "/nowhere?")) as engine,
        pytest.raises(DatabaseUnavailableError, match="the server has no such database or user"),
    ):
        engine.connect()


def test_errors_of_a_statement_stay_what_they_are(engine: Engine):
    with session_factory(engine)() as session, pytest.raises(IntegrityError):
        session.add_all([Word(text="가", pos="Noun"), Word(text="가", pos="Noun")])
        session.flush()


def test_a_connection_that_the_server_has_closed_is_replaced(
    new_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    with opened(new_postgresql_url) as engine, opened(new_postgresql_url) as other:
        with engine.connect() as connection:
            key = connection.scalar(text("SELECT pg_backend_pid()"))
        with other.connect() as connection:
            assert connection.scalar(text("SELECT pg_terminate_backend(:key, 5000)"), {"key": key})
        monkeypatch.setattr("curator.store.session.MAX_IDLE_SECONDS", 0.0)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != key


@pytest.mark.parametrize("is_durable", [True, False])
def test_what_is_committed_is_there_whether_the_disk_is_waited_for_or_not(engine: Engine, is_durable: bool):
    setting = "SHOW synchronous_commit" if engine.dialect.name == "postgresql" else "PRAGMA synchronous"
    with session_factory(engine, for_writing=True, is_durable=is_durable).begin() as session:
        session.add(Word(text="가", pos="Noun"))
        assert session.scalar(text(setting)) in (("on", 2) if is_durable else ("off", 1))
    with session_factory(engine, for_writing=True).begin() as session:
        assert session.scalar(text(setting)) in ("on", 2)
        assert session.scalars(select(Word.text)).all() == ["가"]


def test_as_many_connections_are_kept_as_threads_want(database_url: str):
    engine = open_engine(database_url, create=True, n_connections=7)
    held = [engine.connect() for _ in range(7)]
    for connection in held:
        connection.close()
    assert engine.pool.checkedin() == 7
    engine.dispose()
