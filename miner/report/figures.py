"""The report's pictures, as plotly figures without colours or texts of a theme or a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from miner.report.reading import RunFacts, WordVectors
from miner.word_map import project

# Okabe & Ito's colours, which people who see few colours tell apart, on white as on black
# (https://jfly.uni-koeln.de/color/).
BLUE, ORANGE, GREEN, GREY = "#3B8ED0", "#E69F00", "#009E73", "#8A8F98"
# Of the page and the pictures alike: plotly measures texts in the page's font before it draws them in its own.
FONTS = '"Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif'
MAX_MAP_WORDS = 1_000  # t-SNE takes seconds for these, and minutes for some thousands; the page tells the number
CONFIDENCE_BINS = 20
LEAST_SHOWN_SIZE = 6  # of groups, so that the bar of pairs alone is none as wide as the page

# The funnel: stage and key of its report -> Korean, English. The order is that of the pipeline.
FUNNEL = {
    ("eojeols", "n_rows"): ("읽은 행", "rows read"),
    ("eojeols", "n_counted_sentences"): ("문장", "sentences"),
    ("eojeols", "n_distinct_eojeols"): ("서로 다른 어절", "distinct eojeols"),
    ("lexicon", "n_distinct_words"): ("서로 다른 낱말", "distinct words"),
    ("lexicon", "n_words"): ("어휘에 없는 낱말", "words out of vocabulary"),
    ("neighbors", "n_words_with_vector"): ("벡터가 있는 낱말", "words with a vector"),
    ("groups", "n_grouped_words"): ("묶인 낱말", "words in groups"),
    ("groups", "n_groups"): ("후보 묶음", "groups proposed"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, and its texts in both languages.

    :ivar name: its id on the page.
    :ivar labels: of the y axis, Korean and English, where these are words of the page.
    :ivar hint: what is to be known to read it.
    """

    name: str
    figure: go.Figure
    title: tuple[str, str]
    hint: tuple[str, str]
    labels: tuple[Sequence[str], Sequence[str]] | None = None


