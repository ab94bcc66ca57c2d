"""The lexicon against a plain count over the same morphemes."""

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.corpus import Sentence
from miner.lexicon import Example
from miner.lexicon.build import build_lexicon, default_min_count, lexicon_from_word_list
from miner.lexicon.eojeols import count_eojeols, load_eojeols, read_row_groups
from miner.lexicon.files import load_lexicon, save_lexicon, write_lexicon_tsv
from miner.lexicon.stages import read_word_list
from miner.morphology.base import EojeolPool, Morpheme, Pos
from miner.tokenizer import load_tokenizer

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "약", "가", "##나", "##다", "다", "먹다"]


class SyllableAnalyzer:
    """Each syllable is a noun, but 을 a particle and 먹 a verb of the dictionary form 먹다."""

    name = "syllables"
    n_too_long = 0

    def analyze(self, sentences):
        pool = EojeolPool()
        for sentence in sentences:
            yield [
                pool.eojeol(surface, tuple(pool.morpheme(*self.morpheme(syllable)) for syllable in surface))
                for surface in sentence.split()
            ]

    @staticmethod
    def morpheme(syllable):
        if syllable == "을":
            return syllable, Pos.PARTICLE, syllable
        return ("먹다", Pos.VERB, syllable) if syllable == "먹" else (syllable, Pos.NOUN, syllable)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "vocab.txt"
    path.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    return load_tokenizer(str(path))


def sentences_of(texts):
    return [Sentence(text, "a.txt", row, None) for row, text in enumerate(texts, start=1)]


def mined(texts, folder, tokenizer, *, unique=False, **options):
    table = count_eojeols(iter(sentences_of(texts)), SyllableAnalyzer(), folder, unique=unique)
    return build_lexicon(table, tokenizer, **{"classes": {Pos.NOUN, Pos.VERB}, "stop_words": set()} | options)


TEXTS = st.lists(
    st.lists(st.text("가나다라먹을약", min_size=1, max_size=4), min_size=1, max_size=5).map(" ".join), max_size=12
)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(1, 3), st.booleans())
def test_counts_equal_a_plain_count(tmp_path_factory, tokenizer, texts, min_count, in_vocabulary_too):
    lexicon = mined(
        texts,
        tmp_path_factory.mktemp("lexicon"),
        tokenizer,
        min_count=min_count,
        in_vocabulary_too=in_vocabulary_too,
    )
    frequency, in_sentences, forms = Counter(), defaultdict(set), defaultdict(Counter)
    for n, text in enumerate(texts):
        for syllable in text.replace(" ", ""):
            word, pos, surface = SyllableAnalyzer.morpheme(syllable)
            if pos is not Pos.PARTICLE:
                frequency[word] += 1
                in_sentences[word].add(n)
                forms[word][surface] += 1
    expected = {
        word for word, n in frequency.items() if n >= min_count and (in_vocabulary_too or word not in VOCABULARY)
    }
    assert {word.text for word in lexicon.words} == expected
    for word in lexicon.words:
        assert word.frequency == frequency[word.text]
        assert word.document_frequency == len(in_sentences[word.text])
        assert dict(word.forms) == forms[word.text]
        assert word.is_oov == (word.text not in VOCABULARY)
        assert word.pos is (Pos.VERB if word.text == "먹다" else Pos.NOUN)
    assert lexicon.counts["n_below_min_count"] == sum(n < min_count for n in frequency.values())


@settings(deadline=None, max_examples=40)
@given(TEXTS, st.integers(0, 4), st.integers(0, 3))
def test_examples_are_distinct_sentences_that_hold_the_word(tmp_path_factory, tokenizer, texts, n_examples, seed):
    folder = tmp_path_factory.mktemp("lexicon")
    lexicon = mined(texts, folder, tokenizer, n_examples=n_examples, seed=seed, in_vocabulary_too=True)
    for word in lexicon.words:
        syllable = word.text[0]
        holding = {text for text in texts if syllable in text}
        shown = [example.text for example in word.examples]
        assert len(shown) == len(set(shown)) == min(n_examples, len(holding))
        assert set(shown) <= holding
        assert all(example.text == texts[example.row - 1] for example in word.examples)


