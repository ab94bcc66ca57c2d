"""Where the words of a lexicon stand in a sentence: where an eojeol begins, before particles or a known ending."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from miner.compounds.particles import follows_noun

# An apostrophe stands within a word of Latin letters (it's); else it is a quotation mark: '프로작'이라 한다.
_RUN = re.compile(r"[^\W_]+(?:[-.&][^\W_]+|(?<=[A-Za-z0-9])'[A-Za-z]+)*")
_MAX_RUNS = 4  # white-space separated pieces of one word: 외상 후 스트레스 장애
_CALLED_OR_LISTED = re.compile(
    "이?라(고(도|는|들)?|는|던)?|이?든지?|이?냐|인"
)  # what follows a name beside particles
_QUANTITY = r"[\d.,/·~%-]+[^\W\d_]*"


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of the lexicon in a sentence.

    :ivar word: as the lexicon writes it.
    :ivar start: its first character in the sentence.
    :ivar end: one past its last character, or past the known endings behind it; particles follow.
    """

    word: str
    start: int
    end: int


class MentionFinder:
    """Finds the words of a lexicon in sentences.

    :param words: NFC, without white space; one that a sentence writes apart (조울 증) is found, too.
    :param endings: what may stand behind a word inside its eojeol beside particles, such as the dosage forms and
        salts of a product list: 정, 캡슐, 염산염. Where there are any, quantities may follow as well.
    """

    def __init__(self, words: Iterable[str], endings: Collection[str] = ()) -> None:
        self._words = {word.casefold(): word for word in words}
        self._longest = max(map(len, self._words), default=0)
        listed = "|".join(sorted(map(re.escape, endings), key=len, reverse=True))
        self._endings = re.compile(f"(?:{listed}|{_QUANTITY})+") if listed else None

    def find(self, sentence: str) -> list[Mention]:
        """Return the longest word at each place where a piece of the sentence begins, in order.

        :param sentence: NFC.
        """
        runs = [match.span() for match in _RUN.finditer(sentence)]
        mentions: list[Mention] = []
        for i, (start, _) in enumerate(runs):
            if mentions and start < mentions[-1].end:
                continue
            mention = self._longest_at(sentence, runs, i)
            if mention is not None:
                mentions.append(mention)
        return mentions

    def without_endings(self, word: str) -> str | None:
        """Return the word of the lexicon that a word is but for endings, the shortest, or ``None``."""
        if self._endings is None:
            return None
        cuts = (n for n in range(1, len(word)) if self._endings.fullmatch(word, n))
        return next((found for n in cuts if (found := self.exact(word[:n])) is not None), None)

    def exact(self, text: str) -> str | None:
        """Return the word that a text is, as the lexicon writes it, or ``None``."""
        return self._words.get(text.casefold())

    def _longest_at(self, sentence: str, runs: list[tuple[int, int]], i: int) -> Mention | None:
        n_runs = 1
        while n_runs < _MAX_RUNS and i + n_runs < len(runs):
            if sentence[runs[i + n_runs - 1][1] : runs[i + n_runs][0]] != " ":
                break
            n_runs += 1
        for last in range(i + n_runs - 1, i - 1, -1):
            found = self._word_over(sentence, runs, i, last)
            if found is not None:
                return found
        return None

    def _word_over(self, sentence: str, runs: list[tuple[int, int]], first: int, last: int) -> Mention | None:
        start, (last_start, last_end) = runs[first][0], runs[last]
        before = "".join(sentence[a:b] for a, b in runs[first:last]).casefold()
        run = sentence[last_start:last_end]
        found = None
        for length in range(min(len(run), self._longest - len(before)), 0, -1):
            word = self._words.get(before + run[:length].casefold())
            if word is None:
                continue
            if self._endings is not None and self._endings.fullmatch(run, length):
                # 플루옥세틴염산염 is in the lexicon, too, but 플루옥세틴 is meant
                found = Mention(word, start, last_end)
            elif found is None and _ends_word(run[length:], run[length - 1]):
                found = Mention(word, start, last_start + length)
                if self._endings is None:
                    return found
        return found


def _ends_word(rest: str, before: str) -> bool:
    return follows_noun(rest, before) or _CALLED_OR_LISTED.fullmatch(rest) is not None
