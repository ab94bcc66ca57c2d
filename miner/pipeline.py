"""The order of the stages: corpus, lexicon, vectors, neighbours, groups, database.

Each stage is kept on disk as soon as it is finished (``miner.stages``), so that an interrupted run goes on
from there and a second run with the same input and options does nothing twice. Groups are cheap, and depend
on what people decided meanwhile: they are made anew each time.
"""

import resource
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from miner import sink
from miner.clustering import ProposedGroup, cluster, propose, write_groups
from miner.corpus import digest_input
from miner.encoder import VectorCache, cache_folder, prompt_for
from miner.engine import Workplace, workplace
from miner.gathering import Gathered, gather, weigh
from miner.lexicon import Lexicon
from miner.morphology.base import Pos
from miner.neighbors import Neighbors, find_neighbors
from miner.options import EncoderOptions, RunOptions
from miner.rerank import Reranking, rerank
from miner.scoring.model import ScoredPairs
from miner.stages import StageStore, fingerprint
from miner.word_map import place_words

N_CLOSE_WORDS = 10  # nearest words of each grouped one that the review shows when they were left out
REPORTED_VERSIONS = ("dongui", "numpy", "torch", "sentence-transformers", "faiss-cpu", "konlpy", "kiwipiepy")
BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of getrusage


@dataclass(frozen=True, slots=True)
class MiningResult:
    """What a run found, and what it told of itself.

    :ivar lexicon: the words that were offered for grouping.
    :ivar groups: proposals, the tightest first.
    :ivar manifest: configuration, seed, input digests, versions, counts and seconds per stage.
    :ivar stored: what the database took.
    :ivar reranking: what the decisions in the database taught about the open groups.
    """

    lexicon: Lexicon
    groups: Sequence[ProposedGroup]
    manifest: Mapping[str, Any]
    stored: sink.StoreCounts
    reranking: Reranking


def mine_groups(
    options: RunOptions, *, work_dir: str | Path, database: str, groups_out: str | Path | None = None
) -> MiningResult:
    """Mine a corpus or a word list into candidate groups in the database.

    :param options: input and settings of every stage.
    :param work_dir: folder of finished stages.
    :param database: URL or SQLite file.
    :param groups_out: also write the groups to this file, one a line, words tab-separated.
    :raises ValueError: if an option or the input is wrong.
    :raises OSError: if a file or the database cannot be read or written.
    """
    with workplace(options, Path(work_dir)) as place:
        return _mine_groups(options, place, Path(work_dir), database, groups_out)


def _mine_groups(
    options: RunOptions, place: Workplace, work_dir: Path, database: str, groups_out: str | Path | None
) -> MiningResult:
    started_at = datetime.now(UTC)
    # Before the long work: a wrong address, name or device must not cost an hour.
    sink.check_database(database)
    prompt = prompt_for(options.encoder.name, options.encoder.prompt)
    encoder = replace(options.encoder, prompt=prompt)
    identity = place.encoder_identity(encoder)
    stages = StageStore(work_dir)
    lexicon, source = place.mine_lexicon(options, stages)
    texts = [word.text for word in lexicon.words]
    vectors, has_vector = _vectors(place, encoder, identity, texts, stages)
    rows = np.flatnonzero(has_vector)
    if len(rows) < len(vectors):  # else no second copy of what may be gigabytes
        vectors = vectors[rows]
    neighbors = _neighbors(options, vectors, stages)
    gathered = gather(place, lexicon.words, options.groups, encoder, identity, stages)
    scored = weigh(options, [texts[row] for row in rows], rows, vectors, neighbors, gathered, stages)
    start = time.perf_counter()
    groups, counts = _groups(options, lexicon, rows, vectors, scored, gathered, database)
    if groups_out is not None:
        write_groups(groups, groups_out)
    seconds = round(time.perf_counter() - start, 3)
    grouped = {word for group in groups for word in group.words}
    coordinates = _coordinates(options, lexicon, rows, vectors, grouped, stages)
    manifest = _manifest(replace(options, encoder=encoder), stages, source, started_at)
    manifest["stages"]["groups"] = {
        "seconds": seconds,
        "report": {
            **counts,
            "n_groups": len(groups),
            "n_grouped_words": len(grouped),
        },
    }
    close = close_words([texts[row] for row in rows], neighbors, grouped)
    stored = sink.store_run(database, manifest, lexicon.words, groups, close, coordinates)
    return MiningResult(lexicon, groups, manifest, stored, rerank(database))


