"""Ranks and nearness in lexicons of different sizes, told on one scale.

The nearest of 300 words is nothing like the nearest of 40,000: among few words something unrelated comes first. A
random sample of a lexicon keeps the *share* of the words that lie nearer than a given one, so ranks and the
similarity of the nearest words are told as they would be in a lexicon of ``N_REFERENCE_WORDS``.
"""

import numpy as np
import numpy.typing as npt

N_REFERENCE_WORDS = 40_000  # about the size of the list that the shipped weights were learned on

# Of the way to the next word: how far off the nearest one is taken to be. On random samples of 2,500 of 42,521
# words, .5 gives as many pairs as the probabilities promise, and .2 a third too many; but with .5 a small corpus
# proposes next to nothing, not even 이루어지다 and 이뤄지다.
_FIRST_PLACE = 0.1

# A smaller lexicon is told as one of this size: else spelling and similarity could never make a pair probable.
_MIN_WORDS = 4_000

Floats = npt.NDArray[np.float32]


class RankScale:
    """Tells what is counted among some words as it would be counted among ``N_REFERENCE_WORDS``.

    :param n_words: of the lexicon.
    """

    def __init__(self, n_words: int) -> None:
        self._n_reference_words_per_word = N_REFERENCE_WORDS / max(n_words, _MIN_WORDS)

    def ranks(self, ranks: Floats, farthest: float) -> Floats:
        """Convert ranks from 0.

        :param ranks: float32, of any shape.
        :param farthest: rank of words that are too far to be looked at; no rank becomes greater.
        """
        scaled = (ranks + _FIRST_PLACE) * self._n_reference_words_per_word - _FIRST_PLACE
        return np.asarray(np.where(ranks >= farthest, farthest, scaled).clip(0, farthest), np.float32)

    def nearness(self, cosine_similarity: Floats) -> Floats:
        """Return how near the neighbours of each word are, as if that many had been found in the reference.

        In a lexicon of a tenth of the size, 20 neighbours reach as far as 200 do. How the mean falls with the
        logarithm of their number is read from the lexicon itself, and taken off again.

        :param cosine_similarity: float32, shape (n_words, k), of the nearest words, falling.
        :return: float32, shape (n_words,): mean similarity of k neighbours.
        """
        n_words, k = cosine_similarity.shape
        if not cosine_similarity.size:
            return np.zeros(n_words, np.float32)
        means = np.cumsum(cosine_similarity.mean(axis=0, dtype=np.float64)) / np.arange(1, k + 1)
        slope = np.polyfit(np.log(np.arange(1, k + 1)), means, 1)[0] if k > 1 else 0.0
        shift = -slope * np.log(self._n_reference_words_per_word)
        return np.asarray(cosine_similarity.mean(axis=1) + shift, np.float32)
