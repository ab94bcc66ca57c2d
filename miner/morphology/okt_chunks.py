"""How Okt cuts an eojeol into runs of one script (``KoreanChunker`` of open-korean-text 2.1.0).

Only letters, digits and ``_`` are known here: addresses, hashtags and the like have marks in them, which the
analyser takes away before.
"""

import re

HANGUL = "Korean"

_CHUNK = re.compile(
    "(?P<Number>[0-9]+[천만억조]*(?:원|달러|위안|옌|엔|유로|등|년|월|일|회|시간|시|분|초)?)"
    "|(?P<Korean>[가-힣]+)"
    "|(?P<KoreanParticle>[ㄱ-ㅣ]+)"
    "|(?P<Alpha>[A-Za-z]+)"
    "|(?P<Punctuation>_+)"
    "|(?P<Foreign>[^0-9가-힣ㄱ-ㅣA-Za-z_]+)"
)
_IS_HANGUL = re.compile("[가-힣]+")


def chunks(eojeol: str) -> list[tuple[str, str]]:
    """Return the runs of an eojeol, each with Okt's tag.

    Okt finds numbers first, and then whole runs of Hangul only: of 3시간을 it makes a number and a foreign 을.

    :param eojeol: of letters, digits and ``_``.
    """
    if _IS_HANGUL.fullmatch(eojeol):
        return [(eojeol, HANGUL)]
    found: list[tuple[str, str]] = []
    for match in _CHUNK.finditer(eojeol):
        text, tag = match.group(), match.lastgroup or ""
        if found:
            before, tag_before = found[-1]
            if tag == HANGUL and tag_before == "Number" and not before[-1].isascii():
                tag = "Foreign"
            if tag == tag_before == "Foreign":
                found[-1] = (before + text, tag)
                continue
        found.append((text, tag))
    return found
