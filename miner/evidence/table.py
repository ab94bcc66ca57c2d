"""All evidence on pairs of words, a number with a name each, in columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from miner.evidence.difference import difference
from miner.evidence.distribution import distribution_margins
from miner.evidence.endings import alternation_kind
from miner.evidence.opposites import opposition
from miner.evidence.origin import loanword_probability, sino_korean_share
from miner.evidence.parts import parts
from miner.evidence.polarity import Polarity
from miner.evidence.rank_scale import RankScale
from miner.evidence.romanization import romanization_similarity
from miner.evidence.shortening import describe_shortening, is_subsequence
from miner.evidence.spelling import spelling_distances
from miner.evidence.word_rows import WordRows, context_margins
from miner.neighbors import Neighbors

Floats = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]

SOURCE_COLUMNS = ("alias_statements", "shared_gloss", "enumerations", "dictionary")
_MARGINS = {"context_similarity": context_margins, "distributional_similarity": distribution_margins}
ROW_COLUMNS = tuple(_MARGINS)
_FAR_RANK = 30  # of a word that is not among the neighbours looked at
_FAR_SPELLING_RANK = 60
_PAIRS_PER_BLOCK = 100_000  # of cosines
_MIN_SHORTENED = 2  # syllables that the long form has more


@dataclass(frozen=True, slots=True)
class PairSource:
    """Evidence that is not in the words themselves, by pair of words in code-point order.

    :ivar values: number of each pair that has any; 0 for all others.
    :ivar sentences: the sentence that proves it, where there is one.
    """

    values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    sentences: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """Evidence on pairs of words.

    :ivar pairs: int64, shape (n_pairs, 2), the lower index first, ascending.
    :ivar columns: float32, shape (n_pairs,), by name.
    """

    pairs: Pairs
    columns: Mapping[str, Floats]

    def joined(self, other: "EvidenceTable") -> "EvidenceTable":
        """Return both tables' rows, ordered by pair."""
        pairs = np.concatenate([self.pairs, other.pairs])
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        columns = {name: np.concatenate([self.columns[name], other.columns[name]])[order] for name in self.columns}
        return EvidenceTable(pairs[order], columns)


class Evidence:
    """Measures pairs among the words of one run.

    :param words: NFC, distinct.
    :param vectors: float32, shape (n_words, dim), unit rows.
    :param neighbors: of these vectors.
    :param sources: evidence from elsewhere, by its name in ``SOURCE_COLUMNS``.
    :param rows: that stand for the words beside their vectors, by name in ``ROW_COLUMNS``.
    :param is_other_word: whether a text that is not among these is a word, too, which may be a part of one.
    :param axis: from blame to praise among these vectors, float32, shape (dim,), if the encoder has one.
    :raises ValueError: if a source has another name.
    """

    def __init__(
        self,
        words: Sequence[str],
        vectors: Floats,
        neighbors: Neighbors,
        sources: Mapping[str, PairSource] | None = None,
        rows: Mapping[str, WordRows] | None = None,
        is_other_word: Callable[[str], bool] | None = None,
        axis: Floats | None = None,
    ) -> None:
        for given, names in ((sources, SOURCE_COLUMNS), (rows, ROW_COLUMNS)):
            if unknown := set(given or ()) - set(names):
                raise ValueError(f"evidence named {sorted(unknown)}; expected names out of {names}")
        self.words = words
        self.vectors = vectors
        self._sources, self._rows = dict(sources or {}), dict(rows or {})
        own = frozenset(words)
        self._is_word = (lambda text: text in own or is_other_word(text)) if is_other_word else own.__contains__
        self._neighbor_ids = neighbors.ids
        self._polarity = Polarity(vectors, axis)
        self._scale = RankScale(len(words))
        near = np.where(np.isfinite(neighbors.cosine_similarity), neighbors.cosine_similarity, 0.0)
        self._nearness = self._scale.nearness(near)
        spread = float(self._nearness.std()) if near.size else 0.0
        # An encoder packs its cosines where it likes (E5 into .7 to 1): they are told in units of how near the
        # neighbours of its words are, so that one model serves all encoders.
        self._mean, self._deviation = float(self._nearness.mean()) if near.size else 0.0, spread or 1.0
        self._spelling_ranks: _Ranks | None = None

    def measure(self, pairs: Pairs) -> EvidenceTable:
        """Measure pairs.

        The first call also ranks, for each word, the words that are spelled alike among its pairs.

        :param pairs: int64, shape (n_pairs, 2), the lower index first, ascending, no pair twice.
        """
        columns = self._similarity(pairs)
        left, right = ([self.words[i] for i in pairs[:, side]] for side in (0, 1))
        distances = spelling_distances(left, right).clip(0, 1)
        if self._spelling_ranks is None:
            self._spelling_ranks = _Ranks(pairs, distances, len(self.words))
        ranks = self._scale.ranks(self._spelling_ranks.of(pairs, distances), _FAR_SPELLING_RANK)
        columns |= {
            "spelling_distance": distances,
            "spelling_rank": ranks.min(axis=1),
            "farther_spelling_rank": ranks.max(axis=1),
        }
        columns["opposite_polarity"] = self._polarity.opposition(pairs)
        columns |= self._forms(left, right)
        for name in SOURCE_COLUMNS:
            source = self._sources.get(name, PairSource())
            values = (source.values.get((min(pair), max(pair)), 0.0) for pair in zip(left, right, strict=True))
            columns[name] = np.fromiter(values, np.float32, len(pairs))
        return EvidenceTable(pairs, columns | self._beside(pairs))

    def _beside(self, pairs: Pairs) -> dict[str, Floats]:
        columns = {}
        for name, margins in _MARGINS.items():
            columns[name] = columns[f"{name}_margin"] = np.zeros(len(pairs), np.float32)
            if name in self._rows:
                similarity = self._rows[name].cosine_similarity(pairs)
                columns[name] = np.nan_to_num(similarity)
                columns[f"{name}_margin"] = margins(self._rows[name], pairs, similarity)
        return columns

    def _similarity(self, pairs: Pairs) -> dict[str, Floats]:
        cosine, ranks = np.empty(len(pairs), np.float32), np.empty((len(pairs), 2), np.float32)
        for start in range(0, len(pairs), _PAIRS_PER_BLOCK):
            block = pairs[start : start + _PAIRS_PER_BLOCK]
            part = slice(start, start + len(block))
            cosine[part] = np.einsum("ij,ij->i", self.vectors[block[:, 0]], self.vectors[block[:, 1]])
            ranks[part] = np.column_stack([self._neighbor_ranks(block), self._neighbor_ranks(block[:, ::-1])])
        nearness = self._nearness[pairs]
        ranks = self._scale.ranks(ranks, _FAR_RANK)
        return {
            "cosine_similarity": cosine,
            "standard_similarity": ((cosine - self._mean) / self._deviation).astype(np.float32),
            # Cross-domain similarity local scaling (Conneau et al. 2018): near beyond what is usual for the two.
            "similarity_margin": ((2 * cosine - nearness.sum(axis=1)) / self._deviation).astype(np.float32),
            "neighbor_rank": ranks.min(axis=1),
            "farther_neighbor_rank": ranks.max(axis=1),
        }

    def _neighbor_ranks(self, pairs: Pairs) -> npt.NDArray[np.int64]:
        """Return which neighbour of the first word the second one is, from 0: shape (n_pairs,)."""
        is_it = self._neighbor_ids[pairs[:, 0]] == pairs[:, 1:]
        return np.where(is_it.any(axis=1), is_it.argmax(axis=1), _FAR_RANK)

    def _forms(self, left: Sequence[str], right: Sequence[str]) -> dict[str, Floats]:
        rows = [_form(a, b, self._is_word) for a, b in zip(left, right, strict=True)]
        values = np.array(rows, np.float32).reshape(-1, len(FORM_COLUMNS))
        return {name: values[:, i] for i, name in enumerate(FORM_COLUMNS)}


