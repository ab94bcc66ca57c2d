"""From evidence to the terms of the model: what is added up, and to which kind of evidence each term belongs."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Columns = Mapping[str, Floats]


class Term(NamedTuple):
    """A number per pair that the model gives a weight.

    :ivar kind: of the evidence that the term belongs to; the weights of a kind are added up for the reader.
    :ivar name: of the term.
    :ivar compute: the term from the columns of an evidence table.
    :ivar given_weight: log-odds per unit where labelled word lists cannot teach it, because it comes from a text.
    """

    kind: str
    name: str
    compute: Callable[[Columns], Floats]
    given_weight: float | None = None


def _borrowed(columns: Columns) -> Floats:
    return columns["loanword_probability"]


def _native(columns: Columns) -> Floats:
    return 1 - columns["loanword_probability"]


def _near(limit: float) -> Callable[[Columns], Floats]:
    return lambda c: np.maximum(limit - c["spelling_distance"], 0) / limit


def _near_borrowed(limit: float) -> Callable[[Columns], Floats]:
    return lambda c: _near(limit)(c) * _borrowed(c)


def _above(name: str, limit: float) -> Callable[[Columns], Floats]:
    return lambda c: np.maximum(c[name] - limit, 0)


def _column(name: str) -> Callable[[Columns], Floats]:
    return lambda c: c[name]


def _doublings(name: str) -> Callable[[Columns], Floats]:
    return lambda c: np.log2(1 + c[name])


def _log(name: str) -> Callable[[Columns], Floats]:
    return lambda c: np.log1p(c[name])


TERMS: tuple[Term, ...] = (
    Term("similarity", "standard_similarity", _column("standard_similarity")),
    Term("similarity", "standard_similarity_above_1", _above("standard_similarity", 1.0)),
    Term("similarity", "standard_similarity_above_2", _above("standard_similarity", 2.0)),
    Term("similarity", "similarity_margin", _column("similarity_margin")),
    Term("similarity", "similarity_margin_above_0", _above("similarity_margin", 0.0)),
    Term("similarity", "neighbor_rank", _log("neighbor_rank")),
    Term("similarity", "farther_neighbor_rank", _log("farther_neighbor_rank")),
    Term("similarity", "mutual_nearest", lambda c: (c["farther_neighbor_rank"] < 0.5).astype(np.float32)),
    Term("similarity", "borrowed_similarity", lambda c: c["standard_similarity"] * _borrowed(c)),
    Term("similarity", "borrowed_margin", lambda c: c["similarity_margin"] * _borrowed(c)),
    Term("spelling", "spelling_distance", _column("spelling_distance")),
    Term("spelling", "spelling_within_.4", _near(0.4)),
    Term("spelling", "spelling_within_.25", _near(0.25)),
    Term("spelling", "borrowed_spelling_distance", lambda c: c["spelling_distance"] * _borrowed(c)),
    Term("spelling", "borrowed_spelling_within_.4", _near_borrowed(0.4)),
    Term("spelling", "borrowed_spelling_within_.25", _near_borrowed(0.25)),
    Term("spelling", "borrowed_spelling_within_.12", _near_borrowed(0.12)),
    Term("spelling", "spelling_rank", _log("spelling_rank")),
    Term("spelling", "farther_spelling_rank", _log("farther_spelling_rank")),
    Term(
        "spelling",
        "borrowed_farther_spelling_rank",
        lambda c: np.log1p(c["farther_spelling_rank"]) * _borrowed(c),
    ),
    Term(
        "spelling",
        "long_spelling_distance",
        lambda c: c["spelling_distance"] * np.log(np.maximum(c["n_syllables"], 1)) * _borrowed(c),
    ),
    Term("origin", "loanword_probability", _borrowed),
    Term("origin", "other_loanword_probability", _column("other_loanword_probability")),
    Term("form", "differs_at_start", _column("differs_at_start")),
    Term("form", "differs_at_end", _column("differs_at_end")),
    Term("form", "borrowed_differs_at_start", lambda c: c["differs_at_start"] * _borrowed(c)),
    Term("form", "borrowed_differs_at_end", lambda c: c["differs_at_end"] * _borrowed(c)),
    Term("form", "sino_korean_swap", _column("sino_korean_swap")),
    Term("form", "contained", _column("contained")),
    Term("form", "borrowed_contained", lambda c: c["contained"] * _borrowed(c)),
    Term("part", "class_name_left_over", _column("class_name_left_over")),
    # Dictionaries list 하키 for 아이스하키, and so would the model; but of ten pairs of a word and its compound
    # (학원/영어학원) or of compounds with one part (근무시간/퇴근시간) that a corpus proposed, none was right.
    Term("part", "native_word_left_over", lambda c: c["word_left_over"] * _native(c), -2.0),
    Term("part", "borrowed_word_left_over", lambda c: c["word_left_over"] * _borrowed(c)),
    Term("part", "native_rests_are_words", lambda c: c["rests_are_words"] * _native(c), -1.0),
    Term("part", "borrowed_rests_are_words", lambda c: c["rests_are_words"] * _borrowed(c)),
    Term("form", "length_ratio", _column("length_ratio")),
    Term("form", "n_syllables", lambda c: np.log(np.maximum(c["n_syllables"], 1))),
    Term("form", "borrowed_n_syllables", lambda c: np.log(np.maximum(c["n_syllables"], 1)) * _borrowed(c)),
    Term("form", "one_is_verb", _column("one_is_verb")),
    Term("alternation", "alternation", _column("alternation")),
    Term("shortening", "shortening", _column("shortening")),
    Term("shortening", "short_prefix", _column("short_prefix")),
    Term("shortening", "borrowed_short_prefix", lambda c: c["short_prefix"] * _borrowed(c)),
    Term("shortening", "short_part_initials", _column("short_part_initials")),
    Term("shortening", "short_of_two", _column("short_of_two")),
    Term("shortening", "short_ratio", lambda c: c["shortening"] * c["length_ratio"]),
    Term("shortening", "short_similarity", lambda c: c["shortening"] * c["standard_similarity"]),
    # No labelled list has the two scripts. Of 60 pairs out of 445 in 688,233 reviews, judged by eye, 11 of the 13
    # alike to .75 or more are one word, half of those between .55 and .75, and hardly any below.
    Term("romanization", "romanization", lambda c: np.maximum(2 * c["romanization"] - 1, 0), 8.0),
    Term("opposition", "opposition", _column("opposition")),
    Term("polarity", "opposite_polarity", _column("opposite_polarity")),
    # Of the statements in 11,882 drug names at least 95 % are right (tests/benchmarks/aliases.py), among pairs
    # of which 1 % are: log-odds of log(.95 / .05) - log(.01 / .99) = 7.5 for one, on a scale on which it counts 1.
    Term("alias", "alias_statements", _doublings("alias_statements"), 7.5),
    # Fitted beside all else to the labelled pairs that 688,233 reviews have 10 times or more: log-odds of .3 a
    # deviation. Of 178 pairs grouped by all else, judged by eye, 7 % are right at -1 deviations, 20 % at 1, 53 %
    # at 3 and 71 % above 4: .65 a deviation.
    Term("distribution", "distributional_similarity_margin", _column("distributional_similarity_margin"), 0.5),
    Term("context", "context_similarity_margin", _column("context_similarity_margin"), 0.5),
    Term("gloss", "shared_gloss", _doublings("shared_gloss"), 3.0),
    Term("enumeration", "enumerations", _doublings("enumerations"), -1.5),
    Term("dictionary", "dictionary", _column("dictionary"), 8.0),
)


def design(columns: Columns) -> npt.NDArray[np.float64]:
    """Return the terms of every pair: float64, shape (n_pairs, n_terms), in the order of ``TERMS``."""
    return np.column_stack([term.compute(columns) for term in TERMS]).astype(np.float64)
