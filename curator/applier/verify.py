"""Checks of an adjusted checkpoint against its manifest: before it appears, and whenever it is asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from curator.applier.base import Base, find_base
from curator.applier.digests import Hasher, digest_rows, digests_here
from curator.applier.manifest import Manifest, content_digest, from_ranges
from curator.applier.options import Assign
from curator.applier.said import Said
from curator.applier.tensors import Floats, Ids, Tensor, mapped_rows

GROUPS_AT_ONCE = 128
SHARE_OF_HASHER = 0.6  # of the bytes that did not change
N_NAMED = 5  # examples in a sentence


class CheckFailedError(ValueError):
    """A check of the adjusted checkpoint failed, so that it must not be used."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was found to hold.

    :ivar said: what was checked, in numbers.
    """

    name: str
    said: Said


def verify_weights(folder: Path, manifest: Manifest, hasher: Hasher) -> list[Check]:
    """Check the weights of an adjusted checkpoint.

    :param folder: may still have its temporary name.
    :param hasher: reads most tensors that did not change, while those that did are read here.
    :raises CheckFailedError: at the first check that fails, with what differs.
    :raises FileNotFoundError: if a file is missing.
    """
    out = find_base(str(folder))
    sizes, opens = _check_sizes(out, manifest), _check_opens(out)
    untouched = [tensor for tensor in out.tensors if isinstance(manifest["tensors"][tensor.name], str)]
    there, here = _shared(untouched)
    digests = hasher.submit(there)
    kept, pooled = _check_kept_rows(out, manifest), _check_groups(out, manifest)
    found = digests_here(here) | digests.result()
    return [sizes, opens, _check_untouched(found, manifest), kept, pooled]


def _shared(tensors: Sequence[Tensor]) -> tuple[Sequence[Tensor], Sequence[Tensor]]:
    """Deal tensors out to the hasher, which begins sooner, and to this thread."""
    ends = np.cumsum([tensor.n_bytes for tensor in tensors])
    n_there = int(np.searchsorted(ends, SHARE_OF_HASHER * ends[-1])) + 1 if len(ends) else 0
    return tensors[:n_there], tensors[n_there:]


def failure(sentence: str) -> CheckFailedError:
    """Return the error that says what differs, and what that means."""
    return CheckFailedError(f"{sentence}; this checkpoint must not be used")


def named(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
    return ", ".join(listed[:N_NAMED]) + more


def _check_sizes(out: Base, manifest: Manifest) -> Check:
    found = {tensor.name: tensor for tensor in out.tensors}
    missing, unexpected = set(manifest["tensors"]) - set(found), set(found) - set(manifest["tensors"])
    if missing or unexpected:
        raise failure(f"tensors are missing ({named(sorted(missing))}) or too many ({named(sorted(unexpected))})")
    n_rows = manifest["n_rows"]
    wrong = [name for name in manifest["changed_rows"] if found[name].row_shape[0] != n_rows]
    if wrong:
        raise failure(f"{named(wrong)} should have {n_rows:,} rows")
    stated = out.config.get("vocab_size", out.config.get("text_config", {}).get("vocab_size"))
    if stated != n_rows:
        raise failure(f"config.json says vocab_size {stated}, but the table has {n_rows:,} rows")
    names = named(manifest["changed_rows"])
    said = Said(
        f"{len(found)} tensors are there; {names} have {n_rows:,} rows, as config.json says",
        f"텐서 {len(found)}개가 모두 있고, {names}의 행은 config.json에 적힌 대로 {n_rows:,}개",
    )
    return Check("sizes", said)


def _check_opens(out: Base) -> Check:
    """Check that the library of the format, which transformers loads with, finds the same."""
    for file in out.weights:
        expected = {tensor.name: (tensor.dtype, list(tensor.shape)) for tensor in file.tensors}
        try:
            with safe_open(file.path, framework="numpy") as opened:
                slices = {name: opened.get_slice(name) for name in opened.keys()}
                found = {name: (part.get_dtype(), part.get_shape()) for name, part in slices.items()}
        except SafetensorError as error:
            raise failure(f"safetensors does not open {file.path.name}: {error}") from error
        if found != expected:
            differ = [name for name in expected if found.get(name) != expected[name]] or sorted(
                found.keys() - expected
            )
            raise failure(f"safetensors finds {named(differ)} in {file.path.name} otherwise than stated there")
    said = Said(
        f"safetensors opens {len(out.weights)} files and finds each tensor in its shape and type",
        f"safetensors가 파일 {len(out.weights)}개를 열어 모든 텐서를 제 모양과 자료형으로 찾음",
    )
    return Check("opens", said)


def _check_untouched(found: Mapping[str, str], manifest: Manifest) -> Check:
    differ = [name for name, digest in found.items() if digest != manifest["tensors"][name]]
    if differ:
        raise failure(f"{named(differ)} differ from BASE, by the digests in the manifest")
    n_tensors = len(found)
    said = Said(
        f"{n_tensors} tensors are those of BASE, bit for bit", f"텐서 {n_tensors}개가 바탕의 것과 비트까지 같음"
    )
    return Check("untouched tensors", said)


def _check_kept_rows(out: Base, manifest: Manifest) -> Check:
    n_kept = 0
    for tensor in out.tensors:
        stated = manifest["tensors"][tensor.name]
        if isinstance(stated, str):
            continue
        changed = np.array(from_ranges(manifest["changed_rows"][tensor.name]), np.int64)
        written, kept = digest_rows(tensor, changed)
        if kept != stated["kept"]:
            raise failure(
                f"rows of {tensor.name} that were to stay differ from BASE, by the digest in the manifest"
            )
        if written != stated["written"]:
            raise failure(f"rows of {tensor.name} are not those that were written, by the digest in the manifest")
        if tensor.name == manifest["table"]:
            n_kept = tensor.row_shape[0] - len(changed)
    tables = [tensor for tensor in out.tensors if tensor.name in (manifest["table"], *manifest["tied"])]
    if len({manifest["tensors"][tensor.name]["written"] for tensor in tables}) > 1:
        raise failure(f"{named(t.name for t in tables)} are tied, but differ")
    said = Said(
        f"{n_kept:,} rows of the table that were to stay are those of BASE, bit for bit",
        f"그대로 둘 표의 행 {n_kept:,}개가 바탕의 것과 비트까지 같음",
    )
    return Check("kept rows", said)


def _groups(manifest: Manifest) -> Iterator[tuple[list[str], Ids]]:
    """Yield keys, and ids of shape (n_groups, n_members), of groups of one size with two or more changed rows."""
    all_words = manifest["options"]["pool"]["assign"] == Assign.ALL
    for words in (manifest["words"], manifest["continuations"]):
        by_size: dict[int, list[tuple[str, list[int]]]] = {}
        with_row = [word for word in words if word["id"] is not None and (all_words or word["is_new"])]
        for key, members in groupby(with_row, key=itemgetter("group")):
            own = [word["id"] for word in members]
            by_size.setdefault(len(own), []).append((key, own))
        for size, groups in by_size.items():
            if size > 1:
                yield [key for key, _ in groups], np.array([own for _, own in groups], np.int64)


def _check_groups(out: Base, manifest: Manifest) -> Check:
    """Check that the rows of a group are as near as they should be."""
    must_be_equal = manifest["options"]["pool"]["strength"] == 1
    least, n_groups, table_rows = 1.0, 0, mapped_rows(out.tensor(manifest["table"]))
    for all_keys, all_ids in _groups(manifest):
        n_groups += len(all_keys)
        for start in range(0, len(all_keys), GROUPS_AT_ONCE):
            keys = all_keys[start : start + GROUPS_AT_ONCE]
            rows = table_rows[all_ids[start : start + GROUPS_AT_ONCE]]
            if must_be_equal:
                _say_first(keys, (rows != rows[:, :1]).any(axis=(1, 2)), "should be equal and are not")
            _say_first(keys, ~np.isfinite(rows).all(axis=(1, 2)), "have values that are not finite")
            if not must_be_equal:
                least = min(least, _min_cosine_similarity(rows.astype(np.float64)))
    stated = manifest.setdefault("min_cosine_similarity", least)
    if abs(stated - least) > 1e-6:
        raise failure(f"two rows of a group have a cosine of {least:.6f}; the manifest says {stated:.6f} or more")
    english, korean = f"at a cosine of {least:.4f} or more", f"코사인이 {least:.4f} 이상"
    if must_be_equal:
        english, korean = "equal", "서로 같음"
    said = Said(
        f"the rows of {n_groups:,} groups with two or more changed rows are {english}",
        f"바뀐 행이 둘 이상인 묶음 {n_groups:,}개의 행이 {korean}",
    )
    return Check("groups", said)


def _say_first(keys: Sequence[str], is_wrong: npt.NDArray[np.bool_], what: str) -> None:
    if is_wrong.any():
        raise failure(f"the rows of the group {keys[int(is_wrong.argmax())]} {what}")


def _min_cosine_similarity(rows: Floats) -> float:
    """Return the least cosine within a group.

    :param rows: shape (n_groups, n_members, width).
    """
    norms = np.linalg.norm(rows, axis=2, keepdims=True)
    units = rows / np.where(norms > 0, norms, 1)
    cosines = (units @ units.transpose(0, 2, 1)).min(axis=(1, 2))
    return min(1.0, float(np.where((norms > 0).any(axis=(1, 2)), cosines, 1.0).min()))


def verify_files(folder: Path, manifest: Manifest) -> Check:
    """Check that the tokenizer's files are those that were written.

    :raises CheckFailedError: if one is missing or differs.
    """
    for name, digest in manifest["tokenizer_files"].items():
        file = folder / name
        if not file.is_file():
            raise failure(f"{name} is missing")
        if content_digest(file.read_bytes()) != digest:
            raise failure(f"{name} is not the one that was written, by the digest in the manifest")
    names = named(manifest["tokenizer_files"])
    return Check("tokenizer files", Said(f"{names} are those that were written", f"쓴 그대로 있음: {names}"))
