"""The demonstration's input: a small corpus of invented counselling talk and a tiny BERT checkpoint."""

import csv
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from miner.demo.checkpoint import write_checkpoint
from miner.files import by_rename

MARK = ".dongui-demo"  # a folder with this file in it is a demonstration's, to be written again at will
SEED = 0


@dataclass(frozen=True, slots=True)
class DemoPaths:
    """Where the demonstration's input lies.

    :ivar corpus: CSV, UTF-8, one utterance a row in the column ``HS``.
    :ivar checkpoint: folder of a tiny BERT that ``transformers`` loads.
    """

    corpus: Path
    checkpoint: Path


def write_demo(folder: str | Path) -> DemoPaths:
    """Write the corpus ``counselling.csv`` and the checkpoint ``tiny-bert`` into a folder.

    Both appear by rename. In a folder of an earlier demonstration they are written again, the same bytes,
    and everything else is left as it is.

    :param folder: made when missing.
    :raises FileExistsError: if the path is a file, or a folder with files that no demonstration wrote.
    :raises OSError: if the folder cannot be written.
    """
    folder = Path(folder)
    _claim(folder)
    paths = DemoPaths(corpus=folder / "counselling.csv", checkpoint=folder / "tiny-bert")
    text = resources.files(__name__).joinpath("utterances.csv").read_text(encoding="utf-8")
    with by_rename(paths.corpus) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
    write_checkpoint([row["HS"] for row in csv.DictReader(text.splitlines())], paths.checkpoint, seed=SEED)
    return paths


def _claim(folder: Path) -> None:
    """Make sure that the folder is the demonstration's to write in, and mark it as such."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; expected a folder for the demonstration. Give another path")
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in folder.iterdir())
    if names and MARK not in names:
        raise FileExistsError(
            f"{folder} holds {len(names)} files or folders that no demonstration wrote ({names[0]} is one); "
            "expected an empty or new folder. Give another one"
        )
    (folder / MARK).write_text("Written by `miner demo`; it may be deleted or written again.\n", encoding="utf-8")
