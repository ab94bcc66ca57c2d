"""Verbs made of one another: 먹다 and 먹이다, 위반하다 and 위반되다 share a root, not a meaning.

In the Basic Korean Dictionary hardly any pair of this form is marked as synonymous.
"""

from miner.evidence.difference import difference
from miner.evidence.phonemes import split_syllable

_VERB_ENDING = "다"
_VOICES = {
    frozenset(pair) for pair in (("되", "하"), ("시키", "하"), ("되", "시키"), ("당하", "하"), ("나", "내"))
}
_VOICE_SUFFIXES = frozenset("이히리기우구추")
_AUXILIARIES = (
    "지 나 가 오 보 버리 들 서 내 놓 두 주 대 하 치 뜨리 트리 먹 쓰 앉 차리 받 들이 올리 내리 다니 있 계시".split()
)
_CONNECTING_VOWELS = frozenset("ㅏㅓㅕㅘㅝㅐㅔㅙ")  # of -아/-어, alone or contracted with the stem: 와, 워, 해, 돼


def derivation(left: str, right: str) -> str | None:
    """Say how one verb is made of the other.

    :return: ``voice`` (active, passive, causative), ``auxiliary``, or ``None``.
    """
    if not (left.endswith(_VERB_ENDING) and right.endswith(_VERB_ENDING)):
        return None
    short, long = sorted((left[:-1], right[:-1]), key=len)
    if not short:
        return None
    between = difference(short, long)
    if between.head and not between.tail and frozenset((between.left, between.right)) in _VOICES:
        return "voice"
    if long[:-1] == short and long[-1] in _VOICE_SUFFIXES:
        return "voice"
    if any(long.endswith(auxiliary) and _connects(short, long[: -len(auxiliary)]) for auxiliary in _AUXILIARIES):
        return "auxiliary"
    return None


def _connects(stem: str, form: str) -> bool:
    """Whether a form is the stem with -아/-어: 잡아, 벗어, 와 of 오, 배워 of 배우, 날아 of 날."""
    if len(form) not in (len(stem), len(stem) + 1) or form[: len(stem) - 1] != stem[:-1]:
        return False
    last = split_syllable(form[-1])
    own, there = split_syllable(stem[-1]), split_syllable(form[len(stem) - 1])
    if last is None or own is None or there is None or own[0] != there[0]:
        return False
    if len(form) > len(stem) and own[1] != there[1]:  # 들어 of 듣 keeps the vowel, 바라 is not of 보
        return False
    return last[1] in _CONNECTING_VOWELS and not last[2]
