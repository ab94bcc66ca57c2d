"""What may follow a noun inside its eojeol: particles, and the copula.

An eojeol is L + R: a stem and what is attached to it (the left-right structure that soynlp's noun extractor
builds on; Kim, H., *soynlp*, 2018). R is a closed class, so it is listed here; L is what is looked for.
"""

import re
from functools import lru_cache

MAX_PARTICLE_LENGTH = 4  # syllables; longer ones end in a shorter one
MIN_SUFFIXED_LENGTH = 2  # syllables; of one, anything is a stem

_CASE = (
    "이 가 은 는 을 를 의 에 에서 에게 에게서 한테 한테서 께 께서 로 으로 로서 으로서 로써 으로써 와 과 랑 이랑 "
    "하고 도 만 까지 부터 마저 조차 밖에 뿐 처럼 보다 같이 마다 만큼 대로 라도 이라도 나 이나 나마 이나마 야 아 "
    "이야 이여 여 요"
).split()
_FIRST = "에 에서 에게 한테 께 로 으로 까지 부터 만 와 과 랑 이랑 하고 처럼 보다 만큼 뿐 같이".split()
_SECOND = "는 은 도 만 의 이 을 까지 부터 라도 나 밖에 조차 마저 요 보다 처럼 이다 다".split()
_FIRST_OF = {first + second: first for first in _FIRST for second in _SECOND}
_PARTICLES = frozenset(_CASE) | _FIRST_OF.keys()

_COPULA = re.compile(
    "입니.*|였.*|예요|에요|임|일|일듯|인(데|데도|가|지|듯|줄|걸)?"
    "|이(다|고|며|네|네요|지|지만|라|라서|라고|라는|라면|란|면|니|니까|기|든|듯|죠|구나|예요|에요)"
    "|이[었였잖던군].*|다|고|며|네요|지|지만|죠|라|라서|라고|라는|라면|란|면"
)
_AFTER_VOWEL_ONLY = re.compile("가|는|를|와|랑|였|여$|나$|야$|라|다$|네|지|면|며|고|죠|란|예요")
_AFTER_CONSONANT_ONLY = re.compile("은|을|과|으|이|아$")
_DERIVED = re.compile("[하한할함합해했되된될돼됐들님씨]|스[럽러런]")
# What makes a plural, a title, an adverb, an adjective or a noun of a clause.
_INFLECTING_SUFFIXES = ("들", "님", "씨", "네", "중", "적", "하", "함", "되", "됨", "임", "구", "분들", "님들")

# Allomorphs in one class. The copula, 나, 라 ... also end verbs and tell less.
_CASE_CLASSES = "이/가 은/는 을/를 의 에/에서/에게/한테 로/으로 와/과/랑/이랑 도 만 보다 처럼 까지 부터".split()
_CASE_CLASS = {particle: forms.split("/")[0] for forms in _CASE_CLASSES for particle in forms.split("/")}

# Those that no verb ending looks like: -는, -은, -도, -만 follow verb stems and nominalised verbs as well.
NOUN_CASES = ("이", "을", "의", "에", "로", "와")

_FINALS: list[str] = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]


def syllable_final(syllable: str) -> str | None:
    """Return the consonant that ends a Hangul syllable, "" if a vowel does, None for any other character."""
    if not "가" <= syllable <= "힣":
        return None
    return _FINALS[(ord(syllable) - ord("가")) % len(_FINALS)]


@lru_cache(maxsize=1 << 16)
def _is_particle(text: str) -> bool:
    return text in _PARTICLES or _COPULA.fullmatch(text) is not None


def follows_noun(rest: str, before: str) -> bool:
    """Tell whether ``rest`` is nothing, or a particle or copula that agrees with the syllable before it.

    Agreement (을 after a consonant, 를 after a vowel ...) is what tells 영화|는 from the ending of 재미있|는.

    :param rest: characters from the end of the stem to the end of the eojeol.
    :param before: the character that stands before ``rest``.
    """
    if not rest:
        return True
    if not _is_particle(rest):
        return False
    final = syllable_final(before)
    if final is None:
        return True  # Latin letters and digits: their pronunciation is not known here
    if rest.startswith(("로", "으로")):
        return (final in ("", "ㄹ")) == rest.startswith("로")
    if final:
        return _AFTER_VOWEL_ONLY.match(rest) is None
    return _AFTER_CONSONANT_ONLY.match(rest) is None or rest[:2] in ("이다", "이라", "이었", "이네", "이지")


def derives(rest: str) -> bool:
    """Tell whether ``rest`` begins with what makes a verb or an adjective of a noun, or its plural or title."""
    return _DERIVED.match(rest) is not None


def case_class(rest: str) -> str | None:
    """Return the case particle that ``rest`` is a form of or begins with (를 -> 을, 와의 -> 와), or None."""
    return _CASE_CLASS.get(rest) or _CASE_CLASS.get(_FIRST_OF.get(rest, ""))


def stems(text: str) -> list[str]:
    """Return what is left of a text without what looks like a particle or an inflecting suffix at its end."""
    found = [
        text[:-length]
        for length in range(1, min(MAX_PARTICLE_LENGTH, len(text) - 1) + 1)
        if follows_noun(text[-length:], text[-length - 1])
    ]
    suffixes = [suffix for suffix in _INFLECTING_SUFFIXES if text.endswith(suffix)]
    return found + [text[: -len(suffix)] for suffix in suffixes if len(text) - len(suffix) >= MIN_SUFFIXED_LENGTH]
