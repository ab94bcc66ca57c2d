"""What a run tells at its end: the funnel from sentences to groups, what was dropped, where to go on."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # with torch, which a lexicon does not need, come 400 MB and seconds
    from miner.clustering import ProposedGroup
    from miner.pipeline import MiningResult
    from miner.rerank import Reranking

# what a stage reports -> how it is told; a count of 0 under "dropped" is not worth a line
KEPT = {
    "n_rows": "rows read",
    "n_partitions": "partitions",
    "n_counted_sentences": "sentences",
    "n_eojeols": "eojeols",
    "n_distinct_eojeols": "distinct eojeols",
    "n_distinct_words": "distinct words of the chosen classes",
    "min_count": "least frequency of a word (--min-count)",
    "n_words": "words",
    "n_compounds": "of them compounds",
    "n_encoded": "words encoded now",
    "n_cached": "vectors from the cache",
    "index": "index of the neighbour search",
    "recall": "its recall of the true neighbours",
    "n_words_with_distribution": "words frequent enough to be told by those around them",
    "n_alias_pairs": "pairs of words that a sentence calls one thing",
    "n_dictionary_entries": "entries of the dictionaries, of two words or more",
    "n_dictionary_pairs": "pairs of words that they call one thing",
    "n_candidate_pairs": "pairs of words looked at",
    "n_opposed_pairs": "of them opposites, never grouped",
    "n_groups": "groups",
    "n_grouped_words": "words in groups",
}
DROPPED = {
    "n_empty": "empty cells or lines",
    "n_broken_rows": "broken rows",
    "n_without_hangul": "sentences without Hangul (kept)",
    "n_long_sentences": "sentences too long to be examples (kept; --passages splits them)",
    "n_repeated_sentences": "repeated sentences",
    "n_too_long_eojeols": "eojeols too long to analyse",
    "n_below_min_count": "words below the least frequency",
    "n_in_vocabulary": "words that are in the vocabulary",
    "n_repeated_words": "repeated words",
    "n_without_vector": "words without a vector",
}


def print_funnel(reports: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the counts that the stages reported, in their order.

    :param reports: report of each stage, by its name.
    """
    for report in reports.values():
        for key, value in report.items():
            if key in KEPT:
                click.echo(f"{_shown(value):>20}  {KEPT[key]}")
            elif key in DROPPED and value:
                click.echo(f"{_shown(value):>20}  {DROPPED[key]}")
        for named in (*report.get("broken_rows", ()), *report.get("too_long_eojeols", ())):
            click.echo(f"{'':>20}  - {named}")


def print_summary(result: "MiningResult") -> None:
    """Print the funnel of a run, the time of its stages and what the database took."""
    stages = result.manifest["stages"]
    print_funnel({name: stage["report"] for name, stage in stages.items()})
    times = (
        f"{n} {'reused' if s.get('reused') else format(s['seconds'], '.1f') + ' s'}" for n, s in stages.items()
    )
    click.echo(f"stages: {', '.join(times)}; peak memory {result.manifest['peak_memory_megabytes']:,} MB")
    if not result.groups:
        least = result.manifest["configuration"]["groups"]["min_probability"]
        click.echo(
            f"no group: no two words mean the same at a probability of {least} or more. In a small corpus little "
            "is sure: --min-probability 0.05 shows more"
        )
    stored = result.stored
    if not stored.is_new_run:
        click.echo(f"run {stored.run_id} is in the database already: nothing new was written")
        return
    click.echo(
        f"run {stored.run_id} stored: {stored.n_words:,} words ({stored.n_new_words:,} new), "
        f"{stored.n_new_groups:,} new groups, {stored.n_open_groups:,} that were open already, "
        f"{stored.n_reopened_groups:,} that were closed and are open again, "
        f"{stored.n_decided_groups:,} answered before, {stored.n_blocked_groups:,} blocked by decisions, "
        f"{stored.n_superseded_groups:,} of earlier runs closed"
    )
    if result.reranking.n_reordered_groups:
        print_reranking(result.reranking)


def print_reranking(learned: "Reranking") -> None:
    """Print what was learned from decisions."""
    if not learned.n_reordered_groups:
        click.echo(
            f"{learned.n_accepted_pairs:,} accepted and {learned.n_rejected_pairs:,} rejected pairs, or nothing "
            "open: the order stays as it is"
        )
        return
    click.echo(
        f"learned from {learned.n_accepted_pairs:,} accepted and {learned.n_rejected_pairs:,} rejected pairs: "
        f"{learned.n_reordered_groups:,} open groups reordered"
    )
    told = ", ".join(f"{kind} x{factor:.2f}" for kind, factor in learned.factors.items())
    click.echo(f"weight of each kind of evidence: {told}")


def print_groups(result: "MiningResult") -> None:
    """Print the proposed groups as a table, the tightest first."""
    from rich.console import Console
    from rich.table import Table

    table = Table("대표어 canonical", "낱말 members", "확률 probability", "근거 evidence")
    for group in result.groups:
        table.add_row(group.words[0], ", ".join(group.words[1:]), f"{group.probability:.2f}", _reason(group))
    Console(width=None if sys.stdout.isatty() else 100).print(table)


def _reason(group: "ProposedGroup") -> str:
    """Give the sentence that states the group, or else the two kinds of evidence that say most for it."""
    for evidence in group.evidence:
        if evidence.kind in ("alias_statements", "shared_gloss") and evidence.sentence is not None:
            return evidence.sentence
    weights: dict[str, float] = {}
    for evidence in group.evidence:
        name, _, kind = evidence.kind.partition(".")
        if name == "match_weight" and kind != "prior":
            weights[kind] = weights.get(kind, 0.0) + evidence.value
    most = sorted(weights, key=lambda kind: (-weights[kind], kind))[:2]
    return ", ".join(kind for kind in most if weights[kind] > 0)


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
