"""A lexicon as files: Parquet for the next stage, tab-separated for scripts and for looking."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from miner.files import by_rename
from miner.lexicon import Example, Lexicon, LexiconWord
from miner.morphology.base import Pos

LEXICON_FILE = "lexicon.parquet"

_FORM = pa.struct({"text": pa.string(), "count": pa.int64()})
_EXAMPLE = pa.struct({"text": pa.string(), "document": pa.string(), "row": pa.int64()})
SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "pos": pa.string(),
        "frequency": pa.int64(),
        "document_frequency": pa.int64(),
        "forms": pa.list_(_FORM),
        "is_oov": pa.bool_(),
        "pieces": pa.list_(pa.string()),
        "has_unknown_piece": pa.bool_(),
        "examples": pa.list_(_EXAMPLE),
        "categories": pa.list_(_FORM),
    }
)


def save_lexicon(lexicon: Lexicon, folder: Path) -> None:
    """Write the words into ``folder``; ``load_lexicon`` reads them back. The counts are the caller's to keep."""
    rows = [
        {
            "text": word.text,
            "pos": word.pos.value,
            "frequency": word.frequency,
            "document_frequency": word.document_frequency,
            "forms": [{"text": text, "count": count} for text, count in word.forms],
            "is_oov": word.is_oov,
            "pieces": list(word.pieces),
            "has_unknown_piece": word.has_unknown_piece,
            "examples": [{"text": e.text, "document": e.document, "row": e.row} for e in word.examples],
            "categories": [{"text": text, "count": count} for text, count in word.categories],
        }
        for word in lexicon.words
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), folder / LEXICON_FILE, compression="zstd")


def load_lexicon(folder: Path, counts: dict[str, int]) -> Lexicon:
    """Read back what ``save_lexicon`` wrote into ``folder``.

    :param counts: of the lexicon, as the caller kept them.
    """
    words = tuple(
        LexiconWord(
            text=row["text"],
            pos=Pos(row["pos"]),
            frequency=row["frequency"],
            document_frequency=row["document_frequency"],
            forms=tuple((form["text"], form["count"]) for form in row["forms"]),
            is_oov=row["is_oov"],
            pieces=tuple(row["pieces"]),
            has_unknown_piece=row["has_unknown_piece"],
            examples=tuple(Example(**example) for example in row["examples"]),
            categories=tuple((category["text"], category["count"]) for category in row["categories"]),
        )
        for row in pq.read_table(folder / LEXICON_FILE).to_pylist()
    )
    return Lexicon(words, counts)


def write_lexicon_tsv(lexicon: Lexicon, path: str | Path) -> None:
    """Write one word a line under a header: word, pos, frequency, document_frequency, oov (0 or 1), pieces.

    Pieces are separated by spaces. Of a corpus read by category, a column each follows, with occurrences in it.
    The file appears when it is complete.
    """
    with by_rename(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as out:
        categories = sorted({name for word in lexicon.words for name, _ in word.categories})
        header = ["word", "pos", "frequency", "document_frequency", "oov", "pieces"]
        out.write("\t".join([*header, *(name or "(none)" for name in categories)]) + "\n")
        for word in lexicon.words:
            out.write(
                f"{word.text}\t{word.pos.value}\t{word.frequency}\t{word.document_frequency}\t"
                f"{word.is_oov:d}\t{' '.join(word.pieces)}"
            )
            counts = dict(word.categories)
            out.writelines(f"\t{counts.get(name, 0)}" for name in categories)
            out.write("\n")
