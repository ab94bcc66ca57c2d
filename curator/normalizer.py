"""Replaces the words of groups by their canonical ones in text: what an adjusted checkpoint is compared with.

A word is replaced where it begins an eojeol and nothing follows it there but particles or a form of the copula.
The first particle is made to agree with the canonical word: 대일밴드를 -> 반창고를, 약이 -> 의약품이.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FORMAT = "dongui-word-normalizer"
FORMAT_VERSION = 1

_N_FINALS = 28
_FINAL_RIEUL = 8
# How digits and the names of letters end when they are read out in Korean: 1 일, 3 삼, L 엘, M 엠 ...; the others
# end in a vowel. The letters hold for abbreviations, in capitals.
_CONSONANT_AT_END = "013678LMNR"
_RIEUL_AT_END = "178LR"

# After a consonant / after a vowel.
_PAIRS = "이/가 은/는 을/를 과/와 이랑/랑 이나/나 이나마/나마 이라도/라도 이야/야 이여/여 아/야".split()
# The first form may stand after a vowel, too: 영화이다, 영화다.
_COPULA_PAIRS = (
    "이다/다 이며/며 이고/고 이지만/지만 이라고/라고 이라는/라는 이라서/라서 이라면/라면 이라/라 "
    "이라니/라니 이란/란 "
    "이든/든 이든지/든지 이던/던 이면/면 이네/네 이네요/네요 이지/지 이죠/죠 이니/니 이니까/니까 이자/자 이었/였 "
    "이에요/예요 이요/요"
).split()
_FULL_COPULA = frozenset(pair.split("/")[0] for pair in _COPULA_PAIRS)
_TOWARDS = ("으로", "로")  # 로 after ㄹ as well
_UNCHANGING = (
    "의 에 에서 에게 에게서 한테 한테서 께 께서 에선 에겐 도 만 까지 부터 마저 조차 밖에 뿐 처럼 보다 "
    "같이 같은 치고 답게 마다 만큼 대로 "
    "하고 들 입니다 입니까 인 인데 인지 일 임"
).split()
# What may follow a first particle. After 이, 을, 도 and their like nothing does (약도를 has no 약), after 과 and
# its like little, after the rest (들, 에서, 만, the copula) some in a row: 들에게는, 에서부터만이라도.
_LAST = frozenset("이 가 은 는 을 를 의 도 아 야 이여 여 이야".split())
_LINKING = frozenset("과 와 이랑 랑 하고".split())
_MIDDLE = "에 에게 에서 한테 과 와 까지 부터 만 밖에 조차 마저 보다 처럼 으로 로 서 써".split()
_END = "는 은 도 의 이 가 을 를 라도 이라도 나 이나 요 다 이다 인 인데 입니다 이에요 예요 이고 이며 이지만".split()
_AFTER_LAST = re.compile("요?")
_AFTER_LINKING = re.compile("(?:는|은|도|만|의)?요?")
_AFTER_OTHERS = re.compile(f"(?:{'|'.join(sorted(_MIDDLE, key=len, reverse=True))}){{0,2}}(?:{'|'.join(_END)})?")

_WORD = re.compile(r"\w+")
_VERB_LIKE = re.compile("(이었|였|이에요|예요)")


@dataclass(frozen=True, slots=True)
class _Particle:
    """A first particle in its two forms; equal where it does not change."""

    after_consonant: str
    after_vowel: str


def _first_particles() -> Iterator[tuple[str, _Particle]]:
    for particle in _UNCHANGING:
        yield particle, _Particle(particle, particle)
    for consonant, vowel in [*(pair.split("/") for pair in _PAIRS + _COPULA_PAIRS), _TOWARDS]:
        yield consonant, _Particle(consonant, vowel)
        yield vowel, _Particle(consonant, vowel)


class WordNormalizer:
    """Replaces words in text, the longest first.

    :param words: each word -> the canonical word of its group.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        self._lengths: dict[str, list[int]] = {}
        for word in self.words:
            lengths = self._lengths.setdefault(word[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))
                lengths.sort(reverse=True)
        # 야 and 라 stand for two particles each; the agreement with the word before tells which one is meant.
        self._particles = sorted(_first_particles(), key=lambda item: -len(item[0]))

    @classmethod
    def load(cls, file: Path) -> "WordNormalizer":
        """Read what ``curator export word-normalizer`` wrote.

        :raises FileNotFoundError: if there is no such file.
        :raises ValueError: if it is something else.
        """
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["format"] != FORMAT or content["version"] != FORMAT_VERSION:
                raise ValueError(f"the format is {content['format']} {content['version']}")
            words = content["words"]
            if not all(word and isinstance(canonical, str) for word, canonical in words.items()):
                raise ValueError("a word is empty, or its canonical word is no text")
            return cls(words)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{file} is no word normalizer ({type(error).__name__}: {error}); expected a file of "
                "`curator export word-normalizer`"
            ) from error

    def __call__(self, text: str) -> str:
        """Return the text, which is in NFC, with canonical words. What is in no group stays as it is."""
        parts: list[str] = []
        end = 0
        for eojeol in re.finditer(r"(?<!\w)\w", text):
            start = eojeol.start()
            if start >= end and (found := self._replacement(text, start)) is not None:
                parts += [text[end:start], found[0]]
                end = found[1]
        return "".join(parts) + text[end:]

    def _replacement(self, text: str, start: int) -> tuple[str, int] | None:
        """Return what takes the place of the word at ``start`` with its particles, and where they end."""
        for length in self._lengths.get(text[start], ()):
            word = text[start : start + length]
            canonical = self.words.get(word)
            if canonical is None:
                continue
            rest = _WORD.match(text, start + length)
            particles = rest.group() if rest and word[-1:].isalnum() else ""
            agreed = self._agreed(word, canonical, particles)
            if agreed is not None:
                return canonical + agreed, start + length + len(particles)
        return None

    def _agreed(self, word: str, canonical: str, particles: str) -> str | None:
        """Return the particles as they follow the canonical word, or None if they are no particles of the word."""
        if not particles:
            return ""
        for form, particle in self._particles:
            after = particles.removeprefix(form)
            if len(after) == len(particles) or not _continues(form, after):
                continue
            if _form_after(word, particle, form) == form or form in _FULL_COPULA:
                return _form_after(canonical, particle, form) + after
        return None


def _continues(form: str, after: str) -> bool:
    if _VERB_LIKE.fullmatch(form):
        return True
    allowed = _AFTER_LAST if form in _LAST else _AFTER_LINKING if form in _LINKING else _AFTER_OTHERS
    return allowed.fullmatch(after) is not None


def _form_after(word: str, particle: _Particle, unknown: str) -> str:
    """Return the form that follows the word; ``unknown`` after a word whose sound is not known."""
    final = _final(word)
    if final is None:
        return unknown
    if (particle.after_consonant, particle.after_vowel) == _TOWARDS:
        return _TOWARDS[0] if final == "consonant" else _TOWARDS[1]
    return particle.after_vowel if final == "vowel" else particle.after_consonant


def _final(word: str) -> str | None:
    """Return how the word ends: ``vowel``, ``rieul``, another ``consonant``, or None if that is not known."""
    last = word[-1]
    if "가" <= last <= "힣":
        number = (ord(last) - ord("가")) % _N_FINALS
        return "vowel" if number == 0 else "rieul" if number == _FINAL_RIEUL else "consonant"
    if not last.isascii() or not (last.isdigit() or word.isupper()):
        return None
    if last in _RIEUL_AT_END:
        return "rieul"
    return "consonant" if last in _CONSONANT_AT_END else "vowel"
