"""The corpus and lexicon stages of a run: read and analyse, then find compounds, count and select."""

import gc
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from miner.compounds import find_compounds
from miner.corpus import CorpusReport, digest_input, expand, read_corpus, total_bytes
from miner.lexicon import Lexicon
from miner.lexicon.build import (
    STOP_WORDS,
    WORD_CLASSES,
    build_lexicon,
    default_min_count,
    lexicon_from_word_list,
    morphemes_as_they_are,
)
from miner.lexicon.eojeols import SENTENCES_FILE, EojeolTable, count_eojeols, load_eojeols
from miner.lexicon.files import load_lexicon, save_lexicon
from miner.morphology import load_analyzer
from miner.morphology.base import Pos
from miner.options import CorpusOptions, LexiconOptions, RunOptions
from miner.progress import progress_bar
from miner.stages import StageResult, StageStore
from miner.tokenizer import TargetTokenizer, load_tokenizer

EOJEOLS_STAGE = "eojeols"  # there is one where there is a corpus


@dataclass(frozen=True, slots=True)
class AnalysisCounts:
    """What the analysis of the sentences tells, beside the report on their reading.

    :ivar n_repeated_sentences: left out because their text was there before.
    :ivar n_too_long_eojeols: left out because they are longer than any word.
    :ivar too_long_eojeols: the first of them, shortened.
    """

    n_counted_sentences: int
    n_repeated_sentences: int
    n_eojeols: int
    n_distinct_eojeols: int
    n_too_long_eojeols: int
    too_long_eojeols: list[str]


def mine_lexicon(options: RunOptions, stages: StageStore) -> tuple[Lexicon, Mapping[str, Any]]:
    """Make the lexicon of a corpus or a word list, or load it where it was made before.

    :return: the lexicon, and the digests of what it was made from.
    :raises ValueError: if an option or the input is wrong.
    :raises OSError: if a file cannot be read or written.
    """
    with _no_search_for_cycles():
        return _mine_lexicon(options, stages)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Stop the garbage collector: it takes a third of the time, and strings and tuples form no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _mine_lexicon(options: RunOptions, stages: StageStore) -> tuple[Lexicon, Mapping[str, Any]]:
    tokenizer = load_tokenizer(options.lexicon.tokenizer)  # before the long work: a wrong name fails at once
    if isinstance(options.source, str):
        return _from_word_list(Path(options.source), tokenizer, stages)
    paths = [_spool_stdin(stages.root, options.source) if p == "-" else p for p in expand(options.source.paths)]
    inputs = [{"path": str(path), "sha256": digest_input(path)} for path in paths]
    source = {"inputs": inputs, "tokenizer": tokenizer.name, "tokenizer_digest": tokenizer.digest}
    eojeols, table = _eojeol_stage(options.source, options.lexicon, paths, inputs, stages)
    result = _lexicon_stage(options.lexicon, options.seed, tokenizer, eojeols, table, stages)
    return load_lexicon(result.folder, dict(result.report)), source


