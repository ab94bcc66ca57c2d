"""Which pairs of words are worth measuring: all pairs are too many, and hardly any is a synonym."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from miner.evidence.endings import alternations
from miner.evidence.romanization import romanizations
from miner.evidence.shortening import shortenings
from miner.evidence.spelling import similar_spellings, spelling_distances
from miner.neighbors import Neighbors

Pairs = npt.NDArray[np.int64]

N_NEAREST_SPELLINGS = 30
MIN_NGRAM_COSINE_SIMILARITY = 0.25
MAX_SPELLING_DISTANCE = 0.5
N_PAIRED_NEIGHBORS = 10  # the others found only tell how crowded it is around a word


def candidate_pairs(
    words: Sequence[str], neighbors: Neighbors, named: Iterable[tuple[str, str]] = ()
) -> tuple[Pairs, dict[str, int]]:
    """Return the pairs that one kind of evidence speaks for.

    These are the ``N_PAIRED_NEIGHBORS`` nearest neighbours by vector,
    words spelled alike, words that an alternation, a shortening or
    another script turns into each other, and pairs named by the text or by a dictionary.

    :param words: NFC, distinct.
    :param neighbors: of their vectors.
    :param named: pairs of words; those with a word that is not in ``words`` are left out.
    :return: int64, shape (n_pairs, 2), the lower index first, ascending, no pair twice; and how many each kind
        gave.
    """
    number = {word: i for i, word in enumerate(words)}
    near = neighbors.ids[:, :N_PAIRED_NEIGHBORS]
    own = np.repeat(np.arange(len(near)), near.shape[1])
    found = {
        "n_neighbor_pairs": _ordered(np.stack([own, near.ravel()], axis=1)[near.ravel() >= 0]),
        "n_spelling_pairs": _spelled_alike(words),
        "n_alternation_pairs": _ordered(list(alternations(words))),
        "n_shortening_pairs": _ordered(shortenings(words)),
        "n_romanized_pairs": _ordered(romanizations(words)),
        "n_named_pairs": _ordered([(number[a], number[b]) for a, b in named if a in number and b in number]),
    }
    pairs = np.unique(np.concatenate(list(found.values())), axis=0)
    return pairs, {name: len(kind) for name, kind in found.items()} | {"n_candidate_pairs": len(pairs)}


def two_steps(pairs: Pairs) -> Pairs:
    """Return the pairs of words that share a partner and are no pair themselves.

    :param pairs: int64, shape (n_pairs, 2), the lower index first.
    """
    partners: dict[int, set[int]] = {}
    for a, b in pairs.tolist():
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    found = {
        (a, b) for others in partners.values() for a in others for b in others if a < b and b not in partners[a]
    }
    return _ordered(list(found))


def _spelled_alike(words: Sequence[str]) -> Pairs:
    pairs = similar_spellings(
        words, n_nearest=N_NEAREST_SPELLINGS, min_ngram_cosine_similarity=MIN_NGRAM_COSINE_SIMILARITY
    )
    distances = spelling_distances([words[a] for a, _ in pairs], [words[b] for _, b in pairs])
    return pairs[distances <= MAX_SPELLING_DISTANCE]


def _ordered(pairs: Sequence[tuple[int, int]] | Pairs) -> Pairs:
    array = np.sort(np.asarray(pairs, np.int64).reshape(-1, 2), axis=1)
    return np.unique(array[array[:, 0] != array[:, 1]], axis=0)
