"""What becomes of a proposal beside what is there and what people have decided."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from curator.store.merge import Outcome, Proposal, Reason, merge_proposals
from curator.store.models import (
    Action,
    Base,
    Comment,
    Decision,
    Evidence,
    Group,
    GroupOrigin,
    GroupStatus,
    Lease,
    Opinion,
    Role,
    Run,
    User,
    Word,
    WordStatistics,
)
from curator.store.queries import decided_pairs, find_words, signature_of
from curator.store.session import opened, session_factory, writing


def mine(engine: Engine, words: str, *groups: str, confidence: float = 0.75) -> dict[str, int]:
    """Store a run of one-letter words; a group is written as its letters, the canonical one first."""
    with writing(engine).begin() as connection:
        known = find_words(connection, list(words))
        new = [{"text": word, "pos": "Noun"} for word in words if word not in known]
        if new:
            connection.execute(insert(Word), new)
        keys = {text: key for text, (key, _) in find_words(connection, list(words)).items()}
        now = datetime.now(UTC)
        run = {"fingerprint": uuid4().hex, "manifest": {}, "started_at": now, "finished_at": now}
        run_id = connection.scalars(insert(Run).returning(Run.id), run).one()
        counted = {"frequency": 1, "document_frequency": 1, "forms": [], "pieces": []}
        flags = {"is_oov": True, "has_unknown_piece": False}
        rows = [{"run_id": run_id, "word_id": key, **counted, **flags} for key in keys.values()]
        connection.execute(insert(WordStatistics), rows)
        proposals = [propose(group, keys, confidence) for group in groups]
        outcomes: Counter[Outcome] = merge_proposals(connection, run_id, proposals)
    return {str(outcome): count for outcome, count in outcomes.items() if count}


def propose(group: str, keys: dict[str, int], confidence: float) -> Proposal:
    """A proposal with evidence for each pair."""
    return Proposal(
        signature=signature_of(group),
        word_ids=tuple(keys[word] for word in group),
        cosine_similarities=(confidence,) * len(group),
        confidence=confidence,
        min_pair_cosine_similarity=confidence,
        n_occurrences=len(group),
        n_affected_pieces=0,
        evidence=tuple(Reason("alias", keys[a], keys[b], 1.0, f"{a}({b})") for a, b in combinations(group, 2)),
    )


def group(session: Session, members: str) -> Group:
    """The group that was first proposed with these members."""
    return session.scalars(select(Group).where(Group.proposed_signature == signature_of(members))).one()


def reviewer(session: Session) -> User:
    """The one reviewer."""
    user = session.scalars(select(User)).first() or User(name="kim", role=Role.REVIEWER)
    session.add(user)
    session.flush()
    return user


def decision(found: Group, user: User) -> Decision:
    """A decision on the group as it is now."""
    return Decision(
        operation=uuid4(),
        group_id=found.id,
        user_id=user.id,
        action=Action.ACCEPT,
        before={},
        after={},
        group_version=found.version,
    )


def decide(engine: Engine, members: str, status: GroupStatus, *, taken_out: str = "") -> None:
    """Do what a review does: change the group, and write down who did."""
    with session_factory(engine).begin() as session:
        decided = group(session, members)
        for member in decided.members:
            member.is_removed = member.word.text in taken_out
        decided.n_members -= len(taken_out)
        decided.signature = signature_of(set(members) - set(taken_out))
        decided.status = status
        session.flush()
        session.add(decision(decided, reviewer(session)))


def statuses(engine: Engine) -> dict[str, str]:
    """Status of each group, by its members in order."""
    with session_factory(engine)() as session:
        return {
            "".join(member.word.text for member in found.members): str(found.status)
            for found in session.scalars(select(Group))
        }


def pairs(engine: Engine) -> tuple[set[str], set[str]]:
    """The pairs that people put together, and those they keep apart, as two letters each."""
    with engine.connect() as connection:
        texts = dict(connection.execute(select(Word.id, Word.text)).all())
        together, apart = decided_pairs(connection)
    return {texts[a] + texts[b] for a, b in together}, {texts[a] + texts[b] for a, b in apart}


def test_a_proposal_becomes_an_open_group_of_the_miner(engine: Engine):
    assert mine(engine, "가나다", "나다가") == {"new": 1}
    with session_factory(engine)() as session:
        found = group(session, "가나다")
        assert (found.status, found.origin, found.version) == (GroupStatus.PROPOSED, GroupOrigin.MINED, 1)
        assert [member.word.text for member in found.members] == ["나", "다", "가"]
        assert found.canonical_word.text == "나"
        assert session.scalars(select(Evidence.sentence).order_by(Evidence.id)).all() == [
            "나(다)",
            "나(가)",
            "다(가)",
        ]


def test_an_open_group_is_not_repeated_and_shows_the_new_evidence(engine: Engine):
    mine(engine, "가나", "가나")
    assert mine(engine, "가나다", "나가", "가다", confidence=0.5) == {"open": 1, "new": 1}
    with session_factory(engine)() as session:
        found = group(session, "가나")
        assert (found.run_id, found.confidence, found.canonical_word.text) == (2, 0.5, "나")
        sentences = select(Evidence.sentence).where(Evidence.group_id == found.id)
        assert session.scalars(sentences).all() == ["나(가)"]
        assert found.version == 1


@pytest.mark.parametrize("status", [GroupStatus.ACCEPTED, GroupStatus.REJECTED, GroupStatus.DEFERRED])
def test_a_decided_group_is_left_alone(engine: Engine, status: GroupStatus):
    mine(engine, "가나다", "가나다")
    decide(engine, "가나다", status)
    assert mine(engine, "가나다", "다나가", confidence=0.5) == {"decided": 1}
    assert mine(engine, "가나다") == {}
    with session_factory(engine)() as session:
        found = session.scalars(select(Group)).one()
        assert (found.status, found.run_id, found.version) == (status, 1, 2)
        assert (found.confidence, found.canonical_word.text) == (0.75, "가")
        assert session.scalar(select(func.count()).select_from(Evidence)) == 3


def test_an_open_group_that_a_person_has_changed_is_left_alone(engine: Engine):
    mine(engine, "가나다", "가나다")
    decide(engine, "가나다", GroupStatus.PROPOSED, taken_out="다")
    assert mine(engine, "가나다", "가나다", confidence=0.5) == {"open": 1}
    assert mine(engine, "가나다") == {}
    with session_factory(engine)() as session:
        found = session.scalars(select(Group)).one()
        assert (found.status, found.confidence) == (GroupStatus.PROPOSED, 0.75)
        assert [member.is_removed for member in found.members] == [False, False, True]


def test_a_group_that_was_accepted_without_one_word_is_not_asked_again_with_it(engine: Engine):
    mine(engine, "가나다", "가나다")
    decide(engine, "가나다", GroupStatus.ACCEPTED, taken_out="다")
    assert mine(engine, "가나다", "가나다", "가나") == {"decided": 2}


def test_a_part_of_an_accepted_group_is_not_asked_again_but_an_extension_is(engine: Engine):
    mine(engine, "가나다라", "가나다")
    decide(engine, "가나다", GroupStatus.ACCEPTED)
    assert mine(engine, "가나다라", "가다", "가나다라") == {"decided": 1, "new": 1}


def test_words_that_people_keep_apart_are_not_proposed_together(engine: Engine):
    mine(engine, "가나다라", "가나", "가다라")
    decide(engine, "가나", GroupStatus.REJECTED)
    decide(engine, "가다라", GroupStatus.ACCEPTED, taken_out="라")
    assert mine(engine, "가나다라마", "가나마", "다라마", "가다마") == {"blocked": 2, "new": 1}


def test_pairs_are_what_people_decided(engine: Engine):
    mine(engine, "가나다라마", "가나다", "라마", "가라", "나마")
    decide(engine, "가나다", GroupStatus.ACCEPTED, taken_out="다")
    decide(engine, "라마", GroupStatus.REJECTED)
    decide(engine, "가라", GroupStatus.DEFERRED)
    assert pairs(engine) == ({"가나"}, {"가다", "나다", "라마"})


def test_a_pair_that_stands_in_an_accepted_group_is_together_whatever_else_was_said(engine: Engine):
    mine(engine, "가나다", "가나다", "가나")
    decide(engine, "가나다", GroupStatus.REJECTED)
    decide(engine, "가나", GroupStatus.ACCEPTED)
    assert pairs(engine) == ({"가나"}, {"가다", "나다"})


def test_an_untouched_group_is_superseded_when_all_its_words_came_again_and_it_did_not(engine: Engine):
    mine(engine, "가나다라", "가나", "다라")
    assert mine(engine, "가나다", "나다") == {"superseded": 1, "new": 1}
    assert statuses(engine) == {"가나": "superseded", "다라": "proposed", "나다": "proposed"}


def test_a_superseded_group_that_is_proposed_once_more_is_open_again(engine: Engine):
    mine(engine, "가나", "가나")
    mine(engine, "가나")
    assert mine(engine, "가나", "가나") == {"reopened": 1}
    assert statuses(engine) == {"가나": "proposed"}


@pytest.mark.parametrize("touch", ["decision", "comment", "opinion", "lease"])
def test_a_group_that_a_person_has_touched_is_not_superseded(engine: Engine, touch: str):
    mine(engine, "가나", "가나")
    with session_factory(engine).begin() as session:
        found, user = group(session, "가나"), reviewer(session)
        own = {"group_id": found.id, "user_id": user.id}
        rows = {
            "decision": decision(found, user),
            "comment": Comment(**own, text="글쎄"),
            "opinion": Opinion(**own, verdict=GroupStatus.ACCEPTED, group_version=1),
            "lease": Lease(**own, expires_at=datetime.now(UTC) + timedelta(minutes=5)),
        }
        session.add(rows[touch])
    assert mine(engine, "가나") == {}
    assert statuses(engine) == {"가나": "proposed"}


def test_a_lease_that_has_run_out_counts_for_nothing(engine: Engine):
    mine(engine, "가나", "가나")
    with session_factory(engine).begin() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.add(Lease(group_id=group(session, "가나").id, user_id=reviewer(session).id, expires_at=past))
    assert mine(engine, "가나") == {"superseded": 1}


@pytest.mark.parametrize("origin", [GroupOrigin.IMPORTED, GroupOrigin.BY_HAND])
def test_a_group_that_was_not_mined_is_neither_superseded_nor_repeated(engine: Engine, origin: GroupOrigin):
    mine(engine, "가나", "가나")
    with session_factory(engine).begin() as session:
        group(session, "가나").origin = origin
    assert mine(engine, "가나") == {}
    assert mine(engine, "가나", "가나") == {"open": 1}


def letters(groups: Sequence[frozenset[str]]) -> list[str]:
    """Groups as the other tests write them, each once."""
    return sorted({"".join(sorted(found)) for found in groups})


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(st.frozensets(st.sampled_from("가나다라마"), min_size=2, max_size=3), max_size=4).map(letters),
        min_size=1,
        max_size=4,
    )
)
def test_after_any_runs_exactly_the_last_proposals_are_open(runs: list[list[str]]):
    with opened("sqlite://") as engine:
        Base.metadata.create_all(engine)  # the tables of the migrations, sooner
        for groups in runs:
            mine(engine, "가나다라마", *groups)
        found = statuses(engine)
    assert sorted(members for members, status in found.items() if status == "proposed") == runs[-1]
    assert sorted(found) == sorted({members for groups in runs for members in groups})
