"""Aliases that the text states: 프로작(플루옥세틴), A 즉 B, A라고도 하는 B, 이하 "B"라 한다.

A rule looks at two words of the lexicon in one sentence and at what stands before, between and behind them: the
hyponymy patterns of Hearst (1992), turned to synonymy, in Korean. A rule is *plain* when the words in it say that
two names mean one thing, and *weak* when they often do (``A라고 부르는 B`` may introduce a kind: 감기, 병).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from miner.evidence.mentions import Mention, MentionFinder

WEAK = 0.5  # of a plain statement
_LONGEST_BETWEEN = 30  # characters from one name to the other
_MAX_MENTIONS_BETWEEN = 3  # 성분, 이름, 말 ... of a rule's own words may be in the lexicon
_MIN_PARTNERS_OF_CLASS = (
    5  # 주연(송강호), 주연(최민식) ...: the word before the bracket names a class, not a thing
)

_QUOTE = "[\"'“”‘’「」『』]?"
# <> are quotation marks of titles, and so are [] that stand apart: 곧바로 [위플래쉬]가 나와버렸다
_OPEN, _OPEN_APART, _CLOSE = r"(?:\s?[(（]|[\[〔])\s?", r"\s[\[〔]\s?", r"\s?[)\]）〕]"
_LABEL = (
    "(?:상품명|제품명|성분명?|일반명|일명|이른바|속칭|별칭|별명|약칭|약자|줄임말|줄여서|영문명?|영어로?|한글|한자|학명|"
    "본명|구|옛 이름|옛|현|즉|곧|또는|혹은|이하)"
)
_APPOSITION = (
    "(?:즉|곧|일명|이른바|속칭|그러니까|줄여서|줄임말로|"
    "(?:다른|예전|옛날|쉬운|한국|우리|전문) ?말로는?|영어로는?|한자로는?|"
    "다른 이름으로는?|쉽게 말해서?|다시 말해서?|정확히는|정확히 말하면|"
    "(?:성분|상품|제품)(?:명| 이름)?(?:은|으로는))"
)
_OFTEN = "(?:흔히|보통|요즘은?|예전에는|[가-힣]{2,3}에서는|줄여서|일명)"
_CALLED = r"(?:하는|부르는|불리는|불리우는|일컫는|알려진|칭하는)"
_CALLS = r"(?:한다|하고|하는|하며|해요|합니다|하죠|부른|부르|불러|불린|불리|일컫|칭한|하지|했)"
_OTHER_NAME = (
    "(?:준말|줄임말|약자|약어|약칭|다른 이름|다른 말|별칭|별명|상품명|제품명|성분명|"
    "옛말|옛 이름|사투리|방언|동의어|영어 이름|영어식 표현|순우리말|본딧말|속칭)"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Patterns of what stands behind the first word, behind the second, and before the first."""

    between: re.Pattern[str]
    behind: re.Pattern[str]
    before: re.Pattern[str]
    strength: float


def _rule(between: str, behind: str = "", before: str = "", strength: float = 1.0) -> _Rule:
    return _Rule(re.compile(between), re.compile(behind), re.compile(f"(?:{before})$"), strength)


_BRACKET = _rule(
    rf"(?:{_OPEN}(?:{_LABEL}[:\s]*)?|{_OPEN_APART}{_LABEL}[:\s]*){_QUOTE}",
    rf"{_QUOTE}(?:의 {_OTHER_NAME})?(?:{_CLOSE}|,\s?이하[,\s])",
)
# As patents and laws name a thing for what follows: 대일밴드(이하, '밴드'라 함), 갑(영문명, 이하 “을”이라 한다)
_FROM_HERE_ON = _rule(
    rf"{_OPEN}(?:[^()（）]+,\s?)?이하(?:에서는?)?[,\s]\s?{_QUOTE}",
    rf"{_QUOTE}(?:이?라고?|으?로)\s?(?:한다|함|칭한다|칭함|부른다|부름|약칭한다|약칭함|약함){_CLOSE}",
)
_RULES = (
    _BRACKET,
    _FROM_HERE_ON,
    _rule(rf"{_QUOTE}(?:이?라는 [가-힣]{{1,4}})?[,\s]\s?{_APPOSITION},?\s{_QUOTE}"),
    _rule(rf"{_QUOTE},?\s{_OFTEN}\s{_QUOTE}", rf"{_QUOTE}이?라고(?:도|들|는)?\s?{_CALLS}"),
    _rule(rf"{_QUOTE}이?라고도\s?{_CALLED}\s{_QUOTE}"),
    _rule(rf"{_QUOTE}이?라고\s?{_CALLED}\s{_QUOTE}", before=rf"{_OFTEN}\s{_QUOTE}"),
    _rule(rf"{_QUOTE}이?라고\s?(?:부르는|불리는|알려진)\s{_QUOTE}", strength=WEAK),
    # 욕망이라는 이름의 전차, but not 욕망: what has a name is mostly a kind
    _rule(rf"{_QUOTE}이?라는 (?:(?:이름|별명|별칭|상품명)으로 {_CALLED}|(?:별명|별칭|상품명)의)\s{_QUOTE}"),
    _rule(rf"{_QUOTE}인\s{_QUOTE}", before=rf"{_LABEL}[이은는가]\s{_QUOTE}"),
    _rule(rf"{_QUOTE}[은는을를]\s(?:{_OFTEN}\s)?{_QUOTE}", rf"{_QUOTE}이?라고도\s?{_CALLS}"),
    _rule(rf"{_QUOTE}[은는을를]\s{_OFTEN}\s{_QUOTE}", rf"{_QUOTE}이?라고\s?{_CALLS}"),
    _rule(rf"{_QUOTE}[은는이가]\s{_QUOTE}", rf"{_QUOTE}의 {_OTHER_NAME}"),
    _rule(rf"{_QUOTE}[은는을를]\s{_QUOTE}", rf"{_QUOTE}이?라\s?(?:한다|함|칭한다|칭함|부른다)"),
    _rule(rf"{_QUOTE}[은는이가]\s{_QUOTE}", rf"{_QUOTE}이?라는 (?:걸|것을|사실)", strength=WEAK),
)
# Pronouns and bare nouns stand for whatever was named before.
_PRONOUNS = frozenset(
    "이것 그것 저것 이거 그거 저거 거 것 이 그 저 여기 거기 저기 이곳 그곳 누구 무엇 뭐 나 너 저희 우리".split()
)
# A sentence without any of these is not looked at: most are, and finding words takes time.
_CUES = re.compile(rf"[(\[（〔]|{_APPOSITION}|라고|라는|이라 |라 한|라 칭|{_OTHER_NAME}|{_LABEL}[이은는가]")