def funnel(manifest: Mapping[str, Any]) -> Figure:
    """Show how many of what each stage left."""
    stages = manifest.get("stages", {})
    rows = []
    for (stage, key), names in FUNNEL.items():
        count = stages.get(stage, {}).get("report", {}).get(key)
        if count is not None:
            rows.append((names, count))
    korean, english = [ko for (ko, _), _ in rows], [en for (_, en), _ in rows]
    bar = go.Bar(
        x=[count for _, count in rows],
        y=korean,
        orientation="h",
        marker={"color": BLUE},
        text=[f"{count:,}" for _, count in rows],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = _figure(bar, height=30 + 38 * len(rows))
    figure.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    figure.update_xaxes(visible=False, range=[0, 1.2 * max((count for _, count in rows), default=1)])
    hint = ("각 단계가 남긴 수입니다.", "What each stage left.")
    return Figure("funnel", figure, ("깔때기", "The funnel"), hint, (korean, english))


def share(facts: RunFacts) -> Figure:
    """Show which part of the text the vocabulary does not have."""
    n_eojeols = facts.manifest.get("stages", {}).get("eojeols", {}).get("report", {}).get("n_eojeols")
    n_pieced = facts.n_oov_occurrences - facts.n_unknown_occurrences
    rows = [
        (("[UNK]이 되는 낱말", "words that become [UNK]"), facts.n_unknown_occurrences, ORANGE),
        (("조각으로 나뉘는 낱말", "words cut into pieces"), n_pieced, BLUE),
    ]
    whole = max(n_eojeols or 0, facts.n_oov_occurrences, 1)
    rows.append((("그 밖의 어절", "all other eojeols"), whole - facts.n_oov_occurrences, GREY))
    bar = go.Bar(
        x=[count / whole for _, count, _ in rows],
        y=[ko for (ko, _), _, _ in rows],
        orientation="h",
        marker={"color": [color for _, _, color in rows]},
        text=[f"{count / whole:.1%} ({count:,})" for _, count, _ in rows],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = _figure(bar, height=140)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    figure.update_xaxes(visible=False, range=[0, 1.5])
    hint = (
        f"말뭉치의 어절 {whole:,}개에 견준, 어휘에 없는 낱말이 나온 횟수입니다.",
        f"Occurrences of words out of vocabulary, against the {whole:,} eojeols of the corpus.",
    )
    labels = ([ko for (ko, _), _, _ in rows], [en for (_, en), _, _ in rows])
    return Figure("share", figure, ("어휘에 없는 몫", "Share of the text out of vocabulary"), hint, labels)


def sizes(facts: RunFacts) -> Figure:
    """Show how many groups have how many words."""
    listed = sorted(facts.group_sizes.items())
    counts = [count for _, count in listed]
    bar = go.Bar(
        x=[size for size, _ in listed], y=counts, marker={"color": GREEN}, text=counts, textposition="outside"
    )
    figure = _figure(bar, height=300)
    largest = max([size for size, _ in listed], default=2)
    figure.update_xaxes(dtick=1, range=[1.4, max(largest, LEAST_SHOWN_SIZE) + 0.6])
    figure.update_yaxes(visible=False, range=[0, 1.2 * max(counts, default=1)])
    hint = ("가로: 묶음의 낱말 수. 세로: 묶음 수.", "Across: words of a group. Up: number of groups.")
    return Figure("sizes", figure, ("묶음의 크기", "Size of the groups"), hint)


def confidences(facts: RunFacts) -> Figure:
    """Show how sure the groups are."""
    counts, edges = np.histogram(facts.confidences, bins=CONFIDENCE_BINS, range=(0, 1))
    bar = go.Bar(x=((edges[:-1] + edges[1:]) / 2).tolist(), y=counts.tolist(), marker={"color": BLUE})
    bar.update(width=1 / CONFIDENCE_BINS, hovertemplate="%{x:.3f}: %{y:,}<extra></extra>")
    figure = _figure(bar, height=300)
    figure.update_xaxes(range=[0, 1])
    hint = (
        "가로: 신뢰도(0~1, 높을수록 확실). 세로: 묶음 수.",
        "Across: confidence (0 to 1, higher is surer). Up: number of groups.",
    )
    return Figure("confidences", figure, ("묶음의 신뢰도", "Confidence of the groups"), hint)


def word_map(vectors: WordVectors, groups: Sequence[Sequence[str]], *, seed: int) -> Figure:
    """Show the most frequent words in the plane, those of groups in colour.

    :raises ValueError: if there are fewer than three words.
    """
    texts = vectors.texts[:MAX_MAP_WORDS]
    points = project(vectors.vectors[:MAX_MAP_WORDS], seed=seed)
    figure = _figure(height=640)
    for is_grouped in (False, True):
        figure.add_trace(_points(texts, points, groups, is_grouped=is_grouped))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    n_shown, n_words = f"{len(texts):,}", f"{len(vectors.texts):,}"
    hint = (
        f"낱말 {n_words}개 가운데 자주 나온 {n_shown}개. 가까우면 벡터가 비슷하고(t-SNE), 주황색은 묶인 "
        "낱말입니다. 대표어의 이름은 자리가 있는 곳에 있고, 확대하면 더 보입니다.",
        f"The most frequent {n_shown} of {n_words} words. Near means similar vectors (t-SNE); orange is in a "
        "group, whose canonical word is named where there is room; zooming in makes more.",
    )
    return Figure("map", figure, ("낱말 지도", "Word map"), hint)


def _points(
    texts: Sequence[str], points: npt.NDArray[np.float32], groups: Sequence[Sequence[str]], *, is_grouped: bool
) -> go.Scatter:
    """Return the words that are in a group, or those that are not; of a group, the canonical word is named."""
    group_of = {word: group for group in groups for word in group}
    canonical = {group[0] for group in groups}
    rows = [i for i, text in enumerate(texts) if (text in group_of) is is_grouped]
    return go.Scatter(
        x=points[rows, 0].round(2).tolist(),
        y=points[rows, 1].round(2).tolist(),
        mode="markers+text",
        text=[""] * len(rows),  # the page shows the names that have room
        meta={"names": [texts[i] if texts[i] in canonical else "" for i in rows]},
        hovertext=[texts[i] for i in rows],
        textposition="top center",
        customdata=[", ".join(group_of.get(texts[i], (texts[i],))) for i in rows],
        marker={
            "color": ORANGE if is_grouped else GREY,
            "size": 7 if is_grouped else 4,
            "opacity": 1 if is_grouped else 0.6,
        },
        hovertemplate="<b>%{hovertext}</b><br>%{customdata}<extra></extra>",
    )


def _figure(*traces: go.Bar, height: int) -> go.Figure:
    layout = {
        "template": "none",
        "height": height,
        "margin": {"l": 10, "r": 20, "t": 10, "b": 10},
        "xaxis": {"automargin": True},
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "yaxis": {"automargin": True},
        "font": {"family": FONTS, "size": 13},
        "bargap": 0.25,
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": BLUE},
    }
    return go.Figure(list(traces), layout)
