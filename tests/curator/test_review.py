"""Each change of a group: what it does, what it writes down, what it refuses."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from review_data import Words, members_of, mine_groups
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from curator.review.errors import NoSuchRowError, ReviewError, StaleVersionError, WordTakenError
from curator.review.operations import Review, Seen
from curator.store.models import Action, Comment, Decision, Evidence, Group, GroupStatus
from curator.store.queries import decided_pairs, signature_of
from curator.store.session import session_factory


@pytest.fixture
def words(engine: Engine) -> Words:
    """Open groups 1 가나다, 2 라마, 3 바사아자, and the free word 차."""
    return mine_groups(engine, "가나다", "라마", "바사아자", spare="차")


@pytest.fixture
def session(engine: Engine, words: Words) -> Iterator[Session]:
    with session_factory(engine, for_writing=True)() as session:
        yield session


@pytest.fixture
def review(session: Session, words: Words) -> Review:
    return Review(session, words.users["kim"])


def only_decision(session: Session) -> Decision:
    return session.scalars(select(Decision)).one()


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (GroupStatus.ACCEPTED, Action.ACCEPT),
        (GroupStatus.REJECTED, Action.REJECT),
        (GroupStatus.DEFERRED, Action.DEFER),
    ],
)
def test_a_decision_is_written_down_with_who_before_and_after(
    review: Review, session: Session, words: Words, status: GroupStatus, action: Action
):
    group = review.decide(Seen(1, 1), status)
    assert (group.status, group.version) == (status, 2)
    row = only_decision(session)
    assert (row.user_id, row.action, row.group_version) == (words.users["kim"], action, 2)
    assert (row.before["status"], row.after["status"]) == ("proposed", status)
    assert [member["text"] for member in row.after["members"]] == ["가", "나", "다"]
    assert row.operation == review.operation


def test_a_group_can_be_decided_anew_but_not_the_same_way(review: Review):
    review.decide(Seen(1, 1), GroupStatus.REJECTED)
    assert review.decide(Seen(1, 2), GroupStatus.ACCEPTED).version == 3
    with pytest.raises(ReviewError, match="accepted already"):
        review.decide(Seen(1, 3), GroupStatus.ACCEPTED)


def test_nobody_decides_that_a_group_is_open(review: Review):
    with pytest.raises(ReviewError, match="proposed is not one to decide on"):
        review.decide(Seen(1, 1), GroupStatus.PROPOSED)


def test_a_write_on_an_old_version_is_refused_and_changes_nothing(review: Review, session: Session):
    review.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    session.commit()
    with pytest.raises(StaleVersionError) as stale:
        review.take_out(Seen(1, 1), 1)
    assert (stale.value.group_id, stale.value.seen_version, stale.value.current_version) == (1, 1, 2)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_a_group_that_is_not_there_is_named(review: Review):
    with pytest.raises(NoSuchRowError, match="there is no group 99"):
        review.decide(Seen(99, 1), GroupStatus.ACCEPTED)


def test_a_word_that_is_taken_out_stays_apart_from_the_others(review: Review, session: Session, words: Words):
    group = review.take_out(Seen(1, 1), words["가"])
    assert members_of(group) == "나다"
    assert (group.canonical_word.text, group.n_members, group.version) == ("나", 2, 2)
    assert group.signature == signature_of("나다")
    assert group.proposed_signature == signature_of("가나다")
    apart = {words.pair(pair) for pair in decided_pairs(session.connection()).cannot_link}
    assert apart == {"가나", "가다"}


def test_counts_follow_the_members(review: Review, words: Words):
    group = review.take_out(Seen(1, 1), words["나"])
    # 가 counts 1 and 다 counts 3, each of 2 pieces; their similarity is 0.5 + 1 / 100 + 3 / 100
    assert (group.n_occurrences, group.n_affected_pieces) == (4, 8)
    assert group.min_pair_cosine_similarity == pytest.approx(0.54)
    group = review.add(Seen(1, 2), words["차"])
    assert (group.n_occurrences, group.n_affected_pieces) == (14, 28)
    assert group.min_pair_cosine_similarity is None


def test_the_last_but_one_word_is_not_taken_out(review: Review, session: Session, words: Words):
    with pytest.raises(ReviewError, match="reject the group instead"):
        review.take_out(Seen(2, 1), words["라"])
    session.rollback()
    assert members_of(session.get_one(Group, 2)) == "라마"


def test_a_word_that_is_not_in_the_group_cannot_be_taken_out(review: Review, words: Words):
    with pytest.raises(ReviewError, match=f"group 1 has no word {words['라']}"):
        review.take_out(Seen(1, 1), words["라"])


def test_a_word_is_added_at_the_end_and_has_no_similarity(review: Review, words: Words):
    group = review.add(Seen(1, 1), words["차"])
    assert members_of(group) == "가나다차"
    assert [member.cosine_similarity for member in group.members] == [0.75, 0.75, 0.75, None]


def test_a_word_that_was_taken_out_comes_back_to_its_place(review: Review, words: Words):
    review.take_out(Seen(1, 1), words["나"])
    assert members_of(review.add(Seen(1, 2), words["나"])) == "가나다"


@pytest.mark.parametrize(("word", "reason"), [("가", "has the word"), (None, "there is no word 999")])
def test_a_word_is_added_once_and_must_be_there(review: Review, words: Words, word: str | None, reason: str):
    with pytest.raises(ReviewError, match=reason):
        review.add(Seen(1, 1), 999 if word is None else words[word])


def test_a_move_changes_both_groups_in_one_operation(review: Review, session: Session, words: Words):
    source, goal = review.move(Seen(1, 1), words["다"], Seen(2, 1))
    assert (members_of(source), members_of(goal)) == ("가나", "라마다")
    assert (source.version, goal.version) == (2, 2)
    rows = session.scalars(select(Decision).order_by(Decision.group_id)).all()
    assert [(row.group_id, row.action, row.operation) for row in rows] == [
        (1, Action.MOVE, review.operation),
        (2, Action.MOVE, review.operation),
    ]


def test_a_group_that_a_move_leaves_with_one_word_is_rejected(review: Review, words: Words):
    source, goal = review.move(Seen(2, 1), words["라"], Seen(1, 1))
    assert (source.status, goal.status) == (GroupStatus.REJECTED, GroupStatus.PROPOSED)
    assert members_of(goal) == "가나다라"


def test_a_move_needs_two_groups_and_both_versions(review: Review, session: Session, words: Words):
    with pytest.raises(ReviewError, match="named twice"):
        review.move(Seen(1, 1), words["다"], Seen(1, 1))
    with pytest.raises(StaleVersionError):
        review.move(Seen(1, 1), words["다"], Seen(2, 7))
    session.rollback()
    assert members_of(session.get_one(Group, 1)) == "가나다"


def test_a_split_makes_a_new_group_with_its_share_of_the_evidence(review: Review, session: Session, words: Words):
    group, new = review.split(Seen(3, 1), [words["바"], words["자"]])
    assert (members_of(group), members_of(new)) == ("사아", "바자")
    assert (group.canonical_word.text, new.canonical_word.text) == ("사", "바")
    assert (new.status, new.run_id, new.signature) == (GroupStatus.PROPOSED, group.run_id, signature_of("바자"))
    assert [member.cosine_similarity for member in new.members] == [0.75, 0.75]
    sentences = session.scalars(select(Evidence.sentence).where(Evidence.group_id == new.id)).all()
    assert sentences == ["바(자)", None]
    rows = session.scalars(select(Decision).order_by(Decision.group_id)).all()
    assert [(row.group_id, row.action, row.before["status"]) for row in rows] == [
        (3, Action.SPLIT, "proposed"),
        (new.id, Action.SPLIT, "superseded"),
    ]


@pytest.mark.parametrize(
    ("leaving", "reason"),
    [("바사아", "fewer than 2 words"), ("바", "take it out"), ("가나", "has no word"), ("바바", "take it out")],
)
def test_both_parts_of_a_split_are_groups(review: Review, words: Words, leaving: str, reason: str):
    with pytest.raises(ReviewError, match=reason):
        review.split(Seen(3, 1), [words[word] for word in leaving])


def test_a_merge_closes_the_other_group_and_keeps_its_evidence(review: Review, session: Session, words: Words):
    group = review.merge(Seen(1, 1), Seen(2, 1))
    other = session.get_one(Group, 2)
    assert (members_of(group), group.status) == ("가나다라마", GroupStatus.PROPOSED)
    assert (members_of(other), other.status) == ("라마", GroupStatus.SUPERSEDED)
    assert "라(마)" in session.scalars(select(Evidence.sentence).where(Evidence.group_id == 1)).all()


def test_a_merge_brings_back_a_word_that_this_group_had_lost(review: Review, words: Words):
    review.move(Seen(1, 1), words["다"], Seen(2, 1))
    assert members_of(review.merge(Seen(1, 2), Seen(2, 2))) == "가나다라마"


def test_a_rename_chooses_another_member(review: Review, words: Words):
    assert review.rename(Seen(1, 1), words["다"]).canonical_word_id == words["다"]
    with pytest.raises(ReviewError, match="stands for group 1 already"):
        review.rename(Seen(1, 2), words["다"])
    with pytest.raises(ReviewError, match="choose one of its members"):
        review.rename(Seen(1, 2), words["라"])


def test_a_comment_changes_no_version(review: Review, session: Session):
    review.comment(1, " 상표 이름? ")
    assert session.scalars(select(Comment.text)).all() == ["상표 이름?"]
    assert session.get_one(Group, 1).version == 1
    with pytest.raises(ReviewError, match="empty"):
        review.comment(1, "  ")
    with pytest.raises(NoSuchRowError):
        review.comment(99, "어디?")


@pytest.mark.parametrize("way", ["accept", "add", "move", "merge"])
def test_a_word_stands_in_one_accepted_group_only(review: Review, session: Session, words: Words, way: str):
    review.decide(Seen(1, 1), GroupStatus.ACCEPTED)
    review.add(Seen(3, 1), words["가"])
    review.decide(Seen(2, 1), GroupStatus.ACCEPTED)
    session.commit()
    with pytest.raises(WordTakenError) as taken:
        match way:
            case "accept":
                review.decide(Seen(3, 2), GroupStatus.ACCEPTED)
            case "add":
                review.add(Seen(2, 2), words["가"])
            case "move":
                review.move(Seen(3, 2), words["가"], Seen(2, 2))
            case "merge":
                review.merge(Seen(2, 2), Seen(3, 2))
    assert (taken.value.word, taken.value.group_id) == ("가", 1)


def test_two_people_on_one_group_at_one_time_one_wins(engine: Engine, words: Words):
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(name: str, status: GroupStatus) -> None:
        with session_factory(engine, for_writing=True)() as session:
            start.wait()
            try:
                Review(session, words.users[name]).decide(Seen(1, 1), status)
                session.commit()
                outcomes.append("won")
            except StaleVersionError:
                outcomes.append("stale")

    people = [("kim", GroupStatus.ACCEPTED), ("lee", GroupStatus.REJECTED)]
    threads = [threading.Thread(target=decide, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale", "won"]
    with session_factory(engine)() as session:
        assert only_decision(session).group_version == session.get_one(Group, 1).version == 2


def test_two_people_who_accept_two_groups_with_one_word_at_one_time_one_wins(engine: Engine, words: Words):
    with session_factory(engine, for_writing=True).begin() as session:
        Review(session, words.users["kim"]).add(Seen(2, 1), words["가"])
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def accept(name: str, seen: Seen) -> None:
        with session_factory(engine, for_writing=True)() as session:
            start.wait()
            try:
                Review(session, words.users[name]).decide(seen, GroupStatus.ACCEPTED)
                session.commit()
                outcomes.append("won")
            except WordTakenError:
                outcomes.append("taken")

    people = [("kim", Seen(1, 1)), ("lee", Seen(2, 2))]
    threads = [threading.Thread(target=accept, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["taken", "won"]


def test_an_operation_keeps_the_name_that_the_caller_gives(session: Session, words: Words):
    name = uuid4()
    Review(session, words.users["kim"], name).decide(Seen(1, 1), GroupStatus.ACCEPTED)
    assert only_decision(session).operation == name
