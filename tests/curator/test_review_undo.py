"""What can be undone, by whom, and what is there afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_data import Words, members_of, mine_groups
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from curator.review.errors import NoSuchRowError, NotUndoableError, ReviewError, WordTakenError
from curator.review.operations import Review, Seen
from curator.review.state import active, state_of
from curator.review.undo import last_undoable, undo, undo_operation
from curator.store.models import Action, Base, Decision, Group, GroupStatus
from curator.store.session import opened, session_factory

GROUPS = ("가나다", "라마", "바사아자")


@pytest.fixture
def words(engine: Engine) -> Words:
    return mine_groups(engine, *GROUPS, spare="차")


@pytest.fixture
def session(engine: Engine, words: Words) -> Iterator[Session]:
    with session_factory(engine, for_writing=True)() as session:
        yield session


@pytest.fixture
def kim(session: Session, words: Words) -> Review:
    return Review(session, words.users["kim"])


@pytest.fixture
def lee(session: Session, words: Words) -> Review:
    return Review(session, words.users["lee"])


def last(session: Session) -> Decision:
    return session.scalars(select(Decision).order_by(Decision.id.desc())).first() or pytest.fail("no decision")


def everything(session: Session) -> dict[int, dict[str, Any]]:
    """All groups that are not closed, as values."""
    groups = session.scalars(select(Group).where(Group.status != GroupStatus.SUPERSEDED))
    return {group.id: {**state_of(group), "signature": group.signature, "n": group.n_members} for group in groups}


def test_an_undo_brings_the_group_back_and_is_itself_a_decision(kim: Review, session: Session):
    before = everything(session)
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    decision = last(session)
    (group,) = undo(session, kim.user_id, decision.id)
    assert everything(session) == before
    assert group.version == 3
    undoing = last(session)
    assert (undoing.action, undoing.user_id, undoing.group_version) == (Action.UNDO, kim.user_id, 3)
    assert (undoing.before["status"], undoing.after["status"]) == ("accepted", "proposed")
    assert decision.undone_by_id == undoing.id
    assert undoing.operation != decision.operation


def test_any_of_ones_own_decisions_can_be_undone_not_only_the_last(kim: Review, session: Session):
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    first = last(session).id
    kim.decide(Seen(2, 1), GroupStatus.REJECTED)
    undo(session, kim.user_id, first)
    assert session.get_one(Group, 1).status == GroupStatus.PROPOSED
    assert session.get_one(Group, 2).status == GroupStatus.REJECTED


def test_what_something_later_depends_on_is_undone_after_it(
    kim: Review, lee: Review, session: Session, words: Words
):
    kim.take_out(Seen(1, 1), words["가"])
    first = last(session).id
    lee.decide(Seen(1, 2), GroupStatus.ACCEPTED)
    second = last(session).id
    with pytest.raises(NotUndoableError, match="undo the later changes first"):
        undo(session, kim.user_id, first)
    undo(session, lee.user_id, second)
    undo(session, kim.user_id, first)
    assert members_of(session.get_one(Group, 1)) == "가나다"


def test_nobody_undoes_what_somebody_else_decided(kim: Review, lee: Review, session: Session):
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    with pytest.raises(NotUndoableError, match="somebody else's"):
        undo(session, lee.user_id, last(session).id)


def test_a_decision_is_undone_once_and_an_undo_not_at_all(kim: Review, session: Session):
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    decision = last(session).id
    undo(session, kim.user_id, decision)
    with pytest.raises(NotUndoableError, match="undone already"):
        undo(session, kim.user_id, decision)
    with pytest.raises(NotUndoableError, match="is an undo"):
        undo(session, kim.user_id, last(session).id)
    with pytest.raises(NoSuchRowError):
        undo(session, kim.user_id, 99)


@pytest.mark.parametrize("change", ["move", "merge", "split"])
def test_both_groups_of_a_change_come_back_together(kim: Review, session: Session, words: Words, change: str):
    before = everything(session)
    match change:
        case "move":
            kim.move(Seen(2, 1), words["라"], Seen(1, 1))
        case "merge":
            kim.merge(Seen(1, 1), Seen(2, 1))
        case "split":
            kim.split(Seen(3, 1), [words["바"], words["사"]])
    assert everything(session) != before
    undo(session, kim.user_id, last(session).id)
    assert everything(session) == before


def test_a_move_is_not_undone_when_one_of_the_groups_has_changed(kim: Review, session: Session, words: Words):
    kim.move(Seen(1, 1), words["다"], Seen(2, 1))
    move = last(session).id
    kim.rename(Seen(1, 2), words["나"])
    with pytest.raises(NotUndoableError, match="group 1 has changed"):
        undo(session, kim.user_id, move)


def test_an_undo_does_not_put_a_word_into_a_second_accepted_group(kim: Review, session: Session, words: Words):
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    kim.decide(Seen(1, 2), GroupStatus.REJECTED)
    reject = last(session).id
    kim.add(Seen(2, 1), words["가"])
    kim.decide(Seen(2, 2), GroupStatus.ACCEPTED)
    with pytest.raises(WordTakenError):
        undo(session, kim.user_id, reject)


def test_the_last_undoable_decision_goes_back_step_by_step(kim: Review, lee: Review, session: Session):
    kim.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    kim.decide(Seen(2, 1), GroupStatus.ACCEPTED)
    kim.decide(Seen(3, 1), GroupStatus.ACCEPTED)
    lee.decide(Seen(3, 2), GroupStatus.REJECTED)
    undone = []
    while (decision := last_undoable(session, kim.user_id)) is not None:
        undone.append(decision.group_id)
        undo(session, kim.user_id, decision.id)
    assert undone == [2, 1]


def test_a_bulk_decision_is_undone_but_for_what_has_changed_since(kim: Review, lee: Review, session: Session):
    for key in (1, 2, 3):
        kim.decide(Seen(key, 1), GroupStatus.ACCEPTED)
    lee.decide(Seen(2, 2), GroupStatus.REJECTED)
    outcome = undo_operation(session, kim.user_id, kim.operation)
    assert (outcome.n_undone, outcome.n_kept) == (2, 1)
    assert [session.get_one(Group, key).status for key in (1, 2, 3)] == ["proposed", "rejected", "proposed"]
    with pytest.raises(NotUndoableError, match="has changed since"):
        undo_operation(session, kim.user_id, kim.operation)


steps = st.lists(
    st.tuples(
        st.sampled_from(["accept", "reject", "defer", "take out", "add", "move", "split", "merge", "rename"]),
        st.integers(0, 20),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    max_size=12,
)


def take_step(session: Session, words: Words, step: tuple[str, int, int, int]) -> None:
    """One change by somebody, whatever of it is possible."""
    change, which, other, word = step
    groups = session.scalars(select(Group).where(Group.status != GroupStatus.SUPERSEDED).order_by(Group.id)).all()
    group, goal = groups[which % len(groups)], groups[other % len(groups)]
    review = Review(session, 1 + other % 2)
    seen, target = Seen(group.id, group.version), Seen(goal.id, goal.version)
    own = [member.word_id for member in active(group)] or [words["차"]]  # of an emptied group, a stranger
    one = own[word % len(own)]
    match change:
        case "accept" | "reject" | "defer":
            verdicts = {
                "accept": GroupStatus.ACCEPTED,
                "reject": GroupStatus.REJECTED,
                "defer": GroupStatus.DEFERRED,
            }
            review.decide(seen, verdicts[change])
        case "take out":
            review.take_out(seen, one)
        case "add":
            review.add(seen, sorted(words.values())[word % len(words)])
        case "move":
            review.move(seen, one, target)
        case "split":
            review.split(seen, own[: 1 + word % len(own)])
        case "merge":
            review.merge(seen, target)
        case "rename":
            review.rename(seen, one)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_was_done_can_be_undone_from_the_end_until_all_is_as_it_was(
    done: list[tuple[str, int, int, int]],
):
    with opened("sqlite://") as engine:
        Base.metadata.create_all(engine)  # the tables of the migrations, sooner
        words = mine_groups(engine, *GROUPS, spare="차")
        with session_factory(engine, for_writing=True)() as session:
            before = everything(session)
            for step in done:
                try:
                    with session.begin_nested():
                        take_step(session, words, step)
                except ReviewError:
                    continue
                session.commit()
                for group in session.scalars(select(Group)):
                    assert group.n_members == len(active(group))
                    assert group.canonical_word_id in {m.word_id for m in active(group)} or group.n_members == 0
            open_rows = select(Decision).where(Decision.undone_by_id.is_(None), Decision.action != Action.UNDO)
            while (row := session.scalars(open_rows.order_by(Decision.id.desc())).first()) is not None:
                undo(session, row.user_id, row.id)
            assert everything(session) == before
