"""Words in their sentences: vectors in context by any encoder, and the company that words keep."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse
from sentence_transformers import SentenceTransformer

from miner.encoder import VectorCache, load_encoder
from miner.evidence import distribution
from miner.evidence.contexts import context_rows, uses_of
from miner.evidence.distribution import find_distribution
from miner.evidence.table import Evidence
from miner.evidence.word_rows import WordRows, load_rows, margins
from miner.lexicon import Example, LexiconWord
from miner.morphology.base import Pos
from miner.neighbors import find_neighbors
from miner.scoring.model import KINDS, shipped_model


def word(text: str, *sentences: str, forms: tuple[str, ...] = ()) -> LexiconWord:
    examples = tuple(Example(sentence, "talk.csv", row) for row, sentence in enumerate(sentences))
    return LexiconWord(text, Pos.NOUN, 1, 1, tuple((form, 1) for form in forms), True, (text,), False, examples)


WORDS = [
    word("반창고", "상처 반창고 약", "약 반창고 붙다"),
    word("대일밴드", "상처 대일밴드 약"),
    word("먹다", "약 먹었다", forms=("먹었",)),
    word("하늘", "상처 약"),
]


def test_a_use_is_the_longest_form_in_the_sentence_cut_to_what_stands_near():
    (use,) = uses_of(WORDS[2], 5)
    assert (use.text[use.start : use.end], use.around) == ("먹었", "약 다")
    assert uses_of(WORDS[3], 5) == []
    assert len(uses_of(WORDS[0], 1)) == 1
    (far,) = uses_of(word("반창고", "가" * 500 + " 반창고 " + "나" * 500), 1)
    assert far.text[far.start : far.end] == "반창고"
    assert len(far.text) < 150


def test_a_transformer_is_read_at_the_tokens_of_the_word(transformer_encoder):
    encoder = load_encoder(str(transformer_encoder), device="cpu")
    found, counts = context_rows(encoder, WORDS, n_sentences=2, batch_size=2)
    assert found.has_row.tolist() == [True, True, True, False]
    assert counts == {"n_cached": 0, "n_encoded": 4, "n_words_without_context": 1}
    tokens = SentenceTransformer(str(transformer_encoder), device="cpu").encode(
        ["상처 대일밴드 약"], output_value="token_embeddings"
    )[0]
    expected = tokens[2:6].numpy().mean(axis=0)  # [CLS] 상처 대 ##일 ##밴 ##드 약 [SEP]
    np.testing.assert_allclose(found.rows[[1]].toarray()[0], expected / np.linalg.norm(expected), atol=1e-5)


def test_the_same_word_has_another_vector_in_another_sentence(transformer_encoder):
    encoder = load_encoder(str(transformer_encoder), device="cpu")
    words = [word("약", "상처 약"), word("약", "약 먹다"), word("약", "상처 약")]
    rows = context_rows(encoder, words, n_sentences=1, batch_size=8)[0].rows.toarray()
    assert rows[0] @ rows[1] < 0.999
    assert rows[0] @ rows[2] == pytest.approx(1)


def test_an_encoder_without_tokens_reads_what_stands_around_the_word():
    found, _ = context_rows(load_encoder("kiwi"), WORDS, n_sentences=1, batch_size=8)
    similarity = found.cosine_similarity(np.array([[0, 1], [0, 2], [0, 3]]))
    assert similarity[0] == pytest.approx(1, abs=1e-5)  # both stand between 상처 and 약
    assert similarity[1] < similarity[0]
    assert np.isnan(similarity[2])


def test_vectors_in_context_are_kept_and_a_prompt_stands_before_the_sentence(transformer_encoder, tmp_path):
    encoder = load_encoder(str(transformer_encoder), device="cpu")
    cache = VectorCache(tmp_path / "vectors.sqlite", "in context")
    first, _ = context_rows(encoder, WORDS, n_sentences=2, batch_size=2, cache=cache)
    again, counts = context_rows(encoder, WORDS, n_sentences=2, batch_size=2, cache=cache)
    assert counts == {"n_cached": 4, "n_encoded": 0, "n_words_without_context": 1}
    np.testing.assert_array_equal(first.rows.toarray(), again.rows.toarray())
    prompted, _ = context_rows(encoder, [word("반창고", "반창고")], n_sentences=1, batch_size=2, prompt="약 ")
    whole, _ = context_rows(encoder, [word("반창고", "약 반창고")], n_sentences=1, batch_size=2)
    np.testing.assert_allclose(prompted.rows.toarray(), whole.rows.toarray(), atol=1e-6)


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """Of 60 sentences each, 약 and 알약 are eaten, 차 is driven; 드문 is said once."""
    monkeypatch.setattr(distribution, "MIN_OCCURRENCES", 10)
    sentences = ["나는 약을 먹는다", "나는 알약을 먹는다", "너는 차를 탄다"] * 60 + ["나는 드문 먹는다"]
    eojeols = list(dict.fromkeys(eojeol for sentence in sentences for eojeol in sentence.split()))
    counts = [sum(sentence.split().count(eojeol) for sentence in sentences) for eojeol in eojeols]
    table = {"surface": eojeols, "texts": [[eojeol] for eojeol in eojeols], "count": counts}
    pq.write_table(pa.table(table), tmp_path / "eojeols.parquet")
    numbers = pa.array([[eojeols.index(e) for e in s.split()] for s in sentences], pa.list_(pa.int32()))
    pq.write_table(pa.table({"eojeols": numbers}), tmp_path / "sentences.parquet", row_group_size=50)
    return tmp_path / "eojeols.parquet", tmp_path / "sentences.parquet"


def test_words_among_the_same_words_are_alike(talk):
    found = find_distribution(*talk, ["약", "알약", "차", "드문"])
    assert found.has_row.tolist() == [True, True, True, False]
    similarity = found.cosine_similarity(np.array([[0, 1], [0, 2], [0, 3]]))
    assert similarity[0] == pytest.approx(1, abs=1e-5)
    assert similarity[1] == pytest.approx(0, abs=1e-5)
    assert np.isnan(similarity[2])
    assert np.linalg.norm(found.rows[[0]].toarray()) == pytest.approx(1)


def test_rows_come_back_from_disk_and_say_what_is_beyond_the_usual(tmp_path):
    generator = np.random.default_rng(0)
    dense = generator.standard_normal((200, 16)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    dense[1], has_row = dense[0], np.ones(200, bool)
    has_row[5] = False
    rows = WordRows(sparse.csr_array(dense), has_row)
    rows.save(tmp_path)
    loaded = load_rows(tmp_path)
    pairs = np.array([[0, 1], [2, 5], [3, 4]])
    similarity = loaded.cosine_similarity(pairs)
    np.testing.assert_array_equal(similarity, rows.cosine_similarity(pairs))
    assert similarity[2] == pytest.approx(float(dense[3] @ dense[4]), abs=1e-6)
    far = margins(loaded, similarity)
    assert far[:2].tolist() == [2, 0]  # the same row; one that is not known
    assert rows.usual_similarity() == pytest.approx((0, 0.25), abs=0.02)  # 1 / sqrt(16)


def test_the_score_says_what_context_and_distribution_add():
    words = [f"낱말{chr(0xAC00 + i)}" for i in range(100)]
    dense = np.random.default_rng(1).standard_normal((100, 64)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    beside = dense.copy()
    beside[1] = beside[0]
    rows = WordRows(sparse.csr_array(beside), np.ones(100, bool))
    neighbors, pair = find_neighbors(dense, 5), np.array([[0, 1]])

    def weight(kind: str, **given: WordRows) -> float:
        scored = shipped_model().score(Evidence(words, dense, neighbors, rows=given).measure(pair))
        return float(scored.by_kind[0, KINDS.index(kind)])

    assert weight("context") == weight("distribution") == 0
    assert weight("context", context_similarity=rows) == pytest.approx(1.0)
    assert weight("distribution", distributional_similarity=rows) == pytest.approx(1.4)
    with pytest.raises(ValueError, match="rumour"):
        Evidence(words, dense, neighbors, rows={"rumour": rows})
