"""``curator export elasticsearch``: a file on every node, or a synonyms set behind the API."""

from typing import TYPE_CHECKING

import click

from curator.cli.export.target import Target, exports

if TYPE_CHECKING:
    from curator.export.synonyms_api import RulesDifference

MAX_SHOWN_RULES = 20  # of each kind of change


@click.command()
@exports
@click.option(
    "--mapping/--expanding", "is_mapping", help="Replace words by the canonical one (`=>`), or equate all."
)
@click.option("--api", "is_body", is_flag=True, help="Write the body of `PUT _synonyms/SET` in place of a file.")
@click.option("--push", "url", metavar="URL", help="Also send that body to the cluster; needs --synonyms-set.")
@click.option("--synonyms-set", "set_name", metavar="SET", help="Name of the set on the cluster.")
@click.option("--dry-run", is_flag=True, help="With --push: only say what it would change.")
@click.option("--max-rules", type=click.IntRange(min=1), default=10_000, help="Most rules that a set may have.")
@click.option(
    "--api-key",
    envvar="ELASTICSEARCH_API_KEY",
    show_envvar=True,
    help="For --push; better not on the command line.",
)
def elasticsearch(
    target: Target,
    is_mapping: bool,
    is_body: bool,
    url: str | None,
    set_name: str | None,
    dry_run: bool,
    max_rules: int,
    api_key: str | None,
) -> None:
    """Write a synonyms file for Elasticsearch, or a synonyms set for its API, and send it there.

    A push replaces all rules of the set by those of the groups, whoever wrote them; what changes is told. The set
    must be there before an index names it. Where nori is the tokenizer, give it the words as well:
    `curator export nori`.

    \b
    Example:
      curator export elasticsearch --release 3 -o synonyms.txt
      curator export elasticsearch -o set.json --push http://localhost:9200 --synonyms-set words --dry-run
    """
    from curator.export.solr import Solr
    from curator.export.synonyms_api import SynonymsServer, SynonymsSet

    if (url is None) != (set_name is None):
        raise click.UsageError("--push and --synonyms-set go together; give both, or none")
    if dry_run and url is None:
        raise click.UsageError("--dry-run says what --push would change; give --push")
    target.write(SynonymsSet(is_mapping, max_rules) if is_body or url else Solr(is_mapping))
    if url is None or set_name is None:
        return
    server = SynonymsServer(url, set_name, api_key=api_key)
    body = target.output.read_bytes()
    difference = server.difference(body)
    _tell(difference)
    if dry_run:
        click.echo("dry run: nothing was sent")
    elif difference.is_empty:
        click.echo(f"{server.address} has these rules already; nothing was sent")
    else:
        click.echo(f"{server.address}: {server.replace(body)}")


def _tell(difference: "RulesDifference") -> None:
    changed = {key: f"{old} -> {new}" for key, (old, new) in difference.changed.items()}
    for sign, rules in (("+", difference.added), ("-", difference.removed), ("~", changed)):
        for key, text in list(rules.items())[:MAX_SHOWN_RULES]:
            click.echo(f"{sign} {key}: {text}")
        if len(rules) > MAX_SHOWN_RULES:
            click.echo(f"{sign} and {len(rules) - MAX_SHOWN_RULES:,} more")
    click.echo(
        f"{len(difference.added):,} rules added, {len(difference.removed):,} removed, {len(changed):,} changed"
    )
    if difference.n_unread:
        click.echo(
            f"the set has {difference.n_unread:,} rules more, past the 10,000 that the API shows; "
            "they are replaced, too"
        )
