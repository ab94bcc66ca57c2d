"""Part and whole: a word and its compound (학원/영어학원), and two compounds with one part (퇴근시간/근무시간).

Korean compounds end in their head. 영어학원 is a kind of 학원, and 안경테 is no 안경: what is left over tells. A
left-over that is a word of its own makes another thing; one that only names the class that the word belongs
to anyway (치매/치매증, 노원/노원구, 초록/초록색) does not, and in a loanword it is mostly no word (인스타|그램).
"""

from collections.abc import Callable
from dataclasses import dataclass

from miner.evidence.difference import Difference

_CLASS_NAMES = frozenset(
    (
        "병 증 증세 질환 증후군 색 빛 시 군 구 도 동 읍 면 섬 산 강 호 날 일 쪽 편 녘 꽃 나무 새 "
        "학교 대 대학 대학교 회사 사 그룹 호텔 병원 은행 신문 방송 제도 약 운동 요법 기법 기술 기계 기구 "
        "게임 셔츠 음식 요리 커피 옷 바지 신발 상태 현상 제품 프로그램 서비스 시스템 지역 지방 언어 국가 나라 "
        "히 이 에 로 자 인 님 씨 가 원"
    ).split()
)
_MIN_WORD = 2  # syllables; almost any single syllable is some word


@dataclass(frozen=True, slots=True)
class Parts:
    """What is left of two words beside what they share.

    :ivar class_name_left_over: whether one word is the other and the name of its class.
    :ivar word_left_over: whether one word is the other and another word, before or behind it.
    :ivar rests_are_words: whether the two share a part, and both rests are words.
    """

    class_name_left_over: bool
    word_left_over: bool
    rests_are_words: bool


def parts(between: Difference, is_known: Callable[[str], bool]) -> Parts:
    """Tell what two words have beside what they share.

    :param between: of the two words.
    :param is_known: whether a text is a word.
    """

    def is_word(text: str) -> bool:
        return len(text) >= _MIN_WORD and is_known(text)

    rest = between.left + between.right
    if not (between.left and between.right):
        is_class_name = not between.tail and rest in _CLASS_NAMES
        at_one_end = not (between.head and between.tail)  # 올리브영 and 올영 differ within
        return Parts(is_class_name, at_one_end and not is_class_name and is_word(rest), rests_are_words=False)
    return Parts(
        class_name_left_over=False,
        word_left_over=False,
        rests_are_words=bool(between.head or between.tail) and is_word(between.left) and is_word(between.right),
    )
