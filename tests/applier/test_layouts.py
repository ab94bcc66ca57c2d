"""Shards, links, other files, other types and sentence-transformers folders."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from tiny_checkpoints import state, vocabulary

from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드", "밴드"]}
TABLE = "bert.embeddings.word_embeddings.weight"
OTHER_PYTHON = "DONGUI_TEST_PYTHON_457"  # a Python with transformers 4.57 and tokenizers 0.22


def run(*arguments: object) -> str:
    """Run `curator apply`, which must succeed."""
    result = CliRunner().invoke(main, ["apply", "--no-report", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def sharded(bert) -> Path:
    """The BERT in shards."""
    from transformers import BertForPreTraining

    model = BertForPreTraining.from_pretrained(bert)
    (bert / "model.safetensors").unlink()
    model.save_pretrained(bert, max_shard_size="8KB")
    return bert


def shard_with_a_change(base: Path) -> set[str]:
    """Names of the shards that hold a vocabulary-sized tensor."""
    weight_map = json.loads((base / "model.safetensors.index.json").read_text("utf-8"))["weight_map"]
    return {weight_map[TABLE], weight_map["cls.predictions.bias"]}


def test_only_shards_with_a_changed_tensor_are_written_anew(sharded, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    said = run(sharded, out, "--groups", groups_file(GROUPS))
    shards = {path.name for path in sharded.glob("*.safetensors")}
    same = {name for name in shards if os.path.samefile(sharded / name, out / name)}
    manifest = json.loads((out / "adjustment.json").read_text("utf-8"))
    assert set(manifest["linked_files"]) == shards - shard_with_a_change(sharded)
    assert same <= shards - shard_with_a_change(sharded)  # a file system with reflinks shares blocks, not files
    assert f"{len(shards) - len(shard_with_a_change(sharded))} unchanged files share their storage" in said
    before, after = state(sharded), state(out)
    assert all(torch.equal(before[name], after[name]) for name in set(before) - {TABLE, "cls.predictions.bias"})


def test_copy_forbids_links(sharded, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    run(sharded, out, "--groups", groups_file(GROUPS), "--copy")
    assert not any(os.path.samefile(path, out / path.name) for path in sharded.glob("*.safetensors"))
    assert json.loads((out / "adjustment.json").read_text("utf-8"))["linked_files"] == []


def test_a_hard_link_is_used_where_blocks_cannot_be_shared_and_a_copy_elsewhere(tmp_path, monkeypatch) -> None:
    from curator.applier import checkpoint

    source = tmp_path / "source"
    source.write_bytes(b"abc")
    monkeypatch.setattr(checkpoint, "_reflink", lambda *_: False)
    assert checkpoint.place(source, tmp_path / "linked", may_link=True)
    assert os.path.samefile(source, tmp_path / "linked")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("across file systems")))
    assert not checkpoint.place(source, tmp_path / "copied", may_link=True)
    assert (tmp_path / "copied").read_bytes() == b"abc"
    assert not os.path.samefile(source, tmp_path / "copied")


def test_transformers_loads_the_shards(sharded, groups_file, tmp_path) -> None:
    from transformers import BertForPreTraining

    run(sharded, tmp_path / "out", "--groups", groups_file(GROUPS))
    model = BertForPreTraining.from_pretrained(tmp_path / "out")
    assert model.config.vocab_size == len(vocabulary()) + 2
    index = json.loads((tmp_path / "out/model.safetensors.index.json").read_text("utf-8"))
    assert set(index["weight_map"]) == set(state(tmp_path / "out"))


KILLED = """
import os, signal, sys
from curator.applier import apply
from curator.cli import main
def write_weights(prepared, changes, folder):
    (folder / "model.safetensors").write_bytes(b"half")
    os.kill(os.getpid(), signal.Signals[os.environ["HOW"]])
apply.write_weights = write_weights
main(sys.argv[1:])
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_a_killed_run_leaves_no_out_and_base_as_it_was(how, bert, groups_file, tmp_path) -> None:
    before = {path.name: path.read_bytes() for path in bert.iterdir()}
    groups = groups_file(GROUPS)
    command = ["apply", "--no-report", str(bert), str(tmp_path / "out"), "--groups", str(groups)]
    done = subprocess.run([sys.executable, "-c", KILLED, *command], check=False, env={**os.environ, "HOW": how})
    assert done.returncode == (-signal.SIGKILL if how == "SIGKILL" else 128 + signal.SIGTERM)
    left = {path.name for path in tmp_path.iterdir()} - {"base", "groups.json"}
    assert len(left) == (how == "SIGKILL")  # a hidden folder, if even the end came without a warning
    assert all(name.startswith(".") for name in left)
    assert {path.name: path.read_bytes() for path in bert.iterdir()} == before
    said = run(bert, tmp_path / "out", "--groups", groups)  # what it left is in nobody's way, and is told
    assert ("runs that were killed left these beside OUT" in said) == bool(left)
    assert all(str(tmp_path / name) in said for name in left)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_rows_keep_the_type_of_the_table(dtype, bert, groups_file, tmp_path) -> None:
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(bert / "model.safetensors").items()}
    save_file(tensors, bert / "model.safetensors", {"format": "pt"})
    run(bert, tmp_path / "out", "--groups", groups_file({"약": ["약", "의약품"]}))
    rows = [vocabulary().index(word) for word in ("약", "의약품")]
    after = state(tmp_path / "out")[TABLE]
    assert after.dtype == dtype
    expected = tensors[TABLE][rows].double().mean(dim=0).to(dtype)
    assert torch.equal(after[rows[0]], expected)


