"""Where the vector of a new word comes from when it is not its pieces: drawn, or the last layer."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from click.testing import CliRunner
from tiny_checkpoints import state
from tiny_tokenizers import unigram

from curator.applier.options import Init, PoolOptions
from curator.applier.plan import Plan, PlannedGroup, PlannedMember, Source
from curator.applier.rows import changed_rows
from curator.applier.tensors import Tensor
from curator.cli import main

TABLE = "bert.embeddings.word_embeddings.weight"
BART_SIDE = {"layers": 1, "attention_heads": 2, "ffn_dim": 24}


def run(*arguments: object) -> str:
    """Run `curator apply`, which must succeed."""
    result = CliRunner().invoke(main, ["apply", "--no-report", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_a_drawn_vector_is_not_said_to_come_from_pieces(bert, groups_file, tmp_path) -> None:
    groups = groups_file({"반창고": ["반창고", "대뷁드"]})
    said = run(bert, tmp_path / "a", "--groups", groups, "--continuations")
    assert "2 words are initialised from the pieces that are known:\n  대뷁드, without 뷁\n  ##대뷁드" in said
    said = run(bert, tmp_path / "b", "--groups", groups, "--continuations", "--init", "random")
    assert "pieces that are known" not in said


def test_random_rows_follow_the_table_and_the_seed(bert, groups_file, tmp_path) -> None:
    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(bert, tmp_path / name, "--groups", groups, "--init", "random", "--strength", 0, "--seed", seed)
    a, b, c = (state(tmp_path / name)[TABLE][-2:] for name in "abc")
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    assert not torch.equal(a[0], a[1])


def drawn_table(folder, n_rows: int, n_new: int):
    """A table of width 3, and a plan of new words that are drawn, each a group of its own."""
    generator = np.random.default_rng(0)
    spread = np.array([[2, 1, 0], [0, 1, 0], [0, 0, 0.1]])
    table = (generator.normal(size=(n_rows, 3)) @ spread + [5, 0, -1]).astype("f4")
    file = folder / "table"
    file.write_bytes(table.tobytes())
    ids = range(n_rows, n_rows + n_new)
    members = [PlannedMember(str(i), str(i), i, True, Source.RANDOM, (0,), "", None) for i in ids]
    plan = Plan(tuple(PlannedGroup("g", (member,)) for member in members), (), (), n_rows, n_rows + n_new)
    return table, Tensor("t", "F32", table.shape, file, 0, table.nbytes), plan


def test_random_rows_have_the_mean_and_covariance_of_the_table(tmp_path) -> None:
    table, tensor, plan = drawn_table(tmp_path, 500, 20_000)
    rows = changed_rows(tensor, plan, PoolOptions(init=Init.RANDOM)).rows
    np.testing.assert_allclose(rows.mean(axis=0), table.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(rows.T), np.cov(table.T), atol=0.2)


def test_a_random_row_is_the_same_whatever_is_drawn_beside_it(tmp_path, monkeypatch) -> None:
    _, tensor, plan = drawn_table(tmp_path, 50, 40)
    rows = changed_rows(tensor, plan, PoolOptions(init=Init.RANDOM)).rows
    monkeypatch.setattr("curator.applier.rows.MEMBERS_AT_ONCE", 7)
    fewer = replace(plan, groups=plan.groups[:20], n_rows=70)
    np.testing.assert_allclose(
        changed_rows(tensor, fewer, PoolOptions(init=Init.RANDOM)).rows, rows[:20], rtol=1e-5
    )


def test_a_table_of_fewer_rows_than_columns_has_random_rows_too(tmp_path) -> None:
    _, tensor, plan = drawn_table(tmp_path, 2, 5_000)
    rows = changed_rows(tensor, plan, PoolOptions(init=Init.RANDOM)).rows
    # Two rows span a line, and what is drawn lies on it.
    assert np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)[1] < 1e-3


def test_contextual_rows_are_the_mean_of_the_last_layer_over_the_pieces(bert, groups_file, tmp_path) -> None:
    from transformers import AutoTokenizer, BertModel

    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    run(bert, tmp_path / "out", "--groups", groups, "--init", "contextual", "--strength", 0)
    model, tokenizer = BertModel.from_pretrained(bert).eval(), AutoTokenizer.from_pretrained(bert)
    for row, word in ((-2, "반창고"), (-1, "대일밴드")):
        with torch.no_grad():
            hidden = model(**tokenizer(word, return_tensors="pt")).last_hidden_state[0]
        np.testing.assert_allclose(state(tmp_path / "out")[TABLE][row], hidden[1:-1].mean(dim=0), atol=1e-5)


@pytest.mark.parametrize("family", ["T5", "Bart"])
def test_contextual_rows_of_an_encoder_with_a_decoder_are_the_encoders(family, groups_file, tmp_path) -> None:
    own: dict[str, int] = (
        {"d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2}
        if family == "T5"
        else {f"{side}_{what}": n for side in ("encoder", "decoder") for what, n in BART_SIDE.items()}
    )
    tokenizer, base = unigram(), tmp_path / "base"
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 0}
    config = getattr(transformers, f"{family}Config")(
        vocab_size=tokenizer.get_vocab_size(), d_model=16, **special, **own
    )
    torch.manual_seed(0)
    getattr(transformers, f"{family}ForConditionalGeneration")(config).save_pretrained(base)
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>"
    )
    wrapped.save_pretrained(base)
    options = ["--init", "contextual", "--strength", 0]
    run(base, tmp_path / "out", "--groups", groups_file({"반창고": ["반창고", "대일밴드"]}), *options)
    words = json.loads((tmp_path / "out/adjustment.json").read_text("utf-8"))["words"]
    encoder = transformers.AutoModel.from_pretrained(base).get_encoder().eval()
    for word in words:
        with torch.no_grad():
            hidden = encoder(input_ids=torch.tensor([word["source_rows"]])).last_hidden_state[0]
        row = state(tmp_path / "out")["shared.weight" if family == "T5" else "model.shared.weight"][word["id"]]
        np.testing.assert_allclose(row, hidden.mean(dim=0), atol=1e-5)


def test_no_layer_has_a_vector_for_a_word_of_unknown_pieces_which_gets_the_tables_mean(
    bert, groups_file, tmp_path
) -> None:
    groups = groups_file({"반창고": ["반창고", "뷁"]})
    options = ["--init", "contextual", "--unknown-to-mean", "--strength", 0]
    run(bert, tmp_path / "out", "--groups", groups, *options)
    before, after = state(bert)[TABLE].double(), state(tmp_path / "out")[TABLE].double()
    torch.testing.assert_close(after[-1], before.mean(dim=0), rtol=1e-5, atol=1e-7)


def test_a_contextual_vector_needs_a_table_as_wide_as_the_layers(groups_file, tmp_path) -> None:
    from tiny_checkpoints import vocabulary, write_vocabulary
    from transformers import BertTokenizer, ElectraConfig, ElectraForPreTraining

    base = tmp_path / "base"
    config = ElectraConfig(
        vocab_size=len(vocabulary()),
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=24,
    )
    ElectraForPreTraining(config).save_pretrained(base)
    BertTokenizer(vocab=str(write_vocabulary(tmp_path)), do_lower_case=False).save_pretrained(base)
    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    command = ["apply", "--no-report", base, tmp_path / "out", "--groups", groups, "--init", "contextual"]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 1
    assert "have width 16, and its table 8" in result.output
