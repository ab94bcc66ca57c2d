"""Turn the name of an encoder into a ``SentenceTransformer``, or into one clear message."""

import hashlib
import json
import logging
import re
import sys
from pathlib import Path

import torch
import transformers
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (  # type: ignore[attr-defined] # HTTPError is that of httpx or httpx2
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
)
from kiwipiepy import Kiwi
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import get_device_name

from miner.encoder.kiwi_encoder import ENCODER_VERSION, KiwiMorphemes
from miner.encoder.morpheme_vectors import load_morpheme_vectors, model_version
from miner.files import cache_folder

logger = logging.getLogger(__name__)

BUILT_IN = "kiwi"
_HUB_TIMEOUT_S = 10  # for the question whether the hub knows a name, not for downloads
_E5_NAME = re.compile(r"(^|[-_.]|ko)e5([-_.]|$)")
_E5_PROMPT = "query: "
_DEFAULT_OWNER = "sentence-transformers"  # what the library puts before a name without an owner
_KIWI_MODULE = f"{KiwiMorphemes.__module__}.{KiwiMorphemes.__qualname__}"


def load_encoder(name_or_path: str = BUILT_IN, *, device: str | None = None) -> SentenceTransformer:
    """Load an encoder.

    A hub model that was downloaded before is taken from the disk without asking the hub. On a GPU all but the
    built-in one compute at half precision.

    :param name_or_path: ``kiwi``, the built-in one; a folder; or a name on the Hugging Face hub.
    :param device: of torch, such as ``cpu`` or ``cuda:1``; ``None`` is the best there is.
    :return: the encoder.
    :raises ValueError: if there is no such device, folder or name, if the hub cannot be reached, or if what is
        there is no SentenceTransformer; the message says which, and what to do.
    """
    check_device(device)
    if not sys.stderr.isatty():
        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call] # theirs
    if name_or_path == BUILT_IN:
        module = KiwiMorphemes(load_morpheme_vectors(Kiwi(), cache_folder()))
        return SentenceTransformer(modules=[module], device=device)
    folder = Path(name_or_path)
    if folder.is_dir():
        return _load_folder(folder, device)
    hub_name, _ = _find_on_hub(name_or_path)
    try:
        return _load_transformer(hub_name, device, local_files_only=_snapshot(hub_name) is not None)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The hub model {hub_name} could not be loaded as a SentenceTransformer: {_first_line(error)}. "
            "If a download was cut off, run it again with the network; else choose another encoder"
        ) from error


def precision_on(device: str | torch.device | None) -> torch.dtype:
    """Say at which precision transformers compute there: half on CUDA, where it is twice as fast or more.

    The eleventh bit of a cosine similarity changes no decision; on CPUs half precision is slower.

    :param device: of torch; ``None`` is the best there is.
    :return: ``torch.float16`` or ``torch.float32``.
    """
    kind = torch.device(get_device_name() if device is None else device).type
    return torch.float16 if kind == "cuda" else torch.float32


def encoder_identity(name_or_path: str, *, prompt: str | None, device: str | None = None) -> str:
    """Say which vectors an encoder gives: equal identities give equal vectors, so caches are kept by it.

    :param name_or_path: as for ``load_encoder``.
    :param prompt: what is written before each word.
    :param device: as for ``load_encoder``: vectors computed at half precision are others.
    :return: name with version of the model, commit on the hub or digest of the folder's files, prompt, precision.
    :raises ValueError: as ``load_encoder``, or if a prompt is given to an encoder that takes none.
    """
    if name_or_path == BUILT_IN:
        if prompt:
            raise ValueError(f"The built-in encoder was given the prompt {prompt!r}, but takes none: leave it out")
        name, revision = BUILT_IN, f"{ENCODER_VERSION}-{model_version()}"
    elif Path(name_or_path).is_dir():
        name, revision = "folder", _folder_digest(Path(name_or_path))
    else:
        name, revision = _find_on_hub(name_or_path)
    precision = torch.float32 if name == BUILT_IN else precision_on(device)
    # None is the encoder's own prompt, and "" is none at all: other vectors
    return json.dumps([name, revision, prompt, str(precision)], ensure_ascii=False)


def prompt_for(name_or_path: str, asked: str | None) -> str | None:
    """Say what is written before each word.

    The E5 family was trained with ``query: `` before whatever is compared symmetrically (Wang et al. 2024,
    *Multilingual E5 Text Embeddings*), and is much worse without it; its ``instruct`` members name theirs
    themselves.

    :param name_or_path: as for ``load_encoder``.
    :param asked: what the user wants there, empty for nothing.
    :return: what the user asked for, else the family's prompt, else ``None``, the encoder's own default.
    """
    if asked is not None:
        return asked
    name = Path(name_or_path).name.lower()
    return _E5_PROMPT if _E5_NAME.search(name) and "instruct" not in name else None


def check_device(device: str | None) -> None:
    """Make sure that torch can put something on a device.

    :param device: of torch; ``None`` is always right.
    :raises ValueError: if there is no such device on this machine.
    """
    if device is None:
        return
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"The device {device!r} cannot be used: {_first_line(error)}. Expected cpu, cuda, cuda:1, mps or "
            "another device of this machine's torch; leave it out for the best there is"
        ) from error


def _load_folder(folder: Path, device: str | None) -> SentenceTransformer:
    if _module_types(folder) == [_KIWI_MODULE]:
        # sentence-transformers imports classes that are not its own only with trust_remote_code.
        return SentenceTransformer(modules=[KiwiMorphemes.load(str(folder))], device=device)
    try:
        return _load_transformer(str(folder), device, local_files_only=True)
    except (OSError, ValueError) as error:
        found = ", ".join(sorted(entry.name for entry in folder.iterdir())) or "nothing"
        raise ValueError(
            f"{folder} is no SentenceTransformer ({_first_line(error)}). It holds: {found}. Expected modules.json "
            "with the folders it names, or a transformers model (config.json, model.safetensors, tokenizer files)"
        ) from error


def _load_transformer(name: str, device: str | None, *, local_files_only: bool) -> SentenceTransformer:
    encoder = SentenceTransformer(name, device=device, local_files_only=local_files_only)
    return encoder.half() if precision_on(encoder.device) is torch.float16 else encoder


def _module_types(folder: Path) -> list[str]:
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return [module["type"] for module in modules]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # not ours; the library says better than we could what is wrong with it


def _find_on_hub(name: str) -> tuple[str, str]:
    """Full name and commit, from the disk if it was downloaded before."""
    hub_name = name if "/" in name else f"{_DEFAULT_OWNER}/{name}"
    remedy = "Expected kiwi, an existing folder, or a name such as dragonkue/BGE-m3-ko"
    try:
        if (commit := _snapshot(hub_name)) is not None:
            return hub_name, commit
        info = HfApi().model_info(hub_name, timeout=_HUB_TIMEOUT_S)
    except HFValidationError as error:
        raise ValueError(f"The encoder {name!r} is neither a folder nor a possible hub name. {remedy}") from error
    except (HTTPError, OfflineModeIsEnabled) as error:
        raise ValueError(
            f"The encoder {name!r} is no folder, was not downloaded before, and the Hugging Face hub does not "
            f"give it ({_first_line(error)}). {remedy}; without a network, the built-in kiwi or a folder works"
        ) from error
    return hub_name, str(info.sha)


def _snapshot(hub_name: str) -> str | None:
    try:
        return Path(snapshot_download(hub_name, local_files_only=True)).name
    except LocalEntryNotFoundError:
        return None


def _folder_digest(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "blake2b").digest())
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
