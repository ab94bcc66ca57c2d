"""How a text is tokenized before and after."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tokenizers import Tokenizer

from curator.applier.pieces import Pieces


@dataclass(frozen=True, slots=True)
class Change:
    """A text that is tokenized otherwise than before, with its pieces.

    :ivar count: occurrences in the sample.
    """

    text: str
    count: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenizationChanges:
    """What changed.

    :ivar eojeols: distinct eojeols of the sample that changed, the commonest first; pieces as people read them.
    :ivar n_eojeols: running eojeols of the sample.
    :ivar n_changed: running eojeols that changed.
    :ivar known_entries: entries of BASE that changed; likewise.
    :ivar n_pieces_before: running pieces of the sample; n_unknown those that are the unknown token.
    """

    eojeols: tuple[Change, ...]
    n_eojeols: int
    n_changed: int
    known_entries: tuple[Change, ...]
    n_pieces_before: int
    n_pieces_after: int
    n_unknown_before: int
    n_unknown_after: int


def normalized(tokenizer: Tokenizer, text: str) -> str:
    """Return the text as the tokenizer's model sees it, before it is cut."""
    return text if tokenizer.normalizer is None else str(tokenizer.normalizer.normalize_str(text))


class WordSearch:
    """Looks for words in texts, in any place, as written and as the tokenizer normalises both.

    비타민c is 비타민C to a tokenizer that lowers letters, and ３M밴드 is 3M밴드 to one that knows compatibility.
    """

    def __init__(self, words: Iterable[str], tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.words = {form for word in words for form in (word, normalized(tokenizer, word).strip())} - {""}
        self.lengths = sorted({len(word) for word in self.words})

    def finds_one_in(self, text: str) -> bool:
        """Tell whether one of the words stands in the text."""
        return any(
            form[i : i + n] in self.words
            for form in {text, normalized(self.tokenizer, text)}
            for n in self.lengths
            for i in range(len(form) - n + 1)
        )


def tokenization_changes(old: Tokenizer, new: Tokenizer, sample: Sequence[str]) -> TokenizationChanges:
    """Tokenize the eojeols of a sample, and the known entries, before and after.

    :param sample: sentences.
    """
    counts = Counter(eojeol for sentence in sample for eojeol in sentence.split())
    eojeols = _compare(old, new, counts)
    unknown = _unknown_token(old)
    changed = sorted((c for c in eojeols if c.before != c.after), key=lambda change: (-change.count, change.text))
    entries = _compare(old, new, dict.fromkeys(known_texts(old), 1))
    known = sorted((c for c in entries if c.before != c.after), key=lambda change: change.text)
    return TokenizationChanges(
        eojeols=_readable(changed, old, new),
        n_eojeols=counts.total(),
        n_changed=sum(change.count for change in changed),
        known_entries=_readable(known, old, new),
        n_pieces_before=sum(change.count * len(change.before) for change in eojeols),
        n_pieces_after=sum(change.count * len(change.after) for change in eojeols),
        n_unknown_before=sum(change.count * change.before.count(unknown) for change in eojeols),
        n_unknown_after=sum(change.count * change.after.count(unknown) for change in eojeols),
    )


def known_texts(tokenizer: Tokenizer) -> list[str]:
    """Return what the entries spell as words of their own, special tokens and parts of words left out."""
    ids: dict[str, int] = tokenizer.get_vocab()
    if type(tokenizer.model).__name__ == "WordPiece":
        return [entry for entry in ids if not entry.startswith(("##", "[", "<")) and entry.strip()]
    listed = [[id] for entry, id in ids.items() if not entry.startswith("<")]
    return [text for text in tokenizer.decode_batch(listed) if text.strip()]


def _compare(old: Tokenizer, new: Tokenizer, counts: dict[str, int]) -> list[Change]:
    texts = list(counts)
    before = old.encode_batch(texts, add_special_tokens=False)
    after = new.encode_batch(texts, add_special_tokens=False)
    return [
        Change(text, counts[text], tuple(b.tokens), tuple(a.tokens))
        for text, b, a in zip(texts, before, after, strict=True)
    ]


def _readable(changes: Iterable[Change], old: Tokenizer, new: Tokenizer) -> tuple[Change, ...]:
    before, after = Pieces(old).readable, Pieces(new).readable
    return tuple(
        replace(change, before=tuple(map(before, change.before)), after=tuple(map(after, change.after)))
        for change in changes
    )


def count_pieces(tokenizer: Tokenizer, sample: Sequence[str]) -> tuple[int, int]:
    """Return the running pieces of a sample, and how many of them are the unknown token."""
    unknown = _unknown_token(tokenizer)
    found = [encoding.tokens for encoding in tokenizer.encode_batch(list(sample), add_special_tokens=False)]
    return sum(map(len, found)), sum(tokens.count(unknown) for tokens in found)


def _unknown_token(tokenizer: Tokenizer) -> str:
    return getattr(tokenizer.model, "unk_token", None) or "<unk>"
