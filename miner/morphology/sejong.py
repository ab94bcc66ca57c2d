"""The Sejong tag set, which Kiwi and most of KoNLPy's taggers follow, in this package's parts of speech."""

from miner.morphology.base import Pos

PREFIXES = {
    "NR": Pos.NUMBER,
    "N": Pos.NOUN,
    "VCP": Pos.ENDING,  # the copula 이다 stands where an ending does
    "VA": Pos.ADJECTIVE,
    "VCN": Pos.ADJECTIVE,
    "VXA": Pos.ADJECTIVE,
    "V": Pos.VERB,
    "MA": Pos.ADVERB,
    "MM": Pos.DETERMINER,
    "MD": Pos.DETERMINER,
    "IC": Pos.INTERJECTION,
    "J": Pos.PARTICLE,
    "E": Pos.ENDING,
    "XP": Pos.PREFIX,
    "XS": Pos.SUFFIX,
    "SL": Pos.FOREIGN,
    "SH": Pos.FOREIGN,
    "OL": Pos.FOREIGN,
    "OH": Pos.FOREIGN,
    "SN": Pos.NUMBER,
    "ON": Pos.NUMBER,
    "SF": Pos.PUNCTUATION,
    "SP": Pos.PUNCTUATION,
    "SS": Pos.PUNCTUATION,
    "SE": Pos.PUNCTUATION,
    "SO": Pos.PUNCTUATION,
    "SC": Pos.PUNCTUATION,
    "SY": Pos.PUNCTUATION,
}

STEMS = {Pos.VERB, Pos.ADJECTIVE}


def pos_of(tag: str) -> Pos:
    """Return the part of speech of a tag, by its longest known beginning; ``Pos.OTHER`` where there is none.

    Of a fused tag (MeCab's ``VV+EF``) the first part counts.
    """
    tag = tag.split("+")[0]
    return next((PREFIXES[tag[:n]] for n in range(len(tag), 0, -1) if tag[:n] in PREFIXES), Pos.OTHER)


def dictionary_form(text: str, pos: Pos) -> str:
    """Return a stem's dictionary form (먹 -> 먹다), and any other morpheme as it is."""
    return f"{text}다" if pos in STEMS else text
