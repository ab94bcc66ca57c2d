"""The lexicon: which words a corpus has, how often, in which forms, and what the target model makes of them."""

from dataclasses import dataclass, field

from miner.morphology.base import Pos


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that contains a word, and where it stands."""

    text: str
    document: str
    row: int


@dataclass(frozen=True, slots=True)
class LexiconWord:
    """One entry of the lexicon. Words are told apart by their text alone.

    :ivar text: dictionary form, NFC.
    :ivar pos: the part of speech it has most often.
    :ivar frequency: occurrences in the corpus; 0 for a word of a list without a corpus.
    :ivar document_frequency: number of sentences that contain it.
    :ivar forms: surface forms with their counts, the most frequent first.
    :ivar is_oov: whether it is no entry of the target vocabulary.
    :ivar pieces: what the target tokenizer makes of it.
    :ivar has_unknown_piece: whether one of the pieces is the unknown token.
    :ivar examples: a uniform sample of the distinct sentences that contain it.
    :ivar categories: occurrences in each category of the corpus that has the word, the most frequent first; none
        if the corpus was not read by category.
    """

    text: str
    pos: Pos
    frequency: int
    document_frequency: int
    forms: tuple[tuple[str, int], ...]
    is_oov: bool
    pieces: tuple[str, ...]
    has_unknown_piece: bool
    examples: tuple[Example, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a corpus, by falling frequency, then by text.

    :ivar counts: what was kept and what was dropped, and why; for the run's manifest.
    """

    words: tuple[LexiconWord, ...]
    counts: dict[str, int] = field(default_factory=dict)
