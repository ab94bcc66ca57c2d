import json
import unicodedata

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertTokenizer, PreTrainedTokenizerFast

from miner import hub
from miner.tokenizer import TokenizerError, load_tokenizer

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "반",
    "##창",
    "##고",
    "반창",
    "A",
    "밴드",
    "##드",
    "밴",
]


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def no_hub(monkeypatch):
    monkeypatch.setattr(hub, "is_hub_reachable", lambda: False)
    monkeypatch.setattr("miner.tokenizer.is_hub_reachable", lambda: False)


def test_pieces_of_a_vocab_file_equal_those_of_transformers(vocabulary):
    reference = BertTokenizer(vocab=str(vocabulary), do_lower_case=False)
    words = ["반창고", "밴드", "밴드고", "A", "a", "쓸", "반창고 밴드", unicodedata.normalize("NFD", "반창고")]
    assert load_tokenizer(str(vocabulary)).pieces(words) == [tuple(reference.tokenize(word)) for word in words]


@pytest.mark.parametrize("layout", ["tokenizer.json", "vocab.txt"])
def test_a_folder_is_as_good_as_its_file(tmp_path, vocabulary, layout):
    folder = tmp_path / "model"
    if layout == "tokenizer.json":
        BertTokenizer(vocab=str(vocabulary), do_lower_case=False).save_pretrained(folder)
    else:
        folder.mkdir()
        vocabulary.rename(folder / "vocab.txt")
    tokenizer = load_tokenizer(str(folder))
    assert tokenizer.n_entries == len(VOCABULARY)
    assert tokenizer.pieces(["반창고"]) == [("반창", "##고")]
    assert tokenizer.unknown_token == "[UNK]"


def test_a_word_is_in_the_vocabulary_as_an_entry_of_its_own(vocabulary):
    tokenizer = load_tokenizer(str(vocabulary))
    assert tokenizer.is_in_vocabulary("밴드")
    assert not tokenizer.is_in_vocabulary("반창고")  # two entries
    assert not tokenizer.is_in_vocabulary("창")  # only as a continuation


def test_a_word_that_follows_a_space_is_in_a_byte_level_vocabulary(tmp_path):
    entry = "".join(pre_tokenizers.ByteLevel(add_prefix_space=True).pre_tokenize_str("약")[0][0])
    backend = Tokenizer(models.BPE({"<unk>": 0, entry: 1}, [], unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.add_tokens(["▁밴드"])
    PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>").save_pretrained(tmp_path / "bpe")
    tokenizer = load_tokenizer(str(tmp_path / "bpe"))
    assert tokenizer.is_in_vocabulary("밴드")
    assert not tokenizer.is_in_vocabulary("반창고")


def test_the_digest_follows_the_vocabulary(tmp_path, vocabulary):
    one = load_tokenizer(str(vocabulary)).digest
    vocabulary.write_text("\n".join([*VOCABULARY, "창고"]) + "\n", encoding="utf-8")
    assert load_tokenizer(str(vocabulary)).digest != one


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        ("반창고\n밴드\n".encode(), "has 2 lines and none is \\[UNK\\]"),
        ("반창고\n".encode("cp949"), "byte 0 is not UTF-8"),
    ],
)
def test_a_file_that_is_no_vocabulary_is_named(tmp_path, content, message):
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(TokenizerError, match=f"words.txt.*{message}"):
        load_tokenizer(str(path))


def test_a_folder_without_a_tokenizer_says_what_it_holds(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(
        TokenizerError, match="has no tokenizer: it holds model.safetensors; expected tokenizer.json"
    ):
        load_tokenizer(str(tmp_path))


@pytest.mark.parametrize("name", ["/nothing/here", "./here", "a/b/c", "vocab.txt", "models/tokenizer.json"])
def test_a_path_that_is_not_there_is_no_hub_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TokenizerError, match="is not there; give a vocab.txt"):
        load_tokenizer(name)


def test_a_hub_name_without_a_network_says_what_to_do(no_hub, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(TokenizerError, match="must reach the hub or have it in its cache"):
        load_tokenizer("nobody/has-this-model")


def test_a_damaged_tokenizer_is_told_apart_from_a_missing_one(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer"}), encoding="utf-8"
    )
    with pytest.raises(TokenizerError, match="could not be loaded"):
        load_tokenizer(str(tmp_path))
