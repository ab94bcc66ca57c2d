"""What will be done to a checkpoint, decided before anything is written; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from curator.applier.options import ApplyOptions, Pooling
from curator.applier.said import Said
from curator.applier.vocabulary.common import Finding
from curator.groups import GroupMember, GroupSet, SynonymGroup


class Source(StrEnum):
    """Where the vector of a word comes from, before pooling."""

    OWN = "own"  # the word is in the vocabulary
    PIECES = "pieces"  # mean of the rows of its former pieces
    RANDOM = "random"
    CONTEXTUAL = "contextual"
    TABLE_MEAN = "table_mean"  # no piece is known, and the user said so
    PARTS = "parts"  # it lends the mean of its parts, and has no entry of its own


class PlannedMember(NamedTuple):
    """A word, or its form inside an eojeol, and its row; a named tuple, as there are tens of thousands.

    :ivar row: id of its entry; none for a word that only lends its parts.
    :ivar source_rows: rows whose mean is its vector, where the source is own, pieces or parts; for a random or
        contextual one, those whose mean is its bias.
    :ivar unknown: characters of it that no piece spells, and that count for nothing.
    :ivar weight: in weighted pooling; none if the release has none.
    """

    word: str
    entry: str
    row: int | None
    is_new: bool
    source: Source
    source_rows: tuple[int, ...]
    unknown: str
    weight: float | None


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """Words whose rows are pooled, the canonical one first.

    :ivar is_continuation: whether it is the group's forms inside an eojeol, pooled apart.
    """

    key: str
    members: tuple[PlannedMember, ...]
    is_continuation: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A word that cannot be adjusted, and why."""

    word: str
    group: str
    reason: Said


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done.

    :ivar refusals: words left out one by one.
    :ivar dropped: keys of the groups that nothing is left of, or one word that is in the vocabulary already.
    :ivar n_old: entries before.
    :ivar n_rows: rows of the table afterwards, padding included.
    """

    groups: tuple[PlannedGroup, ...]
    refusals: tuple[Refusal, ...]
    dropped: tuple[str, ...]
    n_old: int
    n_rows: int

    @property
    def new_members(self) -> list[PlannedMember]:
        """Return the new entries in the order of their ids, which is that of the groups."""
        return [member for group in self.groups for member in group.members if member.is_new]

    @property
    def n_new(self) -> int:
        """Return the number of new entries."""
        return sum(member.is_new for group in self.groups for member in group.members)


def make_plan(
    groups: GroupSet,
    findings: Mapping[str, Finding],
    continuations: Mapping[str, Finding],
    *,
    n_old: int,
    n_table_rows: int,
    options: ApplyOptions,
) -> Plan:
    """Decide which words become entries, under which ids, and where each vector comes from.

    :param findings: of every word and every stated part, as it stands at the start of an eojeol.
    :param continuations: of every word inside an eojeol; empty if those are not asked for.
    :param n_old: entries of the tokenizer, so the first free id.
    :param n_table_rows: rows of the table, which may be padded.
    :raises ValueError: if no group is left, or weights are asked for and missing.
    """
    planner = _Planner(findings, continuations, n_old, options)
    planned, dropped = [], []
    for group in groups.groups:
        found = planner.plan(group)
        planned += found
        if not found:
            dropped.append(group.key)
    if not planned:
        reasons = "; ".join(f"{refusal.word}: {refusal.reason}" for refusal in planner.refusals[:5])
        raise ValueError(
            f"{groups.source}: of its {len(groups.groups)} groups nothing is left to adjust "
            f"({reasons or 'each has one word, which is in the vocabulary'})"
        )
    if options.pool.pooling is Pooling.WEIGHTED:
        _check_weights(groups.source, planned)
    n_entries = n_old + planner.n_new
    n_rows = max(n_table_rows, -(-n_entries // options.pad_to_multiple_of) * options.pad_to_multiple_of)
    return Plan(tuple(planned), tuple(planner.refusals), tuple(dropped), n_old, n_rows)


def _check_weights(source: str, groups: Sequence[PlannedGroup]) -> None:
    for group in groups:
        weights = [member.weight for member in group.members]
        if None in weights or not sum(weight or 0 for weight in weights):
            found = f"all weights of the group {group.key} are 0"
            if None in weights:
                found = f"{group.members[weights.index(None)].word} in the group {group.key} has no weight"
            raise ValueError(
                f"{source}: {found}, and pooling is weighted; give weights "
                '({"name": {"word": 12, ...}}) or another --pooling'
            )


class _Planner:
    def __init__(
        self,
        findings: Mapping[str, Finding],
        continuations: Mapping[str, Finding],
        n_old: int,
        options: ApplyOptions,
    ) -> None:
        self.findings, self.continuations, self.options = findings, continuations, options
        self.n_old, self.n_new = n_old, 0
        self.refusals: list[Refusal] = []
        self.taken: dict[str, str] = {}

    def plan(self, group: SynonymGroup) -> list[PlannedGroup]:
        members = [self._member(group, member) for member in group.members]
        kept = [member for member in members if member is not None]
        if not self._is_worth_it(kept):
            return []
        planned = [PlannedGroup(group.key, tuple(kept))]
        # What a word that is cut lends is a form at the start of an eojeol, so it has no part in this.
        with_row = [member for member in planned[0].members if member.row is not None]
        forms = [self._inside(group, member) for member in with_row if self.continuations]
        inside = [form for form in forms if form is not None]
        if self._is_worth_it(inside):
            planned.append(PlannedGroup(group.key, tuple(inside), is_continuation=True))
        return planned

    @staticmethod
    def _is_worth_it(members: Sequence[PlannedMember]) -> bool:
        own = [member for member in members if member.source is not Source.PARTS]
        return any(member.is_new for member in own) or (bool(own) and len(members) > 1)

    def _member(self, group: SynonymGroup, member: GroupMember) -> PlannedMember | None:
        """Return the member, or none if it is refused."""
        found = self.findings[member.word]
        if member.parts or (found.objection and self.options.parts_of_cut_words and len(found.parts) > 1):
            return self._lender(group, member, found)
        reason = found.objection or self._unknown(found)
        if reason is None and found.entry in self.taken:
            entry, owner = found.entry, self.taken[found.entry]
            reason = Said(f"its entry {entry} is that of {owner}, too", f"{owner}의 항목과 같은 항목: {entry}")
        if reason is not None:
            self.refusals.append(Refusal(member.word, group.key, reason))
            return None
        self.taken[found.entry] = member.word
        return self._planned(member.word, found, member.weight)

    def _unknown(self, found: Finding) -> Said | None:
        if found.id is None and not found.piece_ids and not self.options.unknown_to_mean:
            return Said(
                "all of its pieces are unknown to the tokenizer; --unknown-to-mean gives it the table's mean",
                "토크나이저가 아는 조각이 없음. --unknown-to-mean을 주면 표의 평균을 받음",
            )
        return None

    def _lender(self, group: SynonymGroup, member: GroupMember, found: Finding) -> PlannedMember | None:
        parts = [self.findings[part] for part in member.parts]
        rows = [row for part in parts for row in ((part.id,) if part.id is not None else part.piece_ids)]
        rows = rows if member.parts else list(found.piece_ids)
        if not rows:
            reason = Said("all of its parts are unknown to the tokenizer", "토크나이저가 아는 부분이 없음")
            self.refusals.append(Refusal(member.word, group.key, reason))
            return None
        return PlannedMember(member.word, member.word, None, False, Source.PARTS, tuple(rows), "", member.weight)

    def _planned(self, word: str, found: Finding, weight: float | None) -> PlannedMember:
        if found.id is not None:
            return PlannedMember(word, found.entry, found.id, False, Source.OWN, (found.id,), "", weight)
        source = Source(self.options.pool.init.value)
        if not found.piece_ids and source is not Source.RANDOM:
            source = Source.TABLE_MEAN
        row = self.n_old + self.n_new  # the id is not lost: a group with a new entry is always kept
        self.n_new += 1
        return PlannedMember(word, found.entry, row, True, source, found.piece_ids, found.unknown, weight)

    def _inside(self, group: SynonymGroup, member: PlannedMember) -> PlannedMember | None:
        """Return the member's form inside an eojeol, or none if it is refused."""
        found = self.continuations[member.word]
        reason = self._unknown(found)
        if reason is not None:
            self.refusals.append(Refusal(found.entry, group.key, reason))
            return None
        return self._planned(member.word, found, member.weight)
