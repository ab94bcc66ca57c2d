"""The report's pictures, as plotly figures without colours of a theme; their few words are in both languages."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from curator.applier.manifest import Manifest
from curator.applier.plan import Source
from curator.applier.report.findings import Findings

# Okabe & Ito's colours, which people who see few colours tell apart, on white as on black
# (https://jfly.uni-koeln.de/color/).
BLUE, ORANGE, GREEN, GREY = "#3B8ED0", "#E69F00", "#009E73", "#8A8F98"
BEFORE, AFTER = "전 · before", "후 · after"
SOURCES = {
    Source.OWN: "제 행 · own row",
    Source.PIECES: "조각 평균 · pieces",
    Source.RANDOM: "무작위 · random",
    Source.CONTEXTUAL: "문맥 · contextual",
    Source.TABLE_MEAN: "표 평균 · table mean",
    Source.PARTS: "부분 평균 · parts",
}
N_BINS = 20
HEIGHT = 300


def figures(manifest: Manifest, findings: Findings) -> dict[str, go.Figure]:
    """Return the pictures that there is something to show in, by the id of their place."""
    shown = {"sizes": _sizes(manifest), "sources": _sources(manifest), "pieces": _pieces(findings)}
    if findings.geometry.groups:
        shown |= {"kept": _kept(findings), "norms": _norms(findings)}
    if findings.pairs:
        shown["cosines"] = _cosines(findings)
    return shown


def _sizes(manifest: Manifest) -> go.Figure:
    sizes = Counter(Counter(word["group"] for word in manifest["words"]).values())
    figure = _bars(dict(sorted(sizes.items())), GREEN)
    return figure.update_xaxes(dtick=1)


def _sources(manifest: Manifest) -> go.Figure:
    counts = Counter(SOURCES[Source(word["source"])] for word in manifest["words"])
    return _bars(dict(counts.most_common()), BLUE)


def _bars(counts: Mapping[Any, int], color: str) -> go.Figure:
    bar = go.Bar(x=list(counts), y=list(counts.values()), marker={"color": color}, hoverinfo="skip")
    bar.update(text=[f"{count:,}" for count in counts.values()], textposition="outside", cliponaxis=False)
    figure = _figure(bar)
    return figure.update_yaxes(visible=False, range=[0, 1.2 * max(counts.values(), default=1)])


def _pieces(findings: Findings) -> go.Figure:
    bars = []
    for counts, name, color in ((findings.pieces_before, BEFORE, GREY), (findings.pieces_after, AFTER, BLUE)):
        lengths = sorted(Counter(counts).items())
        bars.append(
            go.Bar(x=[n for n, _ in lengths], y=[n for _, n in lengths], name=name, marker={"color": color})
        )
    return _figure(*bars).update_xaxes(dtick=1)


def _kept(findings: Findings) -> go.Figure:
    geometry = findings.geometry
    both = ((geometry.random, "무작위 묶음 · random", GREY), (geometry.groups, "묶음 · groups", BLUE))
    bins = {"start": 0, "end": 1 + 1 / N_BINS, "size": 1 / N_BINS}
    traces = [
        go.Histogram(
            x=[group.kept for group in groups], name=name, marker={"color": color}, opacity=0.75, xbins=bins
        )
        for groups, name, color in both
    ]
    return (
        _figure(*traces).update_layout(barmode="overlay").update_xaxes(range=[0, 1 + 1 / N_BINS], tickformat=".0%")
    )


def _norms(findings: Findings) -> go.Figure:
    groups = findings.geometry.groups
    norms = [norm for group in groups for norm in (group.norm_before, group.norm_after)]
    ends = [0.95 * min(norms), 1.05 * max(norms)]
    same = go.Scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    points = go.Scatter(
        x=[round(group.norm_before, 4) for group in groups],
        y=[round(group.norm_after, 4) for group in groups],
        mode="markers",
        text=[" ".join(group.words) for group in groups],
        marker={"color": ORANGE, "size": 6, "opacity": 0.7},
        hovertemplate="%{text}<br>%{x} → %{y}<extra></extra>",
    )
    return _figure(same, points).update_layout(showlegend=False)


def _cosines(findings: Findings) -> go.Figure:
    systems = (
        (findings.before, BEFORE, GREY),
        (findings.normalized, "바꿈 · replaced", ORANGE),
        (findings.after, AFTER, BLUE),
    )
    boxes = [
        go.Box(
            y=system.answers.cosines.round(4).tolist(),
            name=name,
            marker={"color": color},
            boxpoints="all",
            jitter=0.4,
        )
        for system, name, color in systems
    ]
    return _figure(*boxes).update_layout(showlegend=False)


def _figure(*traces: Any) -> go.Figure:  # noqa: ANN401 - plotly's
    layout = {
        "template": "none",
        "height": HEIGHT,
        "margin": {"l": 10, "r": 10, "t": 30, "b": 30},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": len(traces) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.15},
        "xaxis": {"automargin": True, "showgrid": False},
        "yaxis": {"automargin": True},
        "bargap": 0.25,
    }
    return go.Figure(list(traces), layout)
