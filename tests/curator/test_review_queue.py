"""Leases, filters and pages."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from review_data import Words, mine_groups
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from curator.review import filters
from curator.review.filters import Cursor, GroupFilter, Order, count, keys_in_order, page, words_in_order
from curator.review.leases import (
    LEASE_TIME,
    forget_expired,
    holders,
    lease,
    lease_first,
    next_free_at,
    release,
    renew,
)
from curator.review.operations import Review, Seen
from curator.store.models import Group, GroupStatus, Lease, Word
from curator.store.session import leasing, session_factory

KIM, LEE = 1, 2
OPEN = GroupFilter(status=GroupStatus.PROPOSED)


def leasing_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions as the queue leases by: on PostgreSQL without a transaction."""
    return session_factory(leasing(engine))


@pytest.fixture
def words(engine: Engine) -> Words:
    """Six open groups; the later, the more often its words occur, and the less sure it is."""
    words = mine_groups(engine, "가나", "다라", "마바", "사아자", "차카", "타파하")
    with session_factory(engine).begin() as session:
        for group in session.scalars(select(Group)):
            group.confidence = 1.0 - group.id / 10
            session.flush()
        session.execute(update(Group).values(version=1))
    return words


@pytest.fixture
def session(engine: Engine, words: Words) -> Iterator[Session]:
    with session_factory(engine, for_writing=True)() as session:
        yield session


def first(order: Order = Order.CONFIDENCE):
    return keys_in_order(OPEN, order)


def test_two_reviewers_get_different_groups(session: Session):
    assert lease_first(session, KIM, first(), 2) == [1, 2]
    assert lease_first(session, LEE, first(), 2) == [3, 4]
    assert lease_first(session, KIM, first(), 2) == [1, 2]


def test_a_lease_that_has_run_out_strands_nobody(session: Session):
    lease_first(session, KIM, first())
    session.execute(update(Lease).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert holders(session, [1]) == {}
    assert lease_first(session, LEE, first()) == [1]
    assert holders(session, [1])[1].user_id == LEE


def test_a_lease_is_not_taken_from_somebody_else(session: Session):
    assert lease(session, KIM, 1)
    assert not lease(session, LEE, 1)
    assert lease(session, KIM, 1)


def test_a_heartbeat_moves_the_end_on_and_lets_the_others_go(session: Session):
    lease_first(session, KIM, first(), 2)
    session.execute(update(Lease).values(expires_at=datetime.now(UTC) + timedelta(seconds=5)))
    end = renew(session, KIM, [2])
    assert end is not None
    assert end - datetime.now(UTC) > LEASE_TIME - timedelta(minutes=1)
    assert list(holders(session, [1, 2])) == [2]


def test_a_heartbeat_says_that_a_group_was_lost(session: Session):
    lease(session, LEE, 1)
    assert renew(session, KIM, [1]) is None


def test_groups_that_are_given_back_are_free_at_once(session: Session):
    lease_first(session, KIM, first(), 3)
    assert release(session, KIM, [1]) == 1
    assert release(session, KIM) == 2
    assert lease_first(session, LEE, first()) == [1]


def test_it_is_known_when_the_first_group_of_the_others_comes_free(session: Session):
    assert next_free_at(session, KIM) is None
    lease_first(session, LEE, first(), 6)
    assert lease_first(session, KIM, first()) == []
    free_at = next_free_at(session, KIM)
    assert free_at is not None
    assert timedelta(0) < free_at - datetime.now(UTC) <= LEASE_TIME
    assert next_free_at(session, LEE) is None


def test_a_decision_gives_the_group_back(session: Session):
    lease_first(session, KIM, first())
    Review(session, KIM).decide(Seen(1, 1), GroupStatus.DEFERRED)
    assert holders(session, [1]) == {}


def test_leases_that_have_run_out_are_swept_away(session: Session):
    lease_first(session, KIM, first(), 2)
    session.execute(update(Lease).where(Lease.group_id == 1).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert forget_expired(session) == 1
    assert session.scalars(select(Lease.group_id)).all() == [2]


def test_reviewers_who_ask_at_one_time_never_get_the_same_group(engine: Engine, words: Words):
    start = threading.Barrier(3)
    got: list[list[int]] = []

    def ask(user_id: int) -> None:
        start.wait()
        with session_factory(engine, for_writing=True).begin() as session:
            got.append(lease_first(session, user_id, first(), 2))

    threads = [threading.Thread(target=ask, args=(user_id,)) for user_id in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for keys in got for key in keys) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("make_sessions", [partial(session_factory, for_writing=True), leasing_sessions])
def test_the_leases_that_are_not_kept_end_as_another_group_is_leased(engine: Engine, words: Words, make_sessions):
    sessions = make_sessions(engine)
    for keep, expected, held in (
        (None, [1, 2], {1, 2}),
        ([1], [3], {1, 3}),
        ([3], [1], {1, 3}),  # the first free one is the user's own, and stays so
        ([], [2], {2}),
    ):
        after = None if keep is None or keep == [3] else Cursor(1.05 - expected[0] / 10, 9)
        query = keys_in_order(OPEN, Order.CONFIDENCE, after)
        with sessions.begin() as session:
            assert lease_first(session, KIM, query, len(expected), keep) == expected
        with sessions() as session:
            assert holders(session, range(1, 7)).keys() == held


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        (Order.CONFIDENCE, [1, 2, 3, 4, 5, 6]),
        (Order.UNCERTAINTY, [5, 6, 4, 3, 2, 1]),
        (Order.FREQUENCY, [6, 4, 5, 3, 2, 1]),
        (Order.IMPACT, [6, 4, 5, 3, 2, 1]),
        (Order.SIZE, [6, 4, 5, 3, 2, 1]),
    ],
)
@pytest.mark.parametrize("status", [None, GroupStatus.PROPOSED])
def test_pages_put_together_are_the_whole_order(
    session: Session, order: Order, keys: list[int], status: GroupStatus | None
):
    found: list[int] = []
    after: Cursor | None = None
    while True:
        groups, after = page(session, GroupFilter(status=status), order, 4, after)
        found += [group.id for group in groups]
        if after is None:
            break
    assert found == keys


