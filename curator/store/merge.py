"""Proposals of a run into the store, beside what is there and what people have decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, update

from curator.store.models import Evidence, Group, GroupOrigin, GroupStatus, Member
from curator.store.queries import (
    DecidedPairs,
    KnownGroup,
    batches,
    decided_pairs,
    find_groups,
    supersede_unproposed,
)


class Reason(NamedTuple):
    """One reason why two words of a proposal stand together, the words by key."""

    kind: str
    word_a_id: int
    word_b_id: int
    value: float
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set of words that a run proposes, by key.

    :ivar signature: digest of the words' texts, from ``signature_of``.
    :ivar word_ids: the canonical word first.
    :ivar cosine_similarities: of each word to the group's centre.
    :ivar confidence: belief that the group is right, in [0, 1].
    :ivar n_occurrences: of the words in the run's corpus.
    :ivar n_affected_pieces: that the words outside the vocabulary are cut into in the run's corpus.
    """

    signature: str
    word_ids: tuple[int, ...]
    cosine_similarities: tuple[float, ...]
    confidence: float
    min_pair_cosine_similarity: float
    n_occurrences: int
    n_affected_pieces: int
    evidence: tuple[Reason, ...]


class Outcome(StrEnum):
    """What becomes of a proposal, or of a group that was not proposed again."""

    NEW = "new"
    OPEN = "open"  # it equals an open group
    REOPENED = "reopened"  # it equals a group that an earlier run had closed
    DECIDED = "decided"  # people have answered it: the group itself, or each of its pairs
    BLOCKED = "blocked"  # people keep two of its words apart
    SUPERSEDED = "superseded"  # an open group of an earlier run that this one could have proposed, and did not


def merge_proposals(connection: Connection, run_id: int, proposals: Sequence[Proposal]) -> Counter[Outcome]:
    """Store the proposals that nobody has answered, and close open groups that the run no longer proposes.

    :param run_id: a run whose words and statistics are stored already.
    :param proposals: no signature twice.
    :return: how many had which outcome.
    """
    now = datetime.now(UTC)
    known = find_groups(connection, [proposal.signature for proposal in proposals], now)
    pairs = decided_pairs(connection)
    outcomes: Counter[Outcome] = Counter()
    new: list[Proposal] = []
    again: dict[int, Proposal] = {}
    for proposal in proposals:
        group = known.get(proposal.signature)
        outcome = outcome_of(proposal, group, pairs)
        outcomes[outcome] += 1
        if group is None and outcome is Outcome.NEW:
            new.append(proposal)
        elif group is not None and group.is_untouched and outcome is not Outcome.DECIDED:
            again[group.id] = proposal
    write_content(connection, insert_groups(connection, run_id, new))
    refresh_groups(connection, run_id, again)
    outcomes[Outcome.SUPERSEDED] = supersede_unproposed(connection, run_id, now)
    return outcomes


def outcome_of(proposal: Proposal, known: KnownGroup | None, pairs: DecidedPairs) -> Outcome:
    """Return what becomes of a proposal.

    :param known: the group of the store that it equals, if there is one.
    :param pairs: what people said of pairs of words.
    """
    if known is not None:
        if known.status == GroupStatus.PROPOSED:
            return Outcome.OPEN
        if known.status == GroupStatus.SUPERSEDED and known.is_untouched:
            return Outcome.REOPENED
        return Outcome.DECIDED
    own_pairs = set(combinations(sorted(proposal.word_ids), 2))
    if not own_pairs.isdisjoint(pairs.cannot_link):
        return Outcome.BLOCKED
    return Outcome.DECIDED if own_pairs <= pairs.must_link else Outcome.NEW


def insert_groups(
    connection: Connection, run_id: int, proposals: Sequence[Proposal]
) -> list[tuple[int, Proposal]]:
    """Insert groups, without members and evidence, and return their keys with the proposals."""
    rows = [
        {
            **group_values(run_id, proposal),
            "origin": GroupOrigin.MINED,
            "signature": proposal.signature,
            "proposed_signature": proposal.signature,
        }
        for proposal in proposals
    ]
    if not rows:
        return []
    keys = connection.scalars(insert(Group).returning(Group.id, sort_by_parameter_order=True), rows)
    return list(zip(keys, proposals, strict=True))


def refresh_groups(connection: Connection, run_id: int, again: Mapping[int, Proposal]) -> None:
    """Give untouched groups, by key, the numbers and the evidence of a new run; open the closed ones."""
    if not again:
        return
    rows = [{"key": key, **group_values(run_id, proposal)} for key, proposal in again.items()]
    names = group_values(run_id, next(iter(again.values())))
    change = update(Group).where(Group.id == bindparam("key"))
    connection.execute(change.values({name: bindparam(name) for name in names}), rows)
    for part in batches(list(again)):
        connection.execute(delete(Evidence).where(Evidence.group_id.in_(part)))
        connection.execute(delete(Member).where(Member.group_id.in_(part)))
    write_content(connection, list(again.items()))


def group_values(run_id: int, proposal: Proposal) -> dict[str, Any]:
    """Return the columns of a group that a run sets."""
    return {
        "run_id": run_id,
        "status": GroupStatus.PROPOSED,
        "canonical_word_id": proposal.word_ids[0],
        "n_members": len(proposal.word_ids),
        "confidence": proposal.confidence,
        "min_pair_cosine_similarity": proposal.min_pair_cosine_similarity,
        "n_occurrences": proposal.n_occurrences,
        "n_affected_pieces": proposal.n_affected_pieces,
    }


def write_content(connection: Connection, groups: Sequence[tuple[int, Proposal]]) -> None:
    """Insert the members and the evidence of groups, given by key."""
    for part in batches(groups):
        members = [
            {"group_id": key, "word_id": word_id, "position": position, "cosine_similarity": similarity}
            for key, proposal in part
            for position, (word_id, similarity) in enumerate(
                zip(proposal.word_ids, proposal.cosine_similarities, strict=True)
            )
        ]
        connection.execute(insert(Member), members)
        evidence = [
            {"group_id": key, **reason._asdict()} for key, proposal in part for reason in proposal.evidence
        ]
        if evidence:
            connection.execute(insert(Evidence), evidence)
