"""Blind review: when opinions become a decision, who settles a dispute, how far people agree."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_data import Words, mine_groups
from sklearn.metrics import cohen_kappa_score
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from curator.review.errors import ReviewError, StaleVersionError
from curator.review.filters import GroupFilter, Order, keys_in_order
from curator.review.operations import Review, Seen
from curator.review.opinions import agreement, cohen_kappa, decide, disputed, fleiss_kappa, waits_for
from curator.store.models import Decision, Group, GroupStatus
from curator.store.session import session_factory

ACCEPT, REJECT = GroupStatus.ACCEPTED, GroupStatus.REJECTED
KIM, LEE, AHN = 1, 2, 3

# Fleiss (1971) as Wikipedia's article on his kappa works it out: 14 raters, 10 things, 5 verdicts; 0.210.
FLEISS_COUNTS = [
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
]


@pytest.fixture
def words(engine: Engine) -> Words:
    return mine_groups(engine, "가나다", "라마", "바사")


@pytest.fixture
def session(engine: Engine, words: Words) -> Iterator[Session]:
    with session_factory(engine, for_writing=True)() as session:
        yield session


def say(session: Session, user_id: int, group_id: int, verdict: GroupStatus, version: int = 1) -> Group:
    return decide(Review(session, user_id), Seen(group_id, version), verdict, 2, may_settle=user_id != KIM)


def n_decisions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Decision))


def test_with_one_opinion_each_word_is_a_decision(session: Session):
    group = decide(Review(session, KIM), Seen(1, 1), ACCEPT, 1, may_settle=False)
    assert (group.status, n_decisions(session)) == (ACCEPT, 1)


def test_two_who_agree_decide_and_one_alone_does_not(session: Session):
    assert say(session, KIM, 1, ACCEPT).status == GroupStatus.PROPOSED
    assert n_decisions(session) == 0
    assert say(session, LEE, 1, ACCEPT).status == ACCEPT
    assert n_decisions(session) == 1


def test_one_person_twice_is_one_opinion_the_later_one(session: Session):
    say(session, KIM, 1, REJECT)
    assert say(session, KIM, 1, ACCEPT).status == GroupStatus.PROPOSED
    assert say(session, LEE, 1, ACCEPT).status == ACCEPT


def test_a_dispute_waits_for_an_approver(session: Session):
    say(session, KIM, 1, ACCEPT)
    assert say(session, LEE, 1, REJECT).status == GroupStatus.PROPOSED
    assert disputed(session, 2) == [(1, {"kim": ACCEPT, "lee": REJECT})]
    assert say(session, AHN, 1, REJECT).status == REJECT
    assert disputed(session, 2) == []


def test_a_reviewer_does_not_settle_a_dispute_but_may_come_round(session: Session):
    say(session, LEE, 1, REJECT)
    assert say(session, KIM, 1, ACCEPT).status == GroupStatus.PROPOSED
    assert say(session, KIM, 1, REJECT).status == REJECT


def test_a_decided_group_is_changed_by_approvers_only(session: Session):
    for user_id in (KIM, LEE):
        say(session, user_id, 1, ACCEPT)
    with pytest.raises(ReviewError, match="accepted already"):
        say(session, KIM, 1, REJECT, version=2)
    assert say(session, LEE, 1, REJECT, version=2).status == REJECT


def test_an_opinion_is_on_the_version_that_was_seen(session: Session, words: Words):
    say(session, KIM, 1, ACCEPT)
    Review(session, LEE).take_out(Seen(1, 1), words["다"])
    session.commit()
    with pytest.raises(StaleVersionError):
        say(session, LEE, 1, ACCEPT)
    session.rollback()
    assert say(session, LEE, 1, ACCEPT, version=2).status == GroupStatus.PROPOSED
    assert say(session, KIM, 1, ACCEPT, version=2).status == ACCEPT


def test_nobody_is_asked_twice_and_no_more_people_than_it_takes(session: Session, words: Words):
    def queue(user_id: int) -> list[int]:
        query = keys_in_order(GroupFilter(GroupStatus.PROPOSED), Order.SIZE).where(waits_for(user_id, 2))
        return list(session.scalars(query))

    say(session, KIM, 1, ACCEPT)
    say(session, LEE, 1, REJECT)
    say(session, KIM, 2, ACCEPT)
    assert [queue(user_id) for user_id in (KIM, LEE, AHN)] == [[3], [3, 2], [3, 2]]
    Review(session, LEE).rename(Seen(2, 1), words["마"])
    assert queue(KIM) == [3, 2]


def test_agreement_is_counted_over_what_was_judged_by_both(session: Session):
    for user_id, verdicts in ((KIM, [ACCEPT, REJECT, ACCEPT]), (LEE, [ACCEPT, REJECT, REJECT])):
        for group_id, verdict in enumerate(verdicts, start=1):
            say(session, user_id, group_id, verdict)
    pairs, fleiss, n_groups = agreement(session)
    assert [(pair.names, pair.n_groups) for pair in pairs] == [(("kim", "lee"), 3)]
    assert pairs[0].cohen_kappa == pytest.approx(0.4)
    assert fleiss == pytest.approx(1 / 3)
    assert n_groups == 3


def test_without_a_second_opinion_there_is_no_agreement(session: Session):
    say(session, KIM, 1, ACCEPT)
    assert agreement(session) == ([], None, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_cohens_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]):
    ours = cohen_kappa(pairs)
    if ours is None:
        assert len({verdict for pair in pairs for verdict in pair}) == 1
        return
    assert ours == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_fleiss_kappa_is_that_of_the_worked_example():
    verdicts = [
        [letter for letter, n in zip("abcde", row, strict=True) for _ in range(n)] for row in FLEISS_COUNTS
    ]
    assert fleiss_kappa(verdicts) == pytest.approx(0.210, abs=0.0005)
    assert fleiss_kappa([["a", "a"], ["b", "b"]]) == 1
    assert fleiss_kappa([["a", "a"], ["a", "a"]]) is None