def test_examples_do_not_depend_on_the_order_of_the_corpus(tmp_path, tokenizer):
    texts = [f"라{'나' * (n % 7 + 1)} {'다' * (n % 5 + 1)} {n}" for n in range(200)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = mined(texts, tmp_path / "a", tokenizer, seed=3)
    other = mined(texts[::-1], tmp_path / "b", tokenizer, seed=3)
    assert {w.text: {e.text for e in w.examples} for w in one.words} == {
        w.text: {e.text for e in w.examples} for w in other.words
    }


def test_examples_are_a_uniform_sample(tmp_path, tokenizer):
    """Of 8 sentences 2 are drawn: each has the chance 1/4. Over 400 words the count is binomial; 5 sigma."""
    words = [chr(0xAC00 + 25 * n) for n in range(400)]
    texts = [f"{n} " + " ".join(words) for n in range(8)]
    lexicon = mined(texts, tmp_path, tokenizer, n_examples=2, in_vocabulary_too=True)
    drawn = Counter(e.row for word in lexicon.words if word.text in words for e in word.examples)
    assert sum(drawn.values()) == 800
    assert all(abs(n - 100) < 5 * (400 * 0.25 * 0.75) ** 0.5 for n in drawn.values())


def test_another_seed_draws_other_examples(tmp_path, tokenizer):
    texts = [f"라 {n}" for n in range(100)]
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    one, other = (mined(texts, folder, tokenizer, seed=seed) for seed, folder in enumerate(folders))
    assert one.words[0].text == other.words[0].text == "라"
    assert one.words[0].examples != other.words[0].examples


def test_a_repeated_sentence_counts_once_where_asked(tmp_path, tokenizer):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    texts = ["라나", "라나", "라다"]
    plain = {w.text: w.frequency for w in mined(texts, tmp_path / "a", tokenizer).words}
    unique = {w.text: w.frequency for w in mined(texts, tmp_path / "b", tokenizer, unique=True).words}
    assert (plain["라"], unique["라"]) == (3, 2)


def test_pieces_and_unknown_pieces(tmp_path, tokenizer):
    table = count_eojeols(iter(sentences_of(["가나 쓸"])), WholeAnalyzer(), tmp_path)
    lexicon = build_lexicon(table, tokenizer, classes={Pos.NOUN})
    found = {word.text: (word.pieces, word.has_unknown_piece) for word in lexicon.words}
    assert found == {"가나": (("가", "##나"), False), "쓸": (("[UNK]",), True)}


class WholeAnalyzer(SyllableAnalyzer):
    """Each eojeol is one noun."""

    def analyze(self, sentences):
        pool = EojeolPool()
        for sentence in sentences:
            yield [pool.eojeol(e, (pool.morpheme(e, Pos.NOUN, e),)) for e in sentence.split()]


def test_a_part_of_speech_is_the_most_frequent_one(tmp_path, tokenizer):
    class Changing(SyllableAnalyzer):
        def analyze(self, sentences):
            pool = EojeolPool()
            for n, _ in enumerate(sentences):
                pos = Pos.VERB if n == 0 else Pos.NOUN
                yield [pool.eojeol("라", (pool.morpheme("라", pos, "라"),))]

    table = count_eojeols(iter(sentences_of(["라"] * 3)), Changing(), tmp_path)
    (word,) = build_lexicon(table, tokenizer, classes={Pos.NOUN, Pos.VERB}).words
    assert (word.pos, word.frequency) == (Pos.NOUN, 3)


def test_stop_words_and_other_classes_are_counted(tmp_path, tokenizer):
    counts = mined(["라을 라나", "나을"], tmp_path, tokenizer, stop_words={"라"}).counts
    assert (counts["n_stop_word_occurrences"], counts["n_other_class_occurrences"]) == (2, 2)


def test_compounds_take_the_place_of_their_parts(tmp_path, tokenizer):
    def join(eojeol):
        return (Morpheme(eojeol.surface, Pos.COMPOUND, eojeol.surface),)

    table = count_eojeols(iter(sentences_of(["라나 라나"])), SyllableAnalyzer(), tmp_path)
    lexicon = build_lexicon(table, tokenizer, classes={Pos.NOUN, Pos.COMPOUND}, join=join)
    assert [(word.text, word.pos, word.frequency) for word in lexicon.words] == [("라나", Pos.COMPOUND, 2)]
    assert lexicon.counts["n_compounds"] == 1


def test_eojeols_and_lexicon_are_read_back_as_written(tmp_path, tokenizer):
    texts = ["라나 먹을", "라나 다", "가나다"]
    table = count_eojeols(iter(sentences_of(texts)), SyllableAnalyzer(), tmp_path)
    again = load_eojeols(tmp_path)
    assert again.eojeols == table.eojeols
    assert again.counts.tolist() == table.counts.tolist() == [2, 1, 1, 1]
    lexicon = build_lexicon(again, tokenizer, classes={Pos.NOUN, Pos.VERB})
    assert Example("라나 먹을", "a.txt", 1) in next(w for w in lexicon.words if w.text == "라").examples
    save_lexicon(lexicon, tmp_path)
    assert load_lexicon(tmp_path, lexicon.counts) == lexicon


def test_documents_are_kept_in_small_row_groups_with_the_same_lexicon(tmp_path, tokenizer, monkeypatch):
    texts = ["약 가 " * n for n in range(1, 9)]
    (tmp_path / "small").mkdir()
    whole = mined(texts, tmp_path, tokenizer)
    monkeypatch.setattr("miner.lexicon.eojeols.EOJEOLS_PER_ROW_GROUP", 12)
    assert mined(texts, tmp_path / "small", tokenizer) == whole
    path = tmp_path / "small" / "sentences.parquet"
    assert [batch.num_rows for batch in read_row_groups(path, ["text"])] == [3, 1, 1, 1, 1, 1]


def test_the_table_has_the_promised_columns(tmp_path, tokenizer):
    lexicon = mined(["라나 라", "약"], tmp_path, tokenizer, in_vocabulary_too=True)
    write_lexicon_tsv(lexicon, tmp_path / "lexicon.tsv")
    lines = (tmp_path / "lexicon.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["word", "pos", "frequency", "document_frequency", "oov", "pieces"]
    assert lines[1].split("\t") == ["라", "Noun", "2", "1", "1", "[UNK]"]
    assert "약\tNoun\t1\t1\t0\t약" in lines


def test_a_word_list_is_taken_whole(tokenizer):
    lexicon = lexicon_from_word_list(["쓸", "약", "쓸"], tokenizer)
    assert [(w.text, w.is_oov, w.frequency) for w in lexicon.words] == [("쓸", True, 0), ("약", False, 0)]
    assert lexicon.counts["n_repeated_words"] == 1


@pytest.mark.parametrize(
    ("n_sentences", "n_eojeols", "min_count"),
    [(1, 1, 1), (10_000, 100_000, 1), (10_001, 10_001, 2), (1, 100_001, 2)],
)
def test_words_seen_once_are_left_out_of_large_corpora(n_sentences, n_eojeols, min_count):
    assert default_min_count(n_sentences, n_eojeols) == min_count


def test_a_word_list_is_read_line_by_line_and_composed(tmp_path):
    path = Path(tmp_path / "words.txt")
    path.write_text("\ufeff" + unicodedata.normalize("NFD", "반창고") + " \n\n약\n", encoding="utf-8")
    assert read_word_list(path) == ["반창고", "", "약"]
    path.write_bytes("반창고\n".encode("cp949"))
    with pytest.raises(ValueError, match="words.txt: byte 0 is not UTF-8; .* convert it first"):
        read_word_list(path)
