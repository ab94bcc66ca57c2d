"""Which columns of a table hold the sentences."""

import difflib
import unicodedata
from collections.abc import Collection, Sequence

from miner.corpus.report import CorpusError


def nfc(name: str) -> str:
    """Return a column's name as it is compared: NFC, without white space at its ends."""
    return unicodedata.normalize("NFC", name).strip()


def choose_columns(
    document: str, wanted: Sequence[str], there: Sequence[str], *, of_text: Sequence[str] | None = None
) -> tuple[int, ...]:
    """Return the positions of the wanted columns, in the order they are wanted.

    :param wanted: names; none takes the only column, or the only one of text, where there is one.
    :param there: the columns of the table, in NFC.
    :param of_text: those of ``there`` which the file declares as text; ``None`` if it declares nothing.
    :raises CorpusError: if a column is missing, is there twice or is not text, or if the choice is not clear.
    """
    candidates = there if of_text is None else of_text
    if not wanted:
        if len(candidates) != 1:
            raise CorpusError(
                f"{document} has {len(candidates)} columns of text; choose with --column (may be given several "
                f"times). {_listed(there)}"
            )
        return (there.index(candidates[0]),)
    for name in map(nfc, wanted):
        if name not in there:
            raise missing_column(document, name, there)
        if there.count(name) > 1:
            raise CorpusError(f"{document} has {there.count(name)} columns named {name!r}; rename all but one")
        if name not in candidates:
            raise CorpusError(f"{document}: column {name!r} holds no text. Columns of text: {_quoted(candidates)}")
    return tuple(there.index(nfc(name)) for name in wanted)


def missing_column(document: str, name: str, there: Collection[str]) -> CorpusError:
    """Make the error for a column that is not there, with the nearest name."""
    near = difflib.get_close_matches(name, there, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return CorpusError(f"{document} has no column {name!r}.{hint} {_listed(there)}")


def _listed(names: Collection[str]) -> str:
    return f"Columns there are: {_quoted(names)}"


def _quoted(names: Collection[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
