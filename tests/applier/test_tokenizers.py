"""Every kind of tokenizer, in a checkpoint of a family that has it, by transformers as the oracle."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file
from tiny_checkpoints import tokens
from tiny_tokenizers import byte_level, metaspace_bpe, unigram
from tokenizers import Tokenizer

from curator.applier.base import find_base
from curator.applier.vocabulary import load_vocabulary
from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드", "약"]}


SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
T5 = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2}
KINDS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "XLMRobertaForMaskedLM": (unigram, "XLMRoberta", SMALL),
    "RobertaForMaskedLM": (byte_level, "Roberta", SMALL),
    "GPT2LMHeadModel": (byte_level, "GPT2", {"n_embd": 16, "n_layer": 1, "n_head": 2}),
    "ModernBertForMaskedLM": (byte_level, "ModernBert", SMALL),
    "LlamaForCausalLM": (metaspace_bpe, "Llama", {**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
}
ARCHITECTURES = list(KINDS)


@pytest.fixture(params=ARCHITECTURES)
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A tiny checkpoint of the family."""
    import transformers

    make, name, arguments = KINDS[request.param]
    tokenizer, folder = make(), tmp_path / "base"
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    config = getattr(transformers, f"{name}Config")(
        vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=64, **special, **arguments
    )
    torch.manual_seed(0)
    getattr(transformers, request.param)(config).save_pretrained(folder)
    pad = "<pad>" if tokenizer.token_to_id("<pad>") is not None else "</s>"
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token=pad, bos_token="<s>", eos_token="</s>"
    )
    wrapped.save_pretrained(folder)
    return folder


def test_each_word_is_one_token_and_other_texts_stay(base, groups_file, tmp_path) -> None:
    from transformers import AutoModel, AutoTokenizer

    out = tmp_path / "out"
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(base), str(out), "--groups", str(groups_file(GROUPS))]
    )
    assert result.exit_code == 0, result.output
    before, after = AutoTokenizer.from_pretrained(base), AutoTokenizer.from_pretrained(out)
    n_old = len(before)
    assert len(after) == n_old + 2
    for text in ("약속을 했다", "사람들에게 영화를", "집에 왔다"):
        assert after(text)["input_ids"] == before(text)["input_ids"]
    for i, word in enumerate(("반창고", "대일밴드")):
        ids = after(f"집에 {word}", add_special_tokens=False)["input_ids"]
        assert ids[-1] == n_old + i, after.convert_ids_to_tokens(ids)
        assert n_old + i in after(f"집에 {word}를 샀다")["input_ids"]
        assert after.decode(ids).replace(" ", "") == f"집에{word}"
    model = AutoModel.from_pretrained(out)
    assert model.get_input_embeddings().weight.shape[0] == n_old + 2
    table = model.get_input_embeddings().weight
    assert torch.equal(table[n_old], table[n_old + 1])
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0


@pytest.mark.parametrize("base", ["RobertaForMaskedLM", "GPT2LMHeadModel", "LlamaForCausalLM"], indirect=True)
def test_what_added_tokens_cost_is_said(base, groups_file, tmp_path) -> None:
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(base), str(tmp_path / "out"), "--groups", str(groups_file(GROUPS))]
    )
    assert "A BPE tokenizer takes new words only as added tokens: 2 words" in result.output


