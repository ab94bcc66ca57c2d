import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from miner.evidence.candidates import candidate_pairs, two_steps
from miner.evidence.dictionaries import read_dictionaries
from miner.evidence.table import Evidence, PairSource
from miner.evidence.text import find_text_evidence, load_sources, save_sources
from miner.neighbors import find_neighbors
from miner.scoring.labels import SAME
from miner.scoring.language_training import learn_origin, learn_spelling
from miner.scoring.model import KINDS, load_model, shipped_model
from miner.scoring.pairs import score_pairs
from miner.scoring.terms import TERMS
from miner.scoring.training import judged, train_on_words

WORDS = [
    "프로작",
    "플루옥세틴",
    "세탁기",
    "냉장고",
    "스릴러",
    "쓰릴러",
    "달그락거리다",
    "달그락대다",
    "산업단지",
    "산단",
]


@pytest.fixture(scope="module")
def vectors():
    rows = np.random.default_rng(0).standard_normal((len(WORDS), 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "프로작, 플루옥세틴\n세탁기\n"),
        ("a.tsv", "프로작\t플루옥세틴\t\n"),
        ("a.txt", "# 약\n프로작, 플루옥세틴 # 같은 약\n"),
        ("b.txt", "프로작 => 플루옥세틴\n"),
        ("a.jsonl", '["프로작", "플루옥세틴"]\n\n'),
        ("b.jsonl", '{"words": ["플루옥세틴", "프로작"]}\n'),
        ("a.json", '[["프로작", "플루옥세틴"], ["세탁기"]]'),
        ("b.json", '[{"words": ["프로작", "플루옥세틴"]}]'),
        ("c.json", '{"프로작": ["플루옥세틴"]}'),
    ],
)
def test_dictionaries_of_each_format_give_the_same_pairs(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    found = read_dictionaries([path])
    assert found.values == {("프로작", "플루옥세틴"): 1.0}
    assert found.sentences == {("프로작", "플루옥세틴"): name}


def test_two_dictionaries_count_twice_and_both_are_named(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("프로작,플루옥세틴\n프로작,플루옥세틴", encoding="utf-8")
    found = read_dictionaries([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert found.values == {("프로작", "플루옥세틴"): 2.0}
    assert found.sentences == {("프로작", "플루옥세틴"): "a.csv, b.csv"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.doc", b"", "ends in '.doc'; expected a dictionary in .csv"),
        ("a.csv", b"\xff\xfe", "byte 0 is not UTF-8"),
        ("a.jsonl", b"{", "row 1: "),
        ("a.jsonl", b'{"word": 1}', "expected a list of words"),
        ("a.txt", "가 => 나 => 다".encode(), "more than one =>"),
        ("a.json", b"[", "expected a JSON list of lists"),
        ("a.json", b"3", "found int; expected a JSON list of lists"),
        ("a.json", b'[["a"], 3]', "group 2: expected a list of words"),
        ("a.json", b'{"a": "b"}', "'a': expected a list of words"),
    ],
)
def test_a_dictionary_that_cannot_be_read_is_named_with_its_row(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_dictionaries([path])
    assert name in str(error.value)


def test_what_a_corpus_says_is_found_and_comes_back_from_disk(tmp_path):
    sentences = [
        "프로작(플루옥세틴)을 먹는다",
        "세탁기와 냉장고를 샀다",
        "프로작(fluoxetine)",
        "플루옥세틴(Fluoxetine)",
    ]
    pq.write_table(pa.table({"text": sentences}), tmp_path / "sentences.parquet")
    found, counts = find_text_evidence(tmp_path / "sentences.parquet", WORDS, [])
    assert found == {
        "alias_statements": PairSource({("프로작", "플루옥세틴"): 1.0}, {("프로작", "플루옥세틴"): sentences[0]}),
        "shared_gloss": PairSource({("프로작", "플루옥세틴"): 1.0}, {("프로작", "플루옥세틴"): sentences[2]}),
        "enumerations": PairSource({("냉장고", "세탁기"): 1.0}, {("냉장고", "세탁기"): sentences[1]}),
    }
    assert counts["n_alias_pairs"] == counts["n_gloss_pairs"] == counts["n_enumerated_pairs"] == 1
    save_sources(found, tmp_path)
    assert load_sources(tmp_path) == found


def test_a_word_that_is_another_and_a_listed_ending_is_stated_to_be_it(tmp_path):
    pq.write_table(pa.table({"text": ["약을 먹는다"]}), tmp_path / "sentences.parquet")
    words = ["플루옥세틴", "플루옥세틴염산염", "플루옥세틴염산염정", "염산염"]
    found, counts = find_text_evidence(tmp_path / "sentences.parquet", words, ["염산염", "정"])
    assert found["alias_statements"].values == {
        ("플루옥세틴", "플루옥세틴염산염"): 1.0,
        ("플루옥세틴", "플루옥세틴염산염정"): 1.0,
    }
    assert counts["n_pairs_by_ending"] == 2


def test_candidates_are_the_pairs_that_something_speaks_for(vectors):
    neighbors = find_neighbors(vectors, 1)
    pairs, counts = candidate_pairs(WORDS, neighbors, [("세탁기", "산단"), ("세탁기", "없는말")])
    found = {(WORDS[a], WORDS[b]) for a, b in pairs.tolist()}
    nearest = {tuple(sorted((i, int(ids[0])))) for i, ids in enumerate(neighbors.ids)}
    assert found >= {(WORDS[a], WORDS[b]) for a, b in nearest}
    assert found >= {
        ("스릴러", "쓰릴러"),
        ("달그락거리다", "달그락대다"),
        ("산업단지", "산단"),
        ("세탁기", "산단"),
    }
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs) == counts["n_candidate_pairs"] < 45
    assert counts["n_named_pairs"] == 1


def test_two_steps_joins_words_with_a_common_partner_that_are_no_pair():
    assert two_steps(np.array([[0, 1], [1, 2], [3, 4]])).tolist() == [[0, 2]]
    assert two_steps(np.array([[0, 1], [0, 2], [1, 2]])).tolist() == []


def test_a_statement_or_a_dictionary_entry_makes_a_pair_probable_and_an_enumeration_less(vectors):
    neighbors = find_neighbors(vectors, 5)

    def probability(sources):
        scored, _ = score_pairs(WORDS, vectors, neighbors, shipped_model(), sources)
        row = scored.table.pairs.tolist().index([2, 3])
        return float(scored.probability[row])

    named = PairSource({("냉장고", "세탁기"): 1.0})
    without = probability({"alias_statements": PairSource({("냉장고", "세탁기"): 0.0})})
    assert probability({"alias_statements": named}) > 10 * without
    assert probability({"dictionary": named}) > 0.5
    both = {"alias_statements": named, "enumerations": PairSource({("냉장고", "세탁기"): 3.0})}
    assert without < probability(both) < probability({"alias_statements": named})


def test_cosines_that_are_packed_into_a_narrow_range_make_the_same_pairs_as_probable(vectors):
    neighbors = find_neighbors(vectors, 5)
    plain, _ = score_pairs(WORDS, vectors, neighbors, shipped_model())
    packed_vectors = np.column_stack([vectors * np.sqrt(0.3), np.full(len(WORDS), np.sqrt(0.7))]).astype(
        np.float32
    )
    packed_neighbors = find_neighbors(packed_vectors, 5)
    packed, _ = score_pairs(WORDS, packed_vectors, packed_neighbors, shipped_model())
    cosines = packed.table.columns["cosine_similarity"]
    np.testing.assert_allclose(cosines, 0.7 + 0.3 * plain.table.columns["cosine_similarity"], atol=1e-5)
    np.testing.assert_allclose(packed.log_odds, plain.log_odds, atol=1e-2)


def test_log_odds_are_the_sum_of_what_is_shown(vectors):
    neighbors = find_neighbors(vectors, 5)
    scored = shipped_model().score(
        Evidence(WORDS, vectors, neighbors).measure(candidate_pairs(WORDS, neighbors)[0])
    )
    np.testing.assert_allclose(scored.log_odds, scored.intercept + scored.by_kind.sum(axis=1))
    assert scored.by_kind.shape == (len(scored.log_odds), len(KINDS))


def test_a_model_is_trained_saved_and_read_back(vectors, tmp_path):
    generator = np.random.default_rng(1)
    bases = ["".join(generator.choice([*"크트프스르키토페루나"], 4)) for _ in range(60)]
    words = list(dict.fromkeys([*bases, *(base[:-1] + "으" for base in bases)]))
    number = {word: i for i, word in enumerate(words)}
    rows = generator.standard_normal((len(words), 16)).astype(np.float32)
    for base in bases:  # what means the same is near
        rows[number[base[:-1] + "으"]] = rows[number[base]] + 0.3 * rows[number[base[:-1] + "으"]]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    labels = {tuple(sorted((base, base[:-1] + "으"))): "loanword" for base in bases}
    model = train_on_words(words, unit, np.ones(len(words), bool), labels, {"encoder": "none"}, axis=None, seed=0)
    assert model.trained_with["encoder"] == "none"
    assert model.trained_with["n_same_pairs"] > 30
    given = {term.name: term.given_weight for term in TERMS if term.given_weight is not None}
    assert {t.name: w for t, w in zip(TERMS, model.weights.tolist(), strict=True) if t.name in given} == given
    scored, _ = score_pairs(words, unit, find_neighbors(unit, 20), model)
    is_judged, is_same = judged(words, scored.table.pairs, labels)
    assert scored.log_odds[is_same].mean() > scored.log_odds[is_judged & ~is_same].mean() + 2
    model.save(tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    np.testing.assert_allclose(again.weights, model.weights, atol=1e-4)
    assert again.trained_with == model.trained_with


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"terms": {}}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"model\.json is no model of this version.*miner train"):
        load_model(path)


def test_origin_and_spelling_need_loanwords_to_learn_from():
    with pytest.raises(ValueError, match="0 loanwords and 2 other words"):
        learn_origin({("하늘", "하늘나라"): SAME[0]})
    with pytest.raises(ValueError, match="of 0 loanwords"):
        learn_spelling({("하늘", "하늘나라"): SAME[0]}, seed=0)


def test_a_change_that_is_common_among_spellings_becomes_cheap():
    generator = np.random.default_rng(0)
    stems = ["".join(generator.choice([*"크트프스르키토페루나"], 4)) for _ in range(200)]
    labels = {(stem + a, stem + b): "loanword" for stem in stems for a, b in (("애", "에"), ("오", "우"))}
    costs = learn_spelling(labels, seed=0)["costs"]
    assert costs["ㅐ/ㅔ"] < 0.5 * costs["ㅐ/ㅗ"]
