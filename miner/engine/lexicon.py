"""The corpus and lexicon stages of a run on a cluster: the words, bit for bit, that one machine would find."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from miner.corpus import CorpusReport, Partition, Source, expand, find_sources, split_input
from miner.engine.cluster import Cluster
from miner.engine.compounds import find_compounds_on
from miner.engine.partitions import Parts, count_partition, merge_eojeols, reading_report
from miner.engine.repeats import digest_partition, find_repeated
from miner.engine.shared import SharedFolder
from miner.engine.words import COMPOUNDS_FILE, WordSettings, collect_on, count_on
from miner.lexicon import Lexicon
from miner.lexicon.build import select_words
from miner.lexicon.files import load_lexicon, save_lexicon
from miner.lexicon.stages import EOJEOLS_STAGE, AnalysisCounts, eojeol_settings, lexicon_settings
from miner.morphology.base import MAX_NAMED_EOJEOLS, Pos
from miner.options import CorpusOptions, LexiconOptions
from miner.stages import KEY_LENGTH, StageResult, StageStore, stage_key
from miner.tokenizer import TargetTokenizer, load_tokenizer

MAX_SHARES = 256  # as many reads of a partition's file; 10^9 distinct eojeols are 4 million in each
_PARTS_FILE = "parts.json"


@dataclass(frozen=True, slots=True)
class CountedCorpus:
    """A corpus whose partitions are counted.

    :ivar stage: that counted them.
    :ivar parts: where the counts lie.
    :ivar n_sentences: of each partition, int64, shape (n_parts,).
    """

    stage: StageResult
    parts: Parts
    n_sentences: npt.NDArray[np.int64]


def mine_lexicon_on(
    cluster: Cluster,
    corpus: CorpusOptions,
    lexicon: LexiconOptions,
    seed: int,
    stages: StageStore,
    *,
    shared: SharedFolder,
    partition_bytes: int,
) -> tuple[Lexicon, Mapping[str, Any], CountedCorpus]:
    """Make the lexicon of a corpus on a cluster, or load it where it was made before.

    :param shared: folder of what workers hand to each other.
    :param partition_bytes: about how much of an uncompressed file a worker takes at once.
    :return: the lexicon, the digests of what it was made from, and the partitions.
    :raises ValueError: if an option or the input is wrong.
    :raises OSError: if a file cannot be read or written.
    """
    tokenizer = load_tokenizer(lexicon.tokenizer)  # before the long work: a wrong name fails at once
    paths = list(expand(corpus.paths))
    if "-" in paths:
        raise ValueError(
            "standard input cannot be read by several machines; write it to a file that all of them see"
        )
    columns, group_by = corpus.columns, corpus.group_by
    sources = find_sources(paths, columns=columns, format=corpus.format, group_by=group_by)
    split = partial(_split, replace(corpus, paths=()), partition_bytes)
    splits = list(cluster.map(split, sources, description="looking"))
    inputs = [{"path": path, "sha256": digest} for path, (digest, _) in zip(paths, splits, strict=True)]
    partitions = [partition for _, own in splits for partition in own]
    settings = eojeol_settings(corpus, lexicon, inputs) | {"partition_bytes": partition_bytes}
    counted = _count(cluster, corpus, lexicon, partitions, settings, stages, shared)
    result = _select(cluster, lexicon, seed, tokenizer, counted, stages)
    source = {"inputs": inputs, "tokenizer": tokenizer.name, "tokenizer_digest": tokenizer.digest}
    return load_lexicon(result.folder, dict(result.report)), source, counted


def _split(corpus: CorpusOptions, partition_bytes: int, source: Source) -> tuple[str, list[Partition]]:
    return split_input(
        source,
        columns=corpus.columns,
        group_by=corpus.group_by,
        encoding=corpus.encoding,
        partition_bytes=partition_bytes,
    )


def _count(
    cluster: Cluster,
    corpus: CorpusOptions,
    lexicon: LexiconOptions,
    partitions: Sequence[Partition],
    settings: Mapping[str, Any],
    stages: StageStore,
    shared: SharedFolder,
) -> CountedCorpus:
    """Analyse each partition on a worker, then add their eojeols up by share."""
    key = stage_key(EOJEOLS_STAGE, settings)[:KEY_LENGTH]
    parts = Parts(shared / f"partitions-{key}", len(partitions), min(len(partitions), MAX_SHARES))

    def compute(folder: Path) -> Mapping[str, Any]:
        plain = replace(corpus, paths=())  # 10,000 of them would travel with each task
        numbered = list(enumerate(partitions))
        if corpus.unique:
            _find_repeats(cluster, parts, plain, numbered)
        count = partial(count_partition, parts, plain, lexicon)
        reports = list(cluster.map(count, numbered, description="analysing"))
        n_sentences = [report["n_sentences"] for report in reports]
        (folder / _PARTS_FILE).write_text(json.dumps(n_sentences), encoding="utf-8")
        reading = CorpusReport()
        for report in reports:
            reading.add(reading_report(report))
        reading.check_korean()
        merged = cluster.map(partial(merge_eojeols, parts), range(parts.n_shares), description="eojeols")
        counts = AnalysisCounts(
            n_counted_sentences=sum(n_sentences),
            n_repeated_sentences=sum(report["n_repeated"] for report in reports),
            n_eojeols=sum(report["n_eojeols"] for report in reports),
            n_distinct_eojeols=sum(merged),
            n_too_long_eojeols=sum(report["n_too_long"] for report in reports),
            too_long_eojeols=[text for report in reports for text in report["too_long"]][:MAX_NAMED_EOJEOLS],
        )
        return reading.as_dict() | asdict(counts) | {"n_partitions": len(partitions)}

    stage = stages.run(EOJEOLS_STAGE, settings, compute)
    n_sentences = np.array(json.loads((stage.folder / _PARTS_FILE).read_text(encoding="utf-8")), np.int64)
    return CountedCorpus(stage, parts, n_sentences)


def _find_repeats(
    cluster: Cluster, parts: Parts, corpus: CorpusOptions, partitions: Sequence[tuple[int, Partition]]
) -> None:
    digest = partial(digest_partition, parts.folder, parts.n_shares, corpus)
    for _ in cluster.map(digest, partitions, description="digests"):
        pass
    find = partial(find_repeated, parts.folder, parts.n_parts, parts.n_shares)
    for _ in cluster.map(find, range(parts.n_shares), description="repeats"):
        pass


def _select(
    cluster: Cluster,
    options: LexiconOptions,
    seed: int,
    tokenizer: TargetTokenizer,
    counted: CountedCorpus,
    stages: StageStore,
) -> StageResult:
    """Find compounds, add words up, choose among them, and see what the sentences say of these."""
    arguments = lexicon_settings(options, seed, counted.stage.report)
    compounds = options.compounds and not options.all_morphemes
    key_settings = {"partitions": counted.stage.key, "tokenizer": tokenizer.digest, "compounds": compounds}
    key_settings |= arguments
    parts = counted.parts
    settings = WordSettings(
        folder=parts.folder / f"lexicon-{stage_key('lexicon', key_settings)[:KEY_LENGTH]}",
        joins_compounds=compounds,
        classes=frozenset(map(Pos, arguments["classes"])),
        stop_words=frozenset(arguments["stop_words"]),
        min_count=arguments["min_count"],
        n_examples=arguments["n_examples"],
        seed=seed,
    )

    def compute(folder: Path) -> Mapping[str, Any]:
        if compounds:
            found = find_compounds_on(cluster, parts, settings.folder, min_count=settings.min_count)
            settings.folder.write(COMPOUNDS_FILE, found.save)
        lexicon = select_words(
            collect_on(cluster, parts, settings),
            tokenizer,
            partial(count_on, cluster, parts, settings, counted.n_sentences),
            in_vocabulary_too=options.in_vocabulary_too,
            min_count=settings.min_count,
        )
        save_lexicon(lexicon, folder)
        return {**lexicon.counts, "min_count": settings.min_count}

    return stages.run("lexicon", key_settings, compute)
