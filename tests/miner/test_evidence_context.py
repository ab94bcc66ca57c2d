"""Words in their sentences: vectors in context by any encoder, and the company that words keep."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse
from sentence_transformers import SentenceTransformer

from miner.encoder import VectorCache, load_encoder
from miner.evidence.contexts import context_rows, uses_of
from miner.evidence.distribution import Neighbourhood, distribution_margins, find_distribution, rows_of
from miner.evidence.table import Evidence
from miner.evidence.word_rows import WordRows, context_margins, load_rows
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
def talk(tmp_path):
    """Of 60 sentences each, 약 and 알약 are eaten, 차 is driven; 드문 is said once."""
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
    far = context_margins(loaded, pairs, similarity)
    assert far[:2].tolist() == [2, 0]  # the same row; one that is not known
    assert rows.usual_similarity() == pytest.approx((0, 0.25), abs=0.02)  # 1 / sqrt(16)


N_WORDS, N_KINDS = 400, 40


@pytest.fixture(scope="module")
def said_rows():
    """Words of 40 kinds, said 10 to 3,000 times: half of what stands around one is its kind's, half anything."""
    generator = np.random.default_rng(0)
    common = 1 / np.arange(1, 1001)
    n_occurrences = np.geomspace(10, 3000, N_WORDS).astype(np.int64)
    n_occurrences[-1] = 9
    counts = np.empty((N_WORDS, len(common)))
    for word, n in enumerate(n_occurrences.tolist()):
        own = common * (np.arange(len(common)) % N_KINDS == word % N_KINDS)
        chance = common / common.sum() + own / own.sum()
        counts[word] = generator.multinomial(4 * n, chance / chance.sum())
    return rows_of(Neighbourhood(sparse.csr_array(counts), n_occurrences))


def margins_of(rows, pairs):
    pairs = np.array(pairs)
    return distribution_margins(rows, pairs, rows.cosine_similarity(pairs))


@pytest.mark.parametrize("first", [0, 100, 200, 300])
def test_how_usual_company_is_does_not_depend_on_how_often_words_are_said(said_rows, first):
    pairs = [(a, b) for a in range(first, first + 99) for b in range(a + 1, first + 99)]
    of_kind = margins_of(said_rows, [(a, b) for a, b in pairs if (b - a) % N_KINDS == 0])
    others = margins_of(said_rows, [(a, b) for a, b in pairs if (b - a) % N_KINDS])
    assert others.mean() == pytest.approx(-2.1, abs=0.3)  # 0 is two deviations above the usual
    assert (of_kind > 0).mean() > 0.9
    assert max(of_kind.max(), others.max()) <= 2
    assert min(of_kind.min(), others.min()) >= -3


def test_words_said_too_rarely_or_among_too_few_say_nothing(said_rows):
    assert said_rows.has_row.tolist() == [True] * (N_WORDS - 1) + [False]
    assert margins_of(said_rows, [(0, N_WORDS - 1), (5, N_WORDS - 1)]).tolist() == [0, 0]
    few = said_rows.of(np.arange(49))
    assert margins_of(few, [(0, N_KINDS), (1, 2)]).tolist() == [0, 0]


def test_occurrences_come_back_from_disk(said_rows, tmp_path):
    said_rows.save(tmp_path)
    loaded, pairs = load_rows(tmp_path), np.array([[0, N_KINDS], [1, 2]])
    np.testing.assert_array_equal(loaded.n_occurrences, said_rows.n_occurrences)
    similarity = loaded.cosine_similarity(pairs)
    expected = distribution_margins(said_rows, pairs, similarity)
    np.testing.assert_array_equal(distribution_margins(loaded, pairs, similarity), expected)


def test_the_score_says_what_context_and_distribution_add():
    words = [f"낱말{chr(0xAC00 + i)}" for i in range(100)]
    dense = np.random.default_rng(1).standard_normal((100, 64)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    beside = dense.copy()
    beside[1] = beside[0]
    rows = WordRows(sparse.csr_array(beside), np.ones(100, bool))
    counted = WordRows(sparse.csr_array(np.abs(beside)), rows.has_row, np.arange(10, 110))
    neighbors, pair = find_neighbors(dense, 5), np.array([[0, 1]])

    def weight(kind: str, **given: WordRows) -> float:
        scored = shipped_model().score(Evidence(words, dense, neighbors, rows=given).measure(pair))
        return float(scored.by_kind[0, KINDS.index(kind)])

    assert weight("context") == weight("distribution") == 0
    assert weight("context", context_similarity=rows) == pytest.approx(1.0)
    assert weight("distribution", distributional_similarity=counted) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="rumour"):
        Evidence(words, dense, neighbors, rows={"rumour": rows})
