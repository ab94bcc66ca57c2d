"""The order of the steps: base, vocabulary, plan, rows, files, checks, and only then the name OUT."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from curator.applier.base import find_base
from curator.applier.card import CARD, make_card
from curator.applier.checkpoint import check_space, place, write_weights
from curator.applier.digests import Hasher
from curator.applier.manifest import (
    MANIFEST,
    VERSIONS_OF_MODELS,
    Manifest,
    add_written,
    encode_words,
    make_manifest,
    read_manifest,
    versions,
    write_manifest,
)
from curator.applier.options import Init
from curator.applier.plan import PlannedGroup, Source
from curator.applier.prepare import Prepared, collecting_later
from curator.applier.report.options import ReportOptions
from curator.applier.rows import RowChanges, changed_biases, changed_rows
from curator.applier.tensors import Floats
from curator.applier.verify import Check, verify_files, verify_weights
from curator.applier.verify_text import TextChecks, shrunk
from curator.applier.vocabulary import Vocabulary
from curator.applier.vocabulary.common import TOKENIZER_JSON
from curator.files import folder_by_rename


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done.

    :ivar manifest: as in ``adjustment.json``.
    :ivar checks: those that held.
    """

    manifest: Manifest
    checks: tuple[Check, ...]


def apply(
    prepared: Prepared, out: Path, *, sample: Sequence[str] = (), report: ReportOptions | None = None
) -> Applied:
    """Write the adjusted checkpoint, check it, and give it its name.

    :param out: a folder; it appears complete and checked, or not at all.
    :param sample: sentences of a corpus that the tokenizer is checked on.
    :param report: what to measure; if given, transformers loads BASE and OUT, which takes their size in memory.
    :raises FileExistsError: if ``out`` is there and must not be overwritten.
    :raises OSError: if it cannot be written.
    :raises ValueError: if a row that is needed is not finite, or a check fails.
    """
    base = prepared.base
    _check_place(base.folder, out, overwrite=prepared.options.overwrite)
    check_space(base, prepared.tensors, prepared.plan.n_rows, out)
    with folder_by_rename(out, overwrite=prepared.options.overwrite) as unfinished:
        manifest, words, checks = _write_and_check(prepared, unfinished, sample)
        if report is not None:
            checks += _report(prepared, unfinished, manifest, checks, report)
        if report is not None or prepared.options.pool.init is Init.CONTEXTUAL:
            manifest["versions"] |= versions(*VERSIONS_OF_MODELS)
        manifest["checks"] = {check.name: check.said for check in checks}
        write_manifest(unfinished, manifest, words)
        _write_card(base.folder, unfinished, manifest, has_report=report is not None)
    return Applied(manifest, tuple(checks))


def _check_place(base_folder: Path, out: Path, *, overwrite: bool) -> None:
    """Check that writing OUT harms neither BASE nor anything that ``apply`` has not made."""
    at, base_at = out.resolve(), base_folder.resolve()
    if at == base_at:
        raise ValueError(f"OUT is BASE, {out}; give OUT another name")
    if base_at in at.parents:
        raise ValueError(f"OUT, {out}, would lie inside of BASE, {base_folder}; give it a place of its own")
    if at in base_at.parents:
        raise ValueError(f"BASE, {base_folder}, lies inside of OUT, {out}; give OUT a place of its own")
    if overwrite and out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise FileExistsError(
            f"{out} has no {MANIFEST}, so `curator apply` did not make it, and --overwrite would delete what "
            "is in it; give another name, or delete it yourself"
        )


@collecting_later()
def _write_and_check(
    prepared: Prepared, folder: Path, sample: Sequence[str]
) -> tuple[Manifest, dict[str, list[bytes]], list[Check]]:
    """Write weights and tokenizer, and check them.

    Copying is the kernel's work, and reading, hashing, adding up rows and tokenizing leave the interpreter's lock,
    so that each has a thread.

    :return: the manifest as far as it is known, the text of its words, and the checks that held.
    """
    model_folder = folder / prepared.base.model_folder.relative_to(prepared.base.folder)
    model_folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(3) as others:
        rows = others.submit(_changes, prepared)
        weights = others.submit(write_weights, prepared, rows.result, model_folder)
        _write_others(prepared, folder, model_folder)
        manifest = make_manifest(prepared)
        words, changes = encode_words(manifest), rows.result()
        # Not before: the weights wait for the rows, and the texts for nothing.
        texts = others.submit(check_texts, model_folder, manifest, prepared.vocabulary, sample)
        add_written(manifest, prepared, changes, weights.result())
        of_weights = verify_weights(folder, manifest, prepared.opened.hasher)
        checks = [*of_weights, verify_files(model_folder, manifest), *texts.result()]
        return manifest, words, checks


