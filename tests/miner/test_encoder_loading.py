"""Encoders by name: built in, from a folder, from the hub; the cache; what is said when there is none."""

import shutil

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from miner.encoder import VectorCache, check_device, encode_words, encoder_identity, load_encoder, loading
from miner.encoder.kiwi_encoder import KiwiMorphemes
from miner.encoder.loading import precision_on

WORDS = ["반창고", "대일밴드", "약", "상처약"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub_cache(tmp_path, monkeypatch, transformer_encoder):
    """A machine that downloaded the tiny encoder from the hub before, under the name tiny/encoder."""
    model = tmp_path / "models--tiny--encoder"
    shutil.copytree(transformer_encoder, model / "snapshots" / COMMIT)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT, encoding="ascii")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def encoded(name, words, **options):
    return encode_words(load_encoder(name, device="cpu"), words, **{"batch_size": 2} | options)


@pytest.mark.usefixtures("hub_cache")
def test_a_hub_name_gives_the_vectors_that_the_library_gives(transformer_encoder):
    reference = SentenceTransformer(str(transformer_encoder), device="cpu")
    found = encoded("tiny/encoder", WORDS)
    assert found.has_vector.all()
    np.testing.assert_allclose(found.vectors, reference.encode(WORDS, normalize_embeddings=True), atol=1e-5)
    assert COMMIT in encoder_identity("tiny/encoder", prompt=None)


def test_a_folder_gives_the_same_and_is_known_by_its_content(transformer_encoder, tmp_path):
    copy = shutil.copytree(transformer_encoder, tmp_path / "copy")
    assert encoder_identity(str(copy), prompt=None) == encoder_identity(str(transformer_encoder), prompt=None)
    np.testing.assert_array_equal(
        encoded(str(copy), WORDS).vectors, encoded(str(transformer_encoder), WORDS).vectors
    )
    (copy / "README.md").write_text("another", encoding="utf-8")
    assert encoder_identity(str(copy), prompt=None) != encoder_identity(str(transformer_encoder), prompt=None)


def test_a_prompt_stands_before_each_word(transformer_encoder):
    plain = encoded(str(transformer_encoder), ["약 반창고"])
    prompted = encoded(str(transformer_encoder), ["반창고"], prompt="약 ")
    np.testing.assert_allclose(prompted.vectors, plain.vectors, atol=1e-6)
    # None is the encoder's own prompt, which an empty one turns off
    identities = {encoder_identity(str(transformer_encoder), prompt=prompt) for prompt in (None, "", "약 ")}
    assert len(identities) == 3


def test_on_a_gpu_transformers_compute_at_half_precision_and_their_vectors_are_kept_apart(
    transformer_encoder, monkeypatch
):
    assert precision_on("cuda:1") is torch.float16
    assert precision_on("cpu") is precision_on("mps") is torch.float32
    folder = str(transformer_encoder)
    identities = {encoder_identity(folder, prompt=None, device=device) for device in ("cpu", "cuda", "cuda:1")}
    assert len(identities) == 2
    assert len({encoder_identity("kiwi", prompt=None, device=device) for device in ("cpu", "cuda")}) == 1
    monkeypatch.setattr(loading, "precision_on", lambda device: torch.float16)
    assert {weight.dtype for weight in load_encoder(folder, device="cpu").parameters()} == {torch.float16}


def test_rows_follow_the_words_whatever_their_order_and_repetition(transformer_encoder):
    encoder = load_encoder(str(transformer_encoder), device="cpu")
    one_by_one = {word: encode_words(encoder, [word], batch_size=1).vectors[0] for word in WORDS}
    repeated = [*WORDS, *reversed(WORDS)]
    found = encode_words(encoder, repeated, batch_size=3)
    np.testing.assert_allclose(found.vectors, np.stack([one_by_one[word] for word in repeated]), atol=1e-5)
    assert (found.n_encoded, found.n_cached) == (4, 0)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


class CountingEncoder:
    """Stands for an encoder: rows of ones, and none for a word with 없."""

    def __init__(self):
        self.asked = []

    def encode(self, words, **options):
        self.asked += words
        return np.array([[np.nan, 0] if "없" in word else [0, 3] for word in words], np.float32)

    def get_embedding_dimension(self):
        return 2


