"""Example sentences as rows of the database."""

from collections.abc import Iterable, Iterator
from typing import Any

from miner.lexicon import LexiconWord


def example_rows(run_id: int, word_id: int, word: LexiconWord) -> Iterator[dict[str, Any]]:
    """Yield the rows of a word's sentences, with the place of the word in each."""
    # Of equally long ones the first, never that of a set: two runs mark the same place.
    forms = sorted(dict.fromkeys([word.text, *(form for form, _ in word.forms)]), key=len, reverse=True)
    for example in word.examples:
        start, end = _find_word(example.text, forms)
        yield {
            "word_id": word_id,
            "run_id": run_id,
            "sentence": example.text,
            "document": example.document,
            "row": example.row,
            "start": start,
            "end": end,
        }


def _find_word(sentence: str, forms: Iterable[str]) -> tuple[int, int] | tuple[None, None]:
    """Return where a form stands, the longest first, rather at the start of an eojeol than within one."""
    padded = f" {sentence}"
    for lead in (" ", ""):
        for form in forms:
            start = padded.find(lead + form)
            if start >= 0:
                return start - 1 + len(lead), start - 1 + len(lead) + len(form)
    return None, None
