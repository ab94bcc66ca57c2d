"""One decision on everything that a filter matches."""

from collections.abc import Callable, Iterator

import pytest
from review_data import Words, members_of, mine_groups
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from curator.review import bulk
from curator.review.errors import BulkChangedError, ReviewError
from curator.review.filters import GroupFilter, count
from curator.review.leases import lease
from curator.review.operations import Review, Seen
from curator.store.models import Decision, Group, GroupStatus
from curator.store.session import session_factory

KIM, LEE = 1, 2
OPEN = GroupFilter(status=GroupStatus.PROPOSED)


@pytest.fixture
def words(engine: Engine) -> Words:
    """Six open groups."""
    return mine_groups(engine, "가나", "다라", "마바", "사아자", "차카", "타파하")


@pytest.fixture
def session(engine: Engine, words: Words) -> Iterator[Session]:
    with session_factory(engine, for_writing=True)() as session:
        yield session


@pytest.fixture
def transaction(engine: Engine, words: Words) -> Callable[[], Session]:
    return session_factory(engine, for_writing=True)


def test_a_bulk_decision_writes_one_row_for_each_group(transaction: Callable[[], Session], engine: Engine):
    small = GroupFilter(GroupStatus.PROPOSED, max_members=2)
    outcome = bulk.decide_all(transaction, LEE, small, GroupStatus.ACCEPTED, n_expected=4)
    assert (outcome.n_decided, outcome.n_taken, outcome.n_held) == (4, 0, 0)
    with session_factory(engine)() as session:
        rows = session.scalars(select(Decision).order_by(Decision.group_id)).all()
        assert [row.group_id for row in rows] == [1, 2, 3, 5]
        assert {row.operation for row in rows} == {outcome.operation}
        assert count(session, GroupFilter(GroupStatus.ACCEPTED)) == 4


def test_a_bulk_decision_is_on_the_number_that_was_shown_or_on_nothing(
    transaction: Callable[[], Session], engine: Engine
):
    with pytest.raises(BulkChangedError) as changed:
        bulk.decide_all(transaction, LEE, OPEN, GroupStatus.ACCEPTED, n_expected=5)
    assert (changed.value.n_expected, changed.value.n_groups) == (5, 6)
    with session_factory(engine)() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_bulk_decision_leaves_out_what_others_hold_and_words_that_are_taken(
    transaction: Callable[[], Session], engine: Engine, words: Words
):
    with transaction() as session, session.begin():
        lease(session, KIM, 3)
        Review(session, KIM).add(Seen(2, 1), words["가"])
    outcome = bulk.decide_all(transaction, LEE, OPEN, GroupStatus.ACCEPTED, n_expected=6)
    assert (outcome.n_decided, outcome.n_taken, outcome.n_held) == (4, 1, 1)
    with session_factory(engine)() as session:
        assert set(session.scalars(select(Group.id).where(Group.status == GroupStatus.PROPOSED))) == {2, 3}


def test_a_bulk_decision_works_in_parts(
    transaction: Callable[[], Session], monkeypatch: pytest.MonkeyPatch, engine: Engine
):
    monkeypatch.setattr(bulk, "N_GROUPS_AT_ONCE", 4)
    assert bulk.decide_all(transaction, LEE, OPEN, GroupStatus.REJECTED, n_expected=6).n_decided == 6


def test_a_bulk_decision_names_one_status_and_changes_it(transaction: Callable[[], Session]):
    with pytest.raises(ReviewError, match="name it in the filter"):
        bulk.decide_all(transaction, LEE, GroupFilter(), GroupStatus.ACCEPTED, n_expected=6)
    with pytest.raises(ReviewError, match="proposed already"):
        bulk.decide_all(transaction, LEE, OPEN, GroupStatus.PROPOSED, n_expected=6)


def test_a_preview_shows_the_number_and_a_sample_of_it(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "N_SAMPLED", 3)
    shown = bulk.preview(session, OPEN, seed=1)
    assert (shown.n_groups, len({group.id for group in shown.sample})) == (6, 3)
    assert all(len(members_of(group)) >= 2 for group in shown.sample)
    drawn = {tuple(sorted(group.id for group in bulk.preview(session, OPEN, seed).sample)) for seed in range(20)}
    assert len(drawn) > 5
