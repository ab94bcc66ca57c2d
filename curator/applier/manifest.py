"""``adjustment.json``: what was done to a checkpoint, enough to check it and to undo it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from blake3 import blake3

from curator.applier.checkpoint import WrittenWeights
from curator.applier.options import Assign, Init, Pooling, PoolOptions
from curator.applier.particles import ALL_PARTICLES
from curator.applier.pieces import Pieces
from curator.applier.plan import Plan, PlannedMember
from curator.applier.prepare import Prepared
from curator.applier.rows import RowChanges
from curator.applier.tensors import Ids
from curator.applier.vocabulary import Vocabulary

MANIFEST = "adjustment.json"
FORMAT = "dongui-adjustment"
REPORTED_VERSIONS = ("dongui", "numpy", "tokenizers")
VERSIONS_OF_MODELS = ("torch", "transformers")  # where a model is loaded: for contextual vectors, the report

Manifest = dict[str, Any]


def make_manifest(prepared: Prepared) -> Manifest:
    """Return what is known before anything is written."""
    base, plan, vocabulary, groups = prepared.base, prepared.plan, prepared.vocabulary, prepared.groups
    tensors, pieces = prepared.tensors, vocabulary.pieces
    words = [(group, member) for group in plan.groups for member in group.members]
    return {
        "format": FORMAT,
        "version": 1,
        "digests": "blake3",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "groups": {"source": groups.source, "release": groups.number, "digest": groups.digest},
        "base": {
            "name": base.origin,
            "revision": base.revision,
            "n_entries": plan.n_old,
            "n_rows": tensors.table.shape[0],
        },
        "n_entries": plan.n_old + plan.n_new,
        "n_rows": plan.n_rows,
        "table": tensors.table.name,
        "tied": [tensor.name for tensor in tensors.copies],
        "vocabulary": vocabulary.kind,
        "text_prefix": vocabulary.text_prefix,
        "options": asdict(prepared.options),
        "versions": versions(*REPORTED_VERSIONS),
        "words": [_word(group.key, member, pieces) for group, member in words if not group.is_continuation],
        "continuations": [_word(group.key, member, pieces) for group, member in words if group.is_continuation],
        "glued_forms": _glued_forms(plan, vocabulary),
        "refused": [asdict(refusal) for refusal in plan.refusals],
        "dropped_groups": list(plan.dropped),
        "left_out_files": list(base.left_out),
    }


def versions(*names: str) -> dict[str, str]:
    """Return the versions of installed packages."""
    return {name: version(name) for name in names}


def add_written(
    manifest: Manifest, prepared: Prepared, changes: Mapping[str, RowChanges], weights: WrittenWeights
) -> None:
    """Add what is known when the files are written: digests, links, costs."""
    base, tensors, tokenizer = prepared.base, prepared.tensors, prepared.tokenizer
    dropped = {tensor.name for tensor in tensors.dropped}
    rows = sorted(
        f"{t.name} {t.dtype} {list(t.shape)} {weights.tensors[t.name].base}"
        for t in base.tensors
        if t.name not in dropped
    )
    manifest["base"]["digest"] = content_digest("\n".join(rows).encode())
    manifest["base"]["dropped_tensors"] = sorted(dropped)
    manifest["changed_rows"] = {name: as_ranges(change.ids) for name, change in changes.items()}
    manifest["tensors"] = {
        name: digests.written
        if name not in manifest["changed_rows"]
        else {"written": digests.written, "kept": digests.kept}
        for name, digests in weights.tensors.items()
    }
    manifest["linked_files"] = list(weights.linked)
    manifest["tokenizer_files"] = {
        name: content_digest(content.encode()) for name, content in tokenizer.files.items()
    }
    manifest["stale_files"] = list(tokenizer.stale)
    manifest["costs"] = list(tokenizer.costs)


def pool_options(manifest: Manifest) -> PoolOptions:
    """Return how the groups were pooled."""
    stated = manifest["options"]["pool"]
    kinds = {
        "pooling": Pooling(stated["pooling"]),
        "assign": Assign(stated["assign"]),
        "init": Init(stated["init"]),
    }
    return PoolOptions(**{**stated, **kinds})


def content_digest(content: bytes) -> str:
    """Return the BLAKE3 of a file's content."""
    return blake3(content).hexdigest()


def _word(group: str, member: PlannedMember, pieces: Pieces) -> dict[str, Any]:
    word, entry, row, is_new, source, source_rows, unknown, weight = member
    found: dict[str, Any] = {
        "word": word,
        "entry": entry,
        "id": row,
        "group": group,
        "is_new": is_new,
        "source": source.value,
        "source_rows": list(source_rows),
    }
    if (spelled := pieces.readable(entry)) != entry:
        found["entry_as_text"] = spelled
    if unknown:
        found["unknown"] = unknown
    if weight is not None:
        found["weight"] = weight
    return found


