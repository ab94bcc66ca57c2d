"""What shape a compound may have: closed classes that tell nouns from inflected forms, counts and deixis."""

import re

from miner.compounds.counting import Run
from miner.compounds.particles import syllable_final
from miner.morphology.base import Pos

_NOUN_LIKE = frozenset({Pos.NOUN, Pos.FOREIGN, Pos.NUMBER})
_PREDICATE_LIKE = frozenset(
    {Pos.VERB, Pos.ADJECTIVE, Pos.ADVERB, Pos.INTERJECTION, Pos.PARTICLE, Pos.ENDING, Pos.PREFIX}
)
_NO_PART = frozenset({Pos.PUNCTUATION, Pos.OTHER})
# Inflection that analysers tag as Noun or Suffix: plural, honorific and adverbial suffixes, nominal endings,
# bound nouns of verb phrases.
_NO_LAST_PART = frozenset(
    "들 님 씨 네 적 하 되 중 쯤 째 씩 끼리 뿐 히 게 함 임 음 움 됨 지 듯 것 거 걸 건 때 줄 수 만 정도 만큼 때문 "
    "지경 뻔 자체 앞 분들 보기 보기전 기전 이기 이지 일지 인지 한지 긴지 일수 할수 는바 는지 던지 는걸 은걸 할데 "
    "일까 하기 하지".split()
)
_VERB_END = re.compile("(수|것|거|걸|줄|기|지|하다|리다|려고)$")
# 한|명, 몇|년|전, 별|5|개, 이|정도
_COUNTED = re.compile(
    "(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|십|백|천|만|몇|수|여러|첫)+"
    "(명|번째|번|살|년|달|주|시간|분|초|편|장면|장|마리|개|점|회|방울|가지|글자|줄|군데|사람|씬|컷|배|차례|끼|표)"
    "(전|후|째|간|동안|정도|쯤)*"
    r"|.*\d+(점|분|시|시간|개|명|번|편|위|년|월|일|회|화)"
    "|[이그저요]정도"
)
# They stand before nouns, and their spaces are the ones most often left out.
DEICTIC = tuple("이 그 저 요 이런 그런 저런 어떤 내 제 니 네 우리 각 각자 매 모든 다른 여러 더 지금 혼자".split())
_VERB_FINALS = frozenset("ㅆㄶㅀㄵㅎ")  # next to no noun has a syllable that ends in one of these


def is_noun_shaped(text: str, run: Run) -> bool:
    """Tell whether a run may be a name or a term: no count, no punctuation, no ending, no verb's syllable."""
    last = run[-1]
    return (
        run[0].pos is not Pos.NUMBER  # 10|점, 2|시간
        and not any(morpheme.pos in _NO_PART for morpheme in run)
        and last.surface not in _NO_LAST_PART
        and not (last.pos in _PREDICATE_LIKE and _VERB_END.search(last.surface))
        and _COUNTED.fullmatch(text) is None
        and not any(syllable_final(syllable) in _VERB_FINALS for syllable in text)
    )


def is_plain(run: Run) -> bool:
    """Tell whether all parts are nouns, foreign words or numbers."""
    return all(morpheme.pos in _NOUN_LIKE for morpheme in run)


def may_be_predicate(run: Run) -> bool:
    """Tell whether some part is a verb, an adverb, a particle ...: a sentence without spaces, or a name."""
    return any(morpheme.pos in _PREDICATE_LIKE for morpheme in run)