def read_word_list(path: Path) -> list[str]:
    """Read a word a line, NFC, without white space around it; an empty line is an empty word.

    :raises ValueError: if the file is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: byte {error.start} is not UTF-8; expected a list of words, one a line; convert it first"
        ) from error
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()  # the end of the last line, not a line
    return [unicodedata.normalize("NFC", line.strip()) for line in lines]


def _from_word_list(
    path: Path, tokenizer: TargetTokenizer, stages: StageStore
) -> tuple[Lexicon, Mapping[str, Any]]:
    words = [word for word in read_word_list(path) if word]
    if not words:
        raise ValueError(f"{path} has no words; expected a list of words, one a line")
    lexicon = lexicon_from_word_list(words, tokenizer)

    def compute(folder: Path) -> Mapping[str, Any]:
        save_lexicon(lexicon, folder)
        return lexicon.counts

    digest = digest_input(path)
    stages.run("lexicon", {"words": digest, "tokenizer": tokenizer.digest}, compute)
    source = {"inputs": [{"path": str(path), "sha256": digest}], "tokenizer": tokenizer.name}
    return lexicon, {**source, "tokenizer_digest": tokenizer.digest}


def _spool_stdin(work_dir: Path, options: CorpusOptions) -> Path:
    """Copy standard input into a file named by its digest: it can be read once only, and a run may resume."""
    work_dir.mkdir(parents=True, exist_ok=True)
    unfinished = work_dir / f"stdin.{os.getpid()}.unfinished"
    try:
        with unfinished.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        spooled = work_dir / f"stdin-{digest_input(unfinished)[:16]}.{options.format or 'txt'}"
        return unfinished.replace(spooled)
    finally:
        unfinished.unlink(missing_ok=True)


def _eojeol_stage(
    corpus: CorpusOptions,
    lexicon: LexiconOptions,
    paths: list[Path | str],
    inputs: list[dict[str, str]],
    stages: StageStore,
) -> tuple[StageResult, EojeolTable | None]:
    """Return the stage, and its table where it is in memory because it was made just now."""
    table: EojeolTable | None = None

    def compute(folder: Path) -> Mapping[str, Any]:
        nonlocal table
        table, report = _analyze(corpus, lexicon, paths, folder)
        return report

    result = stages.run(EOJEOLS_STAGE, eojeol_settings(corpus, lexicon, inputs), compute)
    return result, table and replace(table, sentences_path=result.folder / SENTENCES_FILE)


def eojeol_settings(
    corpus: CorpusOptions, lexicon: LexiconOptions, inputs: list[dict[str, str]]
) -> dict[str, Any]:
    """Return all that the analysed sentences depend on, JSON-serialisable.

    :param inputs: name and digest of each.
    """
    settings = asdict(corpus)
    del settings["paths"]
    return {
        "inputs": inputs,
        "corpus": settings,
        "analyzer": lexicon.analyzer,
        "punctuation_vanishes": lexicon.all_morphemes,
        "max_eojeol_length": lexicon.max_eojeol_length,
    }


def _analyze(
    corpus: CorpusOptions, lexicon: LexiconOptions, paths: list[Path | str], folder: Path
) -> tuple[EojeolTable, Mapping[str, Any]]:
    report = CorpusReport()
    analyzer = load_analyzer(
        lexicon.analyzer,
        n_workers=lexicon.n_workers,
        all_morphemes=lexicon.all_morphemes,
        max_eojeol_length=lexicon.max_eojeol_length,
    )
    with progress_bar("reading", total_bytes(paths), unit="bytes") as advance:
        sentences = read_corpus(
            paths,
            columns=corpus.columns,
            format=corpus.format,
            encoding=corpus.encoding,
            strict=corpus.strict,
            passages=corpus.passages,
            group_by=corpus.group_by,
            report=report,
            on_bytes=advance,
        )
        table = count_eojeols(sentences, analyzer, folder, unique=corpus.unique)
    counts = AnalysisCounts(
        table.n_sentences,
        table.n_repeated,
        int(table.counts.sum()),
        len(table.eojeols),
        analyzer.n_too_long,
        analyzer.too_long,
    )
    return table, report.as_dict() | asdict(counts)


def _lexicon_stage(
    options: LexiconOptions,
    seed: int,
    tokenizer: TargetTokenizer,
    eojeols: StageResult,
    table: EojeolTable | None,
    stages: StageStore,
) -> StageResult:
    settings = lexicon_settings(options, seed, eojeols.report)
    compounds = options.compounds and not options.all_morphemes

    def compute(folder: Path) -> Mapping[str, Any]:
        analysed = table or load_eojeols(eojeols.folder)
        join = morphemes_as_they_are
        if compounds:
            join = find_compounds(analysed.eojeols, analysed.counts, min_count=settings["min_count"]).join
        lexicon = build_lexicon(analysed, tokenizer, join=join, **settings)
        save_lexicon(lexicon, folder)
        return {**lexicon.counts, "min_count": settings["min_count"]}

    return stages.run(
        "lexicon",
        {"eojeols": eojeols.key, "tokenizer": tokenizer.digest, "compounds": compounds, **settings},
        compute,
    )


def lexicon_settings(options: LexiconOptions, seed: int, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``build_lexicon`` that the options mean, JSON-serialisable.

    :param counts: ``AnalysisCounts`` of the corpus, by name.
    """
    stop_words = STOP_WORDS if options.stop_words is None else _read_stop_words(Path(options.stop_words))
    classes = list(Pos) if options.all_morphemes else chain(*(WORD_CLASSES[c] for c in options.word_classes))
    return {
        "classes": sorted(set(classes)),
        "stop_words": sorted(stop_words),
        "in_vocabulary_too": options.in_vocabulary_too,
        "min_count": options.min_count or default_min_count(counts["n_counted_sentences"], counts["n_eojeols"]),
        "n_examples": options.n_examples,
        "seed": seed,
    }


def _read_stop_words(path: Path) -> frozenset[str]:
    return frozenset(word for word in read_word_list(path) if word)
