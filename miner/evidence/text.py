"""Everything that the sentences of a corpus say of pairs of words, read once and kept on disk."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miner.evidence.aliases import find_aliases, states_alias
from miner.evidence.enumerations import Enumeration, find_enumerations
from miner.evidence.glosses import find_shared_glosses, has_gloss
from miner.evidence.mentions import MentionFinder
from miner.evidence.table import PairSource
from miner.lexicon.eojeols import read_row_groups

TEXT_FILE = "text_evidence.json"


def read_sentences(path: Path) -> Iterator[str]:
    """Yield the sentences that the ``eojeols`` stage kept in a Parquet file, in the order of the corpus."""
    for batch in read_row_groups(path, ["text"]):
        yield from batch.column("text").to_pylist()


@dataclass(frozen=True, slots=True)
class TextPiece:
    """What some of the sentences of a corpus say of pairs of words.

    :ivar sentences: those that state an alias or have a gloss, in order; the same text elsewhere counts once, so
        that they are judged together.
    :ivar enumerations: of the pairs named side by side.
    """

    sentences: Sequence[str]
    enumerations: Mapping[tuple[str, str], Enumeration]


def read_piece(path: Path, words: Sequence[str], endings: Collection[str]) -> TextPiece:
    """Read sentences.

    :param path: Parquet file of sentences.
    :param words: of the lexicon.
    :param endings: what may stand behind a name beside particles, e.g. dosage forms.
    """
    finder = MentionFinder(words, endings)
    sentences = [s for s in read_sentences(path) if states_alias(s, finder) or has_gloss(s, finder)]
    return TextPiece(sentences, find_enumerations(read_sentences(path), finder))


def find_text_evidence(
    path: Path, words: Sequence[str], endings: Collection[str]
) -> tuple[dict[str, PairSource], dict[str, int]]:
    """Collect aliases, shared glosses and enumerations from one file of sentences; see ``evidence_of``."""
    return evidence_of([read_piece(path, words, endings)], words, endings)


def evidence_of(
    pieces: Iterable[TextPiece], words: Sequence[str], endings: Collection[str]
) -> tuple[dict[str, PairSource], dict[str, int]]:
    """Collect aliases, shared glosses and enumerations.

    :param pieces: of the corpus, in its order.
    :param words: of the lexicon.
    :param endings: what may stand behind a name beside particles, e.g. dosage forms. A word that is another word
        and endings counts as stated to be that one.
    :return: evidence by its name, and counts of what was found and what was left out.
    """
    finder = MentionFinder(words, endings)
    sentences, enumerations = _joined(pieces)
    aliases, n_classes = find_aliases(sentences, finder)
    glosses, n_broad = find_shared_glosses(sentences, finder)
    by_ending = {(base, word): 1.0 for word in words if (base := finder.without_endings(word)) is not None}
    sources = {
        "alias_statements": PairSource(
            by_ending | {pair: found.n_statements for pair, found in aliases.items()},
            {pair: found.sentence for pair, found in aliases.items()},
        ),
        "shared_gloss": PairSource(
            {pair: count for pair, (count, _) in glosses.items()},
            {pair: sentence for pair, (_, sentence) in glosses.items()},
        ),
        "enumerations": PairSource(
            {pair: found.n_sentences for pair, found in enumerations.items()},
            {pair: found.sentence for pair, found in enumerations.items()},
        ),
    }
    counts = {
        "n_alias_pairs": len(aliases),
        "n_pairs_by_ending": len(by_ending),
        "n_class_name_pairs": n_classes,
        "n_gloss_pairs": len(glosses),
        "n_broad_glosses": n_broad,
        "n_enumerated_pairs": len(enumerations),
    }
    return sources, counts


def _joined(pieces: Iterable[TextPiece]) -> tuple[list[str], dict[tuple[str, str], Enumeration]]:
    """Return the sentences of all pieces, and their enumerations, each with its first sentence."""
    sentences: list[str] = []
    enumerations: dict[tuple[str, str], Enumeration] = {}
    for piece in pieces:
        sentences += piece.sentences
        for pair, own in piece.enumerations.items():
            before = enumerations.get(pair, Enumeration(0, own.sentence))
            enumerations[pair] = Enumeration(before.n_sentences + own.n_sentences, before.sentence)
    return sentences, enumerations


def save_sources(sources: Mapping[str, PairSource], folder: Path) -> None:
    """Write evidence into a folder; ``load_sources`` reads it back."""
    content = {
        name: [[*pair, value, source.sentences.get(pair)] for pair, value in sorted(source.values.items())]
        for name, source in sources.items()
    }
    (folder / TEXT_FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_sources(folder: Path) -> dict[str, PairSource]:
    """Read what ``save_sources`` wrote."""
    content: dict[str, list[Any]] = json.loads((folder / TEXT_FILE).read_text(encoding="utf-8"))
    return {name: _source(rows) for name, rows in content.items()}


def _source(rows: Iterable[Sequence[Any]]) -> PairSource:
    listed = list(rows)
    return PairSource(
        {(a, b): value for a, b, value, _ in listed},
        {(a, b): sentence for a, b, _, sentence in listed if sentence is not None},
    )
