"""Pieces as people read them: in the report, the dry run and the manifest."""

import json
from typing import Any

import pytest
import transformers
from click.testing import CliRunner
from tiny_tokenizers import byte_level, metaspace_bpe, unigram
from tokenizers import AddedToken, decoders, pre_tokenizers

from curator.applier.base import find_base
from curator.applier.pieces import Pieces
from curator.applier.vocabulary import load_vocabulary
from curator.cli import main

GROUPS = {"약": ["약", "의약품", "대일밴드"]}
BYTE_LETTERS = ("Ġ", "ì", "ë")
SMALL: dict[str, Any] = {"n_embd": 16, "n_layer": 1, "n_head": 2}


def pieces_of(tokenizer, text: str) -> list[str]:
    """The pieces of a text, to be read."""
    read = Pieces(tokenizer).readable
    return [read(token) for token in tokenizer.encode(text, add_special_tokens=False).tokens]


@pytest.mark.parametrize("decoder", [decoders.ByteLevel(), decoders.Sequence([decoders.ByteLevel()])])
def test_byte_letters_are_read_as_the_characters_that_they_spell(decoder) -> None:
    tokenizer = byte_level()
    tokenizer.decoder = decoder
    tokenizer.add_tokens([AddedToken("대일밴드", lstrip=True), "café"])
    assert pieces_of(tokenizer, " 붙였다") == ["▁붙였다"]
    assert pieces_of(tokenizer, "대일밴드") == ["대일밴드"]
    assert pieces_of(tokenizer, "café") == ["café"]  # é would be a byte
    assert pieces_of(tokenizer, "뷁\n<s>") == ["\\xeb", "\\xb7", "\\x81", "\\n", "<s>"]


def test_each_byte_has_its_letter() -> None:
    tokenizer = byte_level()
    read = Pieces(tokenizer).readable
    for sign in map(chr, range(0x20, 0x7F)):  # one byte each
        assert pieces_of(tokenizer, sign) == ["▁" if sign == " " else sign]
    spelled = {read(letter) for letter in pre_tokenizers.ByteLevel.alphabet()}
    assert {f"\\x{byte:02x}" for byte in range(0x80, 0x100)} <= spelled
    assert len(spelled) == 256


@pytest.mark.parametrize("make", [metaspace_bpe, unigram])
def test_pieces_that_are_text_stay(make) -> None:
    tokenizer = make()
    assert pieces_of(tokenizer, "약속을") == tokenizer.encode("약속을", add_special_tokens=False).tokens


@pytest.fixture
def gpt2(tmp_path):
    """A tiny checkpoint with byte-level pieces."""
    tokenizer, folder = byte_level(), tmp_path / "base"
    special = {"bos_token_id": 0, "eos_token_id": 2}
    config = transformers.GPT2Config(vocab_size=tokenizer.get_vocab_size(), **special, **SMALL)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")
    wrapped.save_pretrained(folder)
    return folder


def test_nothing_that_is_told_of_a_checkpoint_has_byte_letters(gpt2, groups_file, tmp_path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("의약품을 샀다\n대일밴드를 붙였다\n", "utf-8")
    command = ["apply", gpt2, tmp_path / "out", "--groups", groups_file(GROUPS), "--corpus", corpus]
    said = CliRunner().invoke(main, [*map(str, command), "--dry-run"])
    assert "-> 의약품 을" in said.output
    assert CliRunner().invoke(main, list(map(str, command))).exit_code == 0
    page = (tmp_path / "out/report.html").read_text("utf-8")
    rows = page[page.index("</script>") : page.rindex("<script>")]
    assert '<td class="name">의약품 을</td>' in rows
    for told in (said.output, rows):
        assert not any(letter in told for letter in BYTE_LETTERS)


def test_the_manifest_has_an_entry_both_as_it_stands_and_as_text(gpt2, groups_file, tmp_path) -> None:
    command = ["apply", "--no-report", gpt2, tmp_path / "out", "--groups", groups_file(GROUPS)]
    assert CliRunner().invoke(main, list(map(str, command))).exit_code == 0
    manifest = json.loads((tmp_path / "out/adjustment.json").read_text("utf-8"))
    words = {word["word"]: word for word in manifest["words"]}
    assert (words["약"]["entry"], words["약"]["entry_as_text"]) == ("Ġìķ½", "▁약")
    assert "entry_as_text" not in words["대일밴드"]
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "out")]).exit_code == 0


def test_forms_with_a_particle_are_found_by_what_they_spell(gpt2, monkeypatch) -> None:
    vocabulary = load_vocabulary(find_base(str(gpt2)))
    monkeypatch.setattr(vocabulary, "ids", {"Ġìķ½": 0, "Ġìķ½ìĿĦ": 1, "Ġìķ½ìĨį": 2})  # 약, 약을, 약속
    assert vocabulary.glued_forms(["Ġìķ½"], ["을", "이"]) == {"▁약": ["▁약을"]}
