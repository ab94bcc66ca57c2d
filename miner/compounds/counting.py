"""What is counted of an eojeol's beginnings, for the statistics of compounds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate

from miner.compounds.particles import case_class, derives, follows_noun, stems
from miner.morphology.base import Eojeol, Morpheme

Run = tuple[Morpheme, ...]
WeightedEojeol = tuple[Eojeol, int]

_PUNCTUATION_BEHIND = re.compile(r"[\W_]+$")
MIN_OTHER_USES = 0.3  # of a stem, per use with the particle in question
NO_CASE = "none"  # the end of the eojeol, the copula: what also follows a predicate (최고, 최고다)


def outline(eojeol: Eojeol) -> tuple[str, list[int]]:
    """Return the text of an eojeol without punctuation behind it, and where its morphemes end in it.

    The ends stop where morphemes and text part: before a contraction (했 = 하 + 었) or punctuation.
    """
    text = _PUNCTUATION_BEHIND.sub("", eojeol.surface)
    ends: list[int] = []
    end = 0
    for morpheme in eojeol.morphemes:
        if not morpheme.surface or not text.startswith(morpheme.surface, end):
            break
        end += len(morpheme.surface)
        ends.append(end)
    return text, ends


def cuts(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the text left and right of each cut that the analyser made."""
    text = "".join(morpheme.surface for morpheme in run)
    for end in accumulate(len(morpheme.surface) for morpheme in run[:-1]):
        yield text[:end], text[end:]


@dataclass(slots=True)
class RunCounts:
    """The runs of two or more morphemes that begin an eojeol and end like a noun.

    :ivar run: the run behind a text, as analysed in the first eojeol that has it.
    :ivar cut: eojeols in which the text is such a run.
    :ivar whole: eojeols in which the text is one morpheme.
    :ivar left, right: runs with this text on the left, right of a cut; over all runs and cuts.
    :ivar n_cuts: cuts of all runs.
    :ivar n_inflected: runs left out of all but ``cut``, being a word and its particle.
    """

    run: dict[str, Run] = field(default_factory=dict)
    cut: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    n_cuts: int = 0
    n_inflected: int = 0

    def add(self, other: "RunCounts") -> None:
        """Take in the counts of other eojeols, of which none begins with a syllable that one of these begins with.

        ``right`` and ``n_cuts`` are sums; all else is of texts that only one of the two has.
        """
        self.run |= other.run
        self.cut.update(other.cut)
        self.whole.update(other.whole)
        self.left.update(other.left)
        self.right.update(other.right)
        self.n_cuts += other.n_cuts
        self.n_inflected += other.n_inflected


def count_runs(eojeols: Iterable[WeightedEojeol]) -> RunCounts:
    """Count runs and their cuts.

    :param eojeols: distinct, with their frequencies, the most frequent first.
    """
    counts = RunCounts()
    for eojeol, n in eojeols:
        surface, ends = outline(eojeol)
        for n_morphemes, end in enumerate(ends, start=1):
            if not follows_noun(surface[end:], surface[end - 1]):
                continue
            text = surface[:end]
            if n_morphemes == 1:
                counts.whole[text] += n
            else:
                counts.run.setdefault(text, eojeol.morphemes[:n_morphemes])
                counts.cut[text] += n
    _drop_inflected(counts)
    for text, run in counts.run.items():
        n = counts.cut[text]
        for left, right in cuts(run):
            counts.left[left] += n
            counts.right[right] += n
            counts.n_cuts += n
    return counts


def _drop_inflected(counts: RunCounts) -> None:
    """Drop runs that are a word and its particle: these say nothing about which words stand together."""
    for text in list(counts.run):
        n = counts.cut[text]
        if any(has_other_uses(counts.whole[stem] + counts.cut[stem], n) for stem in stems(text)):
            counts.n_inflected += 1
            del counts.run[text]


def has_other_uses(n_stem: int, n_text: int) -> bool:
    """Tell whether a stem is a word of its own, not only the beginning of a text.

    :param n_stem: uses of the stem with and without particles, the text among them.
    :param n_text: uses of the text that may be the stem and a particle.
    """
    return n_stem - n_text >= MIN_OTHER_USES * n_text


@dataclass(slots=True)
class BoundaryCounts:
    """What stands around a text, in eojeols.

    :ivar begun: that begin with it.
    :ivar noun: in which nothing, or a particle, follows it.
    :ivar alone: that are it.
    :ivar derived: in which a verb, an adjective, a plural or a title is made of it.
    :ivar inner: in which it stands behind something else.
    :ivar rights: ``noun`` by the case particle that follows.
    """

    begun: Counter[str] = field(default_factory=Counter)
    noun: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    derived: Counter[str] = field(default_factory=Counter)
    inner: Counter[str] = field(default_factory=Counter)
    rights: defaultdict[str, Counter[str]] = field(default_factory=partial(defaultdict, Counter))

    def add(self, other: "BoundaryCounts") -> None:
        """Take in the counts of other eojeols."""
        self.begun.update(other.begun)
        self.noun.update(other.noun)
        self.alone.update(other.alone)
        self.derived.update(other.derived)
        self.inner.update(other.inner)
        for text, cases in other.rights.items():
            self.rights[text].update(cases)


def count_boundaries(eojeols: Iterable[WeightedEojeol], words: Set[str], others: Set[str]) -> BoundaryCounts:
    """Count what stands around texts.

    :param eojeols: distinct, with their frequencies.
    :param words: texts of which everything is counted.
    :param others: texts of which only ``noun`` and ``alone`` are needed.
    """
    counts = BoundaryCounts()
    wanted = words | others
    longest = max(map(len, wanted), default=0)
    for eojeol, n in eojeols:
        surface, ends = outline(eojeol)
        for end in range(1, min(len(surface), longest) + 1):
            text = surface[:end]
            if text in wanted:
                _count_right(counts, text, surface[end:], n, in_detail=text in words)
        for i, start in enumerate(ends[:-2]):
            for end in ends[i + 2 :]:
                if (text := surface[start:end]) in words:
                    counts.inner[text] += n
    return counts


def _count_right(counts: BoundaryCounts, text: str, rest: str, n: int, *, in_detail: bool) -> None:
    is_noun = follows_noun(rest, text[-1])
    if is_noun:
        counts.noun[text] += n
        if not rest:
            counts.alone[text] += n
    if not in_detail:
        return
    counts.begun[text] += n
    if is_noun:
        counts.rights[text][case_class(rest) or NO_CASE] += n
    elif derives(rest):
        counts.derived[text] += n
