"""The vocabulary of a checkpoint: what it says of words, and how it is extended."""

from curator.applier.base import Base
from curator.applier.vocabulary.added import AddedTokenVocabulary
from curator.applier.vocabulary.common import Finding, Vocabulary, WrittenTokenizer
from curator.applier.vocabulary.files import read_tokenizer
from curator.applier.vocabulary.unigram import UnigramVocabulary
from curator.applier.vocabulary.wordpiece import WordPieceVocabulary

__all__ = ["Finding", "Vocabulary", "WrittenTokenizer", "load_vocabulary"]

KINDS: dict[str, type[Vocabulary]] = {
    "WordPiece": WordPieceVocabulary,
    "Unigram": UnigramVocabulary,
    "BPE": AddedTokenVocabulary,
}


def load_vocabulary(base: Base, *, pin_case: bool = False) -> Vocabulary:
    """Load the vocabulary of a checkpoint.

    :param pin_case: take ``do_lower_case`` and ``strip_accents`` as false where BASE leaves them open.
    :raises FileNotFoundError: if there is no tokenizer.
    :raises ValueError: if it is damaged, takes Hangul apart, or is of a kind that is not supported.
    """
    files = read_tokenizer(base, pin_case=pin_case)
    kind = files.json["model"].get("type", "WordPiece")
    if kind not in KINDS:
        raise ValueError(f"{base.name} has a {kind} vocabulary; supported are {', '.join(KINDS)}")
    return KINDS[kind](files)
