"""What transformers makes of an adjusted checkpoint: built, loaded, saved and compared. It takes its memory."""

import tempfile
from pathlib import Path
from typing import Any

from curator.applier.base import find_base
from curator.applier.digests import digests_of
from curator.applier.loading import quiet
from curator.applier.manifest import Manifest
from curator.applier.said import Said
from curator.applier.tensors import Tensor
from curator.applier.verify import Check, failure, named

TORCH_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def check_round_trips(folder: Path, manifest: Manifest, *, scratch: Path | None = None) -> list[Check]:
    """Check that transformers builds, loads and saves what was written.

    :param folder: of the adjusted model, with config, weights and tokenizer.
    :param scratch: a folder with room for the model once more; by default the system's for temporary files.
    :raises CheckFailedError: if a shape is not the class's, or what is saved differs from what was loaded.
    """
    return [
        _check_class(folder, manifest),
        _check_tokenizer(folder, manifest),
        _check_weights(folder, manifest, scratch),
    ]


def _class_of(folder: Path) -> tuple[Any, Any]:
    """Return config, and class of the model that was saved; the bare one where transformers has no such class."""
    import transformers

    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    return config, getattr(transformers, (config.architectures or [""])[0], transformers.AutoModel)


def _check_class(folder: Path, manifest: Manifest) -> Check:
    """Compare names and shapes with those of the class, built without memory for its values."""
    import torch

    config, own = _class_of(folder)
    with torch.device("meta"), quiet():
        model = own.from_config(config) if hasattr(own, "from_config") else own(config)
    prefix = f"{model.base_model_prefix}."  # which a bare model does not have in its names
    expected = {name.removeprefix(prefix): tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tensor.shape for name, tensor in _by_name(folder, prefix).items()}
    known = found.keys() & expected.keys()
    wrong = sorted(name for name in known if found[name] != expected[name])
    if wrong:
        raise failure(
            f"{type(model).__name__} wants {wrong[0]} as {expected[wrong[0]]}, and it is {found[wrong[0]]}"
        )
    n_rows = model.get_input_embeddings().weight.shape[0]
    if n_rows != manifest["n_rows"]:
        raise failure(f"{type(model).__name__} has {n_rows:,} input rows, not {manifest['n_rows']:,}")
    name = type(model).__name__
    said = Said(
        f"{len(known)} tensors have the shapes of {name}, which has {n_rows:,} input rows",
        f"텐서 {len(known)}개의 모양이 입력 행 {n_rows:,}개인 {name}의 것과 같음",
    )
    return Check("class", said)


def _check_tokenizer(folder: Path, manifest: Manifest) -> Check:
    from transformers import AutoTokenizer

    words = [word for word in manifest["words"] if word["id"] is not None]
    texts = [manifest["text_prefix"] + word["word"] for word in words]
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    with tempfile.TemporaryDirectory(prefix="dongui-") as saved:
        tokenizer.save_pretrained(saved)
        again = AutoTokenizer.from_pretrained(saved, local_files_only=True)
    for which, one in (("", tokenizer), (" saves and loads again", again)):
        ids = one(texts, add_special_tokens=False)["input_ids"] if texts else []
        wrong = [word["word"] for word, found in zip(words, ids, strict=True) if list(found) != [word["id"]]]
        if wrong:
            raise failure(
                f"the tokenizer that transformers{which or ' loads'} gives {named(wrong)} other ids than stated"
            )
    said = Said(
        f"{len(words):,} words have their ids, also when it is saved and loaded again",
        f"낱말 {len(words):,}개의 번호가 맞고, 저장했다 다시 읽어도 맞음",
    )
    return Check("tokenizer in transformers", said)


def _check_weights(folder: Path, manifest: Manifest, scratch: Path | None) -> Check:
    import torch

    out = find_base(str(folder))
    table = out.tensor(manifest["table"])
    _, own = _class_of(folder)
    with quiet(), tempfile.TemporaryDirectory(prefix=".dongui-", dir=scratch) as saved:
        model, report = own.from_pretrained(
            folder,
            local_files_only=True,
            dtype=getattr(torch, TORCH_DTYPES[table.dtype]),
            output_loading_info=True,
        )
        mismatched = sorted(str(key) for key in report["mismatched_keys"])
        if mismatched:
            raise failure(f"{type(model).__name__} does not load {named(mismatched)}")
        model.save_pretrained(saved)
        here, there = (_by_name(one, f"{model.base_model_prefix}.") for one in (folder, Path(saved)))
        # transformers may save under a newer name (LayerNorm.gamma as LayerNorm.weight), or in the table's type.
        common = sorted(name for name in here if name in there and here[name].dtype == there[name].dtype)
        before, after = (digests_of([side[name] for name in common]) for side in (here, there))
        differ = [name for name in common if before[here[name].name] != after[there[name].name]]
    if differ:
        raise failure(f"{named(differ)} differ when transformers has loaded and saved them")
    if table.name.removeprefix(f"{model.base_model_prefix}.") not in common:
        raise failure(f"transformers does not save {table.name}, so it did not load it either")
    n_others = len(here) - len(common)
    others = Said(f"; {n_others} are tied, or it names them otherwise", f". {n_others}개는 묶였거나 이름이 다름")
    others = others if n_others else Said("", "")
    said = Said(
        f"{len(common)} tensors come back from transformers bit for bit{others}",
        f"텐서 {len(common)}개가 transformers를 거쳐도 비트까지 같음{others.korean}",
    )
    return Check("save and load", said)


def _by_name(folder: Path, prefix: str) -> dict[str, Tensor]:
    return {tensor.name.removeprefix(prefix): tensor for tensor in find_base(str(folder)).tensors}