@dataclass(slots=True)
class AliasEvidence:
    """What the text states of one pair of words.

    :ivar n_statements: sentences that state it; a weak one counts half.
    :ivar sentence: the shortest sentence that states it plainly, else the shortest.
    """

    n_statements: float = 0.0
    sentence: str = ""
    _best: tuple[float, int, str] = field(default=(0.0, 0, ""), repr=False)

    def add(self, strength: float, sentence: str) -> None:
        """Count a sentence."""
        self.n_statements += strength
        rank = (-strength, len(sentence), sentence)
        if not self.sentence or rank < self._best:
            self._best, self.sentence = rank, sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence that calls two words names of one thing, the words in its order."""

    first: str
    second: str
    strength: float
    in_brackets: bool


def find_aliases(
    sentences: Iterable[str], finder: MentionFinder
) -> tuple[dict[tuple[str, str], AliasEvidence], int]:
    """Collect the pairs of words that sentences state to be names of one thing.

    :param sentences: NFC; one that is there twice counts once.
    :param finder: of the words of the lexicon.
    :return: evidence by pair, the words in code-point order; and how many pairs were left out because the word
        before the bracket stands before many different ones, as the name of a class does.
    """
    pairs: dict[tuple[str, str], AliasEvidence] = defaultdict(AliasEvidence)
    bracketed: dict[str, set[str]] = defaultdict(set)
    only_bracketed: dict[tuple[str, str], str] = {}
    for sentence in dict.fromkeys(s for s in sentences if _CUES.search(s)):
        for statement in statements(sentence, finder):
            key = _key(statement.first, statement.second)
            is_new = key not in pairs
            pairs[key].add(statement.strength, sentence)
            if not statement.in_brackets:
                only_bracketed.pop(key, None)
            elif is_new:
                only_bracketed[key] = statement.first
            if statement.in_brackets:
                bracketed[statement.first].add(statement.second)
    classes = {word for word, inside in bracketed.items() if len(inside) >= _MIN_PARTNERS_OF_CLASS}
    left_out = [k for k, first in only_bracketed.items() if first in classes and pairs[k].n_statements < 2]
    for key in left_out:
        del pairs[key]
    return dict(pairs), len(left_out)


def states_alias(sentence: str, finder: MentionFinder) -> bool:
    """Tell whether ``find_aliases`` learns anything from a sentence."""
    return _CUES.search(sentence) is not None and any(True for _ in statements(sentence, finder))


def statements(sentence: str, finder: MentionFinder) -> Iterator[Statement]:
    """Yield what one sentence states, each pair of words once."""
    mentions = finder.find(sentence)
    seen = set()
    for i, first in enumerate(mentions):
        for second in mentions[i + 1 : i + 2 + _MAX_MENTIONS_BETWEEN]:
            key = _key(first.word, second.word)
            if second.start - first.end > _LONGEST_BETWEEN:
                break
            if first.word == second.word or key in seen or not (_names(first.word) and _names(second.word)):
                continue
            rule = _matching(sentence, first, second)
            if rule is not None:
                seen.add(key)
                yield Statement(first.word, second.word, rule.strength, rule is _BRACKET)


def _matching(sentence: str, first: Mention, second: Mention) -> _Rule | None:
    between, behind = sentence[first.end : second.start], sentence[second.end :]
    for rule in _RULES:
        if (
            rule.between.fullmatch(between)
            and rule.behind.match(behind)
            and rule.before.search(sentence, 0, first.start)
        ):
            return rule
    return None


def _names(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word not in _PRONOUNS  # one syllable has too many meanings


def _key(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)
