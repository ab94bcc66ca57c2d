"""``curator apply``, ``verify`` and ``revert``: adjusted checkpoints."""

import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curator.cli import apply_options as options
from curator.cli.apply_options import PATH
from curator.config import Settings
from curator.groups import GroupSet

if TYPE_CHECKING:
    from curator.applier.apply import Applied
    from curator.applier.options import ApplyOptions
    from curator.applier.prepare import Prepared
    from curator.applier.report.options import ReportOptions

DEFAULT_BASE = "snunlp/KR-BERT-char16424"
N_LISTED = 20


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="[BASE] OUT")
@options.source_options
@options.pool_options
@options.vocabulary_options
@click.option("--copy", is_flag=True, help="Copy unchanged files, where they could share storage with BASE.")
@click.option("--overwrite", is_flag=True, help="Replace OUT, if `curator apply` made it.")
@click.option("--corpus", type=PATH, help="Text, a sentence a line, to see what changes.")
@options.report_options
@click.option("--dry-run", is_flag=True, help="Say what would be done, and which texts change; write nothing.")
@click.pass_obj
def apply(
    settings: Settings,
    /,
    folders: tuple[str, ...],
    number: int | None,
    file: Path | None,
    database: str | None,
    corpus: Path | None,
    dry_run: bool,
    report: bool,
    probe: Path | None,
    text_column: str,
    label_column: str,
    pseudo_perplexity: bool,
    **choices: Any,  # noqa: ANN401 - the options of three groups, checked by click
) -> None:
    """Write BASE as OUT, with the words of accepted groups as vocabulary entries that share pooled rows.

    BASE is a folder or a name on the hub, by default snunlp/KR-BERT-char16424. OUT appears complete and checked,
    or not at all.

    \b
    Example:
      curator apply ./adjusted --release 3
      curator apply ./kr-bert ./adjusted --groups groups.json --pooling weighted
      curator apply ./kr-bert ./adjusted --groups groups.json --strength retrofit --corpus reviews.txt
      curator apply ./kr-bert ./adjusted --groups groups.json --dry-run
    """
    if len(folders) > 2:
        raise click.UsageError(f"expected [BASE] OUT, got {len(folders)} names: {' '.join(folders)}")
    # Ended by a scheduler, it takes its unfinished folder away as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if not report and (probe or pseudo_perplexity):
        raise click.UsageError("--probe and --pseudo-perplexity go into the report; leave --no-report out")
    if pseudo_perplexity and not corpus:
        raise click.UsageError("--pseudo-perplexity is measured on --corpus; give one")
    from curator.applier.prepare import open_base, prepare
    from curator.applier.report.options import ReportOptions

    chosen = _options(choices)
    with open_base(folders[0] if len(folders) == 2 else DEFAULT_BASE, to_write=not dry_run) as base:
        prepared = prepare(base, _groups(settings, number, file, database), chosen)
        _say_plan(prepared)
        sample, n_all = _sample(corpus, chosen.pool.seed)
        if dry_run:
            _say_changes(prepared, sample)
            return
        wanted = ReportOptions(sample, n_all, probe, text_column, label_column, pseudo_perplexity)
        _write(prepared, Path(folders[-1]), sample, wanted if report else None)


def _sample(corpus: Path | None, seed: int) -> tuple[list[str], int]:
    """Return sentences of a corpus, and the number that it has."""
    if corpus is None:
        return [], 0
    from curator.applier.corpus_sample import read_sample

    sample, n_all = read_sample(corpus, seed=seed)
    click.echo(f"{corpus}: {len(sample):,} of {n_all:,} sentences are looked at")
    return sample, n_all


def _write(prepared: "Prepared", out: Path, sample: Sequence[str], report: "ReportOptions | None") -> None:
    from curator.applier.apply import apply as write
    from curator.files import left_beside

    _list(
        "runs that were killed left these beside OUT; delete them, unless a run is still writing one "
        "(.old. is the former OUT)",
        list(map(str, left_beside(out))),
    )
    _say_result(write(prepared, out, sample=sample, report=report), out)


def _options(choices: dict[str, Any]) -> "ApplyOptions":
    from curator.applier.options import ApplyOptions, Assign, Init, Pooling, PoolOptions

    pool = PoolOptions(
        pooling=Pooling(choices.pop("pooling")),
        strength=choices.pop("strength"),
        restore_norm=choices.pop("restore_norm"),
        n_clusters=choices.pop("n_clusters"),
        assign=Assign(choices.pop("assign")),
        init=Init(choices.pop("init")),
        seed=choices.pop("seed"),
    )
    return ApplyOptions(pool=pool, may_link=not choices.pop("copy"), **choices)


