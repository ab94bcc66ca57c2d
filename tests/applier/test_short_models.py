"""Models that take fewer tokens than the report would read of a text."""

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from click.testing import CliRunner
from tiny_checkpoints import vocabulary
from tiny_tokenizers import unigram

from curator.applier.loading import n_positions
from curator.cli import main

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
BART = {"encoder_layers": 1, "encoder_attention_heads": 2, "decoder_layers": 1, "decoder_attention_heads": 2}
SENTENCES = ["반창고 약을", "약을", "집에 영화를", "사람에게 영화를 사람에게 영화를 사람에게"]


def save(tokenizer: Any, family: str, folder: Path, **config: Any) -> Path:
    """A tiny masked language model."""
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2} if family != "Bert" else {}
    made = getattr(transformers, f"{family}Config")(vocab_size=len(tokenizer), **special, **SMALL, **config)
    torch.manual_seed(0)
    getattr(transformers, f"{family}ForMaskedLM")(made).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def bert(tmp_path) -> Path:
    """A BERT of eight positions."""
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    tokenizer = transformers.BertTokenizer(vocab=ids, do_lower_case=False)
    return save(tokenizer, "Bert", tmp_path / "base", max_position_embeddings=8)


@pytest.fixture
def roberta(tmp_path) -> Path:
    """An XLM-R of eight positions, which begin behind the padding's id."""
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=unigram(), unk_token="<unk>", pad_token="<pad>", mask_token="<mask>"
    )
    return save(tokenizer, "XLMRoberta", tmp_path / "base", max_position_embeddings=10)


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_the_report_reads_as_much_as_the_model_takes_and_tells_what_was_cut(
    family, request, groups_file, tmp_path
) -> None:
    base, corpus = request.getfixturevalue(family), tmp_path / "corpus.txt"
    corpus.write_text("\n".join(SENTENCES), "utf-8")
    probe = tmp_path / "probe.csv"
    probe.write_text(
        "text,label\n" + "".join(f"{text},{i % 2}\n" for i, text in enumerate(SENTENCES * 5)), "utf-8"
    )
    options = ["--corpus", corpus, "--probe", probe, "--pseudo-perplexity"]
    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    command = ["apply", base, tmp_path / "out", "--groups", groups, *options]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 0, result.output
    pair = [SENTENCES[0], SENTENCES[0].replace("반창고", "대일밴드")]
    texts = [
        *pair,
        *SENTENCES[1:],
        *SENTENCES * 5,
        *SENTENCES,
    ]  # the pair, the untouched, the probe's, perplexity's
    n_cut = []
    for folder in (base, tmp_path / "out"):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        n_cut.append(sum(len(tokenizer(text)["input_ids"]) > 8 for text in texts))
    assert n_cut[1] >= 7
    page = (tmp_path / "out/report.html").read_text("utf-8")
    said = f"of {len(texts)} texts {n_cut[0]} for the base, {n_cut[1]} for the adjusted checkpoint."
    assert f"Texts with more than 8 pieces were read only so far: {said}" in page


def test_a_text_that_fits_is_not_said_to_be_cut(made_bert, groups_file, tmp_path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n".join(SENTENCES), "utf-8")
    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    command = ["apply", made_bert, tmp_path / "out", "--groups", groups, "--corpus", corpus]
    assert CliRunner().invoke(main, list(map(str, command))).exit_code == 0
    assert "were read only so far" not in (tmp_path / "out/report.html").read_text("utf-8")


def test_a_word_longer_than_the_model_takes_has_no_contextual_vector(bert, groups_file, tmp_path) -> None:
    groups = groups_file({"반창고": ["반창고", "대일밴드프로작"]})
    command = ["apply", "--no-report", bert, tmp_path / "out", "--groups", groups, "--init", "contextual"]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 1
    assert "대일밴드프로작 has 9 tokens with those that frame it, and the model takes 8" in result.output


@pytest.mark.parametrize(
    ("family", "config", "expected"),
    [
        ("Bert", {"max_position_embeddings": 8, **SMALL}, 8),
        ("Roberta", {"max_position_embeddings": 10, **SMALL}, 8),
        ("GPT2", {"n_positions": 8, "n_embd": 16, "n_layer": 1, "n_head": 2}, 8),
        ("Bart", {"max_position_embeddings": 8, "d_model": 16, **BART}, 8),
        ("T5", {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2}, None),  # relative ones
    ],
)
def test_how_many_tokens_a_model_takes(family, config, expected) -> None:
    own = getattr(transformers, f"{family}Config")(vocab_size=20, pad_token_id=1, **config)
    model = getattr(transformers, f"{family}Model")(own).eval()
    assert n_positions(model) == expected
    with torch.no_grad():
        encoder = model.get_encoder() if own.is_encoder_decoder else model
        assert encoder(input_ids=torch.full((1, expected or 600), 3))[0].shape[1] == (expected or 600)
