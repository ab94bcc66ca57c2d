"""Finished stages on disk: a stage whose input and options did not change is loaded, not run again."""

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
    run of that stage removes.

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
        if not (folder / "stage.json").exists():
            self._compute(folder, name, options, compute)
            reused = False
        else:
            logger.info("stage %s: already finished in %s", name, folder)
            reused = True
        record = json.loads((folder / "stage.json").read_text(encoding="utf-8"))
        result = StageResult(folder, key, record["seconds"], reused, record["report"])
        self.finished[name] = result
        return result

    def _compute(
        self,
        folder: Path,
        name: str,
        options: Mapping[str, Any],
        compute: Callable[[Path], Mapping[str, Any]],
    ) -> None:
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
        for left in folder.parent.glob(f"{folder.name}.*.unfinished"):
            if not _is_running(int(left.name.split(".")[-2])):
                shutil.rmtree(left)
        unfinished.mkdir(parents=True)
        start = time.perf_counter()
        try:
            report = compute(unfinished)
            record = {
                "stage": name,
                "options": options,
                "seconds": round(time.perf_counter() - start, 3),
                "report": report,
            }
            text = json.dumps(record, ensure_ascii=False, indent=1)
            (unfinished / "stage.json").write_text(text + "\n", encoding="utf-8")
            _appear(unfinished, folder)
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


def _appear(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError:
        if not (folder / "stage.json").exists():
            raise
        logger.info("stage folder %s was finished by another run meanwhile; that one is used", folder)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process
        return True
    return True
