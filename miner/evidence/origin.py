"""Where a word comes from: Sino-Korean, native or borrowed. Spelling counts for a loanword, against the others."""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from math import exp
from typing import Any

from miner.evidence.phonemes import is_hangul, split_syllable

# The readings of the 4,888 Hanja of KS X 1001; other Hanja are hardly used in Korean.
SINO_KOREAN_SYLLABLES = frozenset(
    "가각간갈감갑강개객갱갹거건걸검겁게격견결겸경계고곡곤골공과곽관괄광괘괴굉교구국군굴궁권궐궤귀규균귤극근금급긍기긴길끽나난날남"
    "납낭내녀년념녕노농뇌뇨눈눌뉴능니닉다단달담답당대덕도독돈돌동두둔득등라락란랄람랍랑래랭략량려력련렬렴렵령례로록론롱뢰료룡루류"
    "륙륜률륭륵름릉리린림립마막만말망매맥맹멱면멸명몌모목몰몽묘무묵문물미민밀박반발방배백번벌범법벽변별병보복본볼봉부북분불붕비빈"
    "빙사삭산살삼삽상새색생서석선설섬섭성세소속손솔송쇄쇠수숙순술숭슬습승시식신실심십쌍씨아악안알암압앙애액앵야약양어억언얼엄업엔여"
    "역연열염엽영예오옥온올옹와완왈왕왜외요욕용우욱운울웅원월위유육윤율융은을음읍응의이익인일임입잉자작잔잠잡장재쟁저적전절점접정제조"
    "족존졸종좌죄주죽준줄중즉즐즙증지직진질짐집징차착찬찰참창채책처척천철첨첩청체초촉촌총촬최추축춘출충췌취측층치칙친칠침칩칭쾌타탁"
    "탄탈탐탑탕태택탱터토통퇴투특틈파판팔패팽퍅편폄평폐포폭표품풍피필핍하학한할함합항해핵행향허헌헐험혁현혈혐협형혜호혹혼홀홍화확환활"
    "황회획횡효후훈훙훤훼휘휴휼흉흑흔흘흠흡흥희힐"
)
LANGUAGE_FILE = "language.json"


@lru_cache(maxsize=1)
def language_model() -> Mapping[str, Any]:
    """Return the weights that ``miner train`` learned: of the origin of words, and of their spelling."""
    content: Mapping[str, Any] = json.loads(
        resources.files(__package__).joinpath(LANGUAGE_FILE).read_text("utf-8")
    )
    return content


def sino_korean_share(word: str) -> float:
    """Return the share of the characters that may be Hanja, in [0, 1]."""
    return sum(character in SINO_KOREAN_SYLLABLES for character in word) / len(word) if word else 0.0


def origin_features(word: str) -> dict[str, float]:
    """Return what tells a loanword: which vowels follow which consonants, which finals follow which vowels."""
    features: dict[str, float] = {
        "sino_korean": sino_korean_share(word),
        "all_sino_korean": float(sino_korean_share(word) == 1),
        "length": len(word) / 5,
        "dictionary_form": float(word.endswith("다")),
    }
    for syllable in word:
        initial, vowel, final = split_syllable(syllable) or ("", "?", "")
        for part in (initial + vowel, f"{vowel}-{final}"):
            features[part] = features.get(part, 0.0) + 1 / len(word)
    return features


@lru_cache(maxsize=200_000)
def loanword_probability(word: str) -> float:
    """Return the probability that a word is borrowed from another language than Chinese.

    A word with a letter or digit that is no Hangul counts as borrowed.
    """
    if not is_hangul(word):
        return 1.0
    weights = language_model()["origin"]
    logit = weights["intercept"] + sum(
        value * weights["features"].get(name, 0.0) for name, value in origin_features(word).items()
    )
    return 1 / (1 + exp(-logit))
