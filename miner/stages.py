"""Finished stages on disk: a stage whose input and options did not change is loaded, not run again."""

import errno
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

RESULTS_DEPEND_ON = ("dongui", "konlpy", "kiwipiepy", "faiss-cpu")  # another version's stages are not reused
KEY_LENGTH = 16  # hexadecimal digits of a key in a folder's name; 64 bits


@dataclass(frozen=True, slots=True)
class StageResult:
    """A finished stage.

    :ivar folder: where its files are.
    :ivar key: digest of the stage's name, options (the keys before it among them) and software versions.
    :ivar seconds: wall time that the stage took when it ran.
    :ivar reused: whether it was finished before this run.
    :ivar report: what the stage told of itself: counts, and what it dropped.
    """

    folder: Path
    key: str
    seconds: float
    reused: bool
    report: Mapping[str, Any]


@dataclass(slots=True)
class StageStore:
    """Runs stages once and keeps their files, each stage in a folder named by its key.

    A stage writes into a temporary folder beside the final one, which appears by rename when the stage is
    complete. A killed run therefore leaves finished stages and, at worst, a temporary folder, which the next
    run of that stage removes. A stage whose files are no longer those that it wrote, after a power cut or a
    copy that broke off, is computed anew, with a warning.

    :ivar root: folder of all stages; made when missing.
    :ivar finished: the stages that this run went through, in order.
    """

    root: Path
    finished: dict[str, StageResult] = field(default_factory=dict)

    def run(
        self,
        name: str,
        options: Mapping[str, Any],
        compute: Callable[[Path], Mapping[str, Any]],
    ) -> StageResult:
        """Return the stage's result, computing it where it is not there yet.

        :param name: of the stage; part of its folder's name.
        :param options: everything that the result depends on, JSON-serialisable, upstream keys included.
        :param compute: writes the stage's files into the folder it is given and returns its report.
        :raises OSError: if the folder cannot be written, e.g. because the disk is full; nothing of the stage
            remains then, and earlier stages are untouched.
        """
        key = stage_key(name, options)
        folder = self.root / f"{name}-{key[:KEY_LENGTH]}"
        record = _read_record(folder)
        reused = record is not None
        if record is None:
            record = self._compute(folder, name, options, compute)
        else:
            logger.info("stage %s: already finished in %s", name, folder)
        result = StageResult(folder, key, record["seconds"], reused, record["report"])
        self.finished[name] = result
        return result

    def _compute(
        self,
        folder: Path,
        name: str,
        options: Mapping[str, Any],
        compute: Callable[[Path], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
        for left in folder.parent.glob(f"{folder.name}.*.unfinished"):
            # In a container the killed run may have had our own number.
            if left == unfinished or not _is_running(int(left.name.split(".")[-2])):
                shutil.rmtree(left)
        unfinished.mkdir(parents=True)
        start = time.perf_counter()
        try:
            report = _with_reason(compute, unfinished)
            record = {
                "stage": name,
                "options": options,
                "seconds": round(time.perf_counter() - start, 3),
                "files": _sizes(unfinished),
                "report": report,
            }
            text = json.dumps(record, ensure_ascii=False, indent=1)
            (unfinished / "stage.json").write_text(text + "\n", encoding="utf-8")
            return _appear(unfinished, folder) or json.loads(text)  # as a later run will read it
        finally:  # Ctrl-C as well: what is left of an unfinished stage is worth nothing, and may be large
            shutil.rmtree(unfinished, ignore_errors=True)


def stage_key(name: str, options: Mapping[str, Any]) -> str:
    """Return the digest that a stage with these options has, this software being what it is."""
    versions = {package: version(package) for package in RESULTS_DEPEND_ON}
    return fingerprint({"stage": name, "versions": versions, **options})


def fingerprint(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a mapping's canonical JSON, in hexadecimal."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _with_reason(compute: Callable[[Path], Mapping[str, Any]], folder: Path) -> Mapping[str, Any]:
    try:
        return compute(folder)
    except OSError as error:
        if error.errno is None and "requested and" in str(error):
            # numpy.ndarray.tofile tells how much it wrote, and not why it stopped: it leaves errno out.
            raise OSError(errno.ENOSPC, f"the disk took part of a file only ({error})", str(folder)) from error
        raise


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of each file of a stage, by its path in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _read_record(folder: Path) -> Mapping[str, Any] | None:
    """Return what a finished stage told of itself; ``None`` if it is not there, or damaged: then it is removed."""
    if not folder.exists():
        return None
    try:
        record = json.loads((folder / "stage.json").read_text(encoding="utf-8"))
        found = _sizes(folder)
        wrong = [name for name, size in record["files"].items() if found.get(name) != size]
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        wrong = ["stage.json"]
    if not wrong:
        return dict(record)
    logger.warning("%s is damaged (%s is not as it was written); the stage runs again", folder, ", ".join(wrong))
    shutil.rmtree(folder)
    return None


def _appear(unfinished: Path, folder: Path) -> Mapping[str, Any] | None:
    """Rename the folder; return the record of another run that was faster."""
    try:
        unfinished.rename(folder)
    except OSError:
        other = _read_record(folder)
        if other is None:  # none, or a damaged one, which is gone now
            unfinished.rename(folder)
        else:
            logger.info("stage folder %s was finished by another run meanwhile; that one is used", folder)
        return other
    return None


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process
        return True
    return True