@pytest.mark.parametrize("legacy", [False, True])
def test_a_bin_is_read_as_torch_reads_it(legacy, hub_bert) -> None:
    from curator.applier.pickled import read_pickled
    from curator.applier.tensors import DTYPES, chunks

    file = hub_bert / "pytorch_model.bin"
    content = torch.load(file, weights_only=True)
    content |= {"half": torch.arange(6).half().view(2, 3), "long": torch.tensor(7), "part": torch.arange(9.0)[3:5]}
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    found = {tensor.name: tensor for tensor in read_pickled(file)}
    assert set(found) == set(content)
    for name, tensor in found.items():
        values = np.frombuffer(b"".join(map(bytes, chunks(tensor))), DTYPES[tensor.dtype]).reshape(tensor.shape)
        np.testing.assert_array_equal(values, content[name].numpy(), err_msg=name)


def test_a_bin_in_shards_becomes_safetensors_in_shards(hub_bert, groups_file, tmp_path) -> None:
    from transformers import BertForPreTraining

    content = torch.load(hub_bert / "pytorch_model.bin", weights_only=True)
    (hub_bert / "pytorch_model.bin").unlink()
    names = [f"pytorch_model-0000{i}-of-00002.bin" for i in (1, 2)]
    aliases = {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}  # a storage lies in one shard
    weight_map = {name: names[i % 2] for i, name in enumerate(sorted(set(content) - aliases))}
    for shard in names:
        torch.save({name: content[name] for name in weight_map if weight_map[name] == shard}, hub_bert / shard)
    index = {"metadata": {}, "weight_map": weight_map}
    (hub_bert / "pytorch_model.bin.index.json").write_text(json.dumps(index), "utf-8")
    out = tmp_path / "out"
    run(hub_bert, out, "--groups", groups_file(GROUPS))
    assert sorted(path.name for path in out.glob("*model*")) == [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    after = BertForPreTraining.from_pretrained(out).state_dict()
    same = set(content) - aliases - {TABLE, "cls.predictions.bias"}
    assert all(torch.equal(after[name], content[name]) for name in same)


def test_old_weights_in_another_form_are_left_out_and_other_files_copied(bert, groups_file, tmp_path) -> None:
    for name in (
        "flax_model.msgpack",
        "tf_model.h5",
        "pytorch_model.bin",
        "onnx/model.onnx",
        "README.md",
        "extra.py",
    ):
        (bert / name).parent.mkdir(exist_ok=True)
        (bert / name).write_text("old")
    said = run(bert, tmp_path / "out", "--groups", groups_file(GROUPS))
    assert "4 files with the old weights in another form are not copied" in said
    out = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert "extra.py" in out
    assert not out & {"flax_model.msgpack", "tf_model.h5", "pytorch_model.bin", "onnx/model.onnx"}


@pytest.mark.parametrize("where", ["", "0_Transformer"])
def test_the_transformer_of_a_sentence_transformers_folder_is_adjusted_and_the_rest_copied(
    where, bert, groups_file, tmp_path
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    encoder = SentenceTransformer(modules=[Transformer(str(bert)), Pooling(16), Dense(16, 4)], device="cpu")
    base, out = tmp_path / "encoder", tmp_path / "out"
    encoder.save_pretrained(str(base))
    if where:
        modules = json.loads((base / "modules.json").read_text("utf-8"))
        (base / where).mkdir()
        for path in [path for path in base.iterdir() if path.is_file()]:
            if path.name not in ("modules.json", "config_sentence_transformers.json", "README.md"):
                shutil.move(path, base / where / path.name)
        modules[0]["path"] = where
        (base / "modules.json").write_text(json.dumps(modules), "utf-8")
    run(base, out, "--groups", groups_file(GROUPS))
    before = SentenceTransformer(str(base), device="cpu").encode(["사람에게 영화를"])
    adjusted = SentenceTransformer(str(out), device="cpu")
    np.testing.assert_array_equal(adjusted.encode(["사람에게 영화를"]), before)
    a, b = adjusted.encode(["반창고를", "대일밴드를"])
    np.testing.assert_array_equal(a, b)
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0


IDS = """
import json, sys
from transformers import AutoTokenizer
import transformers
texts = json.load(sys.stdin)
found = {"version": transformers.__version__}
for fast in (True, False):
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], use_fast=fast)
    found[str(fast)] = [tokenizer(text)["input_ids"] for text in texts]
print(json.dumps(found))
"""


@pytest.mark.skipif(
    OTHER_PYTHON not in os.environ, reason=f"{OTHER_PYTHON} names no Python with transformers 4.57"
)
@pytest.mark.parametrize("layout", ["bert", "hub_bert"])
def test_transformers_4_gives_the_same_ids_fast_and_slow(layout, request, groups_file, tmp_path) -> None:
    from transformers import AutoTokenizer

    out = tmp_path / "out"
    run(request.getfixturevalue(layout), out, "--groups", groups_file(GROUPS))
    texts = ["대일밴드를 붙였다", "약속", "반창고로", "소독약을 AB", "뷁", "영화를 사람에게", "반창고대일밴드", ""]
    done = subprocess.run(
        [os.environ[OTHER_PYTHON], "-c", IDS, str(out)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert theirs["version"].startswith("4.57")
    ours = [AutoTokenizer.from_pretrained(out)(text)["input_ids"] for text in texts]
    assert theirs["True"] == theirs["False"] == ours
