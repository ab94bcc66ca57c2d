"""From numbered eojeols to words: which ones count, in which forms, and what the tokenizer makes of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from miner.lexicon import Lexicon, LexiconWord
from miner.lexicon.eojeols import EojeolTable
from miner.lexicon.sentences import SentenceCounts, WordsOfEojeols, count_sentences
from miner.morphology.base import Eojeol, Morpheme, Pos
from miner.tokenizer import TargetTokenizer

# As in the plain loop over Okt's morphemes; a file of the user's own takes their place.
STOP_WORDS = frozenset("은 는 이 가 을 를 에 의 도 으로 에서 와 과 한 하다".split())

WORD_CLASSES: dict[str, frozenset[Pos]] = {
    "noun": frozenset({Pos.NOUN, Pos.COMPOUND}),
    "foreign": frozenset({Pos.FOREIGN}),
    "verb": frozenset({Pos.VERB}),
    "adjective": frozenset({Pos.ADJECTIVE}),
    "adverb": frozenset({Pos.ADVERB}),
    "determiner": frozenset({Pos.DETERMINER}),
    "interjection": frozenset({Pos.INTERJECTION}),
    "number": frozenset({Pos.NUMBER}),
}

SMALL_CORPUS_SENTENCES = 10_000
SMALL_CORPUS_EOJEOLS = 100_000  # those of a few long lines, which may be as many words

Join = Callable[[Eojeol], tuple[Morpheme, ...]]


def default_min_count(n_sentences: int, n_eojeols: int) -> int:
    """Return 2 for a corpus that is not small, where a word seen once is mostly a slip of the pen, else 1."""
    return 2 if n_sentences > SMALL_CORPUS_SENTENCES or n_eojeols > SMALL_CORPUS_EOJEOLS else 1


def morphemes_as_they_are(eojeol: Eojeol) -> tuple[Morpheme, ...]:
    """Join nothing: the words are what the analyser returned."""
    return eojeol.morphemes


def build_lexicon(
    table: EojeolTable,
    tokenizer: TargetTokenizer,
    *,
    join: Join = morphemes_as_they_are,
    classes: Collection[Pos],
    stop_words: Collection[str] = STOP_WORDS,
    in_vocabulary_too: bool = False,
    min_count: int = 1,
    n_examples: int = 5,
    seed: int = 0,
) -> Lexicon:
    """Collect the words of a corpus.

    :param table: its distinct eojeols and spooled sentences.
    :param tokenizer: whose vocabulary decides what is out of vocabulary.
    :param join: puts compounds together, e.g. ``Compounds.join``.
    :param classes: parts of speech to collect.
    :param stop_words: texts that are no words.
    :param in_vocabulary_too: also collect words that are entries of the vocabulary.
    :param min_count: least frequency of a word.
    :param n_examples: most example sentences per word.
    :param seed: of the sample of example sentences.
    :return: words by falling frequency, then by text, and the counts of what was dropped.
    """
    found = collect_words(
        table.eojeols,
        table.counts,
        join=join,
        classes=frozenset(classes),
        stop_words=frozenset(stop_words),
    )

    def count(words: Sequence[str]) -> SentenceCounts:
        occurrences = found.occurrences(words)
        return count_sentences(table.sentences_path, words, occurrences, n_examples=n_examples, seed=seed)

    return select_words(found, tokenizer, count, in_vocabulary_too=in_vocabulary_too, min_count=min_count)


def select_words(
    found: "FoundWords",
    tokenizer: TargetTokenizer,
    count: Callable[[Sequence[str]], SentenceCounts],
    *,
    in_vocabulary_too: bool,
    min_count: int,
) -> Lexicon:
    """Choose the words of the lexicon among all that were found, and complete them.

    :param found: words with their frequencies and forms.
    :param tokenizer: whose vocabulary decides what is out of vocabulary.
    :param count: says what the sentences say of the chosen words.
    :param in_vocabulary_too: also collect words that are entries of the vocabulary.
    :param min_count: least frequency of a word.
    """
    frequent = [i for i, frequency in enumerate(found.frequencies) if frequency >= min_count]
    oov = {i for i in frequent if not tokenizer.is_in_vocabulary(found.texts[i])}
    kept = [i for i in frequent if in_vocabulary_too or i in oov]
    kept.sort(key=lambda i: (-found.frequencies[i], found.texts[i]))
    words = _entries(found, kept, oov, count([found.texts[i] for i in kept]), tokenizer)
    n_distinct = len(found.texts) + found.n_rare_words
    counts = {
        "n_distinct_words": n_distinct,
        "n_below_min_count": n_distinct - len(frequent),
        "n_in_vocabulary": len(frequent) - len(oov),
        "n_stop_word_occurrences": found.n_stop_word_occurrences,
        "n_other_class_occurrences": found.n_other_class_occurrences,
        "n_words": len(words),
        "n_compounds": sum(word.pos is Pos.COMPOUND for word in words),
    }
    return Lexicon(words, counts)


def _entries(
    found: "FoundWords",
    kept: Sequence[int],
    oov: Collection[int],
    sentences: SentenceCounts,
    tokenizer: TargetTokenizer,
) -> tuple[LexiconWord, ...]:
    pieces = tokenizer.pieces([found.texts[i] for i in kept])
    return tuple(
        LexiconWord(
            text=found.texts[i],
            pos=found.most_frequent_pos(i),
            frequency=found.frequencies[i],
            document_frequency=int(sentences.document_frequency[n]),
            forms=tuple(sorted(found.forms[i].items(), key=lambda form: (-form[1], form[0]))),
            is_oov=i in oov,
            pieces=pieces[n],
            has_unknown_piece=tokenizer.unknown_token in pieces[n],
            examples=sentences.examples[n],
            categories=_of_word(sentences.by_category, n),
        )
        for n, i in enumerate(kept)
    )


def _of_word(by_category: Mapping[str, npt.NDArray[np.int64]], word: int) -> tuple[tuple[str, int], ...]:
    counts = [(name, int(of_words[word])) for name, of_words in by_category.items() if of_words[word]]
    return tuple(sorted(counts, key=lambda item: (-item[1], item[0])))


def lexicon_from_word_list(words: Sequence[str], tokenizer: TargetTokenizer) -> Lexicon:
    """Make a lexicon of a plain list of words: no corpus, so that frequencies are 0 and no word has examples.

    :param words: NFC; repeated words count once.
    """
    distinct = list(dict.fromkeys(words))
    entries = tuple(
        LexiconWord(
            text=word,
            pos=Pos.OTHER,
            frequency=0,
            document_frequency=0,
            forms=(),
            is_oov=not tokenizer.is_in_vocabulary(word),
            pieces=pieces,
            has_unknown_piece=tokenizer.unknown_token in pieces,
        )
        for word, pieces in zip(distinct, tokenizer.pieces(distinct), strict=True)
    )
    return Lexicon(entries, {"n_words": len(distinct), "n_repeated_words": len(words) - len(distinct)})


@dataclass(slots=True)
class FoundWords:
    """The words of the chosen classes, numbered.

    :ivar forms: occurrences of each surface form of each word.
    :ivar pos: occurrences of each word as each part of speech.
    :ivar words_of_eojeols: the words of each eojeol, by number.
    :ivar n_rare_words: words that are left out here because they are too rare.
    """

    texts: list[str] = field(default_factory=list)
    frequencies: list[int] = field(default_factory=list)
    forms: list[dict[str, int]] = field(default_factory=list)
    pos: list[dict[Pos, int]] = field(default_factory=list)
    words_of_eojeols: list[tuple[int, ...]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)
    n_rare_words: int = 0
    n_stop_word_occurrences: int = 0
    n_other_class_occurrences: int = 0

    def add(self, morpheme: Morpheme, count: int) -> int:
        """Count occurrences of a word and return its number."""
        i = self._number(morpheme.text)
        self.frequencies[i] += count
        self.forms[i][morpheme.surface] = self.forms[i].get(morpheme.surface, 0) + count
        self.pos[i][morpheme.pos] = self.pos[i].get(morpheme.pos, 0) + count
        return i

    def add_counted(self, text: str, frequency: int, forms: Mapping[str, int], pos: Mapping[Pos, int]) -> None:
        """Count occurrences of a word that were counted elsewhere."""
        i = self._number(text)
        self.frequencies[i] += frequency
        for form, count in forms.items():
            self.forms[i][form] = self.forms[i].get(form, 0) + count
        for tag, count in pos.items():
            self.pos[i][tag] = self.pos[i].get(tag, 0) + count

    def _number(self, text: str) -> int:
        i = self._numbers.setdefault(text, len(self._numbers))
        if i == len(self.texts):
            self.texts.append(text)
            self.frequencies.append(0)
            self.forms.append({})
            self.pos.append({})
        return i

    def most_frequent_pos(self, i: int) -> Pos:
        """Return the part of speech that the word has most often."""
        return min(self.pos[i], key=lambda pos: (-self.pos[i][pos], pos))

    def occurrences(self, words: Sequence[str]) -> WordsOfEojeols:
        """Return which of these words, numbered by their place among them, each eojeol holds."""
        number = {word: i for i, word in enumerate(words)}
        place = np.fromiter((number.get(text, -1) for text in self.texts), np.int64, len(self.texts))
        lengths = np.fromiter(map(len, self.words_of_eojeols), np.int64, len(self.words_of_eojeols))
        flat = np.fromiter((i for words in self.words_of_eojeols for i in words), np.int64, lengths.sum())
        eojeols = np.repeat(np.arange(len(lengths)), lengths)
        places = place[flat] if len(flat) else flat
        is_wanted = places >= 0
        return WordsOfEojeols.from_pairs(eojeols[is_wanted], places[is_wanted], n_eojeols=len(lengths))


def collect_words(
    eojeols: Iterable[Eojeol],
    counts: npt.NDArray[np.int64],
    *,
    join: Join,
    classes: Collection[Pos],
    stop_words: Collection[str],
) -> FoundWords:
    """Collect every word of the chosen classes from eojeols.

    :param eojeols: distinct.
    :param counts: int64, shape (n_eojeols,).
    :param join: puts compounds together.
    :param classes: parts of speech to collect.
    :param stop_words: texts that are no words.
    """
    found = FoundWords()
    for eojeol, count in zip(eojeols, counts.tolist(), strict=True):
        words = []
        for morpheme in join(eojeol):
            if morpheme.pos not in classes:
                found.n_other_class_occurrences += count
            elif morpheme.text in stop_words:
                found.n_stop_word_occurrences += count
            else:
                words.append(found.add(morpheme, count))
        found.words_of_eojeols.append(tuple(words))
    return found
