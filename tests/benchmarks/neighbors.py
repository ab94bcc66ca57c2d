"""Neighbours and groups of words: ``community_detection`` of sentence-transformers against ``miner``.

    python tests/benchmarks/neighbors.py --words 50000
    python tests/benchmarks/neighbors.py --words 1000000 --no-baseline

The words are planted: topics of very different sizes hold groups of 1 to 5 words whose cosine similarity is about
0.87, as in a lexicon where most words of a topic are no synonyms, and every twentieth group has no topic. The
variance falls from dimension to dimension as along the principal axes of the built-in encoder's vectors.
"""

import argparse
import resource
import statistics
import time

import numpy as np
import numpy.typing as npt
from measuring import conditions

from miner.clustering import cluster
from miner.neighbors import EXACT_UP_TO, Neighbors, find_neighbors

MIN_COSINE_SIMILARITY = 0.8
WORDS_PER_TOPIC = 100  # the mean; of a million words the largest topic has some 5,000
SHARE_WITHOUT_TOPIC = 0.05
BLOCK = 16_384  # rows planted at once
N_CHECKED = 1_000  # words whose true neighbours are found to measure the recall once more


def main() -> None:
    """Print seconds, recall, memory, how many of the planted pairs were found, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--dim", type=int, default=768)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exact", action="store_true", help="search exactly whatever the number of words")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the medians count")
    parser.add_argument("--baseline", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    print(conditions(), flush=True)
    vectors, planted = plant(options.words, options.dim, options.seed)
    runs = [run(vectors, planted, options.exact, options.seed) for _ in range(options.repeat)]
    if options.baseline:
        baseline = [run_baseline(vectors, planted) for _ in range(options.repeat)]
        print(f"ratio {statistics.median(baseline) / statistics.median(runs):.1f}")


def run(vectors: npt.NDArray[np.float32], planted: npt.NDArray[np.int64], exact: bool, seed: int) -> float:
    """Find neighbours and groups; return the seconds."""
    start, start_cpu = time.perf_counter(), time.process_time()
    exact_up_to = len(vectors) if exact else min(EXACT_UP_TO, len(vectors) - 1)
    neighbors = find_neighbors(vectors, 10, exact_up_to=exact_up_to, seed=seed)
    middle = time.perf_counter()
    groups = cluster(*similar_pairs(neighbors), max_group_size=12)
    end, end_cpu = time.perf_counter(), time.process_time()
    peak_gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    report(f"miner, {neighbors.index_description}", end - start, groups, planted)
    print(
        f"  neighbours {middle - start:.1f} s, groups {end - middle:.1f} s, processor {end_cpu - start_cpu:.1f} s"
    )
    print(f"  recall@10 {neighbors.recall:.3f}, of other words {recall_of(neighbors, vectors, seed):.3f}")
    print(f"  peak memory {peak_gigabytes:.1f} GB", flush=True)
    return end - start


def run_baseline(vectors: npt.NDArray[np.float32], planted: npt.NDArray[np.int64]) -> float:
    """Find communities; return the seconds."""
    from sentence_transformers.util import community_detection

    start, start_cpu = time.perf_counter(), time.process_time()
    communities = community_detection(vectors, threshold=MIN_COSINE_SIMILARITY, min_community_size=2)
    seconds = time.perf_counter() - start
    report("community_detection", seconds, communities, planted)
    print(f"  processor {time.process_time() - start_cpu:.1f} s", flush=True)
    return seconds


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
    group = np.repeat(np.arange(n_words), random.integers(1, 6, n_words))[:n_words]
    n_groups = int(group[-1]) + 1
    topics = random_rows(random, max(n_words // WORDS_PER_TOPIC, 1), dim)
    share = random.lognormal(size=len(topics))
    topic = random.choice(len(topics), n_groups, p=share / share.sum())
    has_topic = random.random(n_groups) >= SHARE_WITHOUT_TOPIC
    centres = random_rows(random, n_groups, dim)
    vectors = random_rows(random, n_words, dim)
    for start in range(0, n_groups, BLOCK):
        block = slice(start, start + BLOCK)
        centres[block] += has_topic[block, None] * topics[topic[block]]
        unit(centres[block])
    for start in range(0, n_words, BLOCK):
        block = slice(start, start + BLOCK)
        vectors[block] *= 0.37
        vectors[block] += np.float32(0.93) * centres[group[block]]
        unit(vectors[block])
    return vectors, group


def random_rows(random: np.random.Generator, n_rows: int, dim: int) -> npt.NDArray[np.float32]:
    """Return random directions, float32, shape (n_rows, dim), of falling variance."""
    rows = random.standard_normal((n_rows, dim), np.float32)
    rows *= (1 / np.sqrt(np.arange(dim) + 16)).astype(np.float32)
    return unit(rows)


def unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale rows to length 1, in place."""
    rows /= np.sqrt(np.einsum("wd,wd->w", rows, rows))[:, None]
    return rows


def recall_of(neighbors: Neighbors, vectors: npt.NDArray[np.float32], seed: int) -> float:
    """Return the share of true neighbours that was found, of words other than those the search was tuned on."""
    random = np.random.default_rng([seed, 1])
    sample = random.choice(len(vectors), min(N_CHECKED, len(vectors)), replace=False)
    k, n_found = neighbors.ids.shape[1], 0
    for words in np.array_split(sample, len(sample) // 50 + 1):  # a million similarities each
        similarity = vectors[words] @ vectors.T
        similarity[np.arange(len(words)), words] = -np.inf
        truth = np.argpartition(similarity, -k, axis=1)[:, -k:]
        n_found += sum(np.isin(*pair).sum() for pair in zip(truth, neighbors.ids[words], strict=True))
    return float(n_found / (k * len(sample)))


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
