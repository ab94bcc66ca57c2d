"""An adjusted checkpoint is checked before it appears, and can be checked again without BASE."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드", "밴드"]}
TABLE = "bert.embeddings.word_embeddings.weight"


@pytest.fixture
def groups(groups_file) -> Path:
    """A good file of groups."""
    return Path(groups_file(GROUPS))


def applied(bert: Path, groups: Path, out: Path) -> Path:
    """An adjusted checkpoint."""
    result = CliRunner().invoke(main, ["apply", "--no-report", str(bert), str(out), "--groups", str(groups)])
    assert result.exit_code == 0, result.output
    return out


def verify(out: Path) -> str:
    """Run `curator verify`, which must fail; return what it says."""
    result = CliRunner().invoke(main, ["verify", str(out)])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    return result.output


def test_verify_passes_on_what_apply_made(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    shutil.rmtree(bert)  # it needs no BASE
    result = CliRunner().invoke(main, ["verify", str(out)])
    assert result.exit_code == 0, result.output
    assert "tensors are those of BASE, bit for bit" in result.output


SPOILT = {
    "bert.encoder.layer.1.output.dense.bias": "bert.encoder.layer.1.output.dense.bias differ from BASE",
    TABLE: f"rows of {TABLE} that were to stay differ from BASE",
    "cls.predictions.bias": "rows of cls.predictions.bias that were to stay differ from BASE",
}


@pytest.mark.parametrize("name", SPOILT)
def test_verify_names_a_tensor_that_differs_from_its_digest(name, bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    tensors = load_file(out / "model.safetensors")
    tensors[name].view(-1)[7] += 1e-3
    save_file(tensors, out / "model.safetensors", {"format": "pt"})
    assert SPOILT[name] in verify(out)


def test_verify_names_a_pooled_row_that_was_changed(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    tensors = load_file(out / "model.safetensors")
    tensors[TABLE][-1] += 1e-3
    save_file(tensors, out / "model.safetensors", {"format": "pt"})
    assert f"rows of {TABLE} are not those that were written" in verify(out)


def test_verify_names_a_file_that_the_library_of_the_format_does_not_open(bert, groups, tmp_path) -> None:
    """Two tensors in one place, and so a hole where one of them was."""
    file = applied(bert, groups, tmp_path / "out") / "model.safetensors"
    content = file.read_bytes()
    n_header = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + n_header])
    one, other = (name for name, entry in header.items() if entry.get("shape") == [32])
    header[other]["data_offsets"] = header[one]["data_offsets"]
    changed = json.dumps(header, separators=(",", ":")).encode().ljust(n_header)
    file.write_bytes(content[:8] + changed + content[8 + n_header :])
    assert "safetensors does not open model.safetensors" in verify(file.parent)


def test_verify_names_a_changed_tokenizer(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    with (out / "vocab.txt").open("a", encoding="utf-8") as stream:
        stream.write("더\n")
    assert "vocab.txt is not the one that was written" in verify(out)


def test_verify_names_a_changed_config(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    config = json.loads((out / "config.json").read_text("utf-8"))
    (out / "config.json").write_text(json.dumps({**config, "vocab_size": 3}), "utf-8")
    assert "config.json says vocab_size 3" in verify(out)


def test_verify_and_revert_want_a_manifest(bert) -> None:
    assert "has no adjustment.json" in verify(bert)
    result = CliRunner().invoke(main, ["revert", str(bert)])
    assert result.exit_code == 1
    assert "has no adjustment.json" in result.output


def test_revert_names_base_and_what_to_do(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    said = CliRunner().invoke(main, ["revert", str(out)]).output
    assert f"{out} was made from {bert} (digest " in said
    assert "1 of its rows were pooled" in said


def test_revert_names_base_from_another_folder_too(bert, groups, tmp_path, monkeypatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    command = ["apply", "--no-report", bert.name, "out", "--groups", str(groups)]
    assert CliRunner().invoke(main, command).exit_code == 0
    monkeypatch.chdir("elsewhere")
    said = CliRunner().invoke(main, ["revert", "../out"]).output
    assert f"../out was made from {bert} (digest " in said
    assert "There is no folder" not in said
    card = (tmp_path / "out/README.md").read_text("utf-8")
    assert f"from `{bert.name}` (content digest" in card
    assert f"# {bert.name}, with synonyms" in card
    bert.rename(tmp_path / "moved")
    said = CliRunner().invoke(main, ["revert", "../out"]).output
    assert f"There is no folder {bert} on this machine now: find where it was moved to." in said


def test_a_base_of_the_hub_is_named_with_its_revision(bert, groups, tmp_path, monkeypatch) -> None:
    snapshot = tmp_path / "snapshots/0123abcd"
    snapshot.parent.mkdir()
    shutil.copytree(bert, snapshot)
    head = "license: mit\nbase_model:\n- klue/bert-base\ntags:\n- kr\n"
    (snapshot / "README.md").write_text(f"---\n{head}---\n# Its name\n", encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name, **options: str(snapshot))
    command = ["apply", "--no-report", "someone/kr-bert", tmp_path / "out", "--groups", groups]
    assert CliRunner().invoke(main, list(map(str, command))).exit_code == 0
    said = CliRunner().invoke(main, ["revert", str(tmp_path / "out")]).output
    assert "was made from someone/kr-bert of the hub, revision 0123abcd (digest " in said
    assert "There is no folder" not in said
    card = (tmp_path / "out/README.md").read_text("utf-8")
    lines = ["license: mit", "tags:", "- kr", 'base_model: "someone/kr-bert"', 'language: "ko"']
    assert card.split("---\n")[1].splitlines() == lines  # not what BASE was made from
    assert "# someone/kr-bert, with synonyms" in card
    assert "from `someone/kr-bert`, revision 0123abcd (content" in card


def test_revert_needs_the_manifest_alone(bert, groups, tmp_path) -> None:
    """With `--assign new` no row of BASE differs, so that OUT can be cut down to it: done here as it says."""
    command = ["apply", "--no-report", bert, tmp_path / "out", "--groups", groups, "--assign", "new"]
    assert CliRunner().invoke(main, list(map(str, command))).exit_code == 0
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(tmp_path / "out/adjustment.json", alone)
    said = CliRunner().invoke(main, ["revert", str(alone)]).output
    n_rows, n_entries = len(load_file(bert / "model.safetensors")[TABLE]), len(tokenizer_of(bert))
    assert f"Cut {TABLE}, cls.predictions.bias to {n_rows:,} rows" in said
    assert f"take the entries from {n_entries:,} on out of the tokenizer" in said
    before, after = load_file(bert / "model.safetensors"), load_file(tmp_path / "out/model.safetensors")
    assert all(torch.equal(before[name], after[name][: len(before[name])]) for name in before)


def tokenizer_of(folder: Path) -> Any:
    """The tokenizer, as transformers loads it."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def test_verify_has_transformers_load_and_save_it(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    said = CliRunner().invoke(main, ["verify", str(out)]).output
    n_tensors = len(load_file(out / "model.safetensors"))
    assert f"{n_tensors} tensors have the shapes of BertForPreTraining" in said
    assert f"{n_tensors} tensors come back from transformers bit for bit" in said
    assert "3 words have their ids, also when it is saved and loaded again" in said
    assert "transformers" not in CliRunner().invoke(main, ["verify", str(out), "--no-load"]).output


