"""The page around the pictures."""

import json
from importlib import resources
from pathlib import Path

from jinja2 import Environment
from plotly.offline import get_plotlyjs

from miner.files import by_rename
from miner.report import figures
from miner.report.reading import RunFacts, read_run, read_vectors

N_TOP_WORDS = 40
N_TOP_CATEGORIES = 30
N_TOP_GROUPS = 5  # of a category


def write_report(database: str, run_id: int | None, path: Path, *, work_dir: Path) -> bool:
    """Write the page of a run, by default the newest.

    :param work_dir: of the run; the word map is made of the vectors in it.
    :return: whether the run's vectors were there; the page says so if they were not.
    :raises ValueError: if there is no such run.
    :raises OSError: if the database cannot be read, or the file not be written.
    """
    facts = read_run(database, run_id, n_top_words=N_TOP_WORDS, n_top_groups=N_TOP_GROUPS)
    shown = [figures.funnel(facts.manifest), figures.share(facts)]
    if facts.confidences:
        shown += [figures.sizes(facts), figures.confidences(facts)]
    vectors = read_vectors(facts.manifest, work_dir)
    if vectors is not None and len(vectors.texts) >= 3:
        shown.append(figures.word_map(vectors, facts.groups, seed=facts.manifest.get("seed", 0)))
    with by_rename(path) as unfinished:
        unfinished.write_text(_page(facts, shown), encoding="utf-8", newline="\n")
    return vectors is not None


def _page(facts: RunFacts, shown: list[figures.Figure]) -> str:
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    source = facts.manifest.get("source", {})
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            facts=facts,
            figures=shown,
            fonts=figures.FONTS,
            has_map=any(figure.name == "map" for figure in shown),
            inputs=[item["path"] for item in source.get("inputs", [])],
            tokenizer=source.get("tokenizer", ""),
            categories=facts.categories[:N_TOP_CATEGORIES],
            most=max((word.frequency for word in facts.top_words), default=1),
            data=_for_script({f.name: {"figure": f.figure.to_dict(), "labels": f.labels} for f in shown}),
            plotly=get_plotlyjs(),
        )
    )


def _for_script(value: object) -> str:
    """Return JSON that cannot end the script that it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
