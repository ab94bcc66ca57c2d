"""The rules of open-korean-text 2.1.0: which token may follow which, and what a parse costs.

From ``KoreanTokenizer.SequenceDefinition``, ``KoreanPos.buildTrie``, ``ParsedChunk.score``, ``TokenizerProfile``
and ``KoreanSubstantive`` (Apache License 2.0), as tables.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.uint64]

FIRST_SYLLABLE = ord("가")
N_SYLLABLES = ord("힣") - FIRST_SYLLABLE + 1

POS = (
    "Noun Verb Adjective Adverb Determiner Exclamation Josa Eomi PreEomi Conjunction Modifier VerbPrefix Suffix"
).split()  # in the order of KoreanPos: their numbers break ties
NOUN_BIT = np.uint16(1)

# state of a parse, named by its last token -> part of speech of that, states that go on with the same word.
_FOLLOWING: dict[str, tuple[str, tuple[str, ...]]] = {
    "start": ("", ()),
    "prefixed adjective": ("VerbPrefix", ("prefixed adjective", "adjective")),
    "adjective": ("Adjective", ("pre-ending", "ending")),
    "determiner": ("Determiner", ("modifier", "noun")),
    "modifier": ("Modifier", ("modifier", "noun")),
    "noun": ("Noun", ("suffix", "particle")),
    "adverb": ("Adverb", ()),
    "exclamation": ("Exclamation", ("exclamation",)),
    "prefixed verb": ("VerbPrefix", ("prefixed verb", "verb")),
    "verb": ("Verb", ("pre-ending", "ending")),
    "conjunction": ("Conjunction", ()),
    "particle": ("Josa", ()),
    "suffix": ("Suffix", ("particle",)),
    "pre-ending": ("PreEomi", ("pre-ending", "ending")),
    "ending": ("Eomi", ()),
}
_BEGINNING = list(_FOLLOWING)[1:12]  # a word begins with one of these, tried in this order
_INCOMPLETE = {"start", "prefixed adjective", "determiner", "modifier", "prefixed verb"}

_STATES = list(_FOLLOWING)
START, NOUN, VERB, PARTICLE = map(_STATES.index, ("start", "noun", "verb", "particle"))
NO_STATE = len(_STATES)
N_SLOTS = 13  # what a state can go on to: at most 2 of its own word and 11 beginnings of the next

# counts along a parse, 8 bits each, the sum of the parts of speech (12 bits) and flags, in one number
COUNT_MASK = np.uint64(0xFF)
_TOKENS, _UNKNOWNS, _WORDS, _UNKNOWN_SYLLABLES, _DETERMINERS, _EXCLAMATIONS, _POS_SUM = range(0, 56, 8)
ONE_WORD = np.uint64(1 << _WORDS)
HAS_OTHER, BEGINS_BOUND, NOUN_AND_HA, MISMATCHED = (np.uint64(1 << bit) for bit in range(60, 64))

POS_OF = np.array([POS.index(pos) if pos else -1 for pos, _ in _FOLLOWING.values()] + [-1], np.int64)
MAY_STAND_BEFORE_HA = np.isin(POS_OF, [POS.index("Noun"), POS.index("VerbPrefix")])


def _tables() -> tuple[npt.NDArray[np.int8], Counts, Counts]:
    following = np.full((NO_STATE + 1, N_SLOTS), NO_STATE, np.int8)
    added = np.zeros((NO_STATE + 1, N_SLOTS), np.uint64)
    flags = np.zeros((NO_STATE + 1, N_SLOTS), np.uint64)
    for state, (_, same_word) in _FOLLOWING.items():
        next_word = [] if state in _INCOMPLETE - {"start"} else _BEGINNING
        for slot, target in enumerate([*same_word, *next_word]):
            at = _STATES.index(state), slot
            pos = _FOLLOWING[target][0]
            begins_word = slot >= len(same_word) and state != "start"
            following[at] = _STATES.index(target)
            added[at] = (
                (1 << _TOKENS)
                + (begins_word << _WORDS)
                + ((pos == "Determiner") << _DETERMINERS)
                + ((pos == "Exclamation") << _EXCLAMATIONS)
                + (POS.index(pos) << _POS_SUM)
            )
            if pos != "Noun":
                flags[at] |= HAS_OTHER
            if state == "start" and pos == "Josa":
                flags[at] |= BEGINS_BOUND
    return following, added, flags


NEXT, ADDED, FLAGS = _tables()


def _slots() -> npt.NDArray[np.uint16]:
    """Return, for a state and the parts of speech of a word, as bits, the slots that the word fits, as bits."""
    words = np.arange(1 << len(POS))
    slots = np.zeros((NO_STATE + 1, len(words)), np.uint16)
    for state in range(NO_STATE):
        for slot, target in enumerate(NEXT[state]):
            if target != NO_STATE:
                slots[state] |= (((words >> POS_OF[target]) & 1) << slot).astype(np.uint16)
    return slots


SLOTS = _slots()


def unknown_noun(length: int) -> np.uint64:
    """Return what an unknown noun of so many syllables adds to the counts."""
    return np.uint64((1 << _UNKNOWNS) + (length << _UNKNOWN_SYLLABLES))


def sort_keys(
    rows: Ints,
    counts: Counts,
    novelty: Floats,
    is_noun_and_particle: Bools,
) -> Counts:
    """Return numbers that order candidates by row, then by score, the best first, then by parts of speech.

    :param novelty: sum over the tokens: 1, less a noun's relative frequency.
    :param is_noun_and_particle: whether the parse is just that.
    """
    scores = _score(counts, novelty, is_noun_and_particle)
    bits = scores.view(np.uint32).astype(np.uint64)  # scores are positive: their bits are in the same order
    pos_sum = (counts >> np.uint64(_POS_SUM)) & np.uint64(0xFFF)
    keys: Counts = (rows.astype(np.uint64) << np.uint64(44)) | (bits << np.uint64(12)) | pos_sum
    return keys


def _score(
    counts: Counts,
    novelty: Floats,
    is_noun_and_particle: Bools,
) -> Floats:
    def count(shift: int) -> Floats:
        numbers: Floats = ((counts >> np.uint64(shift)) & COUNT_MASK).astype(np.float32)
        return numbers

    def has(flag: np.uint64) -> Floats:
        zeros_and_ones: Floats = ((counts & flag) != 0).astype(np.float32)
        return zeros_and_ones

    f = np.float32
    tokens = count(_TOKENS)
    score = tokens * f(0.18)
    score += count(_UNKNOWNS) * f(0.3)
    score += count(_WORDS) * f(0.3)
    score += count(_UNKNOWN_SYLLABLES) * f(0.5)
    score += novelty / tokens * f(0.2)
    score += (tokens != 1).astype(f) * f(0.5)
    score += has(HAS_OTHER) * f(0.1)
    score += (~is_noun_and_particle).astype(f) * f(0.6)
    score += count(_DETERMINERS) * f(-0.01)
    score += count(_EXCLAMATIONS) * f(0.01)
    score += has(BEGINS_BOUND) * f(0.2)
    score += (1 - has(NOUN_AND_HA)) * f(0.3)
    score += has(MISMATCHED) * f(3.0)
    return score


def codes(syllables: str) -> Ints:
    """Return the number of each Hangul syllable, 가 being 0."""
    return np.frombuffer(syllables.encode("utf-16-le"), "<u2").astype(np.int64) - FIRST_SYLLABLE


def _are(syllables: str) -> Bools:
    return np.isin(np.arange(N_SYLLABLES), codes(syllables))


IS_NUMERAL = _are("일이삼사오육칠팔구천백십해경조억만")
ENDS_NUMBER = _are("일이삼사오육칠팔구천백십해경조억만원배분초")
BEGINS_HA = _are("하해")
_AFTER_VOWEL_ONLY, _AFTER_CONSONANT_ONLY = codes("는를다"), codes("은을이")
_RO, _EU, _I = codes("로으이")

_N_FINALS, _N_VOWELS = 28, 21
_VOWEL_I, _FINAL_L, _INITIAL_NG = 20, 8, 11
# of each initial consonant the final of the same sound; 0 where there is none (ㄸ, ㅃ, ㅉ)
_FINAL_OF_INITIAL = np.array([1, 2, 4, 7, 0, 8, 16, 17, 0, 19, 20, 21, 22, 0, 23, 24, 25, 26, 27], np.int64)


def is_mismatched(last: Ints, first: Ints, length: int) -> Bools:
    """Tell where a particle does not agree with a noun.

    :param last: last syllable of the noun.
    :param first: first syllable of the particle.
    :param length: of the particle.
    """
    final = last % _N_FINALS
    after_consonant = (final != _FINAL_L) & (first == _RO)
    after_vowel = first == _EU
    if length == 1:
        after_consonant |= np.isin(first, _AFTER_VOWEL_ONLY)
        after_vowel |= np.isin(first, _AFTER_CONSONANT_ONLY)
    mismatched: Bools = np.where(final > 0, after_consonant, after_vowel)
    return mismatched


def may_be_name_variant(before: Ints, last: Ints) -> Bools:
    """Tell which words may be a name and 이 run together, by their last two syllables."""
    initial = last // (_N_FINALS * _N_VOWELS)
    possible: Bools = (
        (last // _N_FINALS % _N_VOWELS == _VOWEL_I)
        & (last % _N_FINALS == 0)
        & (initial != _INITIAL_NG)
        & (_FINAL_OF_INITIAL[initial] > 0)
        & (before % _N_FINALS == 0)
    )
    return possible


def name_of_variant(words: Ints) -> Ints:
    """Return the full spelling of words that ``may_be_name_variant``: syllables, shape (n_words, length)."""
    full = words.copy()
    full[:, -2] += _FINAL_OF_INITIAL[words[:, -1] // (_N_FINALS * _N_VOWELS)]
    full[:, -1] = _I
    return full
