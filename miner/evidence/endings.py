"""Productive Korean alternations: endings and parts that change a word's form and not its meaning.

Each rule holds for any stem: -거리다 and -대다 make the same verb of any onomatopoeia (National Institute of
Korean Language, *Standard Korean Language Dictionary*, ``-대다``), 아이 contracts to 애 in any compound.
"""

from collections.abc import Iterator, Sequence

from miner.evidence.difference import difference

# Interchangeable at the end of a word, or before the ending -다 / -하다. Each line: forms of one meaning.
_ENDINGS = """
거리다 대다
거리다 이다
대다 이다
스레하다 스름하다
하다 거리다
하다 대다
아이 애
이야기 얘기
까짓 깟
리어 려
가락 갈
아래 밑
어리 이
빛 색
쪽 편
쪽 녘
쪽 측
방향 쪽
인 자
가 인
가 자
꾼 쟁이
장이 쟁이
값 가격
금 금액
량 분량
병 질환
증 증세
소 장소
실 방
"""
_CONTRACTIONS = tuple(
    tuple(pair.split("/"))
    for pair in (
        "아이/애 이야기/얘기 마음/맘 처음/첨 다음/담 사이/새 싸움/쌈 조금/좀 무엇/뭐 "
        "그것/그거 이것/이거 저것/저거 것/거 어제/엊 리어/려 지어/져 주어/줘 두어/둬 "
        "보아/봐 쏘아/쏴 고이/괴 보이/뵈 쏘이/쐬 조이/죄 누이/뉘 트이/틔 띄우/띠우 "
        "지아니하/잖 아니하/않 하지않/찮 가지/갖 디디/딛 머무르/머물 서두르/서둘 "
        "서투르/서툴 러하/렇 가을/갈 내일/낼 요즈음/요즘 즈음/즘 저녁/녁"
    ).split()
)


def _rules() -> dict[str, set[str]]:
    rules: dict[str, set[str]] = {}
    for line in _ENDINGS.strip().splitlines():
        forms = line.split()
        for form in forms:
            rules.setdefault(form, set()).update(other for other in forms if other != form)
    return rules


_RULES = _rules()
_LONGEST = max(map(len, _RULES))
_MAX_WORD_OF_TWO_MORPHEMES = 2  # syllables; 주인 is no 주 with the ending 인


def rewritten(word: str) -> Iterator[str]:
    """Yield the forms that a word may have by one rule, whether or not they are words."""
    for length in range(1, min(_LONGEST, len(word) - 1) + 1):
        if length == 1 and len(word) <= _MAX_WORD_OF_TWO_MORPHEMES:
            continue
        for other in _RULES.get(word[-length:], ()):
            yield word[:-length] + other
    for full, short in _CONTRACTIONS:
        if full in word and word != full:
            yield word.replace(full, short, 1)


def alternations(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of words, by index, that one rule turns into each other; lower index first, each once."""
    number = {word: i for i, word in enumerate(words)}
    pairs = {
        (min(i, j), max(i, j))
        for i, word in enumerate(words)
        for other in rewritten(word)
        if (j := number.get(other)) is not None and j != i
    }
    yield from sorted(pairs)


def alternation_kind(left: str, right: str) -> str | None:
    """Name the rule that turns one word into the other, the forms in code-point order: ``거리다/대다``."""
    if right not in set(rewritten(left)) and left not in set(rewritten(right)):
        return None
    between = difference(left, right)
    return "/".join(sorted((between.left, between.right)))