@pytest.mark.parametrize("base", ["GPT2LMHeadModel", "LlamaForCausalLM"], indirect=True)
def test_the_report_needs_no_token_to_fill_up_with(base, groups_file, tmp_path) -> None:
    """As the tokenizers of GPT-2 and LLaMA have none."""
    config = json.loads((base / "tokenizer_config.json").read_text("utf-8"))
    config.pop("pad_token")
    (base / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("집에 반창고가 있다\n사람들에게 영화를\n영화를\n", "utf-8")
    command = ["apply", str(base), str(tmp_path / "out"), "--corpus", str(corpus)]
    result = CliRunner().invoke(main, [*command, "--groups", str(groups_file(GROUPS))])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert "2 sentences without a word of the release did not change at all." in page


@pytest.mark.parametrize("base", ["GPT2LMHeadModel", "LlamaForCausalLM"], indirect=True)
def test_known_entries_are_compared_by_what_they_spell(base, groups_file, tmp_path) -> None:
    """붙였다 is one of them, in the letters of bytes or behind the mark of a word's start."""
    command = ["apply", str(base), str(tmp_path / "out"), "--dry-run"]
    result = CliRunner().invoke(main, [*command, "--groups", str(groups_file({"붙": ["붙였", "대일밴드"]}))])
    assert result.exit_code == 0, result.output
    said = re.search(r"(\d+) known entries hold a new word, and are cut otherwise:\n(.*)\n", result.output)
    assert said is not None, result.output
    assert "붙였다: " in said[2]
    assert f"{said[1]} known entries change; --corpus shows which texts do" in result.output


@pytest.mark.parametrize("base", ["GPT2LMHeadModel", "XLMRobertaForMaskedLM"], indirect=True)
def test_what_a_tokenizer_costs_and_refuses_is_said_in_korean_too(base) -> None:
    (base / "spiece.model").write_bytes(b"old")
    tokenizer = load_vocabulary(find_base(str(base)))
    is_bpe = tokenizer.kind == "BPE"
    start = (
        "BPE 토크나이저는 새 낱말을 추가 토큰으로만 받습니다. 낱말 1개는" if is_bpe else "유니그램 토크나이저는"
    )
    costs = [cost.korean for cost in tokenizer.extend(["대일밴드"]).costs]
    assert costs[0].startswith(start)
    assert len(costs) == 2
    other = "이미 있던 낱말의 행은 빈칸 뒤" if is_bpe else "낱말을 모르는 파일은 넣지 않았습니다(spiece.model)."
    assert costs[1].startswith(other)
    special = next(iter(tokenizer.added))
    objection = tokenizer.find([special])[0].objection
    assert objection is not None
    assert objection.both == (
        "토크나이저의 특수 토큰이거나 추가 토큰임",
        "it is a special or added token of the tokenizer",
    )


@pytest.mark.parametrize("base", ["RobertaForMaskedLM", "LlamaForCausalLM"], indirect=True)
def test_a_known_words_other_entry_at_the_start_of_a_text_is_told(base, groups_file, tmp_path) -> None:
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(base), str(tmp_path / "out"), "--groups", str(groups_file(GROUPS))]
    )
    said = "at the very start of a text such a word is another entry" in result.output
    tokenizer = Tokenizer.from_file(str(tmp_path / "out/tokenizer.json"))
    assert said == (tokenizer.encode("약").ids[-1] != tokenizer.encode("집에 약").ids[-1])


@pytest.mark.parametrize("base", ["XLMRobertaForMaskedLM"], indirect=True)
def test_a_sentencepiece_file_that_would_disagree_is_left_out(base, groups_file, tmp_path) -> None:
    (base / "sentencepiece.bpe.model").write_bytes(b"old")
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(base), str(tmp_path / "out"), "--groups", str(groups_file(GROUPS))]
    )
    assert "sentencepiece.bpe.model is left out" in result.output
    assert not (tmp_path / "out/sentencepiece.bpe.model").exists()


