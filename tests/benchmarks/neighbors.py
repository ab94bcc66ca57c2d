"""Neighbours and groups of words: ``community_detection`` of sentence-transformers against ``miner``.

    python tests/benchmarks/neighbors.py --words 50000
    python tests/benchmarks/neighbors.py --words 1000000 --no-baseline

The words are planted: topics hold groups of 1 to 5 words whose cosine similarity is about 0.87, as in a lexicon
where most words of a topic are no synonyms.
"""

import argparse
import resource
import time

import numpy as np
import numpy.typing as npt

from miner.clustering import cluster
from miner.neighbors import EXACT_UP_TO, Neighbors, find_neighbors

MIN_COSINE_SIMILARITY = 0.8
WORDS_PER_TOPIC = 100


def main() -> None:
    """Print seconds, ratio, recall, memory and how many of the planted pairs were found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--dim", type=int, default=768)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exact", action="store_true", help="search exactly whatever the number of words")
    parser.add_argument("--baseline", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    vectors, planted = plant(options.words, options.dim, options.seed)
    exact_up_to = options.words if options.exact else min(EXACT_UP_TO, options.words - 1)
    start = time.perf_counter()
    neighbors = find_neighbors(vectors, 10, exact_up_to=exact_up_to, seed=options.seed)
    middle = time.perf_counter()
    groups = cluster(*similar_pairs(neighbors), max_group_size=12)
    end = time.perf_counter()
    report(f"miner, {neighbors.index_description}", end - start, groups, planted)
    print(f"  neighbours {middle - start:.1f} s, groups {end - middle:.1f} s, recall@10 {neighbors.recall:.3f}")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")
    if options.baseline:
        from sentence_transformers.util import community_detection

        start_baseline = time.perf_counter()
        communities = community_detection(vectors, threshold=MIN_COSINE_SIMILARITY, min_community_size=2)
        seconds = time.perf_counter() - start_baseline
        report("community_detection", seconds, communities, planted)
        print(f"ratio {seconds / (end - start):.1f}")


def similar_pairs(neighbors: Neighbors) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the pairs of neighbours that are near enough, and log-odds that grow with their similarity."""
    rows = np.repeat(np.arange(len(neighbors.ids)), neighbors.ids.shape[1])
    pairs = np.sort(np.stack([rows, neighbors.ids.ravel()], axis=1), axis=1)
    similarity = neighbors.cosine_similarity.ravel()
    is_near = similarity >= MIN_COSINE_SIMILARITY
    pairs, first = np.unique(pairs[is_near], axis=0, return_index=True)
    return pairs, 10.0 * similarity[is_near][first].astype(np.float64)


def plant(n_words: int, dim: int, seed: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return unit rows, float32, shape (n_words, dim), and the group of each, int64, shape (n_words,)."""
    random = np.random.default_rng(seed)
    topics = unit(random.standard_normal((max(n_words // WORDS_PER_TOPIC, 1), dim), np.float32))
    sizes = random.integers(1, 6, n_words)
    group = np.repeat(np.arange(n_words), sizes)[:n_words]
    n_groups = int(group[-1]) + 1
    noise = random.standard_normal((n_groups, dim), np.float32) / np.sqrt(dim)
    centres = unit(0.7 * topics[random.integers(0, len(topics), n_groups)] + 0.7 * noise)
    noise = random.standard_normal((n_words, dim), np.float32) / np.sqrt(dim)
    return unit(0.93 * centres[group] + 0.37 * noise), group


def unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale rows to length 1."""
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32, copy=False)


def report(name: str, seconds: float, groups: list[list[int]], planted: npt.NDArray[np.int64]) -> None:
    """Print the seconds and how many pairs are planted ones, and how many of the planted were found."""
    n_found = n_right = 0
    for group in groups:
        _, sizes = np.unique(planted[list(group)], return_counts=True)
        n_found += len(group) * (len(group) - 1) // 2
        n_right += int((sizes * (sizes - 1) // 2).sum())
    _, sizes = np.unique(planted, return_counts=True)
    n_planted = int((sizes * (sizes - 1) // 2).sum())
    precision, recall = n_right / max(n_found, 1), n_right / n_planted
    print(f"{name}: {seconds:.1f} s, pairs found at precision {precision:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
