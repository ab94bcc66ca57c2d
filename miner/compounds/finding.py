"""Finding compounds: pieces of eojeols that stick together and stand where nouns stand."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from miner.compounds.counting import (
    BoundaryCounts,
    Run,
    RunCounts,
    WeightedEojeol,
    count_boundaries,
    count_runs,
    cuts,
    has_other_uses,
)
from miner.compounds.joining import Compound, Compounds
from miner.compounds.particles import NOUN_CASES, stems
from miner.compounds.shape import DEICTIC, is_noun_shaped, is_plain, may_be_predicate
from miner.morphology.base import Eojeol

logger = logging.getLogger(__name__)

MIN_CASE_SHARE = 0.03  # how often an unmistakable case particle follows a noun, at least
MIN_COUNT_WITH_CASE = 8  # uses by which a noun has been seen with one


@dataclass(frozen=True, slots=True)
class CompoundLimits:
    """What is asked of a compound.

    :ivar min_association: least ``Compound.association`` where all parts are nouns, foreign words or numbers.
    :ivar min_fragment_association: the same where some part is not.
    :ivar min_solidity: least ``Compound.solidity`` where all parts are nouns, foreign words or numbers.
    :ivar min_fragment_solidity: least ``Compound.solidity`` where some part is not.
    :ivar min_deictic_solidity: least share of solid writing after 이, 그, 내, 우리 ...
    :ivar min_left_share: least ``Compound.left_share``.
    :ivar min_right_share: least ``Compound.right_share``.
    :ivar min_right_entropy_bits: least ``Compound.right_entropy_bits``.
    """

    min_association: float = 0.3
    min_fragment_association: float = 0.4
    min_solidity: float = 0.01
    min_fragment_solidity: float = 0.25
    min_deictic_solidity: float = 0.6
    min_left_share: float = 0.5
    min_right_share: float = 0.5
    min_right_entropy_bits: float = 0.45

    def of(self, run: Run) -> dict[str, float]:
        """Return the least value of each statistic that a compound of this run must have."""
        minima = {
            "association": self.min_association,
            "solidity": self.min_solidity,
            "left_share": self.min_left_share,
            "right_share": self.min_right_share,
            "right_entropy_bits": self.min_right_entropy_bits,
        }
        if not is_plain(run):
            minima |= {"association": self.min_fragment_association, "solidity": self.min_fragment_solidity}
        return minima


def find_compounds(
    eojeols: Sequence[Eojeol],
    counts: npt.NDArray[np.int64],
    *,
    min_count: int,
    limits: CompoundLimits = CompoundLimits(),  # noqa: B008 - it is frozen
) -> Compounds:
    """Find the words that the analyser cuts: 대|일|밴드, 스타|뎀, 공포|영화.

    A candidate is a run of two or more morphemes that begins an eojeol and after which comes nothing or a
    particle that agrees with it (the L of L + R; ``miner.compounds.particles``). It is a compound if

    - its parts belong together (``association``): at its weakest cut, the normalised pointwise mutual
      information of left and right (Bouma, *Normalized (pointwise) mutual information in collocation
      extraction*, 2009), among all cuts of all candidates, times the discount of Pantel & Lin (*Discovering
      word senses from text*, 2002), which keeps what was seen once or twice from looking perfect;
    - its parts seldom live alone (``solidity``), so that it is no missing space (이|영화). Much of it is asked
      where a part is no noun: a determiner, a suffix, or a piece of a name that looks like a verb;
    - it begins and ends where words do: ``left_share`` and ``right_share`` are small for a piece of a longer
      name (cf. nested terms in Frantzi et al., *C-value/NC-value*, 2000), and ``right_entropy_bits``, the
      branching entropy (Jin & Tanaka-Ishii, *Unsupervised segmentation of Chinese text by use of branching
      entropy*, 2006) over the kinds of case particles, is small for phrases that end sentences (연기|최고).
      Seen once, a word has no such entropy: nothing that occurs once is a compound.

    :param eojeols: distinct eojeols as analysed.
    :param counts: int64, shape (n_eojeols,), the frequency of each.
    :param min_count: least frequency of a compound.
    :param limits: what is asked of a compound beside.
    :return: the compounds, most frequent first.
    :raises ValueError: if there is not one count per eojeol, or ``min_count`` is below 1.
    """
    _check(eojeols, counts, min_count)
    weighted = by_falling_count(eojeols, counts)
    return choose_compounds(
        count_runs(weighted), partial(count_boundaries, weighted), min_count=min_count, limits=limits
    )


def by_falling_count(eojeols: Sequence[Eojeol], counts: npt.NDArray[np.int64]) -> list[WeightedEojeol]:
    """Return the eojeols with their counts, the most frequent first: the same in whatever order they come."""
    weighted = list(zip(eojeols, counts.tolist(), strict=True))
    weighted.sort(key=lambda pair: (-pair[1], pair[0].surface))
    return weighted


def choose_compounds(
    runs: RunCounts,
    boundaries_of: Callable[[Set[str], Set[str]], BoundaryCounts],
    *,
    min_count: int,
    limits: CompoundLimits = CompoundLimits(),  # noqa: B008 - it is frozen
) -> Compounds:
    """Choose the compounds among runs; see ``find_compounds``.

    :param runs: of all eojeols; those that ``likely_runs`` leaves out may be missing.
    :param boundaries_of: ``count_boundaries`` over all eojeols, wherever these are.
    :param min_count: least frequency of a compound.
    :param limits: what is asked of a compound beside.
    :return: the compounds, most frequent first.
    """
    dropped = Counter({"inflected": runs.n_inflected})
    least = min(limits.min_association, limits.min_fragment_association)
    candidates = _candidates(runs, min_count, least, dropped)
    boundaries = boundaries_of(candidates.keys(), _relatives(candidates, runs))
    found = []
    for text, association in candidates.items():
        run = runs.run[text]
        compound = _measure(text, run, association, boundaries)
        if flaw := _flaw(compound, run, boundaries, limits.of(run)):
            dropped[flaw] += 1
        elif _deictic_solidity(compound, boundaries) < limits.min_deictic_solidity:
            dropped["deictic"] += 1
        else:
            found.append(compound)
    logger.info("%d compounds among %d runs; left out: %s", len(found), len(runs.run), dict(dropped))
    return Compounds(sorted(found, key=lambda compound: (-compound.count, compound.text)))


def _check(eojeols: Sequence[Eojeol], counts: npt.NDArray[np.int64], min_count: int) -> None:
    if len(eojeols) != len(counts):
        raise ValueError(f"{len(eojeols)} eojeols but {len(counts)} counts; give one count per eojeol")
    if min_count < 1:
        raise ValueError(f"min_count is {min_count}; a compound must be seen at least once")


def _candidates(
    runs: RunCounts, min_count: int, min_association: float, dropped: Counter[str]
) -> dict[str, float]:
    """Return the association of each run that may be a compound; the others are counted in ``dropped``."""
    candidates = {}
    for text, run in runs.run.items():
        if why := _why_unlikely(text, run, runs, min_count):
            dropped[why] += 1
        elif (association := _association(run, runs)) < min_association:
            dropped["low association"] += 1
        else:
            candidates[text] = association
    return candidates


def _why_unlikely(text: str, run: Run, runs: RunCounts, min_count: int) -> str | None:
    if runs.cut[text] < min_count:
        return "rare"
    if runs.whole[text] > runs.cut[text]:
        return "mostly whole"
    return None if is_noun_shaped(text, run) else "no noun"


def likely_runs(runs: RunCounts, min_count: int) -> RunCounts:
    """Return the runs that may be compounds, as far as their own counts tell; ``right`` is left empty.

    :param runs: of all eojeols that begin with certain syllables.
    """
    likely = RunCounts(n_cuts=runs.n_cuts, n_inflected=runs.n_inflected)
    for text, run in runs.run.items():
        if _why_unlikely(text, run, runs, min_count) is None:
            likely.run[text] = run
            likely.cut[text] = runs.cut[text]
            likely.whole[text] = runs.whole[text]
            likely.left.update({left: runs.left[left] for left, _ in cuts(run) if left not in likely.left})
    return likely


def _association(run: Run, runs: RunCounts) -> float:
    n = runs.cut["".join(morpheme.surface for morpheme in run)]
    weakest = 1.0
    for left, right in cuts(run):
        n_left, n_right = runs.left[left], runs.right[right]
        if n == runs.n_cuts:  # a corpus of this one word
            continue
        npmi = math.log(n * runs.n_cuts / (n_left * n_right)) / -math.log(n / runs.n_cuts)
        rarer = min(n_left, n_right)
        weakest = min(weakest, npmi * n / (n + 1) * rarer / (rarer + 1))
    return weakest


def _relatives(words: Iterable[str], runs: RunCounts) -> set[str]:
    """Return the parts of the words, and what is left of them without what looks like a particle."""
    words = list(words)
    parts = {part for text in words for cut in cuts(runs.run[text]) for part in cut}
    deictic = {part for text in words for cut in _deictic_cuts(text) for part in cut}
    return parts | deictic | {stem for text in words for stem in stems(text)}


def _deictic_cuts(text: str) -> list[tuple[str, str]]:
    return [(word, text[len(word) :]) for word in DEICTIC if text.startswith(word)]


def _deictic_solidity(compound: Compound, counts: BoundaryCounts) -> float:
    """Return the solidity at the cut after 이, 내, 우리 ..., wherever the analyser cut; 1.0 if there is none."""
    n = compound.count
    cuts_after = _deictic_cuts(compound.text)
    return min((n / (n + min(counts.alone[a], counts.noun[b])) for a, b in cuts_after), default=1.0)


def _flaw(compound: Compound, run: Run, counts: BoundaryCounts, minima: dict[str, float]) -> str | None:
    """Say why a candidate is no compound, None if it is one.

    It ends in a particle if it looks so, and what remains is a word with other particles too. A run with a
    verb in it must take a case particle that no verb takes, and so must any that is frequent enough to be
    seen with one.
    """
    text, n = compound.text, compound.count
    if any(has_other_uses(counts.noun[stem], n) for stem in stems(text)):
        return "inflected"
    with_case = sum(counts.rights[text][case] for case in NOUN_CASES)
    if (may_be_predicate(run) or n >= MIN_COUNT_WITH_CASE) and with_case < MIN_CASE_SHARE * n:
        return "predicate"
    return next((f"low {name}" for name, least in minima.items() if getattr(compound, name) < least), None)


def _measure(text: str, run: Run, association: float, counts: BoundaryCounts) -> Compound:
    n = counts.noun[text]
    solidity = min(n / (n + min(counts.alone[left], counts.noun[right])) for left, right in cuts(run))
    shares = sorted(count / n for count in counts.rights[text].values())  # a sum depends on its order
    return Compound(
        text=text,
        parts=tuple(morpheme.surface for morpheme in run),
        count=n,
        association=round(association, 4),
        solidity=round(solidity, 4),
        left_share=round(n / (n + counts.inner[text]), 4),
        right_share=round((n + counts.derived[text]) / counts.begun[text], 4),
        right_entropy_bits=round(sum(share * -math.log2(share) for share in shares), 4),
    )
