"""The built-in encoder: its quality on the gold, and what it promises about every vector."""

from pathlib import Path

import numpy as np
import pytest

from miner.encoder import encode_words, load_encoder, prompt_for
from miner.encoder.morpheme_vectors import mix_noun_readings

GOLD = Path(__file__).parents[3] / "shared" / "data" / "gold"


@pytest.fixture(scope="session")
def kiwi_encoder():
    return load_encoder("kiwi", device="cpu")


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold synonym sets are not beside the repository")
def test_gold_synonyms_are_near(kiwi_encoder):
    words = (GOLD / "nsmc-nouns.txt").read_text(encoding="utf-8").splitlines()
    index = {word: row for row, word in enumerate(words)}
    vectors = encode_words(kiwi_encoder, words, batch_size=1024).vectors
    synonyms: dict[str, set[int]] = {}
    for line in (GOLD / "wiktionary-dev.tsv").read_text(encoding="utf-8").splitlines():
        members = [word for word in line.split("\t")[2:] if word in index and not line.startswith("#")]
        for word in members:
            synonyms.setdefault(word, set()).update(index[other] for other in members if other != word)
    queries = [word for word in synonyms if synonyms[word]]
    rows = np.array([index[word] for word in queries])
    cosines = vectors[rows] @ vectors.T
    cosines[np.arange(len(rows)), rows] = -2
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :10]
    found = np.array([[row in synonyms[word] for row in top] for word, top in zip(queries, nearest, strict=True)])
    assert found[:, 0].mean() >= 0.25
    assert found.any(axis=1).mean() >= 0.6


def test_two_nouns_of_one_form_share_a_vector_nearer_the_frequent_one():
    vectors = np.eye(4, dtype=np.float32)
    morphemes = [("대전", "NNP"), ("대전", "NNG"), ("대전", "VV"), ("전화", "NNG")]
    mixed = mix_noun_readings(vectors, morphemes, [0, 3, 5, 9])
    shared = np.array([1, 1 / 4, 0, 0]) / np.hypot(1, 1 / 4)
    np.testing.assert_allclose(mixed, [shared, shared, vectors[2], vectors[3]], atol=1e-6)


def test_a_compound_is_less_near_its_part_than_a_synonym_is(kiwi_encoder):
    vectors = encode_words(kiwi_encoder, ["남자", "남자분", "사내"], batch_size=3).vectors
    assert vectors[0] @ vectors[1] < vectors[0] @ vectors[2]


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("intfloat/multilingual-e5-small", "query: "),
        ("dragonkue/multilingual-e5-small-ko-v2", "query: "),
        ("nlpai-lab/KoE5", "query: "),
        ("intfloat/multilingual-e5-large-instruct", None),
        ("dragonkue/BGE-m3-ko", None),
        ("kiwi", None),
        ("models/base5", None),
    ],
)
def test_the_e5_family_gets_its_prompt_and_what_the_user_asks_for_goes_first(name, prompt):
    assert prompt_for(name, None) == prompt
    assert prompt_for(name, "passage: ") == "passage: "
    assert prompt_for(name, "") == ""
