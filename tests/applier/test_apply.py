"""A checkpoint goes in, groups go in, an adjusted checkpoint comes out: by transformers and torch as oracles."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file
from tiny_checkpoints import state, tokens, vocabulary

from curator.cli import main

GROUPS = {"반창고": {"반창고": 30, "대일밴드": 10, "밴드": 60}, "약": {"약": 5, "의약품": 5, "소독약": 10}}
TABLE, BIAS = "bert.embeddings.word_embeddings.weight", "cls.predictions.bias"
PIECES = {"반창고": "반 ##창 ##고", "대일밴드": "대 ##일 ##밴 ##드", "소독약": "소 ##독 ##약"}


def run(*arguments: object) -> str:
    """Run `curator apply`, which must succeed."""
    result = CliRunner().invoke(main, ["apply", "--no-report", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def vectors_before(base: Path) -> dict[str, list[np.ndarray]]:
    """The groups' vectors as numpy gets them: a known word's row, the mean of a new one's pieces."""
    table = state(base)[TABLE].double().numpy()
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    return {
        key: [table[[ids[p] for p in PIECES.get(word, word).split()]].mean(axis=0) for word in words]
        for key, words in GROUPS.items()
    }


@pytest.mark.parametrize("layout", ["bert", "hub_bert"])
def test_the_words_are_entries_with_the_mean_of_their_group(layout, request, groups_file, tmp_path) -> None:
    base, out = request.getfixturevalue(layout), tmp_path / "out"
    said = run(base, out, "--groups", groups_file(GROUPS))
    assert "2 of 2 groups, 3 new entries" in said
    assert tokens(out, ["대일밴드를 붙였다", "약속", "예약", "소독약을"]) == [
        ["대일밴드", "##를", "붙", "##였", "##다"],
        ["약속"],
        ["예", "##약"],
        ["소독약", "##을"],
    ]
    n_old = len(vocabulary())
    before = vectors_before(request.getfixturevalue("made_bert"))
    ids = {entry: i for i, entry in enumerate([*vocabulary(), "반창고", "대일밴드", "소독약"])}
    after = state(out)[TABLE]
    assert after.shape == (n_old + 3, 16)
    for key, words in GROUPS.items():
        expected = torch.tensor(np.mean(before[key], axis=0), dtype=torch.float32)
        for word in words:
            assert torch.equal(after[ids[word]], expected), word


@pytest.mark.parametrize("layout", ["bert", "hub_bert"])
def test_all_other_tensors_and_rows_are_those_of_base(layout, request, groups_file, tmp_path, made_bert) -> None:
    base, out = request.getfixturevalue(layout), tmp_path / "out"
    run(base, out, "--groups", groups_file(GROUPS))
    before, after = state(made_bert), state(out)
    assert set(before) == set(after)
    for name in set(before) - {TABLE, BIAS}:
        assert torch.equal(before[name], after[name]), name
    pooled = [vocabulary().index(word) for word in ("밴드", "약", "의약품")]
    stays = [i for i in range(len(vocabulary())) if i not in pooled]
    assert torch.equal(before[TABLE][stays], after[TABLE][stays])
    assert not (before[TABLE][pooled] == after[TABLE][pooled]).all(dim=1).any()


def test_a_new_bias_is_the_mean_of_the_pieces_and_the_old_ones_stay(bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS))
    before, after = state(bert)[BIAS], state(tmp_path / "out")[BIAS]
    n_old = len(vocabulary())
    assert torch.equal(after[:n_old], before)
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    expected = [before[[ids[p] for p in pieces.split()]].double().mean().item() for pieces in PIECES.values()]
    np.testing.assert_allclose(after[n_old:], expected, rtol=1e-6)


