"""Morphological analysis: sentences in, eojeols with their morphemes out."""

from miner.morphology.base import DEFAULT_MAX_EOJEOL_LENGTH, Analyzer

ANALYZERS = ("okt", "kiwi", "hannanum", "kkma", "komoran", "mecab")


def load_analyzer(
    name: str,
    *,
    n_workers: int | None = None,
    all_morphemes: bool = False,
    max_eojeol_length: int = DEFAULT_MAX_EOJEOL_LENGTH,
) -> Analyzer:
    """Load an analyser by name.

    :param name: one of ``ANALYZERS``.
    :param n_workers: threads of Okt and Kiwi; ``None`` is one per core. The others have one.
    :param all_morphemes: for Okt, let punctuation vanish instead of separating words, as the plain loop does.
    :param max_eojeol_length: characters; a longer eojeol is left out and counted.
    :raises ValueError: if there is no such analyser, or its library is not installed.
    """
    if name == "okt":
        from miner.morphology.okt import OktAnalyzer

        return OktAnalyzer(
            n_workers=n_workers,
            punctuation="vanishes" if all_morphemes else "separates",
            max_eojeol_length=max_eojeol_length,
        )
    if name == "kiwi":
        from miner.morphology.kiwi import KiwiAnalyzer

        return KiwiAnalyzer(n_workers=n_workers, max_eojeol_length=max_eojeol_length)
    if name in ANALYZERS:
        from miner.morphology.konlpy_tagger import KonlpyAnalyzer

        return KonlpyAnalyzer(name, max_eojeol_length=max_eojeol_length)
    raise ValueError(f"there is no analyser {name!r}; expected one of {', '.join(ANALYZERS)}")