def test_a_second_run_encodes_new_words_only(tmp_path):
    encoder = CountingEncoder()
    cache = VectorCache(tmp_path / "vectors.sqlite", "a")
    first = encode_words(encoder, ["약", "없음"], batch_size=2, cache=cache)
    second = encode_words(encoder, ["없음", "밴드", "약"], batch_size=2, cache=cache)
    assert sorted(encoder.asked) == ["밴드", "약", "없음"]
    assert (first.n_encoded, second.n_encoded, second.n_cached, second.n_without_vector) == (2, 1, 2, 1)
    assert second.has_vector.tolist() == [False, True, True]
    assert second.vectors.tolist() == [[0, 0], [0, 1], [0, 1]]


def test_words_of_one_length_share_a_batch_and_none_is_encoded_twice():
    encoder = CountingEncoder()
    words = ["대일밴드", "약", "공황장애", "책", "반창고", "약", "\u1103\u1162\u110b\u1175\u11af밴드"]
    assert encode_words(encoder, words, batch_size=2).n_encoded == 5
    assert encoder.asked == ["약", "책", "반창고", "공황장애", "대일밴드"]


def test_two_encoders_share_a_cache_without_mixing(tmp_path):
    for identity, value in (("a", 1.0), ("b", -1.0)):
        VectorCache(tmp_path / "v.sqlite", identity).put({"약": np.array([value], np.float32)})
    assert VectorCache(tmp_path / "v.sqlite", "a").get(["약"])["약"] == [1.0]
    assert VectorCache(tmp_path / "v.sqlite", "b").get(["약", "밴드"]).keys() == {"약"}


def test_a_damaged_cache_says_that_it_may_be_deleted(tmp_path):
    (tmp_path / "v.sqlite").write_text("no database, but longer than its header would be" * 50, encoding="utf-8")
    with pytest.raises(ValueError, match="v.sqlite cannot be used: .*delete it"):
        VectorCache(tmp_path / "v.sqlite", "a")


@pytest.mark.parametrize("name", ["nobody/has-this", "has-this"])
def test_a_hub_name_without_a_network(name, monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match=f"'{name}' is no folder, was not downloaded before.*built-in kiwi"):
        encoder_identity(name, prompt=None)
    with pytest.raises(ValueError, match="was not downloaded before"):
        load_encoder(name)


def test_a_folder_that_is_no_encoder_says_what_it_holds(tmp_path):
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"is no SentenceTransformer.*holds: notes.txt.*Expected modules.json"):
        load_encoder(str(tmp_path), device="cpu")


def test_a_device_that_is_not_there():
    with pytest.raises(ValueError, match="The device 'cuda:99' cannot be used"):
        check_device("cuda:99")
    check_device("cpu")


def test_the_built_in_encoder_takes_no_prompt():
    with pytest.raises(ValueError, match="prompt 'query: ', but takes none"):
        encoder_identity("kiwi", prompt="query: ")


@pytest.fixture(scope="module")
def kiwi():
    return load_encoder("kiwi", device="cpu")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text("가각힣약대일밴드PC1 -·.!\u200b", max_size=8), max_size=6))
def test_the_built_in_encoder_gives_unit_rows_or_none(kiwi, words):
    found = encode_words(kiwi, words, batch_size=3)
    lengths = np.linalg.norm(found.vectors, axis=1)
    np.testing.assert_allclose(lengths, found.has_vector.astype(float), atol=1e-5)
    assert found.has_vector.tolist() == [any(c.isalnum() for c in word) for word in words]


def test_words_of_unknown_morphemes_are_near_words_that_look_alike(kiwi):
    vectors = encode_words(kiwi, ["쓰릴러물", "스릴러물", "산봉우리"], batch_size=8).vectors
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_the_built_in_encoder_is_saved_and_loaded_as_any_other(kiwi, tmp_path):
    kiwi.save(str(tmp_path / "kiwi"))
    again = load_encoder(str(tmp_path / "kiwi"), device="cpu")
    np.testing.assert_array_equal(
        encode_words(again, WORDS, batch_size=4).vectors, encode_words(kiwi, WORDS, batch_size=4).vectors
    )


def test_a_saved_built_in_encoder_of_another_kiwi_is_refused(kiwi, tmp_path, monkeypatch):
    kiwi.save(str(tmp_path / "kiwi"))
    monkeypatch.setattr("miner.encoder.kiwi_encoder.model_version", lambda: "9.9")
    with pytest.raises(ValueError, match="but 9.9 is installed"):
        KiwiMorphemes.load(str(tmp_path / "kiwi"))