@pytest.mark.parametrize("base", ["LlamaForCausalLM"], indirect=True)
def test_untied_output_rows_are_pooled_among_themselves(base, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    CliRunner().invoke(main, ["apply", "--no-report", str(base), str(out), "--groups", str(groups_file(GROUPS))])
    before, after = load_file(base / "model.safetensors"), load_file(out / "model.safetensors")
    n_old = len(before["lm_head.weight"])
    manifest = json.loads((out / "adjustment.json").read_text("utf-8"))
    rows = [before["lm_head.weight"][w["source_rows"]].double().mean(dim=0) for w in manifest["words"]]
    torch.testing.assert_close(after["lm_head.weight"][n_old].double(), sum(rows) / 3, rtol=1e-5, atol=1e-7)
    assert not torch.equal(after["lm_head.weight"][n_old], after["model.embed_tokens.weight"][n_old])


@pytest.mark.parametrize("base", ["XLMRobertaForMaskedLM"], indirect=True)
def test_a_unigram_word_does_not_break_a_longer_entry(base, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    groups = groups_file({"약": ["약", "약소", "반창고"]})
    CliRunner().invoke(main, ["apply", "--no-report", str(base), str(out), "--groups", str(groups)])
    assert tokens(out, ["약속을", "약소를"])[0][0] == "▁약속"
    assert tokens(out, ["약소를"])[0][0] == "▁약소"


@pytest.mark.parametrize("base", ["XLMRobertaForMaskedLM"], indirect=True)
def test_a_word_that_only_normalising_makes_of_a_text_is_a_new_word_of_it(base, groups_file, tmp_path) -> None:
    content = json.loads((base / "tokenizer.json").read_text("utf-8"))
    (base / "tokenizer.json").write_text(json.dumps({**content, "normalizer": {"type": "NFKC"}}), "utf-8")
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("３M밴드를 샀다\n집에 왔다\n", "utf-8")
    command = ["apply", "--no-report", str(base), str(tmp_path / "out"), "--corpus", str(corpus)]
    result = CliRunner().invoke(main, [*command, "--groups", str(groups_file({"약": ["3M밴드", "약"]}))])
    assert result.exit_code == 0, result.output
    assert "1 of 2 sentences are tokenized anew, all of them with a new word" in result.output


BART = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
}
OWN_CLASSES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "XLMRoberta": ("ForMaskedLM", unigram, SMALL),
    "Camembert": ("ForMaskedLM", unigram, SMALL),
    "DebertaV2": ("ForMaskedLM", unigram, SMALL),
    "T5": ("ForConditionalGeneration", unigram, T5),
    "Roberta": ("ForMaskedLM", byte_level, SMALL),
    "Bart": ("ForConditionalGeneration", byte_level, BART),
    "GPT2": ("LMHeadModel", byte_level, {"n_embd": 16, "n_layer": 1, "n_head": 2}),
    "Llama": ("ForCausalLM", metaspace_bpe, {**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
}


@pytest.mark.parametrize("family", OWN_CLASSES)
def test_the_familys_own_tokenizer_class_gives_the_ids_of_tokenizer_json(family, groups_file, tmp_path) -> None:
    """Those classes build parts of the tokenizer anew, from other files than tokenizer.json."""
    import transformers

    head, make, arguments = OWN_CLASSES[family]
    model = json.loads(make().to_str())["model"]
    if make is unigram:
        built = {"vocab": [(piece, score) for piece, score in model["vocab"]]}
    else:
        built = {"vocab": model["vocab"], "merges": [tuple(pair) for pair in model["merges"]]}
    tokenizer = getattr(transformers, f"{family}Tokenizer")(**built)
    base, out = tmp_path / "base", tmp_path / "out"
    tokenizer.save_pretrained(base)
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    config = getattr(transformers, f"{family}Config")(vocab_size=len(tokenizer), **special, **arguments)
    getattr(transformers, f"{family}{head}")(config).save_pretrained(base)
    command = ["apply", "--no-report", str(base), str(out), "--groups", str(groups_file(GROUPS))]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    before, after = (transformers.AutoTokenizer.from_pretrained(folder) for folder in (base, out))
    assert type(after) is type(before)
    plain = Tokenizer.from_file(str(out / "tokenizer.json"))
    for text in ("집에 반창고를 샀다", "대일밴드가 왔다", "반창고"):
        ids = after(text, add_special_tokens=False)["input_ids"]
        assert ids == plain.encode(text, add_special_tokens=False).ids
        assert len(before) in ids or len(before) + 1 in ids
    assert after("약속을 했다")["input_ids"] == before("약속을 했다")["input_ids"]
