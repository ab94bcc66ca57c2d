"""What is wrong with a checkpoint, a folder or the groups is said in one line, and OUT is not there."""

import json
import pickle
import resource
import shutil
import struct
import subprocess
import sys
from pathlib import Path

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
    return groups_file(GROUPS)


def fail(base: Path, groups: Path, out: Path, *arguments: object) -> str:
    """Run `curator apply`, which must fail and leave nothing; return what it says."""
    neighbours = sorted(path.name for path in out.parent.iterdir())
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(base), str(out), "--groups", str(groups), *map(str, arguments)]
    )
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert sorted(path.name for path in out.parent.iterdir()) == neighbours
    return result.output


def edit(file: Path, **changes: object) -> None:
    """Change keys of a JSON file; None removes one."""
    content = {**json.loads(file.read_text("utf-8")), **changes}
    file.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), "utf-8")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_folder_that_is_no_checkpoint(missing, bert, groups, tmp_path) -> None:
    (bert / missing).unlink()
    said = fail(bert, groups, tmp_path / "out")
    assert str(bert) in said
    assert missing in said


def test_neither_a_folder_nor_a_hub_name(groups, tmp_path) -> None:
    assert "there is no folder" in fail(tmp_path / "nowhere", groups, tmp_path / "out")
    file = tmp_path / "model.bin"
    file.touch()
    assert "is a file; give the folder" in fail(file, groups, tmp_path / "out")