def test_verify_names_a_tensor_that_the_class_wants_otherwise(bert, groups, tmp_path) -> None:
    out = applied(bert, groups, tmp_path / "out")
    config = json.loads((out / "config.json").read_text("utf-8"))
    (out / "config.json").write_text(json.dumps({**config, "intermediate_size": 48}), "utf-8")
    assert re.search(r"BertForPreTraining wants \S+intermediate\S+ as \(48.*\), and it is \(32", verify(out))


def test_verify_names_a_value_that_transformers_does_not_give_back(bert, groups, tmp_path, monkeypatch) -> None:
    from transformers import BertForPreTraining

    out = applied(bert, groups, tmp_path / "out")
    save = BertForPreTraining.save_pretrained

    def save_another(model: Any, folder: Any) -> None:
        with torch.no_grad():
            model.bert.pooler.dense.bias[0] += 1
        save(model, folder)

    monkeypatch.setattr(BertForPreTraining, "save_pretrained", save_another)
    assert "pooler.dense.bias differ when transformers has loaded and saved them" in verify(out)


def test_a_check_that_fails_means_no_out(bert, groups, tmp_path, monkeypatch) -> None:
    """Rows of a group that differ: pooling is replaced by something that does nothing."""
    monkeypatch.setattr("curator.applier.rows.move", lambda vectors, pooled, options: vectors)
    command = ["apply", "--no-report", str(bert), str(tmp_path / "out"), "--groups", str(groups)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert (
        "the rows of the group 반창고 should be equal and are not; this checkpoint must not be used"
        in result.output
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "groups.json"]