FORM_COLUMNS = (
    "loanword_probability",
    "other_loanword_probability",
    "differs_at_start",
    "differs_at_end",
    "sino_korean_swap",
    "contained",
    "class_name_left_over",
    "word_left_over",
    "rests_are_words",
    "length_ratio",
    "n_syllables",
    "one_is_verb",
    "alternation",
    "shortening",
    "short_prefix",
    "short_part_initials",
    "short_of_two",
    "romanization",
    "opposition",
)


def _form(left: str, right: str, is_known: Callable[[str], bool]) -> tuple[float, ...]:
    borrowed = sorted((loanword_probability(left), loanword_probability(right)))
    between = difference(left, right)
    short, long = sorted((left, right), key=len)
    is_swap = len(between.left) == len(between.right) == 1
    is_shortening = len(long) - len(short) >= _MIN_SHORTENED and len(short) > 1 and is_subsequence(short, long)
    is_shortening = is_shortening and short[0] == long[0]
    shortened = describe_shortening(short, long, is_known) if is_shortening else None
    left_over = parts(between, is_known)
    alternates = alternation_kind(left, right) is not None
    return (
        *borrowed,
        not between.head,
        not between.tail,
        is_swap * min(sino_korean_share(left), sino_korean_share(right)) * (1 - borrowed[1]),
        not between.left or not between.right,
        left_over.class_name_left_over,
        left_over.word_left_over,
        left_over.rests_are_words,
        len(short) / max(len(long), 1),
        len(short),
        left.endswith("다") != right.endswith("다"),
        alternates,
        is_shortening,
        shortened is not None and shortened.is_prefix,
        shortened.part_initial_share if shortened else 0.0,
        shortened is not None and len(short) == 2,
        romanization_similarity(left, right),
        not alternates
        and opposition(left, right) is not None,  # 그러하다 and 그렇다 are no verb and its auxiliary
    )


class _Ranks:
    """How many words are spelled more like a word than another is."""

    def __init__(self, pairs: Pairs, distances: Floats, n_words: int) -> None:
        owners, values = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([distances, distances])
        order = np.lexsort((values, owners))
        self._values = values[order]
        self._starts = np.searchsorted(owners[order], np.arange(n_words + 1))

    def of(self, pairs: Pairs, distances: Floats) -> Floats:
        """Return the rank from 0 of each pair among those of its first and of its second word."""
        ranks = np.empty((len(pairs), 2), np.float32)
        for row, ((a, b), distance) in enumerate(zip(pairs.tolist(), distances.tolist(), strict=True)):
            for side, word in enumerate((a, b)):
                span = self._values[self._starts[word] : self._starts[word + 1]]
                ranks[row, side] = np.searchsorted(span, distance)
        return ranks
