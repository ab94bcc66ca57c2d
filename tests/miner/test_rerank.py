from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from curator.store.models import Group, GroupStatus, Member
from curator.store.session import session_factory
from miner.clustering import PairEvidence, ProposedGroup
from miner.lexicon import LexiconWord
from miner.morphology.base import Pos
from miner.rerank import MIN_ANSWERS_PER_SIDE, learn, match_weights, rerank
from miner.scoring.model import KINDS, probability_of
from miner.sink import store_run
from miner.sink.review import StoredPair, store_confidences, stored_pairs

MANIFEST = {"fingerprint": "a", "started_at": "2026-01-02T03:04:05+09:00"}


def pair(number: int, *, similarity: float, spelling: float, is_same: bool | None) -> StoredPair:
    """A group of two words of which similarity and spelling say different things."""
    evidence = {
        "match_weight.prior": -1.0,
        "match_weight.similarity": similarity,
        "match_weight.spelling": spelling,
    }
    return StoredPair(number, f"가나{number}", f"다라{number}", is_same, evidence)


def answered(n: int, *, trusts: str) -> list[StoredPair]:
    """Answers of somebody who goes by one kind of evidence only."""
    generator = np.random.default_rng(0)
    pairs = []
    for number in range(n):
        similarity, spelling = generator.normal(0, 2, 2)
        is_same = bool((similarity if trusts == "similarity" else spelling) > 0)
        pairs.append(pair(number, similarity=similarity, spelling=spelling, is_same=is_same))
    return pairs


@pytest.mark.parametrize("trusts", ["similarity", "spelling"])
def test_the_kind_of_evidence_that_the_answers_follow_gains_weight(trusts):
    learned = learn(answered(200, trusts=trusts))
    factors = dict(zip(KINDS, learned.factors, strict=True))
    other = "spelling" if trusts == "similarity" else "similarity"
    assert factors[trusts] > 1 > factors[other]
    assert factors["alias"] == pytest.approx(1)


def test_few_answers_change_little_and_many_more():
    few, many = (np.abs(learn(answered(n, trusts="spelling")).factors - 1).max() for n in (4, 400))
    assert few < 0.15 < many


def test_without_answers_the_model_stays_as_it_is():
    still_open = [replace(p, is_same=None) for p in answered(20, trusts="spelling")]
    learned = learn(still_open)
    prior, by_kind = match_weights(still_open)
    np.testing.assert_allclose(learned.log_odds(still_open), prior + by_kind.sum(axis=1))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6))
def test_the_confidence_of_a_group_comes_from_the_mean_log_odds_of_its_pairs(values):
    pairs = [pair(7, similarity=value, spelling=0, is_same=None) for value in values]
    (confidence,) = learn(pairs).confidences(pairs).values()
    assert confidence == pytest.approx(float(probability_of(np.mean(values) - 1)))


def stored(engine: Engine, n_groups: int) -> None:
    words = [
        LexiconWord(text, Pos.NOUN, 1, 1, (), True, (text,), False)
        for n in range(n_groups)
        for text in (f"가나{n}", f"다라{n}", f"마바{n}")
    ]
    groups = [
        ProposedGroup(
            (f"가나{n}", f"다라{n}", f"마바{n}"),
            (0.9, 0.9, 0.9),
            0.8,
            tuple(
                PairEvidence(kind, a, b, value)
                for a, b in ((f"가나{n}", f"다라{n}"), (f"다라{n}", f"마바{n}"))
                for kind, value in (("match_weight.prior", -1.0), ("match_weight.spelling", float(n % 3)))
            ),
            0.5,
        )
        for n in range(n_groups)
    ]
    store_run(engine, MANIFEST, words, groups)


def test_pairs_come_back_with_their_answers(engine: Engine):
    stored(engine, 3)
    with session_factory(engine).begin() as session:
        accepted, rejected, _ = session.scalars(select(Group).order_by(Group.id))
        accepted.status, rejected.status = GroupStatus.ACCEPTED, GroupStatus.REJECTED
        last = session.scalars(select(Member).where(Member.group_id == accepted.id, Member.position == 2)).one()
        last.is_removed = True
    found = {(p.word_a, p.word_b): p.is_same for p in stored_pairs(engine)}
    assert found == {
        ("가나0", "다라0"): True,
        ("다라0", "마바0"): False,
        ("가나1", "다라1"): False,
        ("다라1", "마바1"): False,
        ("가나2", "다라2"): None,
        ("다라2", "마바2"): None,
    }
    assert stored_pairs(engine)[4].evidence == {"match_weight.prior": -1.0, "match_weight.spelling": 2.0}


def test_decisions_reorder_what_is_open_and_leave_the_rest(engine: Engine, database_url: str):
    n_groups = 6 * MIN_ANSWERS_PER_SIDE
    stored(engine, n_groups)
    with session_factory(engine).begin() as session:
        for n, group in enumerate(session.scalars(select(Group).order_by(Group.id)).all()[: n_groups // 2]):
            group.status = GroupStatus.ACCEPTED if n % 3 == 2 else GroupStatus.REJECTED
    with session_factory(engine)() as session:
        before = {g.id: (g.version, g.updated_at) for g in session.scalars(select(Group))}
    learned = rerank(database_url)
    assert (learned.n_accepted_pairs, learned.n_rejected_pairs) == (10, 20)
    assert learned.n_reordered_groups == n_groups // 2
    with session_factory(engine)() as session:
        groups = session.scalars(select(Group).order_by(Group.id)).all()
        assert {g.id: (g.version, g.updated_at) for g in groups} == before
        assert all(group.confidence == 0.5 for group in groups[: n_groups // 2])
        strong, weak = (
            [g.confidence for n, g in enumerate(groups) if n >= n_groups // 2 and n % 3 == r] for r in (2, 0)
        )
    assert min(strong) > 0.5 > max(weak)


def test_with_few_answers_the_order_stays(engine: Engine, database_url: str):
    stored(engine, 4)
    assert rerank(database_url).n_reordered_groups == 0
    with session_factory(engine)() as session:
        assert {group.confidence for group in session.scalars(select(Group))} == {0.5}


def test_answered_groups_keep_their_confidence(engine: Engine):
    stored(engine, 2)
    with session_factory(engine).begin() as session:
        first, second = session.scalars(select(Group).order_by(Group.id))
        first.status = GroupStatus.ACCEPTED
        keys = first.id, second.id
    assert store_confidences(engine, dict.fromkeys(keys, 0.9)) == 1
    with session_factory(engine)() as session:
        assert [session.get_one(Group, key).confidence for key in keys] == [0.5, 0.9]
