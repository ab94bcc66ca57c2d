"""A database of many groups with three words each, filled by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from curator.store import migrate
from curator.store.session import opened, writing

N_GROUPS = 1_000_000
N_SYLLABLES = 11_172  # of modern Hangul, from U+AC00
PARTS_OF_SPEECH = ("Noun", "Noun", "Noun", "Noun", "Verb", "Adjective", "Compound")


def filled(address: str, n_groups: int) -> bool:
    """Make sure that a database holds so many groups; return whether it was empty before.

    :raises ValueError: if it holds another number of words.
    """
    with opened(address, create=True) as engine:
        if migrate.current(engine) is None:
            fill(engine, n_groups)
            return True
        migrate.upgrade(engine)
        with engine.connect() as connection:
            n_words = connection.scalar(text("SELECT count(*) FROM words"))
    if n_words != 3 * n_groups:
        raise ValueError(f"{address} holds {n_words} words, expected {3 * n_groups}; name another folder")
    return False


def fill(engine: Engine, n_groups: int) -> None:
    """Make the tables and fill them; word 3g-2 to 3g are those of group g."""
    migrate.upgrade(engine)
    with writing(engine).begin() as connection, unguarded(connection):
        n_words = 3 * n_groups
        now = "CURRENT_TIMESTAMP"
        connection.execute(
            text(
                "INSERT INTO runs (id, fingerprint, manifest, started_at, finished_at)"
                f" VALUES (1, 'benchmark', '{{}}', {now}, {now})"
            )
        )
        syllable = "chr" if connection.dialect.name == "postgresql" else "char"
        # Two syllables tell a word apart (7,919 and 11,172 have no common factor); the third varies the length.
        word = (
            f"{syllable}(44032 + (n % {N_SYLLABLES}) * 7919 % {N_SYLLABLES})"
            f" || {syllable}(44032 + n / {N_SYLLABLES})"
            f" || CASE WHEN n % 3 = 0 THEN {syllable}(44032 + n % 588) ELSE '' END"
        )
        cases = " ".join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(PARTS_OF_SPEECH))
        pos = f"CASE n % {len(PARTS_OF_SPEECH)} {cases} END"
        series(connection, n_words, "words (id, text, pos)", f"n, {word}, {pos}")
        series(
            connection,
            n_words,
            "word_statistics (run_id, word_id, frequency, document_frequency, forms, is_oov, pieces,"
            " has_unknown_piece)",
            "1, n, 1 + n % 997, 1 + n % 499, '[]', n % 5 > 0, '[\"가\", \"##나\"]', n % 11 = 0",
        )
        series(
            connection,
            n_groups,
            "groups (id, status, origin, version, signature, proposed_signature, run_id, canonical_word_id, pos,"
            " n_members, confidence, min_pair_cosine_similarity, n_occurrences, n_affected_pieces, created_at,"
            " updated_at)",
            "n, CASE WHEN n % 10 < 7 THEN 'proposed' WHEN n % 10 < 9 THEN 'accepted' ELSE 'rejected' END,"
            " 'mined', 1,"
            f" CAST(n AS TEXT), CAST(n AS TEXT), 1, 3 * n - 2, {pos.replace('n %', '(3 * n - 2) %')}, 3,"
            " ((n % 100003) * 7919 % 1000003) / 1000003.0, 0.5,"
            f" (n * 31) % 5003, (n * 17) % 9001, {now}, {now}",
        )
        for position in range(3):
            series(
                connection,
                n_groups,
                "members (group_id, word_id, position, cosine_similarity, is_removed)",
                f"n, 3 * n - 2 + {position}, {position}, 0.7, n < 0",
            )
        series(
            connection,
            n_groups,
            "evidence (group_id, word_a_id, word_b_id, kind, value)",
            "n, 3 * n - 2, 3 * n - 1, 'cosine_similarity', 0.7",
        )
        series(
            connection,
            n_words,
            'examples (word_id, run_id, sentence, document, row, start, "end")',
            "n, 1, '오늘은 병원에 가서 약을 받아 왔어요.', 'corpus.csv', n, 0, 3",
        )
    finish(engine)


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Fill without what PostgreSQL does for each row; the indexes are built at the end, each in one sort.

    Not for SQLite, which has no way to add a constraint to a table that is there.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    # No triggers: not those of foreign keys, twenty million calls. Primary keys stay: rows come in their order.
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    connection.execute(text("ALTER TABLE words DROP CONSTRAINT uq_words_text"))
    indexes = connection.execute(
        text(
            "SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index"
            " WHERE indrelid IN ('words'::regclass, 'word_statistics'::regclass, 'groups'::regclass,"
            " 'members'::regclass, 'evidence'::regclass, 'examples'::regclass) AND NOT indisunique"
        )
    ).all()
    for index in indexes:
        connection.execute(text(f"DROP INDEX {index.name}"))
    yield
    connection.execute(text("ALTER TABLE words ADD CONSTRAINT uq_words_text UNIQUE (text) INCLUDE (id)"))
    for index in indexes:
        connection.execute(text(index.definition))


def series(connection: Connection, n_rows: int, target: str, values: str) -> None:
    """Insert a row for each number from 1."""
    numbers = f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {n_rows})"
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"INSERT INTO {target} SELECT {values} FROM generate_series(1, {n_rows}) AS s (n)")
        )
    else:
        connection.execute(text(f"INSERT INTO {target} {numbers} SELECT {values} FROM numbers"))


def finish(engine: Engine) -> None:
    """Let the database count what it holds, and number new rows behind these."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        connection.execute(text("VACUUM ANALYZE" if is_postgresql else "ANALYZE"))
        if is_postgresql:
            for table in ("runs", "words", "groups", "evidence", "examples"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
                )
