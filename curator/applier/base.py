"""The checkpoint that goes in: where it is, which of its files hold weights, and what they hold."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.applier.pickled import read_pickled
from curator.applier.tensors import Tensor, read_header

HUB_TIMEOUT_SECONDS = 10.0

# Weights that transformers can choose instead of those that were adjusted: left out of the copy, and told.
OTHER_WEIGHTS = re.compile(
    r"(^|/)((flax_model|tf_model|rust_model|pytorch_model|model|adapter_model)[^/]*\.(msgpack|h5|ot|bin|onnx|gguf|"
    r"safetensors|onnx_data|index\.json|mlmodel|tflite)|onnx/.*|openvino/.*|coreml/.*|training_args\.bin|"
    r"optimizer\.pt|scheduler\.pt)$"
)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of weights.

    :ivar metadata: of the safetensors header; transformers wants ``format`` in it.
    """

    path: Path
    tensors: tuple[Tensor, ...]
    metadata: dict[str, str]

    @property
    def is_safetensors(self) -> bool:
        """Return whether the file is as it will be written."""
        return self.path.suffix == ".safetensors"


@dataclass(frozen=True, slots=True)
class Base:
    """A checkpoint folder.

    :ivar name: as the user gave it.
    :ivar revision: the commit on the hub; none for a folder.
    :ivar folder: all of it.
    :ivar model_folder: the part with config and weights: ``folder``, or a module of a sentence-transformers one.
    :ivar left_out: names of files that are not copied, as they hold the old weights in another form.
    """

    name: str
    revision: str | None
    folder: Path
    model_folder: Path
    config: dict[str, Any]
    weights: tuple[WeightFile, ...]
    left_out: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Return where it is found from any folder: its name on the hub, or its absolute path."""
        return self.name if self.revision else str(self.folder.resolve())

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Return the tensors of all files."""
        return tuple(tensor for file in self.weights for tensor in file.tensors)

    def tensor(self, name: str) -> Tensor:
        """Return the tensor of that name.

        :raises KeyError: if there is none.
        """
        return {tensor.name: tensor for tensor in self.tensors}[name]

    @property
    def copied(self) -> tuple[Path, ...]:
        """Return the files beside the weights, relative to the folder."""
        weights = {file.path for file in self.weights}
        return tuple(
            path.relative_to(self.folder)
            for path in _visible_files(self.folder)
            if path not in weights and str(path.relative_to(self.folder)) not in self.left_out
        )


def find_base(name: str) -> Base:
    """Find a checkpoint and read where its tensors lie.

    :param name: a folder, or a name on the Hugging Face hub.
    :raises FileNotFoundError: if there is neither, or the folder misses a file.
    :raises ValueError: if the folder is no checkpoint, or a file of it is damaged.
    """
    folder = Path(name)
    if folder.is_file():
        raise ValueError(f"{folder} is a file; give the folder of the checkpoint, with config.json in it")
    revision = None
    if not folder.is_dir():
        folder = _from_hub(name)
        revision = folder.name  # the hub's cache names a snapshot by its commit
    model_folder = _transformer_module(folder)
    config = read_json(model_folder / "config.json", folder)
    weights = tuple(_weights(model_folder))
    chosen = {file.path for file in weights}
    left_out = tuple(
        str(path.relative_to(folder))
        for path in _visible_files(model_folder)
        if path not in chosen
        and OTHER_WEIGHTS.search(str(path.relative_to(model_folder)))
        and not _is_other_module(path, folder, model_folder)
    )
    return Base(name, revision, folder, model_folder, config, weights, left_out)


def _visible_files(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _is_other_module(path: Path, folder: Path, model_folder: Path) -> bool:
    """Tell whether the file is of another module (2_Dense, say) of a model whose transformer lies at the top."""
    modules = folder / "modules.json"
    if not modules.is_file():
        return False
    others = [folder / module["path"] for module in json.loads(modules.read_text("utf-8")) if module.get("path")]
    return any(path.is_relative_to(other) for other in others if other != model_folder)


def _from_hub(name: str) -> Path:
    if Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise FileNotFoundError(f"there is no folder {name}; give a checkpoint's folder, or a name on the hub")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    ignored = ["*.msgpack", "*.h5", "*.ot", "*.onnx", "*.gguf", "*.tflite", "onnx/*", "openvino/*"]
    try:
        return Path(snapshot_download(name, ignore_patterns=ignored, etag_timeout=HUB_TIMEOUT_SECONDS))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise FileNotFoundError(
            f"{name} is no folder here, and could not be fetched from the hub: {reason} Give the folder of a "
            "checkpoint, or make sure that this machine reaches the hub or has it in its cache"
        ) from error


def _transformer_module(folder: Path) -> Path:
    modules = folder / "modules.json"
    if not modules.is_file():
        return folder
    listed = read_json(modules, folder)
    paths = [str(item.get("path", "")) for item in listed if str(item.get("type", "")).endswith(".Transformer")]
    if len(paths) != 1:
        raise ValueError(f"{modules} lists {len(paths)} transformer modules; expected one")
    return folder / paths[0] if paths[0] else folder


def read_json(file: Path, folder: Path) -> Any:  # noqa: ANN401 - JSON has any type
    """Read a JSON file that a checkpoint must have.

    :raises FileNotFoundError: if it is not there.
    :raises ValueError: if it is no JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        held = ", ".join(sorted(path.name for path in folder.iterdir())[:12]) or "nothing"
        raise FileNotFoundError(
            f"{folder} is no checkpoint: it has no {file.relative_to(folder)}; it holds {held}"
        ) from error
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from error


def _weights(folder: Path) -> list[WeightFile]:
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return [_weight_file(folder / name)]
        index = folder / f"{name}.index.json"
        if index.is_file():
            return _shards(index)
    held = ", ".join(sorted(path.name for path in folder.iterdir())[:12]) or "nothing"
    raise FileNotFoundError(
        f"{folder} has no weights; expected model.safetensors or pytorch_model.bin, whole or in shards with an "
        f"index; it holds {held}"
    )


def _shards(index: Path) -> list[WeightFile]:
    content = read_json(index, index.parent)
    if not isinstance(content, dict) or not isinstance(content.get("weight_map"), dict):
        raise ValueError(f"{index} has no weight_map; expected the index of a checkpoint in shards")
    weight_map = content["weight_map"]
    names = sorted(set(weight_map.values()))
    missing = [name for name in names if not (index.parent / name).is_file()]
    if missing:
        raise FileNotFoundError(f"{index} names {', '.join(missing)}, which is not there; fetch it again")
    files = [_weight_file(index.parent / name) for name in names]
    found = {tensor.name: file.path.name for file in files for tensor in file.tensors}
    absent = sorted(name for name, file in weight_map.items() if found.get(name) != file)
    if absent:
        raise ValueError(f"{index} says that {absent[0]} is in {weight_map[absent[0]]}, but it is not there")
    return files


def _weight_file(path: Path) -> WeightFile:
    if path.suffix == ".safetensors":
        tensors, metadata = read_header(path)
        return WeightFile(path, tuple(tensors), metadata or {"format": "pt"})
    return WeightFile(path, tuple(read_pickled(path)), {"format": "pt"})
