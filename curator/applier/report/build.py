"""What an adjustment does, measured on BASE and OUT one after the other, and told in one self-contained page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from curator.applier.manifest import Manifest, pool_options
from curator.applier.report.findings import Findings, System
from curator.applier.report.geometry import measure
from curator.applier.report.models import MAX_PERPLEXITY_TEXTS, Answers, Model, Questions
from curator.applier.report.options import ReportOptions
from curator.applier.report.page import make_page
from curator.applier.report.samples import drawn, read_labelled, swap_synonyms, untouched_sentences
from curator.applier.round_trip import check_round_trips
from curator.applier.tensors import Tensor
from curator.applier.tokenization import count_pieces, tokenization_changes
from curator.applier.verify import Check, CheckFailedError
from curator.applier.vocabulary.common import TOKENIZER_JSON
from curator.normalizer import WordNormalizer

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class _Measured:
    answers: Answers
    tokenizer: Tokenizer


def check_and_report(
    base_folder: Path,
    folder: Path,
    table: Tensor,
    words: Mapping[str, str],
    manifest: Manifest,
    options: ReportOptions,
) -> tuple[list[Check], Findings]:
    """Load OUT and BASE with transformers, one at a time, check OUT, and measure what changed.

    :param base_folder: of BASE's model.
    :param folder: of the adjusted model.
    :param table: input rows of BASE.
    :param words: each word of the release -> the canonical word of its group, for the word normalizer.
    :raises CheckFailedError: if transformers does not load what was written, or untouched sentences changed.
    :raises ValueError: if the labelled file is wrong.
    """
    pool = pool_options(manifest)
    written = Tokenizer.from_file(str(folder / TOKENIZER_JSON))
    questions = _questions(options, manifest, written, seed=pool.seed)  # a wrong column is found at once
    checks = check_round_trips(folder, manifest, scratch=folder)
    normalizer = WordNormalizer(words)
    is_masked = options.pseudo_perplexity
    base = Model(base_folder, is_masked=is_masked)
    before = _Measured(base.answer(questions, seed=pool.seed), base.plain_tokenizer())
    normalized = base.answer(questions.rewritten(normalizer), seed=pool.seed)
    del base  # two models at once would take twice the memory
    out = Model(folder, is_masked=is_masked)
    after = _Measured(out.answer(questions, seed=pool.seed), out.plain_tokenizer())
    del out
    _check_drift(before.answers, after.answers)
    rewritten = [normalizer(sentence) for sentence in options.sample]
    texts = [manifest["text_prefix"] + word["word"] for word in manifest["words"]]
    return checks, Findings(
        geometry=measure(table, manifest, pool, seed=pool.seed),
        tokenization=tokenization_changes(before.tokenizer, after.tokenizer, options.sample),
        n_sentences=len(options.sample),
        n_all_sentences=options.n_all_sentences,
        pieces_before=_lengths(before.tokenizer, texts),
        pieces_after=_lengths(after.tokenizer, texts),
        pairs=questions.pairs,
        n_perplexity=len(questions.perplexity),
        n_labelled=len(questions.labelled[0]) if questions.labelled else 0,
        before=System(before.answers, *count_pieces(before.tokenizer, options.sample)),
        normalized=System(normalized, *count_pieces(before.tokenizer, rewritten)),
        after=System(after.answers, *count_pieces(after.tokenizer, options.sample)),
        n_untouched=len(questions.untouched),
    )


def _check_drift(before: Answers, after: Answers) -> None:
    drift = float(np.abs(after.untouched - before.untouched).max(initial=0.0))
    if drift:
        raise CheckFailedError(f"sentences without a word of the release changed by up to {drift:g}; expected 0")


def _questions(options: ReportOptions, manifest: Manifest, tokenizer: Tokenizer, *, seed: int) -> Questions:
    questions = Questions(
        untouched=untouched_sentences(options.sample, manifest, tokenizer, seed=seed),
        pairs=swap_synonyms(options.sample, manifest, seed=seed),
        perplexity=drawn(options.sample, MAX_PERPLEXITY_TEXTS, seed=seed) if options.pseudo_perplexity else (),
    )
    if options.probe is None:
        return questions
    labelled = read_labelled(options.probe, options.text_column, options.label_column, seed=seed)
    return replace(questions, labelled=labelled)


def _lengths(tokenizer: Tokenizer, texts: list[str]) -> list[int]:
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]


def write_page(folder: Path, manifest: Manifest, findings: Findings) -> None:
    """Write ``report.html``."""
    (folder / REPORT).write_text(make_page(manifest, findings), encoding="utf-8", newline="\n")
