"""The stages that collect what speaks for pairs of words beside their vectors, and weigh it."""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from miner.corpus import digest_input
from miner.encoder import VectorCache, cache_folder, load_encoder
from miner.engine import Workplace
from miner.evidence.contexts import context_rows
from miner.evidence.dictionaries import read_dictionaries, read_groups
from miner.evidence.polarity import SEEDS, polarity_axis
from miner.evidence.table import PairSource
from miner.evidence.text import load_sources, save_sources
from miner.evidence.word_rows import WordRows, load_rows
from miner.lexicon import LexiconWord
from miner.lexicon.stages import EOJEOLS_STAGE, read_word_list
from miner.neighbors import Neighbors
from miner.options import EncoderOptions, GroupOptions, RunOptions
from miner.scoring.model import ScoredPairs, load_model, load_pairs, shipped_model
from miner.scoring.pairs import score_pairs
from miner.stages import StageStore, fingerprint
from miner.tokenizer import load_tokenizer


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was collected.

    :ivar sources: on pairs of words, by name.
    :ivar rows: that stand for all words of the lexicon, by name.
    :ivar entries: of the user's dictionaries.
    :ivar axis: from blame to praise among the vectors, float32, shape (dim,), if the encoder has one.
    """

    sources: Mapping[str, PairSource]
    rows: Mapping[str, WordRows]
    entries: Sequence[Sequence[str]]
    axis: npt.NDArray[np.float32] | None


def gather(
    place: Workplace,
    words: Sequence[LexiconWord],
    groups: GroupOptions,
    encoder: EncoderOptions,
    identity: str,
    stages: StageStore,
) -> Gathered:
    """Collect, or load what was collected before.

    :param place: where the sentences of the corpus are.
    :param words: of the lexicon.
    :param groups: names the dictionaries, and how many sentences are read in context.
    :param encoder: reads these sentences.
    :param identity: of the encoder.
    :param stages: keeps what was found; where its ``eojeols`` are finished, there is a corpus to read.
    :raises ValueError: if a dictionary or a list of endings cannot be read.
    :raises OSError: if a file is not there.
    """
    sources: dict[str, PairSource] = {}
    rows: dict[str, WordRows] = {}
    if EOJEOLS_STAGE in stages.finished:
        sources |= _text_evidence(place, words, groups, stages)
        rows["distributional_similarity"] = _distribution(place, words, stages)
        if groups.n_context_sentences:
            rows["context_similarity"] = _contexts(words, groups, encoder, identity, stages)
    paths = [Path(path) for path in groups.dictionaries]
    if paths:
        sources["dictionary"] = read_dictionaries(paths)
    entries = [entry for path in paths for entry in read_groups(path)]
    return Gathered(sources, rows, entries, _polarity(place, encoder, identity, stages))


def _text_evidence(
    place: Workplace, words: Sequence[LexiconWord], groups: GroupOptions, stages: StageStore
) -> dict[str, PairSource]:
    path, texts = groups.name_endings, [word.text for word in words]
    endings = [] if path is None else [ending for ending in read_word_list(Path(path)) if ending]

    def compute(folder: Path) -> Mapping[str, Any]:
        found, counts = place.find_text_evidence(texts, endings)
        save_sources(found, folder)
        return counts

    settings = {
        "eojeols": stages.finished[EOJEOLS_STAGE].key,
        "words": fingerprint({"words": texts}),
        "endings": endings,
    }
    return load_sources(stages.run("text_evidence", settings, compute).folder)


def _distribution(place: Workplace, words: Sequence[LexiconWord], stages: StageStore) -> WordRows:
    texts = [word.text for word in words]

    def compute(folder: Path) -> Mapping[str, Any]:
        found = place.find_distribution(texts)
        found.save(folder)
        return {"n_words_with_distribution": int(found.has_row.sum())}

    settings = {"eojeols": stages.finished[EOJEOLS_STAGE].key, "words": fingerprint({"words": texts})}
    return load_rows(stages.run("distribution", settings, compute).folder)


def _contexts(
    words: Sequence[LexiconWord], groups: GroupOptions, encoder: EncoderOptions, identity: str, stages: StageStore
) -> WordRows:
    def compute(folder: Path) -> Mapping[str, Any]:
        found, counts = context_rows(
            load_encoder(encoder.name, device=encoder.device),
            words,
            n_sentences=groups.n_context_sentences,
            batch_size=encoder.batch_size,
            prompt=encoder.prompt,
            cache=VectorCache(cache_folder() / "vectors.sqlite", json.dumps([identity, "in context"])),
            show_progress=sys.stderr.isatty(),
        )
        found.save(folder)
        return counts

    settings = {
        "encoder": identity,
        "n_sentences": groups.n_context_sentences,
        "lexicon": stages.finished["lexicon"].key,
    }
    return load_rows(stages.run("contexts", settings, compute).folder)


def _polarity(
    place: Workplace, encoder: EncoderOptions, identity: str, stages: StageStore
) -> npt.NDArray[np.float32] | None:
    def compute(folder: Path) -> Mapping[str, Any]:
        seeds = place.encode(encoder, identity, SEEDS, VectorCache(cache_folder() / "vectors.sqlite", identity))
        np.savez(folder / "seeds.npz", vectors=seeds.vectors, has_vector=seeds.has_vector)
        return {"n_seeds_without_vector": seeds.n_without_vector}

    settings = {"encoder": identity, "seeds": SEEDS}
    with np.load(stages.run("polarity", settings, compute).folder / "seeds.npz") as seeds:
        return polarity_axis(seeds["vectors"], seeds["has_vector"])


def weigh(
    options: RunOptions,
    texts: Sequence[str],
    rows: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
    neighbors: Neighbors,
    gathered: Gathered,
    stages: StageStore,
) -> ScoredPairs:
    """Weigh what speaks for pairs of words, or load it: what people decide changes nothing here.

    :param texts: of the words that have a vector.
    :param rows: of these words in the lexicon.
    :param vectors: of these words, float32, shape (n_words, dim), unit rows.
    :param stages: keeps the pairs; vectors, neighbours and what was gathered are finished.
    :raises ValueError: if the model that the options name is none of this version.
    :raises OSError: if a file is not there.
    """
    asked = options.groups.model
    model = shipped_model() if asked is None else load_model(asked)

    def compute(folder: Path) -> Mapping[str, Any]:
        beside = {name: of_all.of(rows) for name, of_all in gathered.rows.items()}
        is_other_word = load_tokenizer(options.lexicon.tokenizer).is_in_vocabulary
        scored, counts = score_pairs(
            texts, vectors, neighbors, model, gathered.sources, beside, is_other_word, gathered.axis
        )
        scored.save(folder)
        return counts | (_dictionary_counts(texts, gathered) if options.groups.dictionaries else {})

    settings = {
        "stages": {name: result.key for name, result in stages.finished.items()},
        "dictionaries": [digest_input(path) for path in options.groups.dictionaries],
        "model": hashlib.sha256(np.array([model.intercept, *model.weights, *model.means]).tobytes()).hexdigest(),
    }
    return load_pairs(stages.run("pairs", settings, compute).folder)


def _dictionary_counts(texts: Sequence[str], gathered: Gathered) -> dict[str, int]:
    known, pairs = set(texts), gathered.sources["dictionary"].values
    return {
        "n_dictionary_entries": len(gathered.entries),
        "n_dictionary_pairs": sum(known.issuperset(pair) for pair in pairs),
    }
