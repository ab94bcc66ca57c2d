"""Spelling and sound: what it costs to turn one word into another, by what Korean spelling confuses.

A change costs little when it is common among spellings of one loanword (ㅐ and ㅔ, ㅅ and ㅆ, one ㅡ more) and
much when it makes another word (ㅂ and ㅍ); the costs are learned from pairs of spellings (after Ristad & Yianilos
1998) and ship with the package. Costs are per sound of the longer word, so that long words may differ in more.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from miner.evidence.alignment import Floats, edit_distances
from miner.evidence.origin import language_model
from miner.evidence.phonemes import CODE_OF, N_CODES, OTHER, PHONEMES, phonemes
from miner.evidence.readings import reading_pairs, readings

_SIMILARITIES_AT_ONCE = 50_000_000  # of some words to all, 8 bytes each where they share a run of sounds

_SOUND_CLASSES = {
    "K": "ㄱㄲㅋ", "T": "ㄷㄸㅌ", "P": "ㅂㅃㅍ", "S": "ㅅㅆ", "C": "ㅈㅉㅊ",
    "N": "ㄴ", "M": "ㅁ", "L": "ㄹ", "H": "ㅎ",
    "a": "ㅏㅑㅘ", "e": "ㅐㅔㅒㅖㅙㅚㅞ", "o": "ㅓㅗㅕㅛㅝ", "u": "ㅜㅠㅡ", "i": "ㅣㅟㅢ",
}  # fmt: skip
_FINAL_CLASSES = {"K": "ㄱㄲㅋ", "T": "ㄷㅌㅅㅆㅈㅊ", "P": "ㅂㅍ", "N": "ㄴㅇ", "M": "ㅁ", "L": "ㄹ", "": "ㅎ"}
_CLASS_OF = {sound: name for name, sounds in _SOUND_CLASSES.items() for sound in sounds}
_CLASS_OF |= {f"-{sound}": name for name, sounds in _FINAL_CLASSES.items() for sound in sounds}
_CLASS_OF |= {"ㄹㄹ": "L"}


@lru_cache(maxsize=1)
def spelling_costs() -> tuple[Floats, Floats]:
    """Return what changes cost: float32, shape (n_codes, n_codes), and for one sound more or less, (n_codes,)."""
    weights = language_model()["spelling"]
    substitution = np.full((N_CODES, N_CODES), weights["other"], np.float32)
    gap = np.full(N_CODES, weights["other"], np.float32)
    for name, cost in weights["costs"].items():
        left, right = (CODE_OF[sound] if sound else 0 for sound in name.split("/"))
        if left == 0:
            gap[right] = cost
        else:
            substitution[left, right] = substitution[right, left] = cost
    np.fill_diagonal(substitution, 0)
    # Hanja and other scripts share one code, and two of them are not alike for that.
    substitution[CODE_OF[OTHER], CODE_OF[OTHER]] = weights["other"]
    return substitution, gap


def spelling_distances(left: Sequence[str], right: Sequence[str]) -> Floats:
    """Return the cost of turning each left word into the right one beside it, per sound of the longer word.

    Words with digits, Latin letters or Hanja are compared in each of their readings, and the cheapest counts.

    :return: float32, shape (n_pairs,), 0 for words that sound the same.
    """
    pairs = [
        (row, phonemes(a), phonemes(b))
        for row, (one, other) in enumerate(zip(left, right, strict=True))
        for a, b in reading_pairs(one, other)
    ]
    costs = edit_distances([a for _, a, _ in pairs], [b for _, _, b in pairs], *spelling_costs())
    longest = np.array([max(len(a), len(b), 1) for _, a, b in pairs], np.float32)
    best = np.full(len(left), np.inf, np.float32)
    np.minimum.at(best, np.array([row for row, _, _ in pairs], np.int64), costs / longest)
    return best


def similar_spellings(
    words: Sequence[str], *, n_nearest: int, min_ngram_cosine_similarity: float
) -> npt.NDArray[np.int64]:
    """Return pairs of words that may be spellings of one: those that share rare runs of sounds.

    Sounds are put into classes (ㄱ, ㄲ and ㅋ are one), and words compared by the cosine of their n-grams of
    classes, weighted by rarity (tf-idf).

    :param words: NFC.
    :param n_nearest: most words that are looked at per word.
    :param min_ngram_cosine_similarity: least similarity of a pair.
    :return: int64, shape (n_pairs, 2), each pair once, the lower index first, in ascending order.
    """
    grams, owners = _ngram_rows(words)
    if grams.shape[0] == 0:
        return np.empty((0, 2), np.int64)
    transposed = grams.T.tocsr()
    n_threads = os.cpu_count() or 1
    n_rows = max(_SIMILARITIES_AT_ONCE // n_threads // grams.shape[0], 1)

    def nearest(start: int) -> npt.NDArray[np.int64]:
        block = grams[start : start + n_rows] @ transposed
        return _nearest(block, start, n_nearest, min_ngram_cosine_similarity)

    with ThreadPoolExecutor(n_threads) as pool:  # scipy multiplies without Python's lock
        found = list(pool.map(nearest, range(0, grams.shape[0], n_rows)))
    pairs = owners[np.concatenate(found)]
    pairs.sort(axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _nearest(similarity: sparse.csr_matrix, start: int, n_nearest: int, minimum: float) -> npt.NDArray[np.int64]:
    found = []
    for row in range(similarity.shape[0]):
        span = slice(similarity.indptr[row], similarity.indptr[row + 1])
        columns, values = similarity.indices[span], similarity.data[span]
        near = (values >= minimum) & (columns != start + row)
        columns, values = columns[near], values[near]
        if len(columns) > n_nearest:
            columns = columns[np.lexsort((columns, -values))[:n_nearest]]
        found.append(np.stack([np.full(len(columns), start + row), columns], axis=1))
    return np.concatenate(found).astype(np.int64)


def _ngram_rows(words: Sequence[str]) -> tuple[sparse.csr_matrix, npt.NDArray[np.int64]]:
    """Return tf-idf rows of unit length, one for each reading of each word, and the word of each row."""
    numbers: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    owners: list[int] = []
    for owner, word in enumerate(words):
        for reading in readings(word):
            for gram in _ngrams(reading):
                rows.append(len(owners))
                columns.append(numbers.setdefault(gram, len(numbers)))
            owners.append(owner)
    shape = (len(owners), len(numbers))
    counts = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape)
    rarity = np.log(max(len(owners), 2) / np.bincount(counts.indices, minlength=shape[1]).clip(1))
    weighted = counts @ sparse.diags_array(rarity.astype(np.float32))
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    unit = sparse.diags_array((1 / np.where(lengths > 0, lengths, 1)).astype(np.float32)) @ weighted
    return sparse.csr_matrix(unit), np.array(owners, np.int64)


def _ngrams(word: str) -> list[str]:
    classes = [_CLASS_OF.get(PHONEMES[code], PHONEMES[code]) for code in phonemes(word)]
    sounds = f"<{''.join(classes)}>"
    consonants = f"<{''.join(c for c in classes if c not in 'aeiou')}>"
    return [
        *(sounds[i : i + 3] for i in range(len(sounds) - 2)),
        *(sounds[i : i + 2] for i in range(len(sounds) - 1)),
        *("." + consonants[i : i + 3] for i in range(len(consonants) - 2)),
    ]
