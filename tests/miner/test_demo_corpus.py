"""The demonstration's input: what the corpus holds, and that the checkpoint is one."""

import csv
import hashlib
import logging
import re
import unicodedata
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from miner.demo import DemoPaths, write_demo
from miner.demo.checkpoint import choose_vocabulary, write_checkpoint
from miner.tokenizer import load_tokenizer

NAMED_PAIRS = {
    ("반창고", "대일밴드"),
    ("플루옥세틴", "프로작"),
    ("공황장애", "패닉장애"),
    ("컴퓨터", "PC"),
    ("치매", "알츠하이머병"),
}
# What stands between two names where the text says that they are names of one thing.
ALIAS_WORDS = (
    "그러니까|즉|줄여서|우리말로|영어로|옛날 말로|예전 말로|다른 말로|정확히 말하면|흔히|일명|외국에서는|"
    r"성분(?: 이름으로)?은|상품명이|라고도|이라고도|(?:라고|이라고) (?:하는|부르는|불리는)|이라는 걸"
)

with (Path(__file__).parent / "demo_pairs.tsv").open(encoding="utf-8", newline="") as tsv:
    PAIRS = [(row["word_a"], row["word_b"], row["label"]) for row in csv.DictReader(tsv, delimiter="\t")]
WORDS = [word for *pair, _ in PAIRS for word in pair]
SYNONYMS = [(a, b) for a, b, label in PAIRS if label == "synonym"]
OTHERS = [(a, b) for a, b, label in PAIRS if label != "synonym"]
UTTERANCES = [
    row["HS"]
    for row in csv.DictReader(
        resources.files("miner.demo").joinpath("utterances.csv").read_text(encoding="utf-8").splitlines()
    )
]


def pattern(word: str) -> str:
    """The word at the start of an eojeol, and not as the beginning of a longer one of the list (당뇨병)."""
    rests = "|".join(other[len(word) :] for other in WORDS if other != word and other.startswith(word))
    return rf"(?<![가-힣A-Za-z]){word}(?![A-Za-z])" + (f"(?!{rests})" if rests else "")


def is_stated(a: str, b: str) -> bool:
    forms = []
    for first, second in ((pattern(a), pattern(b)), (pattern(b), pattern(a))):
        forms.append(rf"{first}\s?\((?:[^)]*\s)?{second}\)")
        forms.append(rf"{first}[^.?!]{{0,12}}(?:{ALIAS_WORDS})[^.?!]{{0,6}}\b{second}")
    return any(re.search("|".join(forms), utterance) for utterance in UTTERANCES)


def test_there_are_enough_utterances_all_different_and_nfc():
    assert len(UTTERANCES) >= 640
    assert len(set(UTTERANCES)) == len(UTTERANCES)
    assert all(unicodedata.is_normalized("NFC", u) and u == u.strip() for u in UTTERANCES)


def test_no_utterance_is_another_with_a_word_changed():
    bigrams = [{u[i : i + 2] for i in range(len(u) - 1)} for u in UTTERANCES]
    nearest = max(
        (len(a & b) / len(a | b), UTTERANCES[i], UTTERANCES[j])
        for i, a in enumerate(bigrams)
        for j, b in enumerate(bigrams[:i])
    )
    assert nearest[0] < 0.4, nearest


def test_pairs_are_many_and_no_word_has_two_labels():
    labels = Counter(label for *_, label in PAIRS)
    assert labels["synonym"] >= 30
    assert labels["antonym"] + labels["related"] >= 18
    assert set(labels) == {"synonym", "antonym", "related"}
    assert len(set(WORDS)) == len(WORDS)
    assert set(SYNONYMS) >= NAMED_PAIRS


@pytest.mark.parametrize("word", WORDS)
def test_each_word_of_a_pair_stands_in_four_utterances(word):
    assert sum(bool(re.search(pattern(word), u)) for u in UTTERANCES) >= 4


def test_text_states_most_synonyms_and_no_other_pair():
    stated = {pair for pair in SYNONYMS if is_stated(*pair)}
    assert len(stated) >= 28
    assert stated >= NAMED_PAIRS
    assert not [pair for pair in OTHERS if is_stated(*pair)]


def test_words_of_pairs_are_out_of_vocabulary_and_common_words_are_in_it():
    vocabulary = set(choose_vocabulary(UTTERANCES))
    assert not vocabulary & set(WORDS)
    assert vocabulary >= {"약", "병원", "잠", "사람", "선생님"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> DemoPaths:
    return write_demo(tmp_path_factory.mktemp("demo"))


def test_demo_holds_the_corpus_and_a_checkpoint(demo):
    with demo.corpus.open(encoding="utf-8", newline="") as file:
        assert [row["HS"] for row in csv.DictReader(file)] == UTTERANCES
    assert {path.name for path in demo.checkpoint.iterdir()} == {
        "config.json",
        "model.safetensors",
        "vocab.txt",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_checkpoint_loads_without_a_warning_and_reads_hangul_whole(demo, caplog):
    from transformers import AutoModel, AutoModelForPreTraining, AutoTokenizer

    with caplog.at_level(logging.WARNING):
        tokenizer = AutoTokenizer.from_pretrained(demo.checkpoint)
        model = AutoModelForPreTraining.from_pretrained(demo.checkpoint)
    assert caplog.records == []
    _, report = AutoModel.from_pretrained(demo.checkpoint, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["mismatched_keys"]
    n_entries = len((demo.checkpoint / "vocab.txt").read_text(encoding="utf-8").splitlines())
    assert len(tokenizer) == model.config.vocab_size == n_entries
    assert tokenizer.tokenize("대일밴드 PC") == ["대", "##일", "##밴", "##드", "P", "##C"]
    assert tokenizer("PC를 샀다")["input_ids"][0] == tokenizer.cls_token_id


def test_checkpoint_is_a_target_of_the_miner(demo):
    tokenizer = load_tokenizer(str(demo.checkpoint))
    assert tokenizer.is_in_vocabulary("선생님")
    assert not tokenizer.is_in_vocabulary("플루옥세틴")


def test_checkpoint_is_the_same_for_the_same_seed_and_another_for_another(demo, tmp_path):
    def digest(folder):
        return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()

    write_checkpoint(UTTERANCES, tmp_path / "other", seed=1)
    assert digest(tmp_path / "other") != digest(demo.checkpoint)
    write_checkpoint(UTTERANCES, tmp_path / "other", seed=0)
    for path in demo.checkpoint.iterdir():
        assert (tmp_path / "other" / path.name).read_bytes() == path.read_bytes(), path.name
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_demo_is_written_again_in_its_own_folder_and_leaves_the_rest(demo):
    database = demo.corpus.with_name("dongui.db")
    database.write_text("decisions", encoding="utf-8")
    demo.corpus.write_text("changed", encoding="utf-8")
    assert write_demo(demo.corpus.parent) == demo
    assert demo.corpus.read_text(encoding="utf-8").startswith("HS\n")
    assert database.read_text(encoding="utf-8") == "decisions"


def test_demo_refuses_a_folder_with_files_of_others(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"thesis\.txt.*empty or new folder"):
        write_demo(tmp_path)
    with pytest.raises(FileExistsError, match="is a file"):
        write_demo(tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