def test_transformers_loads_it_tied_and_without_a_complaint(bert, groups_file, tmp_path) -> None:
    from transformers import AutoTokenizer, BertForMaskedLM, BertForPreTraining, BertModel

    out = tmp_path / "out"
    run(bert, out, "--groups", groups_file(GROUPS))
    model, report = BertForPreTraining.from_pretrained(out, output_loading_info=True)
    assert not any(report[name] for name in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    assert BertForMaskedLM.from_pretrained(out).config.vocab_size == len(vocabulary()) + 3
    encoder, tokenizer = BertModel.from_pretrained(out).eval(), AutoTokenizer.from_pretrained(out)
    with torch.no_grad():
        a, b = (
            encoder(**tokenizer(text, return_tensors="pt")).last_hidden_state
            for text in ("반창고를", "대일밴드를")
        )
    assert torch.equal(a, b)


def test_a_text_without_a_new_word_or_pooled_row_gives_the_same_hidden_states(bert, groups_file, tmp_path) -> None:
    from transformers import AutoTokenizer, BertModel

    out = tmp_path / "out"
    run(bert, out, "--groups", groups_file(GROUPS))
    states = []
    for folder in (bert, out):
        inputs = AutoTokenizer.from_pretrained(folder)("사람에게 영화를 예약", return_tensors="pt")
        with torch.no_grad():
            states.append(BertModel.from_pretrained(folder).eval()(**inputs).last_hidden_state)
    assert torch.equal(*states)


POOLED = {
    "weighted": lambda v, w: np.average(v, axis=0, weights=w),
    "min": lambda v, w: np.min(v, axis=0),
    "max": lambda v, w: np.max(v, axis=0),
    "canonical": lambda v, w: v[0],
}


@pytest.mark.parametrize("pooling", POOLED)
def test_each_pooling_against_plain_numpy(pooling, bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--pooling", pooling)
    after, before = state(tmp_path / "out")[TABLE], vectors_before(bert)
    for row, key in ((len(vocabulary()), "반창고"), (vocabulary().index("의약품"), "약")):
        expected = POOLED[pooling](before[key], list(GROUPS[key].values()))
        np.testing.assert_allclose(after[row], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("pooling", ["kmeans", "pca"])
def test_the_other_poolings_make_rows_equal_too(pooling, bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--pooling", pooling)
    after = state(tmp_path / "out")[TABLE]
    n_old = len(vocabulary())
    assert torch.equal(after[n_old], after[n_old + 1])
    assert torch.equal(after[n_old], after[vocabulary().index("밴드")])


def test_assign_new_leaves_known_words_alone(bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--assign", "new")
    after, before = state(tmp_path / "out")[TABLE], vectors_before(bert)
    n_old = len(vocabulary())
    assert torch.equal(after[:n_old], state(bert)[TABLE])
    np.testing.assert_allclose(after[n_old], np.mean(before["반창고"], axis=0), rtol=1e-6)


def test_strength_moves_the_rows_part_of_the_way(bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--strength", "0.25")
    after, before = state(tmp_path / "out")[TABLE], vectors_before(bert)["약"]
    expected = 0.75 * before[1] + 0.25 * np.mean(before, axis=0)
    np.testing.assert_allclose(after[vocabulary().index("의약품")], expected, rtol=1e-5, atol=1e-7)


def test_rows_are_padded_to_a_multiple_and_padding_is_never_likely(bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--pad-to-multiple-of", 64)
    after, before = state(tmp_path / "out"), state(bert)
    n_entries = len(vocabulary()) + 3
    assert after[TABLE].shape[0] == after[BIAS].shape[0] == -(-n_entries // 64) * 64
    np.testing.assert_allclose(after[TABLE][-1], before[TABLE].double().mean(dim=0), atol=1e-7)
    assert (after[BIAS][n_entries:] == before[BIAS].min()).all()
    assert json.loads((tmp_path / "out/config.json").read_text())["vocab_size"] % 64 == 0


def test_rows_of_a_table_that_is_padded_already_stay_and_are_padded_further(bert, groups_file, tmp_path) -> None:
    """As DeBERTa v3 has 128,100 rows for 128,001 entries."""
    tensors, n_old = state(bert), len(vocabulary())
    padded = {name: torch.cat([tensors[name], torch.full_like(tensors[name][:9], 0.5)]) for name in (TABLE, BIAS)}
    save_file({**tensors, **padded}, bert / "model.safetensors", {"format": "pt"})
    config = json.loads((bert / "config.json").read_text())
    (bert / "config.json").write_text(json.dumps({**config, "vocab_size": n_old + 9}))
    run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--pad-to-multiple-of", 64)
    after = state(tmp_path / "out")
    for name in (TABLE, BIAS):
        assert torch.equal(after[name][n_old + 3 : n_old + 9], padded[name][n_old + 3 :])
    assert (after[BIAS][n_old + 9 :] == tensors[BIAS].min()).all()
    np.testing.assert_allclose(after[TABLE][-1], tensors[TABLE].double().mean(dim=0), atol=1e-7)


def test_the_three_tokenizer_files_agree_and_state_the_case(hub_bert, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    run(hub_bert, out, "--groups", groups_file(GROUPS))
    lines = (out / "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [*vocabulary(), "반창고", "대일밴드", "소독약"]
    content = json.loads((out / "tokenizer.json").read_text(encoding="utf-8"))
    assert content["model"]["vocab"] == {line: i for i, line in enumerate(lines)}
    assert [token["content"] for token in content["added_tokens"]] == lines[:5]
    config = json.loads((out / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert (config["do_lower_case"], config["strip_accents"]) == (False, False)


def test_the_tokenizer_made_of_vocab_txt_is_the_one_that_transformers_makes(hub_bert, made_bert) -> None:
    from curator.applier.base import find_base
    from curator.applier.vocabulary import load_vocabulary

    ours = json.loads(load_vocabulary(find_base(str(hub_bert))).tokenizer.to_str())
    theirs = json.loads((made_bert / "tokenizer.json").read_text(encoding="utf-8"))
    assert ours == theirs


def test_continuations_are_entries_pooled_apart(bert, groups_file, tmp_path) -> None:
    run(bert, tmp_path / "out", "--groups", groups_file({"반창고": ["반창고", "약"]}), "--continuations")
    out = tmp_path / "out"
    assert tokens(out, ["소반창고를"]) == [["소", "##반창고", "##를"]]
    ids = {entry: i for i, entry in enumerate([*vocabulary(), "반창고", "##반창고"])}
    before, after = state(bert)[TABLE].double(), state(out)[TABLE]
    inside = before[[ids["##반"], ids["##창"], ids["##고"]]].mean(dim=0)
    expected = (inside + before[ids["##약"]]) / 2
    np.testing.assert_allclose(after[ids["##반창고"]], expected, rtol=1e-5, atol=1e-7)
    assert torch.equal(after[ids["##반창고"]], after[ids["##약"]])
    assert not torch.equal(after[ids["반창고"]], after[ids["##반창고"]])


def test_a_known_words_new_form_inside_an_eojeol_may_change_a_text(bert, groups_file, tmp_path) -> None:
    (tmp_path / "corpus.txt").write_text("약치료를 했다\n치료를 했다\n", encoding="utf-8")
    options = ["--continuations", "--corpus", tmp_path / "corpus.txt"]
    said = run(bert, tmp_path / "out", "--groups", groups_file({"치료": ["치료", "의약품"]}), *options)
    assert "1 of 2 sentences are tokenized anew, all of them with a new word" in said
    assert tokens(tmp_path / "out", ["약치료를"]) == [["약", "##치료", "##를"]]


def test_a_form_inside_an_eojeol_without_a_known_piece_is_refused_by_itself(bert, groups_file, tmp_path) -> None:
    """A is an entry and ##A is none, nor can it be spelled; so is the word itself kept."""
    groups = groups_file({"A": ["A", "약", "밴드"]})
    said = run(bert, tmp_path / "a", "--groups", groups, "--continuations")
    assert "##A (A): all of its pieces are unknown to the tokenizer; --unknown-to-mean" in said
    assert "##A" not in tokens(tmp_path / "a", ["약A"])[0]
    assert tokens(tmp_path / "a", ["A", "소밴드"]) == [["A"], ["소", "##밴드"]]
    run(bert, tmp_path / "b", "--groups", groups, "--continuations", "--unknown-to-mean")
    assert tokens(tmp_path / "b", ["약A"]) == [["약", "##A"]]


def test_words_that_the_tokenizer_cuts_are_refused_one_by_one(bert, groups_file, tmp_path) -> None:
    words = ["반창고", "일회용 밴드", "대일-밴드", "藥品", "[UNK]", "밴드"]
    said = run(bert, tmp_path / "out", "--groups", groups_file({"반창고": words}))
    assert "4 words are left out" in said
    assert "일회용 밴드 (반창고): the tokenizer cuts it into 일회용 | 밴드" in said
    assert "대일-밴드 (반창고): the tokenizer cuts it into 대일 | - | 밴드" in said
    assert "藥品 (반창고): the tokenizer cuts it into 藥 | 品" in said
    assert "[UNK] (반창고): it is a special or added token" in said
    manifest = json.loads((tmp_path / "out/adjustment.json").read_text(encoding="utf-8"))
    assert [refused["word"] for refused in manifest["refused"]] == words[1:5]


def test_a_word_that_looks_like_json_does_not_break_the_manifest(bert, groups_file, tmp_path) -> None:
    words = ["반창고", "밴드", "a}, {", '"}\x1f{"']
    run(bert, tmp_path / "out", "--groups", groups_file({"}, {": words}))
    manifest = json.loads((tmp_path / "out/adjustment.json").read_text(encoding="utf-8"))
    assert [refused["word"] for refused in manifest["refused"]] == words[2:]
    assert {word["group"] for word in manifest["words"]} == {"}, {"}


@pytest.mark.parametrize("declared", [True, False])
def test_a_word_of_several_parts_lends_their_mean(declared, bert, groups_file, tmp_path) -> None:
    cut = {"word": "일회용 밴드", **({"parts": ["일회용", "밴드"]} if declared else {})}
    members = [{"word": "반창고"}, cut]
    groups = groups_file({"format": "dongui-groups", "groups": [{"id": "1", "members": members}]})
    run(bert, tmp_path / "out", "--groups", groups, *([] if declared else ["--parts-of-cut-words"]))
    before, after = state(bert)[TABLE].double().numpy(), state(tmp_path / "out")[TABLE]
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    assert len(after) == len(before) + 1
    means = [
        before[[ids[p] for p in pieces.split()]].mean(axis=0) for pieces in ("반 ##창 ##고", "일 ##회 ##용 밴드")
    ]
    np.testing.assert_allclose(after[-1], np.mean(means, axis=0), rtol=1e-5, atol=1e-7)


def test_unknown_characters_do_not_count_and_a_word_of_nothing_else_needs_an_option(
    bert, groups_file, tmp_path
) -> None:
    groups = groups_file({"반창고": ["반창고", "대뷁드", "뷁"]})
    said = run(bert, tmp_path / "a", "--groups", groups, "--strength", 0)
    assert "뷁 (반창고): all of its pieces are unknown" in said
    assert "대뷁드, without 뷁" in said
    before, after = state(bert)[TABLE].double(), state(tmp_path / "a")[TABLE]
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    np.testing.assert_allclose(after[-1], before[[ids["대"], ids["##드"]]].mean(dim=0), rtol=1e-5, atol=1e-7)
    said = run(bert, tmp_path / "b", "--groups", groups, "--strength", 0, "--unknown-to-mean")
    assert "1 words without a known piece get the table's mean:\n  뷁\n" in said
    assert "뷁, without" not in said
    np.testing.assert_allclose(state(tmp_path / "b")[TABLE][-1], before.mean(dim=0), rtol=1e-5, atol=1e-7)


def test_a_dry_run_tells_what_changes_and_writes_nothing(bert, groups_file, tmp_path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("대일밴드를 붙였다\n사람들에게 약을\n대일밴드를 먹었다\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    said = run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--dry-run", "--corpus", corpus)
    assert "      2  대일밴드를: 대 ##일 ##밴 ##드 ##를 -> 대일밴드 ##를" in said
    assert "2 of 6 eojeols change, 1 distinct ones, and 0 known entries; nothing was written" in said
    said = run(bert, tmp_path / "out", "--groups", groups_file(GROUPS), "--dry-run")
    assert "0 known entries change; --corpus shows which texts do; nothing was written" in said
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "groups.json"])


def test_groups_with_nothing_to_adjust_are_named(bert, groups_file, tmp_path) -> None:
    said = run(
        bert, tmp_path / "out", "--groups", groups_file({**GROUPS, "x": ["a b", "c d"], "y": ["집", "e f"]})
    )
    assert "2 groups have nothing left to adjust:\n  x\n  y" in said


def test_entries_of_a_word_with_a_particle_are_listed(bert, groups_file, tmp_path) -> None:
    said = run(
        bert, tmp_path / "out", "--groups", groups_file({"영화": ["영화", "밴드", "약"]}), "--continuations"
    )
    assert "2 words have entries with a particle, which keep rows of their own:\n" in said
    assert "  영화: 영화를\n" in said
    manifest = json.loads((tmp_path / "out/adjustment.json").read_text(encoding="utf-8"))
    assert manifest["glued_forms"] == {"밴드": ["밴드를"], "영화": ["영화를"]}
    glued = vocabulary().index("영화를")
    assert torch.equal(state(bert)[TABLE][glued], state(tmp_path / "out")[TABLE][glued])