def test_a_hub_name_that_cannot_be_fetched(groups, tmp_path, monkeypatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    said = fail(Path("nobody/nothing"), groups, tmp_path / "out")
    assert "nobody/nothing is no folder here, and could not be fetched" in said


@pytest.fixture
def sharded(bert) -> Path:
    """The BERT in shards."""
    from transformers import BertForPreTraining

    model = BertForPreTraining.from_pretrained(bert)
    (bert / "model.safetensors").unlink()
    model.save_pretrained(bert, max_shard_size="8KB")
    assert len(list(bert.glob("*.safetensors"))) > 3
    return bert


def test_a_missing_shard_is_named(sharded, groups, tmp_path) -> None:
    shard = sorted(sharded.glob("*.safetensors"))[1]
    shard.unlink()
    said = fail(sharded, groups, tmp_path / "out")
    assert f"names {shard.name}, which is not there" in said


@pytest.mark.parametrize("n_bytes", [4, 100, -10])
def test_a_truncated_shard_is_named(n_bytes, sharded, groups, tmp_path) -> None:
    shard = sorted(sharded.glob("*.safetensors"))[1]
    shard.write_bytes(shard.read_bytes()[:n_bytes])
    said = fail(sharded, groups, tmp_path / "out")
    assert shard.name in said
    assert "cut off" in said


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_truncated_bin_is_named(share, legacy, hub_bert, groups, tmp_path) -> None:
    file = hub_bert / "pytorch_model.bin"
    torch.save(torch.load(file, weights_only=True), file, _use_new_zipfile_serialization=not legacy)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    said = fail(hub_bert, groups, tmp_path / "out")
    assert str(file) in said
    assert "cut off" in said


class Evil:
    """Runs code when a pickle is loaded without care."""

    def __reduce__(self):
        return (exec, ("raise SystemError('code ran')",))


@pytest.mark.parametrize("legacy", [False, True])
def test_a_bin_with_code_in_it_is_refused_and_not_run(legacy, hub_bert, groups, tmp_path) -> None:
    file = hub_bert / "pytorch_model.bin"
    content = {**torch.load(file, weights_only=True), "evil": Evil()}
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    said = fail(hub_bert, groups, tmp_path / "out")
    assert ".exec, which is no part of a tensor" in said


def test_a_pickle_that_torch_did_not_write(hub_bert, groups, tmp_path) -> None:
    (hub_bert / "pytorch_model.bin").write_bytes(pickle.dumps({"a": 1}))
    assert "is no file of torch.save" in fail(hub_bert, groups, tmp_path / "out")


def test_a_transposed_tensor_in_a_bin_is_named(hub_bert, groups, tmp_path) -> None:
    file = hub_bert / "pytorch_model.bin"
    content = torch.load(file, weights_only=True)
    name = "bert.encoder.layer.0.intermediate.dense.weight"
    torch.save({**content, name: content[name].t().contiguous().t()}, file)
    assert f"{name} does not lie row by row" in fail(hub_bert, groups, tmp_path / "out")


def test_a_header_that_speaks_of_more_bytes_than_there_are(bert, groups, tmp_path) -> None:
    file = bert / "model.safetensors"
    content = file.read_bytes()
    file.write_bytes(struct.pack("<Q", 2**60) + content[8:])
    assert "cut off in its header" in fail(bert, groups, tmp_path / "out")


def test_a_tokenizer_that_is_not_there_or_has_no_vocabulary(bert, groups, tmp_path) -> None:
    file = bert / "tokenizer.json"
    content = json.loads(file.read_text("utf-8"))
    content["model"]["vocab"] = {}
    file.write_text(json.dumps(content), "utf-8")
    assert "tokenizer.json has no vocabulary" in fail(bert, groups, tmp_path / "out")
    file.unlink()
    assert "has no tokenizer; expected tokenizer.json, vocab.txt" in fail(bert, groups, tmp_path / "out")


@pytest.mark.parametrize("name", ["spiece.model", "sentencepiece.bpe.model"])
def test_a_file_that_only_sentencepiece_reads_asks_for_it(name, hub_bert, groups, tmp_path, monkeypatch) -> None:
    """As ALBERT, T5 and KoBERT are on the hub without tokenizer.json."""
    (hub_bert / "vocab.txt").rename(hub_bert / name)
    monkeypatch.setattr("curator.applier.vocabulary.files.find_spec", lambda _: None)
    said = fail(hub_bert, groups, tmp_path / "out")
    assert f"has {name} and no tokenizer.json: `pip install sentencepiece protobuf`" in said


def test_a_vocabulary_file_of_sentencepiece_is_not_read_as_wordpiece(hub_bert, groups, tmp_path) -> None:
    """As KoBERT's, whose own class reads the words out of another file."""
    entries = (hub_bert / "vocab.txt").read_text("utf-8").split("\n")
    pieces = [e if e.startswith("[") or not e else e[2:] if e.startswith("##") else f"▁{e}" for e in entries]
    (hub_bert / "vocab.txt").write_text("\n".join(pieces), "utf-8")
    assert "lists pieces of sentencepiece" in fail(hub_bert, groups, tmp_path / "out")


def test_a_vocabulary_file_without_special_tokens(hub_bert, groups, tmp_path) -> None:
    (hub_bert / "vocab.txt").write_text("약\n집\n", "utf-8")
    assert "has 2 lines, and none is [PAD]" in fail(hub_bert, groups, tmp_path / "out")


@pytest.mark.parametrize("layout", ["bert", "hub_bert"])
def test_a_tokenizer_that_decomposes_hangul_is_refused_unless_its_case_is_pinned(
    layout, request, groups, tmp_path
) -> None:
    from transformers import AutoTokenizer

    base = request.getfixturevalue(layout)
    (base / "tokenizer_config.json").write_text("{}", "utf-8")
    if (base / "tokenizer.json").exists():
        content = json.loads((base / "tokenizer.json").read_text("utf-8"))
        content["normalizer"]["lowercase"] = True
        (base / "tokenizer.json").write_text(json.dumps(content), "utf-8")
    said = fail(base, groups, tmp_path / "out")
    assert "takes Hangul syllables apart" in said
    assert "--pin-case" in said
    arguments = ["apply", "--no-report", str(base), str(tmp_path / "out"), "--groups", str(groups), "--pin-case"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert AutoTokenizer.from_pretrained(tmp_path / "out").tokenize("대일밴드를") == ["대일밴드", "##를"]


def test_hangul_that_is_taken_apart_on_purpose_has_another_remedy(bert, groups, tmp_path) -> None:
    config = json.loads((bert / "tokenizer_config.json").read_text("utf-8"))
    (bert / "tokenizer_config.json").write_text(json.dumps({**config, "do_lower_case": True}), "utf-8")
    for options in ([], ["--pin-case"]):
        said = fail(bert, groups, tmp_path / "out", *options)
        assert "(tokenizer_config.json says do_lower_case true)" in said
        assert "say false there, in a copy of the folder, if the model was trained on whole syllables" in said


def test_a_table_that_disagrees_with_config_or_tokenizer(bert, groups, tmp_path) -> None:
    config = bert / "config.json"
    n_entries = json.loads(config.read_text("utf-8"))["vocab_size"]
    edit(config, vocab_size=99)
    assert "but config.json says vocab_size 99" in fail(bert, groups, tmp_path / "out")
    edit(config, vocab_size=n_entries)
    content = json.loads((bert / "tokenizer.json").read_text("utf-8"))
    content["model"]["vocab"]["집집"] = n_entries
    (bert / "tokenizer.json").write_text(json.dumps(content), "utf-8")
    assert "are of different checkpoints" in fail(bert, groups, tmp_path / "out")


def test_a_tensor_of_the_vocabularys_size_that_nobody_knows(bert, groups, tmp_path) -> None:
    tensors = load_file(bert / "model.safetensors")
    tensors["frequency.prior"] = torch.zeros(len(tensors[TABLE]))
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    said = fail(bert, groups, tmp_path / "out")
    assert "that are not known: frequency.prior" in said


def test_a_family_without_a_table(bert, groups, tmp_path) -> None:
    tensors = {name: t for name, t in load_file(bert / "model.safetensors").items() if name != TABLE}
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    assert "has no table of input rows that is known" in fail(bert, groups, tmp_path / "out")


def test_a_quantised_table(bert, groups, tmp_path) -> None:
    tensors = load_file(bert / "model.safetensors")
    tensors[TABLE] = tensors[TABLE].to(torch.int8)
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    assert "is of type I8; expected" in fail(bert, groups, tmp_path / "out")


def test_rows_that_are_not_finite(bert, groups, tmp_path, made_bert) -> None:
    from tiny_checkpoints import vocabulary

    tensors = load_file(bert / "model.safetensors")
    tensors[TABLE][vocabulary().index("##창")] = float("nan")
    tensors[TABLE][vocabulary().index("집")] = float("inf")
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    said = fail(bert, groups, tmp_path / "out")
    assert f"that are not finite, the first is row {vocabulary().index('##창')}" in said
    assert "which 반창고 needs" in said
    assert "so it has no mean" in fail(bert, groups, tmp_path / "out", "--init", "random")


def test_an_empty_release_and_groups_whose_words_are_all_refused(bert, groups_file, tmp_path) -> None:
    assert "has no groups" in fail(bert, groups_file({}), tmp_path / "out")
    said = fail(bert, groups_file({"밴드": ["일회용 밴드", "대일-밴드"]}), tmp_path / "out")
    assert (
        "of its 1 groups nothing is left to adjust (일회용 밴드: the tokenizer cuts it into 일회용 | 밴드;" in said
    )


def test_weighted_pooling_without_weights(bert, groups, tmp_path) -> None:
    said = fail(bert, groups, tmp_path / "out", "--pooling", "weighted")
    assert "반창고 in the group 반창고 has no weight" in said
    groups.write_text('{"a": {"반창고": 0, "약": 0}}', encoding="utf-8")
    assert "all weights of the group a are 0" in fail(bert, groups, tmp_path / "out", "--pooling", "weighted")


def test_an_out_that_is_there_is_not_touched_without_overwrite(bert, groups, tmp_path) -> None:
    out = tmp_path / "out"
    arguments = ["apply", "--no-report", str(bert), str(out), "--groups", str(groups)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    (out / "mine").write_text("x")
    assert "is there already" in fail(bert, groups, out)
    assert (out / "mine").read_text() == "x"
    assert CliRunner().invoke(main, [*arguments, "--overwrite"]).exit_code == 0
    assert not (out / "mine").exists()


def test_overwrite_does_not_delete_a_folder_that_apply_did_not_make(bert, groups, tmp_path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "mine").write_text("x")
    assert "has no adjustment.json, so `curator apply` did not make it" in fail(bert, groups, out, "--overwrite")
    assert (out / "mine").read_text() == "x"
    (out / "mine").unlink()
    arguments = ["apply", "--no-report", str(bert), str(out), "--groups", str(groups), "--overwrite"]
    assert CliRunner().invoke(main, arguments).exit_code == 0  # there was nothing in it


def test_out_is_neither_base_nor_inside_of_it_nor_around_it(bert, groups, tmp_path) -> None:
    before = {path.name: path.read_bytes() for path in bert.iterdir()}
    (tmp_path / "adjustment.json").write_text("{}")
    assert "OUT is BASE" in fail(bert, groups, bert, "--overwrite")
    assert "would lie inside of BASE" in fail(bert, groups, bert / "out")
    assert "lies inside of OUT" in fail(bert, groups, tmp_path, "--overwrite")
    (tmp_path / "link").symlink_to(bert)
    assert "OUT is BASE" in fail(bert, groups, tmp_path / "link", "--overwrite")
    assert {path.name: path.read_bytes() for path in bert.iterdir()} == before


def test_overwrite_keeps_what_is_there_until_the_new_one_is_complete(bert, groups, tmp_path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "adjustment.json").write_text("{}")
    (out / "mine").write_text("x")
    tensors = load_file(bert / "model.safetensors")
    tensors[TABLE][:] = float("nan")
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    fail(bert, groups, out, "--overwrite")
    assert (out / "mine").read_text() == "x"


def test_a_parent_that_cannot_be_written(bert, groups) -> None:
    result = CliRunner().invoke(
        main, ["apply", "--no-report", str(bert), "/proc/adjusted", "--groups", str(groups)]
    )
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception


def test_a_disk_without_room_is_known_before_anything_is_written(bert, groups, tmp_path, monkeypatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "MB free, and OUT may need" in fail(bert, groups, tmp_path / "out")


def test_a_disk_that_fills_up_leaves_nothing(bert, groups, tmp_path) -> None:
    """The limit on a file's size stands for the disk's end: the write fails in the middle of the weights."""
    size = (bert / "model.safetensors").stat().st_size
    code = "import sys; from curator.cli import main; main(sys.argv[1:])"
    arguments = ["apply", "--no-report", str(bert), str(tmp_path / "out"), "--groups", str(groups)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2)),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: [Errno 27]")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "groups.json"]
