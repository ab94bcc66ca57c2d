"""``report.html``: one file with all figures in it, no network needed to read it."""

import json
from importlib import resources

from jinja2 import Environment
from plotly.offline import get_plotlyjs

from curator.applier.manifest import Manifest, named_base, title_of_base
from curator.applier.report.answer import answer
from curator.applier.report.figures import figures
from curator.applier.report.findings import Findings, System

N_LISTED = 25
CHECKS = {  # what they are called in Korean
    "sizes": "크기",
    "opens": "열기",
    "untouched tensors": "손대지 않은 텐서",
    "kept rows": "그대로 둔 행",
    "groups": "묶음",
    "tokenizer files": "토크나이저 파일",
    "ids": "번호",
    "tokenizer round trip": "토크나이저 저장과 읽기",
    "words alone": "홀로 있는 낱말",
    "words before particles": "조사 앞의 낱말",
    "known entries": "이미 있던 항목",
    "corpus sample": "말뭉치 문장",
    "class": "클래스",
    "tokenizer in transformers": "transformers의 토크나이저",
    "save and load": "저장과 읽기",
}


def make_page(manifest: Manifest, findings: Findings) -> str:
    """Return the report as HTML, in Korean and English."""
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    shown = figures(manifest, findings)
    environment = Environment(autoescape=True)
    environment.filters["comma"] = "{:,}".format
    return environment.from_string(template).render(
        manifest=manifest,
        title=title_of_base(manifest),
        base=named_base(manifest),
        findings=findings,
        answer=answer(findings),
        figures=shown,
        systems=_systems(findings),
        rows=_rows(manifest, findings),
        data=_for_script({name: figure.to_dict() for name, figure in shown.items()}),
        plotly=get_plotlyjs(),
    )


def _rows(manifest: Manifest, findings: Findings) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the tables, by what they are of."""
    changes, least_kept = findings.tokenization, sorted(findings.geometry.groups, key=lambda group: group.kept)
    pairs = zip(findings.pairs, findings.before.answers.cosines, findings.after.answers.cosines, strict=True)
    numbers = ("kept", "jaccard", "norm_before", "norm_after")
    return {
        "refused": [(word["word"], word["group"], word["reason"].both) for word in manifest["refused"][:N_LISTED]],
        "checks": [((CHECKS[name], name), said.both) for name, said in manifest["checks"].items()],
        "least_kept": [
            (group.key, " ".join(group.words), *(f"{getattr(group, name):.2f}" for name in numbers))
            for group in least_kept[:N_LISTED]
        ],
        "eojeols": [
            (change.text, f"{change.count:,}", " ".join(change.before), " ".join(change.after))
            for change in changes.eojeols[:N_LISTED]
        ],
        "known": [
            (change.text, " ".join(change.before), " ".join(change.after))
            for change in changes.known_entries[:N_LISTED]
        ],
        "swapped": [(a, b, f"{old:.3f}", f"{new:.3f}") for (a, b), old, new in list(pairs)[:N_LISTED]],
    }


def _systems(findings: Findings) -> list[tuple[tuple[str, str], list[str]]]:
    """Return the rows of the comparison: names in both languages, and cells."""
    names = (
        (("바탕 체크포인트", "the base"), findings.before),
        (
            ("바탕 + 글의 낱말을 대표어로", "the base, words in text replaced by canonical ones"),
            findings.normalized,
        ),
        (("맞춘 체크포인트", "the adjusted checkpoint"), findings.after),
    )
    return [(name, _cells(system, findings)) for name, system in names]


def _cells(system: System, findings: Findings) -> list[str]:
    n_eojeols, answers = findings.tokenization.n_eojeols, system.answers
    gain = findings.gain(system)
    accuracy = "–" if answers.accuracies is None else f"{answers.accuracies.mean():.4f}"
    if gain is not None and system is not findings.before:
        accuracy += f" ({gain[0]:+.4f} ± {gain[1]:.4f})"
    return [
        f"{system.n_pieces / n_eojeols:.3f}" if n_eojeols else "–",
        f"{system.n_unknown:,}" if n_eojeols else "–",
        "–" if system.cosine_similarity is None else f"{system.cosine_similarity:.4f}",
        accuracy,
        "–" if answers.perplexity is None else f"{answers.perplexity:.3f}",
    ]


def _for_script(value: object) -> str:
    """Return JSON that cannot end the script that it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
