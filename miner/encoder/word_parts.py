"""Which of Kiwi's morphemes a word consists of, and how sure that makes its meaning."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

from miner.encoder.morpheme_vectors import CONTENT_TAGS

FORM_DIM = 512  # the bits of the longest BLAKE2b digest
_COMPOSED_SHARE = 0.25  # a compound is mostly a kind of what its part names (남자분, 연령대), seldom its synonym
_PREFERENCE = {tag: place for place, tag in enumerate(CONTENT_TAGS)}
_DERIVING_TAGS = frozenset({"XSV", "XSA", "XSA-I", "XSA-R", "XSV-I", "XSV-R"})


@dataclass(frozen=True, slots=True)
class WordParts:
    """The morphemes of a word that have a vector.

    :ivar rows: their rows among the vectors, in the order of the word.
    :ivar meaning_share: how much of the word's vector they may make up, in [0, 1]; 1 for a word of the dictionary.
    """

    rows: tuple[int, ...]
    meaning_share: float


class WordSplitter:
    """Splits words into the morphemes that have a vector.

    :param kiwi: the analyser.
    :param morpheme_ids: its ids of the morphemes that have a vector; row i belongs to the i-th.
    """

    def __init__(self, kiwi: Kiwi, morpheme_ids: Sequence[int]) -> None:
        self._kiwi = kiwi
        self._row_of_id = {index: row for row, index in enumerate(morpheme_ids)}
        self._row_of_form: dict[str, int] = {}
        tagged = [
            (_PREFERENCE[token.tag], index, token) for index in morpheme_ids for token in [kiwi.morpheme(index)]
        ]
        for _, index, token in sorted(tagged, key=lambda entry: entry[:2]):
            form = token.form + "다" if token.tag[:2] in ("VV", "VA") else token.form
            self._row_of_form.setdefault(form, self._row_of_id[index])

    def split(self, words: Sequence[str]) -> list[WordParts]:
        """Find the parts of each word: as one morpheme if Kiwi's dictionary has it, else by analysis.

        :param words: NFC, without white space around them.
        :return: one for each word.
        """
        unknown = [word for word in words if word not in self._row_of_form]
        analysed = iter(self._analyse(unknown))
        return [
            WordParts((row,), 1.0) if (row := self._row_of_form.get(word)) is not None else next(analysed)
            for word in words
        ]

    def _analyse(self, words: Sequence[str]) -> Iterator[WordParts]:
        for tokens in self._kiwi.tokenize(words):
            rows = tuple(self._row_of_id[token.id] for token in tokens if token.id in self._row_of_id)
            if not rows:
                yield WordParts((), 0.0)
                continue
            n_unknown = sum(len(token.form) for token in tokens if token.oov or _is_opaque(token, self._row_of_id))
            known_share = 1 - n_unknown / sum(len(token.form) for token in tokens)
            yield WordParts(rows, _COMPOSED_SHARE * known_share)


def _is_opaque(token: Any, row_of_id: dict[int, int]) -> bool:  # noqa: ANN401 - kiwipiepy has no types
    return token.tag in _PREFERENCE and token.id not in row_of_id


def form_vector(word: str) -> NDArray[np.float32]:
    """Project the syllable n-grams of a word to random signs (Achlioptas 2003), the same ones everywhere.

    :param word: NFC.
    :return: float32, shape (512,), unit length; NaN if the word has no letter or digit.
    """
    letters = "".join(character for character in word.casefold() if character.isalnum())
    if not letters:
        return np.full(FORM_DIM, np.nan, dtype=np.float32)
    bounded = f"<{letters}>"
    grams = [*letters, *(bounded[i : i + 2] for i in range(len(bounded) - 1))]
    total = np.sum([_signs(gram) for gram in grams], axis=0, dtype=np.float32)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


@lru_cache(maxsize=100_000)
def _signs(gram: str) -> NDArray[np.int8]:
    digest = hashlib.blake2b(gram.encode(), digest_size=FORM_DIM // 8).digest()
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.int8) * 2 - 1