def _groups(settings: Settings, number: int | None, file: Path | None, database: str | None) -> GroupSet:
    if file is not None:
        if number is not None or database is not None:
            raise click.UsageError("--groups takes the place of --release and --database; give one of them")
        from curator.groups import read_groups

        return read_groups(file)
    from curator.release import read_release
    from curator.store.session import opened

    if database is not None:
        settings = replace(settings, database_url=database)
    with opened(settings.database_url) as engine, engine.begin() as connection:
        return read_release(connection, number)


def _say_plan(prepared: "Prepared") -> None:
    from curator.applier.plan import Source

    plan, groups = prepared.plan, prepared.groups
    n_groups = sum(not group.is_continuation for group in plan.groups)
    click.echo(
        f"{groups.source}: {n_groups:,} of {len(groups.groups):,} groups, {plan.n_new:,} new entries behind "
        f"{plan.n_old:,} known ones; {prepared.tensors.table.name} will have {plan.n_rows:,} rows"
    )
    _list(
        f"{len(plan.refusals):,} words are left out", [f"{r.word} ({r.group}): {r.reason}" for r in plan.refusals]
    )
    _list(f"{len(plan.dropped):,} groups have nothing left to adjust", list(plan.dropped))
    new = [
        (m.entry if group.is_continuation else m.word, m)
        for group in plan.groups
        for m in group.members
        if m.is_new
    ]
    of_pieces = (Source.PIECES, Source.CONTEXTUAL)
    partly = [f"{name}, without {m.unknown}" for name, m in new if m.unknown and m.source in of_pieces]
    _list(f"{len(partly):,} words are initialised from the pieces that are known", partly)
    means = [name for name, m in new if m.source is Source.TABLE_MEAN]
    _list(f"{len(means):,} words without a known piece get the table's mean", means)
    _list(
        f"{len(prepared.base.left_out):,} files with the old weights in another form are not copied",
        list(prepared.base.left_out),
    )
    for cost in prepared.tokenizer.costs:
        click.echo(cost, err=True)


def _list(headline: str, lines: Sequence[str]) -> None:
    if lines:
        more = [f"... and {len(lines) - N_LISTED:,} more"] if len(lines) > N_LISTED else []
        click.echo("\n  ".join([f"{headline}:", *lines[:N_LISTED], *more]), err=True)


def _say_changes(prepared: "Prepared", sample: Sequence[str]) -> None:
    from curator.applier.tokenization import tokenization_changes

    changes = tokenization_changes(prepared.vocabulary.tokenizer, prepared.tokenizer.build(), sample)
    for change in changes.eojeols[:N_LISTED]:
        click.echo(f"{change.count:>7,}  {change.text}: {' '.join(change.before)} -> {' '.join(change.after)}")
    known = [f"{c.text}: {' '.join(c.before)} -> {' '.join(c.after)}" for c in changes.known_entries]
    _list(f"{len(known):,} known entries hold a new word, and are cut otherwise", known)
    if sample:
        click.echo(
            f"{changes.n_changed:,} of {changes.n_eojeols:,} eojeols change, {len(changes.eojeols):,} distinct "
            f"ones, and {len(known):,} known entries; nothing was written"
        )
    else:
        click.echo(f"{len(known):,} known entries change; --corpus shows which texts do; nothing was written")


def _say_result(applied: "Applied", out: Path) -> None:
    for check in applied.checks:
        click.echo(f"checked: {check.said}")
    glued = applied.manifest["glued_forms"]
    lines = [f"{word}: {' '.join(forms)}" for word, forms in glued.items()]
    _list(f"{len(glued):,} words have entries with a particle, which keep rows of their own", lines)
    linked = applied.manifest["linked_files"]
    if linked:
        click.echo(f"{len(linked):,} unchanged files share their storage with BASE; --copy makes OUT independent")
    click.echo(f"{out} is written; AutoModel.from_pretrained and AutoTokenizer.from_pretrained load it")


@click.command()
@click.argument("out", type=PATH)
@click.option("--corpus", type=PATH, help="Text, a sentence a line, to check the tokenizer on.")
@click.option("--load/--no-load", default=True, help="Load and save it with transformers, too, and compare.")
def verify(out: Path, corpus: Path | None, load: bool) -> None:
    """Repeat the checks of OUT, a checkpoint that `curator apply` made, from what is in it.

    \b
    Example:
      curator verify ./adjusted
      curator verify ./adjusted --no-load
    """
    from curator.applier.apply import verify as check
    from curator.applier.corpus_sample import read_sample

    sample, _ = read_sample(corpus) if corpus else ([], 0)
    for found in check(out, sample=sample, loads=load):
        click.echo(f"checked: {found.said}")


@click.command()
@click.argument("out", type=PATH)
def revert(out: Path) -> None:
    """Say which checkpoint OUT was made from, and what to do to go back to it.

    \b
    Example:
      curator revert ./adjusted
    """
    from curator.applier.manifest import read_manifest, revert_instructions

    click.echo("\n".join(revert_instructions(read_manifest(out), out)))
