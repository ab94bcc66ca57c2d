"""The list of names against the classes themselves: what changes its shape when config.vocab_size does."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from curator.applier.base import find_base
from curator.applier.roles import find_vocabulary_tensors

N_ENTRIES = 97  # no other size of the tiny models
SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
FACTORISED = {**SMALL, "embedding_size": 8}
DISTIL = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 24}
DECODER = {**SMALL, "num_key_value_heads": 2, "head_dim": 8}
GPT = {"n_embd": 16, "n_layer": 1, "n_head": 2}
T5 = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2}
BART = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
}
POSITIONS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "BertModel": ("Bert", SMALL),
    "BertForPreTraining": ("Bert", SMALL),
    "BertForSequenceClassification": ("Bert", SMALL),
    "RobertaForMaskedLM": ("Roberta", SMALL),
    "XLMRobertaForMaskedLM": ("XLMRoberta", SMALL),
    "CamembertForMaskedLM": ("Camembert", SMALL),
    "ElectraForPreTraining": ("Electra", FACTORISED),
    "ElectraForMaskedLM": ("Electra", FACTORISED),
    "AlbertForPreTraining": ("Albert", FACTORISED),
    "AlbertForMaskedLM": ("Albert", FACTORISED),
    "DebertaForMaskedLM": ("Deberta", SMALL),
    "DebertaV2ForMaskedLM": ("DebertaV2", SMALL),
    "DebertaV2ForMaskedLM new": ("DebertaV2", {**SMALL, "legacy": False}),
    "DistilBertForMaskedLM": ("DistilBert", DISTIL),
    "MPNetForMaskedLM": ("MPNet", SMALL),
    "ModernBertModel": ("ModernBert", SMALL),
    "ModernBertForMaskedLM": ("ModernBert", SMALL),
    "GPT2LMHeadModel": ("GPT2", GPT),
    "LlamaForCausalLM": ("Llama", DECODER),
    "LlamaForCausalLM tied": ("Llama", {**DECODER, "tie_word_embeddings": True}),
    "T5ForConditionalGeneration": ("T5", T5),
    "T5ForConditionalGeneration untied": ("T5", {**T5, "tie_word_embeddings": False}),
    "BartForConditionalGeneration": ("Bart", BART),
    "BartModel": ("Bart", BART),
}


def build(family: str, n_entries: int) -> Any:
    """Build the class with a vocabulary of that size."""
    config_name, arguments = FAMILIES[family]
    config = getattr(transformers, f"{config_name}Config")(vocab_size=n_entries, **POSITIONS, **arguments)
    return getattr(transformers, family.split()[0])(config)


def save(family: str, folder: Path) -> Any:
    """Save a model of the family and return it."""
    torch.manual_seed(0)
    model = build(family, N_ENTRIES)
    model.save_pretrained(folder)
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_the_tensors_found_are_those_whose_shape_depends_on_the_vocabulary(family, tmp_path) -> None:
    model = save(family, tmp_path)
    with torch.device("meta"):
        larger = dict(build(family, N_ENTRIES + 11).state_dict())
    in_file = load_file(tmp_path / "model.safetensors")
    truth = {name for name, tensor in in_file.items() if larger[name].shape != tensor.shape}
    found = find_vocabulary_tensors(find_base(str(tmp_path)))
    assert {tensor.name for tensor in found.all} == truth
    parameters = {id(parameter): name for name, parameter in model.named_parameters(remove_duplicate=False)}
    own = model.get_input_embeddings().weight
    names = {name for name, parameter in model.named_parameters(remove_duplicate=False) if parameter is own}
    assert found.table.name in names
    assert found.table.shape == tuple(own.shape)
    assert parameters[id(own)]


@pytest.mark.parametrize("family", FAMILIES)
def test_names_for_one_storage_in_a_bin_are_one_tensor(family, tmp_path) -> None:
    """An old .bin holds the tied head beside the table; written apart, the two would be untied by one change."""
    model = save(family, tmp_path / "new")
    old = tmp_path / "old"
    old.mkdir()
    (old / "config.json").write_text((tmp_path / "new/config.json").read_text("utf-8"), "utf-8")
    torch.save(model.state_dict(), old / "pytorch_model.bin")
    new, found = (
        find_vocabulary_tensors(find_base(str(tmp_path / "new"))),
        find_vocabulary_tensors(find_base(str(old))),
    )
    assert {tensor.shape for tensor in found.all} == {tensor.shape for tensor in new.all}
    assert len(found.outputs) == len(new.outputs)
    assert not found.copies
    kept = {tensor.name for tensor in find_base(str(old)).tensors} - {tensor.name for tensor in found.dropped}
    in_new = set(load_file(tmp_path / "new/model.safetensors"))
    buffers = {name for name, _ in model.named_buffers()}
    assert len(kept - buffers) == len(in_new - buffers)


def test_a_tied_head_saved_apart_is_found_equal_and_stays_equal(tmp_path) -> None:
    save("BertForPreTraining", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    table = tensors["bert.embeddings.word_embeddings.weight"]
    save_file({**tensors, "cls.predictions.decoder.weight": table.clone()}, tmp_path / "model.safetensors")
    found = find_vocabulary_tensors(find_base(str(tmp_path)))
    assert [tensor.name for tensor in found.copies] == ["cls.predictions.decoder.weight"]
    assert not found.outputs


def test_two_tables_of_input_rows_that_differ_are_refused(tmp_path) -> None:
    save("T5ForConditionalGeneration", tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file(
        {**tensors, "encoder.embed_tokens.weight": torch.zeros(N_ENTRIES, 16)}, tmp_path / "model.safetensors"
    )
    with pytest.raises(ValueError, match="has two different tables of input rows"):
        find_vocabulary_tensors(find_base(str(tmp_path)))


def test_the_vocabulary_size_may_stand_in_the_part_of_config_for_text(tmp_path) -> None:
    save("BertModel", tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    config["text_config"] = {"vocab_size": config.pop("vocab_size")}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    assert find_vocabulary_tensors(find_base(str(tmp_path))).table.shape == (N_ENTRIES, 16)
