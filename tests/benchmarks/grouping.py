"""Ways to group scored pairs, compared on labelled words, with cosine alone as the baseline.

Single link are connected components; complete link wants every pair; mutual cliques are the maximal cliques of
words that are among each other's three most probable; Watset (Ustalov et al. 2017) first splits each word into the
senses that its neighbours fall into, and clusters these, here by label propagation. As shipped is correlation
clustering by average linkage, with a floor for single pairs and a second pass for other senses.

usage: python tests/benchmarks/grouping.py PAIRS.tsv WORDS.txt [--encoder kiwi]
"""

import argparse
import itertools
from pathlib import Path

import networkx as nx
import numpy as np

from miner import clustering
from miner.cli.stages import encoded_words, praise_axis
from miner.evaluation.grouping import evaluate_groups
from miner.lexicon.stages import read_word_list
from miner.neighbors import find_neighbors
from miner.options import EncoderOptions
from miner.scoring.labels import read_labels
from miner.scoring.model import shipped_model
from miner.scoring.pairs import score_pairs

SHOWN = ("precision", "recall", "f1", "recall.loanword", "recall.synonym", "merged.antonym", "bcubed_f1")
INF = float("inf")
N_MUTUAL = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("--encoder", default="kiwi")
    args = parser.parse_args()
    labels, words = read_labels(args.pairs), read_word_list(args.words)
    vectors = encoded_words(words, EncoderOptions(args.encoder)).vectors
    neighbors = find_neighbors(vectors, 20)
    scored, _ = score_pairs(
        words, vectors, neighbors, shipped_model(), axis=praise_axis(EncoderOptions(args.encoder))
    )
    pairs, odds = scored.table.pairs, scored.log_odds
    cosine = scored.table.columns["cosine_similarity"].astype(float)
    opposed = scored.table.columns["opposition"] > 0
    kept, kept_odds = pairs[~opposed], odds[~opposed]

    print(f"{'':44}{''.join(f'{name:>17}' for name in SHOWN)}")

    def tell(name: str, groups: list[list[int]]) -> None:
        numbers = evaluate_groups([[words[i] for i in group] for group in groups], labels, words).numbers
        print(f"{name:44}{''.join(f'{numbers[key].value:17.3f}' for key in SHOWN)}", flush=True)

    for least in (0.7, 0.8, 0.9):
        tell(f"cosine >= {least}, complete link", linked(pairs, cosine, least, least, least))
    for p in (0.3, 0.4, 0.5):
        least = float(np.log(p / (1 - p)))
        tell(f"probability >= {p}, single link", linked(kept, kept_odds, least, -INF, -INF))
        tell(f"probability >= {p}, complete link", linked(kept, kept_odds, least, least, least))
        tell(f"probability >= {p}, mean log-odds >= that", linked(kept, kept_odds, least, -20.0, least))
        tell(f"probability >= {p}, mutual cliques", mutual_cliques(kept, kept_odds, least))
        tell(f"probability >= {p}, Watset", watset(kept, kept_odds, least))
    for p in (0.3, 0.4):
        groups = clustering.cluster(kept, kept_odds, min_probability=p, max_group_size=12)
        tell(f"as shipped, --min-probability {p}", groups)
        once = [group for group in groups if len(set(group) & repeated(groups)) == 0]
        tell("  of it: groups without a word of two senses", once)


def linked(
    pairs: np.ndarray, scores: np.ndarray, least: float, min_pair: float, min_mean: float
) -> list[list[int]]:
    """Agglomerate by falling score; a pair that was not looked at is as bad as can be, but for single link."""
    of = {pair: float(score) for pair, score in zip(map(tuple, pairs.tolist()), scores, strict=True)}
    missing = 0.0 if min_pair == -INF else -10.0 if min_pair == -20.0 else -INF
    group_of: dict[int, list[int]] = {}
    for pair in sorted((p for p, s in of.items() if s >= least), key=lambda p: (-of[p], p)):
        left, right = (group_of.get(i, [i]) for i in pair)
        if left is right or len(left) + len(right) > 12:
            continue
        across = [of.get((min(i, j), max(i, j)), missing) for i, j in itertools.product(left, right)]
        if min(across) >= min_pair and (min_mean == -INF or float(np.mean(across)) >= min_mean):
            joined = left + right
            group_of.update((i, joined) for i in joined)
    return [sorted(group) for group in {id(group): group for group in group_of.values()}.values()]


def graph_of(pairs: np.ndarray, scores: np.ndarray, least: float) -> nx.Graph:
    graph = nx.Graph()
    likely = scores >= least
    graph.add_weighted_edges_from(
        (a, b, s) for (a, b), s in zip(pairs[likely].tolist(), scores[likely], strict=True)
    )
    return graph


def mutual_cliques(pairs: np.ndarray, scores: np.ndarray, least: float) -> list[list[int]]:
    graph = graph_of(pairs, scores, least)
    best = {
        word: set(sorted(edges, key=lambda other: (-edges[other]["weight"], other))[:N_MUTUAL])
        for word, edges in graph.adjacency()
    }
    mutual = nx.Graph((a, b) for a, b in graph.edges if a in best[b] and b in best[a])
    return sorted(sorted(clique) for clique in nx.find_cliques(mutual))


def watset(pairs: np.ndarray, scores: np.ndarray, least: float) -> list[list[int]]:
    graph = graph_of(pairs, scores, least)
    sense_of: dict[tuple[int, int], int] = {}  # of a word, beside another
    for word in graph:
        for sense, others in enumerate(nx.connected_components(graph.subgraph(graph[word]))):
            sense_of.update(((word, other), sense) for other in others)
    senses = nx.Graph(((a, sense_of[a, b]), (b, sense_of[b, a])) for a, b in graph.edges)
    found = nx.community.asyn_lpa_communities(senses, seed=0)
    groups = {tuple(sorted({word for word, _ in community})) for community in found}
    return sorted(list(group) for group in groups if len(group) > 1)


def repeated(groups: list[list[int]]) -> set[int]:
    """Words that stand in more than one group."""
    seen: set[int] = set()
    twice: set[int] = set()
    for group in groups:
        twice |= seen & set(group)
        seen |= set(group)
    return twice


if __name__ == "__main__":
    main()
