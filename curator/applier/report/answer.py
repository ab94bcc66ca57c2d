"""The paragraph at the top of the report, in Korean and English: whether adjusting helps on this data."""

import numpy as np

from curator.applier.report.findings import Findings, doubtful_groups
from curator.applier.report.geometry import Geometry

Both = tuple[str, str]  # Korean, English


def answer(findings: Findings) -> Both:
    """Return whether adjusting helps on this data, as far as was measured."""
    parts = [_verdict(findings), *_tokens(findings), *_synonyms(findings), *_merges(findings.geometry)]
    return " ".join(korean for korean, _ in parts), " ".join(english for _, english in parts)


def _verdict(findings: Findings) -> Both:
    gained = findings.gain(findings.after)
    if gained is None:
        return _verdict_without_a_task(findings)
    gain, half = gained
    n_texts, instead = findings.n_labelled, findings.gain(findings.normalized) or (0.0, 0.0)
    korean = (
        f"글 {n_texts:,}편에서 선형 분류기의 정확도가 {gain:+.4f} ± {half:.4f} 바뀝니다. 체크포인트는 그대로 두고 "
        f"글의 낱말을 대표어로 바꾸면 {instead[0]:+.4f} ± {instead[1]:.4f}입니다."
    )
    english = (
        f"the accuracy of a linear probe changes by {gain:+.4f} ± {half:.4f} on {n_texts:,} texts; with the words "
        f"in text replaced by canonical ones instead, by {instead[0]:+.4f} ± {instead[1]:.4f}."
    )
    if gain - half > 0:
        return f"도움이 됩니다. {korean}", f"Yes: {english}"
    if gain + half < 0:
        return f"해롭습니다. {korean}", f"No, it harms: {english}"
    return f"우연과 구별되는 차이가 없습니다. {korean}", f"No difference that could be told from chance: {english}"


def _verdict_without_a_task(findings: Findings) -> Both:
    before, after = findings.before.cosine_similarity, findings.after.cosine_similarity
    korean, english = "과제의 성능은 --probe로 잽니다.", "Whether a task gains, --probe measures."
    if before is None or after is None:
        return (
            f"문장에서는 재지 않았습니다. --corpus를 주면 잽니다. {korean}",
            f"Not measured on sentences; give --corpus. {english}",
        )
    if after > before:
        return (
            f"문장에서는 도움이 됩니다. 동의어만 다른 문장이 가까워집니다. {korean}",
            f"For sentences, yes: those that differ in a synonym come closer. {english}",
        )
    return (
        f"문장에서는 도움이 되지 않습니다. 동의어만 다른 문장이 가까워지지 않습니다. {korean}",
        f"For sentences, no: those that differ in a synonym come no closer. {english}",
    )


def _tokens(findings: Findings) -> list[Both]:
    before, after = float(np.mean(findings.pieces_before)), float(np.mean(findings.pieces_after))
    said = [
        (
            f"묶음의 낱말이 나뉘는 조각: 평균 {before:.2f} → {after:.2f}개.",
            f"A word of the release took {before:.2f} pieces and takes {after:.2f}.",
        )
    ]
    changes = findings.tokenization
    if changes.n_eojeols:
        share = 100 * changes.n_changed / changes.n_eojeols
        n_before, n_after = changes.n_unknown_before, changes.n_unknown_after
        korean = f"말뭉치 어절의 {share:.2f} %가 달리 나뉩니다. 모르는 조각: {n_before:,} → {n_after:,}개."
        english = (
            f"{share:.2f} % of the corpus' eojeols are cut otherwise; unknown pieces went from {n_before:,} to"
        )
        said.append((korean, f"{english} {n_after:,}."))
    return said


def _synonyms(findings: Findings) -> list[Both]:
    said = []
    before, after = findings.before.cosine_similarity, findings.after.cosine_similarity
    if before is not None and after is not None:
        n_pairs = len(findings.pairs)
        korean = f"동의어 하나만 다른 두 문장의 코사인: {before:.3f} → {after:.3f}({n_pairs:,}쌍)."
        english = f"Two sentences that differ in one synonym had a cosine of {before:.3f} and have {after:.3f}"
        said.append((korean, f"{english} ({n_pairs:,} pairs)."))
    n_untouched = findings.n_untouched
    if n_untouched:
        korean = f"살펴본, 묶음의 낱말이 없는 문장 {n_untouched:,}개는 조금도 바뀌지 않았습니다."
        english = f"{n_untouched:,} sentences without a word of the release did not change at all."
        said.append((korean, english))
    return said


def _merges(geometry: Geometry) -> list[Both]:
    if not geometry.groups:
        return []
    kept = 100 * float(np.mean([group.kept for group in geometry.groups]))
    random = 100 * float(np.mean([group.kept for group in geometry.random]))
    n_doubtful, n_groups = doubtful_groups(geometry), len(geometry.groups)
    korean = (
        f"낱말은 묶음 밖의 가장 가까운 열 항목 가운데 {kept:.0f} %를 지키고, 무작위로 묶으면 {random:.0f} %를 "
        f"지킵니다. 묶음 {n_groups:,}개 가운데 {n_doubtful:,}개는 무작위 묶음의 중앙값보다 많이 지키지 못해 다시 "
        "볼 만합니다."
    )
    english = (
        f"Words keep {kept:.0f} % of their ten nearest entries outside the group; dealt out at random they would "
        f"keep {random:.0f} %. {n_doubtful:,} of {n_groups:,} groups keep no more than the median random one, and "
        "deserve a second look."
    )
    return [(korean, english)]
