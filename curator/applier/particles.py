"""The commonest particles, in the form that a word's last sound asks for."""

FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3
N_FINALS = 28  # Unicode 15, section 3.12: a syllable is ((initial * 21) + medial) * 28 + final
AFTER_CONSONANT = ("이", "을", "은", "의", "에", "도")
AFTER_VOWEL = ("가", "를", "는", "의", "에", "도")
ALL_PARTICLES = (
    *"이 가 을 를 은 는 의 에 도 로 으로 와 과 만 에서 에게 한테 께 부터 까지 보다 처럼 이나 나 이랑 랑".split(),
    *"하고 들 들이 들을 들은 들의 들에게 이다 인 입니다 이라고 라고 이지만 지만 이며 며 조차 마저 밖에".split(),
)


def particles_after(word: str) -> tuple[str, ...]:
    """Return the particles of subject, object, topic, possession, place and addition that follow a word.

    After what is no syllable, a letter or a digit, both sets do.
    """
    last = ord(word[-1])
    if not FIRST_SYLLABLE <= last <= LAST_SYLLABLE:
        return tuple(dict.fromkeys(AFTER_CONSONANT + AFTER_VOWEL))
    return AFTER_CONSONANT if (last - FIRST_SYLLABLE) % N_FINALS else AFTER_VOWEL
