"""Proposed groups into the database, all of a run in one transaction; past decisions out of it.

Only this package of the miner knows the curator's store.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, text, update

from curator.store import migrate
from curator.store.merge import Outcome, Proposal, Reason, merge_proposals
from curator.store.models import Example, Neighbor, Run, Word, WordStatistics
from curator.store.queries import batches, decided_pairs, find_words, signature_of
from curator.store.session import opened, writing
from miner.clustering import ProposedGroup
from miner.lexicon import LexiconWord
from miner.sink.categories import store_categories
from miner.sink.examples import example_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreCounts:
    """What the database took of a run, and what became of each proposal.

    :ivar run_id: key of the run.
    :ivar is_new_run: False if the very run was there; nothing was written then, and all counts are 0.
    :ivar n_words: words of the run.
    :ivar n_new_words: of these, words that no run had before.
    :ivar n_examples: example sentences.
    :ivar n_groups: proposals; the sum of the next five.
    :ivar n_new_groups: proposals that became groups.
    :ivar n_open_groups: proposals that equal a group still open; its evidence is now that of this run, unless
        a person has begun on it.
    :ivar n_reopened_groups: proposals that equal a group which an earlier run had closed.
    :ivar n_decided_groups: proposals that people have answered: the group itself, or each of its pairs.
    :ivar n_blocked_groups: proposals with a pair of words that people keep apart.
    :ivar n_superseded_groups: open groups of earlier runs, all of whose words this run had without
        proposing them; closed now.
    """

    run_id: int
    is_new_run: bool
    n_words: int = 0
    n_new_words: int = 0
    n_examples: int = 0
    n_groups: int = 0
    n_new_groups: int = 0
    n_open_groups: int = 0
    n_reopened_groups: int = 0
    n_decided_groups: int = 0
    n_blocked_groups: int = 0
    n_superseded_groups: int = 0


@dataclass(frozen=True, slots=True)
class PastConstraints:
    """Pairs of words, in code-point order, that people put together or keep apart."""

    must_link: frozenset[tuple[str, str]]
    cannot_link: frozenset[tuple[str, str]]


def check_database(database: str | Engine) -> None:
    """Make the tables in an empty database, and check that a run can be stored in it.

    :param database: engine, URL, or path of a SQLite file, which is made when it is not there.
    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used: locked, full, unreachable, or no database.
    """
    with opened_store(database) as engine, writing(engine).begin():
        pass  # the write lock was there to be had


def store_run(
    database: str | Engine,
    manifest: Mapping[str, Any],
    words: Sequence[LexiconWord],
    groups: Sequence[ProposedGroup],
    close_words: Iterable[tuple[str, str, float]] = (),
    coordinates: Mapping[str, tuple[float, float]] | None = None,
) -> StoreCounts:
    """Write a run into the database, all of it or nothing.

    What people have decided is left alone. A run that is there already is not written again.

    :param database: engine, URL, or path of a SQLite file; an empty database gets its tables.
    :param manifest: of the run, JSON-serialisable; ``fingerprint`` is the digest of configuration and input,
        ``started_at`` an ISO 8601 time with zone.
    :param words: the lexicon; no text twice.
    :param groups: proposals over these words.
    :param close_words: a word, one close to it, and their cosine similarity; no pair twice.
    :param coordinates: where words lie on the run's map, by text.
    :raises ValueError: if the manifest lacks a key, a text stands twice, a group has a word that is not in
        ``words``, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used: locked, full, unreachable, or no database.
    """
    started_at = _check_input(manifest, words, groups)
    with opened_store(database) as engine, writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":  # two runs at once may bring the same new words
            connection.execute(text("LOCK TABLE words IN SHARE ROW EXCLUSIVE MODE"))
        known = connection.scalar(select(Run.id).where(Run.fingerprint == manifest["fingerprint"]))
        if known is not None:
            logger.info("this run is in the database already, as number %d; nothing is written", known)
            return StoreCounts(known, is_new_run=False)
        run_id = _store_manifest(connection, manifest, started_at)
        word_ids, n_new_words = _store_words(connection, words)
        n_examples = _store_statistics(connection, run_id, words, word_ids, coordinates or {})
        store_categories(connection, run_id, words, word_ids)
        _store_neighbors(connection, run_id, close_words, word_ids)
        outcomes = merge_proposals(connection, run_id, list(_proposals(words, word_ids, groups)))
    return StoreCounts(
        run_id,
        is_new_run=True,
        n_words=len(words),
        n_new_words=n_new_words,
        n_examples=n_examples,
        n_groups=len(groups),
        n_new_groups=outcomes[Outcome.NEW],
        n_open_groups=outcomes[Outcome.OPEN],
        n_reopened_groups=outcomes[Outcome.REOPENED],
        n_decided_groups=outcomes[Outcome.DECIDED],
        n_blocked_groups=outcomes[Outcome.BLOCKED],
        n_superseded_groups=outcomes[Outcome.SUPERSEDED],
    )


def past_constraints(database: str | Engine) -> PastConstraints:
    """Return what people said of pairs of words, for the clustering of a new run.

    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used.
    """
    with opened_store(database) as engine, engine.connect() as connection:
        pairs = decided_pairs(connection)
        ids = sorted({key for pair in pairs.must_link | pairs.cannot_link for key in pair})
        texts: dict[int, str] = {}
        for part in batches(ids):
            rows = connection.execute(select(Word.id, Word.text).where(Word.id.in_(part)))
            texts.update({key: word for key, word in rows})
    return PastConstraints(_named(pairs.must_link, texts), _named(pairs.cannot_link, texts))


def _named(pairs: Iterable[tuple[int, int]], texts: Mapping[int, str]) -> frozenset[tuple[str, str]]:
    return frozenset((min(texts[a], texts[b]), max(texts[a], texts[b])) for a, b in pairs)


@contextmanager
def opened_store(database: str | Engine, *, create: bool = True) -> Iterator[Engine]:
    """Open a database for the miner: made, or given its tables, where it is new; its schema checked.

    :param database: engine, which is left open, URL, or path of a SQLite file.
    :param create: whether a SQLite file that is not there is made.
    :raises ValueError: if the address is wrong, or the schema is older or newer than the code.
    :raises OSError: if the database cannot be used, or is not there and not to be made.
    """
    given = nullcontext(database) if isinstance(database, Engine) else opened(database, create=create)
    with given as engine:
        if migrate.current(engine) is None:
            migrate.upgrade(engine)
        migrate.check(engine)
        yield engine


def _check_input(
    manifest: Mapping[str, Any], words: Sequence[LexiconWord], groups: Sequence[ProposedGroup]
) -> datetime:
    for key in ("fingerprint", "started_at"):
        if key not in manifest:
            raise ValueError(f"the manifest has the keys {sorted(manifest)}; {key} is missing")
    n_rows = Counter(word.text for word in words)
    twice = [word for word, count in n_rows.items() if count > 1]
    if twice:
        raise ValueError(f"the lexicon has {len(twice)} texts more than once, e.g. {twice[0]!r}; join their rows")
    seen: set[frozenset[str]] = set()
    for group in groups:
        members = frozenset(group.words)
        if not 2 <= len(members) == len(group.words) or not members <= n_rows.keys():
            raise ValueError(f"group {group.words}: expected two or more different words of the lexicon")
        if members in seen:
            raise ValueError(f"group {group.words} is proposed twice; propose it once")
        seen.add(members)
    return datetime.fromisoformat(manifest["started_at"])


def _store_manifest(connection: Connection, manifest: Mapping[str, Any], started_at: datetime) -> int:
    run = {
        "fingerprint": manifest["fingerprint"],
        "manifest": dict(manifest),
        "started_at": started_at,
        "finished_at": datetime.now(UTC),
    }
    return connection.scalars(insert(Run).returning(Run.id), run).one()


def _store_words(connection: Connection, words: Sequence[LexiconWord]) -> tuple[dict[str, int], int]:
    texts = [word.text for word in words]
    found = find_words(connection, texts)
    new = [{"text": word.text, "pos": str(word.pos)} for word in words if word.text not in found]
    changed = [
        {"key": found[word.text][0], "new_pos": str(word.pos)}
        for word in words
        if word.text in found and found[word.text][1] != str(word.pos)
    ]
    if changed:
        change = update(Word).where(Word.id == bindparam("key")).values(pos=bindparam("new_pos"))
        connection.execute(change, changed)
    if new:
        connection.execute(insert(Word), new)
        found |= find_words(connection, [row["text"] for row in new])
    return {text: key for text, (key, _) in found.items()}, len(new)


def _store_statistics(
    connection: Connection,
    run_id: int,
    words: Sequence[LexiconWord],
    word_ids: Mapping[str, int],
    coordinates: Mapping[str, tuple[float, float]],
) -> int:
    n_examples = 0
    for part in batches(words):
        statistics = [
            {
                "run_id": run_id,
                "word_id": word_ids[word.text],
                "frequency": word.frequency,
                "document_frequency": word.document_frequency,
                "forms": [list(form) for form in word.forms],
                "is_oov": word.is_oov,
                "pieces": list(word.pieces),
                "has_unknown_piece": word.has_unknown_piece,
                **dict(zip(("map_x", "map_y"), coordinates.get(word.text, (None, None)), strict=True)),
            }
            for word in part
        ]
        connection.execute(insert(WordStatistics), statistics)
        examples = [row for word in part for row in example_rows(run_id, word_ids[word.text], word)]
        if examples:
            connection.execute(insert(Example), examples)
        n_examples += len(examples)
    return n_examples


def _store_neighbors(
    connection: Connection, run_id: int, close_words: Iterable[tuple[str, str, float]], word_ids: Mapping[str, int]
) -> None:
    names = ("word_id", "neighbor_id", "cosine_similarity", "run_id")
    rows = [
        dict(zip(names, (word_ids[word], word_ids[other], similarity, run_id), strict=True))
        for word, other, similarity in close_words
    ]
    for part in batches(rows):
        connection.execute(insert(Neighbor), part)


def _proposals(
    words: Sequence[LexiconWord], word_ids: Mapping[str, int], groups: Iterable[ProposedGroup]
) -> Iterator[Proposal]:
    by_text = {word.text: word for word in words}
    for group in groups:
        members = [by_text[text] for text in group.words]
        yield Proposal(
            signature=signature_of(group.words),
            word_ids=tuple(word_ids[text] for text in group.words),
            cosine_similarities=group.cosine_similarities,
            confidence=group.probability,
            min_pair_cosine_similarity=group.min_pair_cosine_similarity,
            n_occurrences=sum(word.frequency for word in members),
            n_affected_pieces=sum(word.frequency * len(word.pieces) for word in members if word.is_oov),
            evidence=tuple(
                Reason(e.kind, word_ids[e.word_a], word_ids[e.word_b], e.value, e.sentence) for e in group.evidence
            ),
        )
