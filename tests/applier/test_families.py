"""Families beside those of test_tokenizers.py, from a checkpoint with its own tokenizer to one that is loaded."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from click.testing import CliRunner
from tiny_checkpoints import state, vocabulary
from tiny_tokenizers import byte_level, unigram

from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드", "약"], "붙였": ["붙였", "소독약"]}
SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
FACTORISED = {**SMALL, "embedding_size": 8}
DISTIL = {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 24}
TABLES = {
    "Albert": "albert.embeddings.word_embeddings.weight",
    "Deberta": "deberta.embeddings.word_embeddings.weight",
    "DistilBert": "distilbert.embeddings.word_embeddings.weight",
    "Electra": "electra.embeddings.word_embeddings.weight",
    "MPNet": "mpnet.embeddings.word_embeddings.weight",
}
BIASES = {
    "Albert": "predictions.bias",
    "Deberta": "cls.predictions.bias",
    "DistilBert": "vocab_projector.bias",
    "Electra": "generator_lm_head.bias",
    "MPNet": "lm_head.bias",
}
ARGUMENTS = {"Albert": FACTORISED, "Deberta": SMALL, "DistilBert": DISTIL, "Electra": FACTORISED, "MPNet": SMALL}


def make_tokenizer(family: str) -> Any:
    """The family's own class over a tiny Korean vocabulary."""
    own = getattr(transformers, f"{family}Tokenizer")
    if family == "Albert":
        _, _, _, _, _, *pieces = json.loads(unigram().to_str())["model"]["vocab"]
        special = [(token, 0.0) for token in ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")]
        vocab = special + [tuple(piece) for piece in pieces]
        return own(vocab=vocab, do_lower_case=False, keep_accents=True)  # else Hangul is taken apart
    if family == "Deberta":
        model = json.loads(byte_level().to_str())["model"]
        return own(vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]])
    entries = vocabulary()
    if family == "MPNet":
        entries = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>", *entries[5:]]
    return own(vocab={entry: i for i, entry in enumerate(entries)}, do_lower_case=False)


@pytest.fixture(scope="module", params=TABLES)
def family(request: pytest.FixtureRequest) -> str:
    """A family's name."""
    return str(request.param)


@pytest.fixture(scope="module")
def base(family, tmp_path_factory) -> Path:
    """A tiny masked language model whose biases are not 0."""
    folder, tokenizer = tmp_path_factory.mktemp(family) / "base", make_tokenizer(family)
    special = {"pad_token_id": tokenizer.pad_token_id, "bos_token_id": 0, "eos_token_id": 2}
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(tokenizer), max_position_embeddings=64, **special, **ARGUMENTS[family]
    )
    torch.manual_seed(0)
    model = getattr(transformers, f"{family}ForMaskedLM")(config)
    with torch.no_grad():
        dict(model.named_parameters())[BIASES[family]].normal_(-0.4, 0.1)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def out(base) -> Path:
    """The adjusted checkpoint."""
    groups, out = base.parent / "groups.json", base.parent / "out"
    groups.write_text(json.dumps(GROUPS), "utf-8")
    result = CliRunner().invoke(main, ["apply", "--no-report", str(base), str(out), "--groups", str(groups)])
    assert result.exit_code == 0, result.output
    return out


def test_a_word_is_a_token_of_its_group_and_other_texts_stay(base, out) -> None:
    before, after = (transformers.AutoTokenizer.from_pretrained(folder) for folder in (base, out))
    words = json.loads((out / "adjustment.json").read_text("utf-8"))["words"]
    assert sum(word["is_new"] for word in words) >= 3
    for word in words:
        assert word["id"] in after(f"집에 {word['word']}를 샀다")["input_ids"], word
        assert after(f"집에 {word['word']}", add_special_tokens=False)["input_ids"][-1] == word["id"]
    for text in ("약속을 했다", "사람들에게 영화를", "집에 왔다", ""):
        assert after(text)["input_ids"] == before(text)["input_ids"]


def test_rows_and_biases_come_from_the_pieces_and_all_else_stays(family, base, out) -> None:
    before, after = state(base), state(out)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    words = json.loads((out / "adjustment.json").read_text("utf-8"))["words"]
    table, bias, n_old = TABLES[family], BIASES[family], len(tokenizer)
    assert set(before) == set(after)
    assert all(torch.equal(before[name], after[name]) for name in set(before) - {table, bias})
    vectors: dict[str, list[torch.Tensor]] = {}
    for word in words:
        spelled = "".join(letter for letter in word["word"] if letter not in word.get("unknown", ""))
        assert tokenizer.decode(word["source_rows"]).strip() == spelled
        vectors.setdefault(word["group"], []).append(before[table][word["source_rows"]].double().mean(dim=0))
        if word["is_new"]:
            expected = before[bias][word["source_rows"]].double().mean()
            torch.testing.assert_close(after[bias][word["id"]].double(), expected, rtol=1e-6, atol=0)
    for word in words:
        expected = sum(vectors[word["group"]]) / len(vectors[word["group"]])
        torch.testing.assert_close(after[table][word["id"]].double(), expected, rtol=1e-5, atol=1e-7)
    stays = sorted(set(range(n_old)) - {word["id"] for word in words})
    assert torch.equal(before[table][stays], after[table][stays])
    assert torch.equal(before[bias], after[bias][:n_old])


def test_transformers_loads_it_tied_and_synonyms_are_equal_there(family, out) -> None:
    model, report = transformers.AutoModelForMaskedLM.from_pretrained(out, output_loading_info=True)
    assert not any(report[name] for name in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    tokenizer = transformers.AutoTokenizer.from_pretrained(out)
    model.eval()
    with torch.no_grad():
        a, b = (
            model.base_model(**tokenizer(f"집에 {word} 있다", return_tensors="pt")).last_hidden_state
            for word in ("반창고", "대일밴드")
        )
    assert torch.equal(a, b)
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0
