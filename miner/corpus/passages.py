"""Passages into sentences: text of patents and textbooks, with headings, numbers, formulas and wrapped lines."""

import re
from collections.abc import Iterator

# A word cut at the end of a line: 대일-\n밴드, Assess-\nment. Not after a digit or a capital (COVID-\n19, X-\n선).
_HYPHENATED = re.compile(r"(?<=[a-z가-힣])[-\u2010]\n[ \t]*(?=[a-z가-힣])")
_SOFT_HYPHEN = re.compile("\u00ad\n?")

# What numbers a paragraph or a heading: 【0012】 [0012] 1. 1.2.3 제1장 가. (1) (a) 1) ① Ⅱ. ○ - •
_NUMBER = re.compile(
    r"""[ \t]*(?:
        [\[【]\d{3,5}[\]】]
      | 제[ ]?\d+[ ]?[장절항조편](?=\s)
      | \d{1,2}(?:\.\d{1,2})+\.?(?=\s)
      | \d{1,2}[.)](?=\s)
      | [(（](?:\d{1,2}|[a-z]|[가나다라마바사아자차카타파하])[)）](?=\s)
      | [가나다라마바사아자차카타파하][.)](?=\s)
      | [ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩIVX]{1,4}\.(?=\s)
      | [①-⑳](?=\s|\S)
      | [○●◦•▪■□▶※–-](?=\s)
    )[ \t]*""",
    re.VERBOSE,
)
_TITLE = re.compile(r"[【\[<〈]([^】\]>〉\n]{1,40})[】\]>〉]$")  # 【발명의 명칭】

# A line that ends like a sentence, or in a colon, ends one; another goes on in the next line.
_LINE_END = re.compile(r"[.?!:。？！…][\"'”’)\]】》」』]*$")
MAX_HEADING_CHARACTERS = 40

# Not where the sentence that quotes goes on: “가자.” 하고 말했다. Nor within a date: 2019. 3. 1. 시행
_END = re.compile(
    r"[.?!。？！…]+[\"'”’»》」』]*(?=\s|$)(?!\s*(?:이?라고|하고|고|이?라며|하며|이?라는|하는)\s)"
    r"(?!(?<=\d\.)\s*\d{1,2}\.)"
)
MAX_BRACKET_CHARACTERS = 300  # more is a bracket that was not closed, or a text of its own
_OPEN, _CLOSE = "([{（［【「『《〈", ")]}）］】」』》〉"
# What a full stop follows without ending a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|Fig|Figs|Eq|No|Nos|Vol|pp?|vs|al|cf|ca|etc|e\.g|i\.e|Dr|Mr|Mrs|Prof|St|Inc|Ltd|Co|도|표)$"
)
_ENUMERATOR = re.compile(r"(?:^|\s)(?:\d{1,2}(?:\.\d{1,2})*|[가나다라마바사아자차카타파하])$")


def split_passage(text: str) -> Iterator[str]:
    """Yield the sentences of a passage, each on one line.

    Words that a hyphen cuts at the end of a line are joined, and wrapped lines too; a heading is a sentence of its
    own, and the numbers of sections and paragraphs are taken off. A full stop ends no sentence within brackets
    (``노인평가도구 (Geriatric Tools. GAT)``), numbers (``p < 0.05``) and abbreviations (``Kim et al.``).

    :param text: NFC or not, lines as they are in the file.
    """
    text = _SOFT_HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _HYPHENATED.sub("", text)
    for paragraph in _paragraphs(text):
        yield from _sentences(paragraph)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield runs of lines that belong together, on one line and without their numbers."""
    run: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        title = _TITLE.fullmatch(bare)
        number = None if title else _NUMBER.match(line)
        if not bare or title or number:
            yield from _joined(run)
            run = []
        if title:
            yield title[1]
            continue
        if number:
            bare = line[number.end() :].strip()
        if bare:
            run.append(bare)
        if number and _is_heading(bare):
            yield from _joined(run)
            run = []
    yield from _joined(run)


def _joined(lines: list[str]) -> Iterator[str]:
    if lines:
        yield " ".join(lines)


def _is_heading(line: str) -> bool:
    """Tell whether a numbered line is a heading: short, and without an end of a sentence."""
    return len(line) <= MAX_HEADING_CHARACTERS and _LINE_END.search(line) is None


def _sentences(paragraph: str) -> Iterator[str]:
    bracketed = _bracketed(paragraph)
    start = 0
    for end in _END.finditer(paragraph):
        if not bracketed[end.start()] and _is_end(paragraph[start : end.start()], end.group()):
            yield from _without_number(paragraph[start : end.end()])
            start = end.end()
    yield from _without_number(paragraph[start:])


def _is_end(before: str, mark: str) -> bool:
    return mark != "." or not (_ABBREVIATION.search(before[-12:]) or _ENUMERATOR.search(before[-12:]))


def _without_number(sentence: str) -> Iterator[str]:
    number = _NUMBER.match(sentence)
    bare = (sentence[number.end() :] if number else sentence).strip()
    if bare:
        yield bare


def _bracketed(text: str) -> bytearray:
    """Return, for each character, 1 if it stands within a pair of brackets that is not too long."""
    marks = bytearray(len(text))
    opened: list[int] = []
    for position, character in enumerate(text):
        if character in _OPEN:
            opened.append(position)
        elif character in _CLOSE and opened:
            start = opened.pop()
            if position - start <= MAX_BRACKET_CHARACTERS:
                marks[start:position] = b"\1" * (position - start)
    return marks