def test_a_list_without_a_status_goes_through_all_of_them_in_one_order(session: Session):
    Review(session, KIM).decide(Seen(2, 1), GroupStatus.ACCEPTED)
    Review(session, KIM).decide(Seen(4, 1), GroupStatus.REJECTED)
    groups, after = page(session, GroupFilter(), Order.CONFIDENCE, 3)
    assert [group.id for group in groups] == [1, 2, 3]
    groups, after = page(session, GroupFilter(), Order.CONFIDENCE, 3, after)
    assert ([group.id for group in groups], after) == ([4, 5, 6], None)


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({"min_members": 3}, [4, 6]),
        ({"max_members": 2}, [1, 2, 3, 5]),
        ({"min_confidence": 0.55}, [1, 2, 3, 4]),
        ({"max_confidence": 0.55}, [5, 6]),
        ({"word": "차"}, [5]),
        ({"word": "거"}, []),
        ({"pos": "Verb"}, [1, 3]),
        ({"run_id": 1, "min_members": 3, "word": "자"}, [4]),
        ({"run_id": 2}, []),
        ({"decided_by": LEE}, [6]),
        ({"decided_by": KIM}, []),
    ],
)
def test_a_filter_leaves_what_it_says(session: Session, words: Words, wanted: dict, keys: list[int]):
    session.execute(update(Word).where(Word.text.in_(["가", "마"])).values(pos="Verb"))
    Review(session, LEE).rename(Seen(6, 1), words["하"])
    groups, _ = page(session, GroupFilter(GroupStatus.PROPOSED, **wanted), Order.CONFIDENCE, 10)
    assert sorted(group.id for group in groups) == keys
    assert count(session, GroupFilter(GroupStatus.PROPOSED, **wanted)) == len(keys)


@pytest.mark.parametrize(
    ("search", "keys"),
    [("대일", [1]), ("밴드", [2]), ("*밴드", [1, 2]), ("%", []), ("*_", []), ("*", [1, 2, 3, 4, 5, 6])],
)
def test_a_search_is_for_the_beginning_or_with_an_asterisk_for_any_part(
    session: Session, words: Words, search: str, keys: list[int]
):
    for letter, text in (("가", "대일밴드"), ("다", "밴드")):
        session.execute(update(Word).where(Word.text == letter).values(text=text))
    groups, _ = page(session, GroupFilter(word=search), Order.CONFIDENCE, 10)
    assert [group.id for group in groups] == keys


@pytest.mark.parametrize("max_few", [-1, 5_000])
def test_pages_are_the_same_whether_the_groups_are_few_or_many(
    session: Session, monkeypatch: pytest.MonkeyPatch, max_few: int
):
    monkeypatch.setattr(filters, "MAX_FEW", max_few)
    session.execute(update(Word).where(Word.text.in_(["가", "사"])).values(pos="Verb"))
    Review(session, KIM).decide(Seen(6, 1), GroupStatus.REJECTED)
    values = [{}, {"word": "*"}, {"min_members": 3}, {"pos": "Verb"}, {"max_confidence": 0.75, "pos": "Noun"}]
    for status, value in product([None, GroupStatus.PROPOSED, GroupStatus.REJECTED], values):
        wanted = GroupFilter(status, **value)
        assert filters.is_narrow(session, wanted) == (value != {} and max_few > 0)
        groups = session.scalars(select(Group).where(*wanted.conditions()))
        expected = sorted(((g.n_occurrences, g.id) for g in groups if status in (None, g.status)), reverse=True)
        found: list[int] = []
        after: Cursor | None = None
        while not found or after is not None:
            shown, after = page(session, wanted, Order.FREQUENCY, 2, after)
            found += [group.id for group in shown] or [0]
        assert [key for key in found if key] == [key for _, key in expected]


@pytest.mark.parametrize(
    ("search", "after", "found"),
    [
        ("", "", "가나다라마바사아자차카타파하"),
        ("", "파", "하"),
        ("마", "", "마"),
        ("마", "가", "마"),
        ("마", "마", ""),
        ("*마", "", "마"),
    ],
)
def test_words_are_found_in_the_order_of_their_texts(session: Session, search: str, after: str, found: str):
    assert "".join(word.text for word in session.scalars(words_in_order(search, after))) == found


def test_the_part_of_speech_of_a_group_is_that_of_its_canonical_word(session: Session, words: Words):
    def pos(key: int) -> str:
        return session.scalars(select(Group.pos).where(Group.id == key)).one()

    assert pos(1) == "Noun"
    session.execute(update(Word).where(Word.text == "나").values(pos="Verb"))
    assert pos(1) == "Noun"
    Review(session, KIM).rename(Seen(1, 1), words["나"])
    assert pos(1) == "Verb"
    session.execute(update(Word).where(Word.text == "나").values(pos="Adverb"))
    assert pos(1) == "Adverb"


def test_a_word_that_was_taken_out_does_not_bring_its_group(session: Session, words: Words):
    Review(session, KIM).take_out(Seen(4, 1), words["자"])
    assert count(session, GroupFilter(word="자")) == 0
