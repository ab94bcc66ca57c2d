"""Accepted groups in a database, as a run and a person leave them."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine, insert

from curator.store.models import (
    Action,
    Decision,
    Group,
    GroupOrigin,
    GroupStatus,
    Member,
    Role,
    Run,
    User,
    Word,
    WordStatistics,
)
from curator.store.queries import find_words, signature_of
from curator.store.session import session_factory


def accept(engine: Engine, *texts: str, by: str = "kim", canonical: int = 0, frequency: int = 3) -> int:
    """Store a run with one group, accepted; the words count frequency, frequency + 1, ..."""
    now = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    with session_factory(engine).begin() as session:
        known = find_words(session.connection(), texts)
        session.execute(insert(Word), [{"text": text, "pos": "Noun"} for text in texts if text not in known] or [])
        keys = find_words(session.connection(), texts)
        run = Run(fingerprint=uuid4().hex, manifest={}, started_at=now, finished_at=now)
        user = session.query(User).filter_by(name=by).first() or User(name=by, role=Role.REVIEWER)
        session.add_all([run, user])
        session.flush()
        for i, text in enumerate(texts):
            session.add(
                WordStatistics(
                    run_id=run.id,
                    word_id=keys[text][0],
                    frequency=frequency + i,
                    document_frequency=1,
                    forms=[],
                    is_oov=True,
                    pieces=[],
                    has_unknown_piece=False,
                )
            )
        group = Group(
            status=GroupStatus.ACCEPTED,
            origin=GroupOrigin.MINED,
            signature=signature_of(texts),
            run_id=run.id,
            canonical_word_id=keys[texts[canonical]][0],
            n_members=len(texts),
            confidence=0.5,
            n_occurrences=1,
            n_affected_pieces=1,
            members=[Member(word_id=keys[text][0], position=i) for i, text in enumerate(texts)],
        )
        session.add(group)
        session.flush()
        acts = {"user_id": user.id, "decided_at": now, "before": {}, "after": {}, "group_version": 1}
        session.add(Decision(operation=uuid4(), group_id=group.id, action=Action.ACCEPT, **acts))
        return int(group.id)