def _glued_forms(plan: Plan, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Return the entries that hold a word together with a particle: they keep rows of their own."""
    words = {m.entry for group in plan.groups if not group.is_continuation for m in group.members}
    return dict(sorted(vocabulary.glued_forms(words, frozenset(ALL_PARTICLES)).items()))


def as_ranges(ids: Ids) -> list[list[int]]:
    """Return sorted ids as ranges, the end exclusive."""
    ranges: list[list[int]] = []
    for id in ids.tolist():
        if ranges and ranges[-1][1] == id:
            ranges[-1][1] += 1
        else:
            ranges.append([id, id + 1])
    return ranges


def from_ranges(ranges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the ids of ranges."""
    return [id for start, end in ranges for id in range(start, end)]


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # with an indent, json does not use its C code
_BETWEEN = "\x1f"  # stands between two items, and in no text: JSON escapes it there
_ENCODE_MANY = json.JSONEncoder(ensure_ascii=False, separators=(_BETWEEN, ": ")).encode
ITEMS_AT_ONCE = 500  # one call for many takes two thirds of one call each; all at once needs fresh memory


def encode_words(manifest: Manifest) -> dict[str, list[bytes]]:
    """Return the long parts of the manifest as ``write_manifest`` writes them, so that this can be done early."""
    return {key: list(_pieces(manifest[key])) for key in ("words", "continuations")}


def write_manifest(folder: Path, manifest: Manifest, encoded: Mapping[str, list[bytes]]) -> None:
    """Write ``adjustment.json``, a word a line.

    :param encoded: parts as ``encode_words`` gives them.
    """
    with (folder / MANIFEST).open("wb") as stream:
        for i, (key, value) in enumerate(manifest.items()):
            stream.write(f"{',' if i else '{'}\n{_ENCODE(key)}: ".encode())
            stream.writelines(encoded[key] if key in encoded else _pieces(value))
        stream.write(b"\n}\n")


def _pieces(value: Any) -> Iterator[bytes]:  # noqa: ANN401 - any JSON
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for start in range(0, len(value), ITEMS_AT_ONCE):
            items = _ENCODE_MANY(value[start : start + ITEMS_AT_ONCE])[1:-1]
            items = items.replace(f"}}{_BETWEEN}{{", "},\n  {").replace(_BETWEEN, ", ")
            yield f"{',' if start else '['}\n  {items}".encode()
        yield b"\n]"
    elif isinstance(value, list) and value:
        yield ("[\n  " + ",\n  ".join(map(_ENCODE, value)) + "\n]").encode()
    elif isinstance(value, dict) and value:
        lines = (f"{_ENCODE(key)}: {_ENCODE(item)}" for key, item in value.items())
        yield ("{\n  " + ",\n  ".join(lines) + "\n}").encode()
    else:
        yield _ENCODE(value).encode()


def read_manifest(folder: Path) -> Manifest:
    """Read ``adjustment.json``.

    :raises FileNotFoundError: if it is not there.
    :raises ValueError: if it is no manifest.
    """
    file = folder / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{folder} has no {MANIFEST}; expected a folder that `curator apply` made"
        ) from error
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"{file} is no manifest of `curator apply`")
    return manifest


def title_of_base(manifest: Manifest) -> str:
    """Return the base's name on the hub, or that of its folder."""
    base = manifest["base"]
    return str(base["name"] if base["revision"] else Path(base["name"]).name)


def named_base(manifest: Manifest) -> str:
    """Return the base's name on the hub and its revision there, or its absolute path."""
    base = manifest["base"]
    return f"{base['name']} of the hub, revision {base['revision']}" if base["revision"] else str(base["name"])


def revert_instructions(manifest: Manifest, folder: Path) -> list[str]:
    """Return what to do to go back to BASE, from the manifest alone."""
    base, changed = manifest["base"], manifest["changed_rows"]
    name, n_old = base["name"], base["n_entries"]
    n_pooled = sum(min(end, n_old) - start for start, end in changed[manifest["table"]] if start < n_old)
    is_gone = not base["revision"] and not Path(name).is_dir()
    lines = [
        f"{folder} was made from {named_base(manifest)} (digest {base['digest']}) with "
        f"{manifest['groups']['source']}.",
        *([f"There is no folder {name} on this machine now: find where it was moved to."] if is_gone else []),
        f"To go back, load {name} again: nothing in it was changed.",
        f"It has {n_old:,} entries; ids from {n_old:,} on are new. It does not know them: tokenize texts anew.",
    ]
    if n_pooled:
        return [
            *lines,
            f"If {name} is lost: {n_pooled:,} of its rows were pooled, and {folder} does not hold what they were.",
        ]
    return [
        *lines,
        f"If {name} is lost: no row of it differs here. Cut {', '.join(changed)} to {base['n_rows']:,} rows, set "
        f"vocab_size in config.json to that, and take the entries from {n_old:,} on out of the tokenizer.",
    ]