def _vectors(
    place: Workplace, options: EncoderOptions, identity: str, words: Sequence[str], stages: StageStore
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return unit rows, shape (n_words, dim), and which of them stand for a vector."""

    def compute(folder: Path) -> Mapping[str, Any]:
        cache = VectorCache(cache_folder() / "vectors.sqlite", identity)
        encoded = place.encode(options, identity, words, cache)
        np.save(folder / "vectors.npy", encoded.vectors)
        np.save(folder / "has_vector.npy", encoded.has_vector)
        return {
            "n_cached": encoded.n_cached,
            "n_encoded": encoded.n_encoded,
            "n_without_vector": encoded.n_without_vector,
        }

    stage = stages.run("vectors", {"encoder": identity, "words": fingerprint({"words": words})}, compute)
    return np.load(stage.folder / "vectors.npy"), np.load(stage.folder / "has_vector.npy")


def _neighbors(options: RunOptions, vectors: npt.NDArray[np.float32], stages: StageStore) -> Neighbors:
    def compute(folder: Path) -> Mapping[str, Any]:
        found = find_neighbors(vectors, options.groups.n_neighbors, seed=options.seed)
        np.savez(folder / "neighbors.npz", ids=found.ids, cosine_similarity=found.cosine_similarity)
        return {"index": found.index_description, "recall": found.recall, "n_words_with_vector": len(vectors)}

    stage = stages.run(
        "neighbors",
        {"vectors": stages.finished["vectors"].key, "k": options.groups.n_neighbors, "seed": options.seed},
        compute,
    )
    with np.load(stage.folder / "neighbors.npz") as arrays:
        ids, cosine_similarity = arrays["ids"], arrays["cosine_similarity"]
    return Neighbors(ids, cosine_similarity, stage.report["index"], stage.report["recall"])


def _groups(
    options: RunOptions,
    lexicon: Lexicon,
    rows: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
    scored: ScoredPairs,
    gathered: Gathered,
    database: str,
) -> tuple[list[ProposedGroup], dict[str, int]]:
    words = [lexicon.words[row] for row in rows]
    texts = [word.text for word in words]
    number = {text: i for i, text in enumerate(texts)}
    past = sink.past_constraints(database)
    apart = [(number[a], number[b]) for a, b in past.cannot_link if a in number and b in number]
    columns = scored.table.columns
    opposed = scored.table.pairs[(columns["opposition"] > 0) & (columns["dictionary"] == 0)]
    asked = options.groups.min_cosine_similarity
    near = np.ones(len(scored.log_odds), bool)
    if asked is not None:
        near = columns["cosine_similarity"] >= asked
    groups = cluster(
        scored.table.pairs[near],
        scored.log_odds[near],
        min_probability=options.groups.min_probability,
        max_group_size=options.groups.max_group_size,
        cannot_link=[*apart, *((a, b) for a, b in opposed.tolist())],
        must_link=[[number[word] for word in entry if word in number] for entry in gathered.entries],
    )
    sentences = {name: source.sentences for name, source in gathered.sources.items()}
    frequencies, are_compounds = [word.frequency for word in words], [word.pos is Pos.COMPOUND for word in words]
    proposals = propose(groups, texts, frequencies, are_compounds, vectors, scored, sentences)
    counts = {"n_opposed_pairs": len(opposed), "n_pairs_kept_apart_by_people": len(apart)}
    return sorted(proposals, key=lambda group: (-group.probability, group.words)), counts


def close_words(
    texts: Sequence[str], neighbors: Neighbors, wanted: Collection[str]
) -> Iterator[tuple[str, str, float]]:
    """Yield the nearest words of each wanted word with their cosine similarity, for the review to draw in.

    :param texts: the words of the rows of ``neighbors``.
    """
    for text, ids, similarities in zip(texts, neighbors.ids, neighbors.cosine_similarity, strict=True):
        if text in wanted:
            nearest = list(zip(ids.tolist(), similarities.tolist(), strict=True))[:N_CLOSE_WORDS]
            yield from ((text, texts[i], similarity) for i, similarity in nearest if i >= 0)


def _coordinates(
    options: RunOptions,
    lexicon: Lexicon,
    rows: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
    grouped: Collection[str],
    stages: StageStore,
) -> dict[str, tuple[float, float]]:
    """Return where the grouped words lie on the map."""
    words = [lexicon.words[row] for row in rows]
    chosen = [i for i, word in enumerate(words) if word.text in grouped]
    texts = [words[i].text for i in chosen]

    def compute(folder: Path) -> Mapping[str, Any]:
        frequencies = np.array([words[i].frequency for i in chosen], np.int64)
        points = place_words(vectors[chosen], frequencies, seed=options.seed)
        np.save(folder / "points.npy", points)
        return {"n_mapped_words": len(points)}

    settings = {
        "vectors": stages.finished["vectors"].key,
        "words": fingerprint({"words": texts}),
        "seed": options.seed,
    }
    points = np.load(stages.run("map", settings, compute).folder / "points.npy")
    if not len(points):
        return {}
    return {text: (x, y) for text, (x, y) in zip(texts, points.tolist(), strict=True)}


def _manifest(
    options: RunOptions, stages: StageStore, source: Mapping[str, Any], started_at: datetime
) -> dict[str, Any]:
    configuration = asdict(options)
    files = [path for path in (options.groups.model, options.groups.name_endings) if path is not None]
    digests = {path: digest_input(path) for path in (*files, *options.groups.dictionaries)}
    versions = {name: version(name) for name in REPORTED_VERSIONS} | {"python": sys.version.split()[0]}
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "fingerprint": fingerprint(
            {
                "neighbors": stages.finished["neighbors"].key,  # digests every stage before it
                "groups": configuration["groups"],
                "files": digests,
                "dongui": versions["dongui"],
            }
        ),
        "started_at": started_at.isoformat(),
        "configuration": configuration,
        "seed": options.seed,
        "source": {**source, "group_files": digests},
        "versions": versions,
        "stages": {
            name: {"key": result.key, "seconds": result.seconds, "reused": result.reused, "report": result.report}
            for name, result in stages.finished.items()
        },
        "peak_memory_megabytes": round(peak * BYTES_PER_RSS_UNIT / 1e6),
    }