def _report(
    prepared: Prepared, folder: Path, manifest: Manifest, checks: Sequence[Check], options: ReportOptions
) -> list[Check]:
    from curator.applier.report.build import check_and_report, write_page

    base, table = prepared.base, prepared.tensors.table
    model_folder = folder / base.model_folder.relative_to(base.folder)
    canonical = {word: group.words[0] for group in prepared.groups.groups for word in group.words}
    more, findings = check_and_report(base.model_folder, model_folder, table, canonical, manifest, options)
    manifest["checks"] = {done.name: done.said for done in (*checks, *more)}
    write_page(folder, manifest, findings)
    return more


def _write_card(base_folder: Path, folder: Path, manifest: Manifest, *, has_report: bool) -> None:
    old = base_folder / CARD
    text = old.read_text(encoding="utf-8") if old.is_file() else None
    (folder / CARD).unlink(missing_ok=True)
    (folder / CARD).write_text(make_card(manifest, has_report=has_report, base_card=text), encoding="utf-8")


def _changes(prepared: Prepared) -> dict[str, RowChanges]:
    tensors, plan, pool = prepared.tensors, prepared.plan, prepared.options.pool
    of_table = changed_rows(tensors.table, plan, pool, _contextual(prepared))
    changes = {tensor.name: of_table for tensor in (tensors.table, *tensors.copies)}
    # Output rows live in a space of their own, for which no layer has vectors.
    if tensors.outputs:
        of_pieces = replace(plan, groups=tuple(map(_from_pieces, plan.groups)))
        changes.update({tensor.name: changed_rows(tensor, of_pieces, pool) for tensor in tensors.outputs})
    changes.update({tensor.name: changed_biases(tensor, plan) for tensor in tensors.biases})
    return changes


def _contextual(prepared: Prepared) -> dict[str, Floats]:
    members = [member for member in prepared.plan.new_members if member.source is Source.CONTEXTUAL]
    if not members:
        return {}
    from curator.applier.contextual import contextual_vectors

    frame = prepared.vocabulary.tokenizer.encode("").ids
    first, last = (frame[0], frame[-1]) if len(frame) > 1 else (None, None)
    width = prepared.tensors.table.row_shape[1]
    return contextual_vectors(prepared.base.model_folder, members, width, cls_id=first, sep_id=last)


def _from_pieces(group: PlannedGroup) -> PlannedGroup:
    members = (
        member._replace(source=Source.PIECES) if member.source is Source.CONTEXTUAL else member
        for member in group.members
    )
    return replace(group, members=tuple(members))


def _write_others(prepared: Prepared, folder: Path, model_folder: Path) -> None:
    """Write all but the weights."""
    prepared.tokenizer.write(model_folder)
    _write_config(prepared, model_folder)
    _copy_others(prepared, folder)


def _write_config(prepared: Prepared, folder: Path) -> None:
    config, n_rows = dict(prepared.base.config), prepared.plan.n_rows
    if "vocab_size" in config:
        config["vocab_size"] = n_rows
    else:
        config["text_config"] = {**config["text_config"], "vocab_size": n_rows}
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _copy_others(prepared: Prepared, folder: Path) -> None:
    base = prepared.base
    stale = {base.model_folder / name for name in (*prepared.tokenizer.stale, MANIFEST)}
    for path in base.copied:
        target = folder / path
        if target.exists() or base.folder / path in stale or _is_index(path):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        place(base.folder / path, target, may_link=False)  # they are small, and people edit them


def _is_index(path: Path) -> bool:
    return path.name in ("model.safetensors.index.json", "pytorch_model.bin.index.json")


def check_texts(
    model_folder: Path, manifest: Manifest, vocabulary: Vocabulary | None = None, sample: Sequence[str] = ()
) -> list[Check]:
    """Check the tokenizer of an adjusted checkpoint.

    :param vocabulary: of BASE; none to take what the adjusted one was made from out of itself.
    :param sample: sentences of a corpus.
    :raises CheckFailedError: at the first check that fails.
    """
    written = (model_folder / TOKENIZER_JSON).read_text(encoding="utf-8")
    old = vocabulary.tokenizer if vocabulary else shrunk(json.loads(written), manifest["base"]["n_entries"])
    return TextChecks(old, Tokenizer.from_str(written), manifest).run(sample)


def verify(out: Path, *, sample: Sequence[str] = (), loads: bool = True) -> list[Check]:
    """Repeat the checks of a checkpoint that ``apply`` made, from its manifest alone.

    :param loads: whether transformers is to load the model and save it; that takes its size in memory.
    :raises CheckFailedError: at the first check that fails.
    :raises FileNotFoundError: if the manifest or a file is missing.
    :raises ValueError: if a file is damaged.
    """
    manifest = read_manifest(out)
    model_folder = find_base(str(out)).model_folder
    with Hasher() as hasher, ThreadPoolExecutor(1) as other:
        weights = other.submit(verify_weights, out, manifest, hasher)
        files = verify_files(model_folder, manifest)
        texts = check_texts(model_folder, manifest, sample=sample)
        checks = [*weights.result(), files, *texts]
    if not loads:
        return checks
    from curator.applier.round_trip import check_round_trips

    return [*checks, *check_round_trips(model_folder, manifest)]
