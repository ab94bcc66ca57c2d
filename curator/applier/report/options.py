"""What a report is to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What to measure beyond the words.

    :ivar sample: sentences of a corpus, and the number that it has.
    :ivar probe: labelled file, .csv or .tsv; with its columns.
    """

    sample: Sequence[str] = ()
    n_all_sentences: int = 0
    probe: Path | None = None
    text_column: str = "text"
    label_column: str = "label"
    pseudo_perplexity: bool = False
