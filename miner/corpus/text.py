"""The characters of a sentence: NFC, one line, nothing invisible."""

import re
import unicodedata

# Zero-width and soft-hyphen characters and marks of writing direction; U+200D stays, emoji are built with it.
_INVISIBLE = "\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# Controls that are no white space; Okt would take them for letters, and PostgreSQL refuses U+0000.
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_DELETED = re.compile(f"[{_CONTROLS}{_INVISIBLE}]")
_BREAKS = re.compile("\r\n|[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HANGUL = re.compile("[가-힣\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff]")


def clean(text: str) -> str:
    """Return ``text`` in NFC on one line, without white space at its ends.

    Tabs, line breaks and separators become spaces. Control characters, zero-width characters, soft hyphens and
    marks of writing direction are deleted, so that 대일<U+200B>밴드 is one word. Other white space stays as it is.

    :raises UnicodeError: if ``text`` holds half of a surrogate pair, which is no character.
    """
    text = text.strip()
    if not text.isprintable():  # rare, and much faster to find out than by the expressions
        if _SURROGATE.search(text):
            raise UnicodeError("holds half of a surrogate pair, or bytes that are not UTF-8")
        text = _DELETED.sub("", _BREAKS.sub(" ", text)).strip()
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


def has_hangul(text: str) -> bool:
    """Whether ``text`` has a Korean letter, be it a single consonant."""
    return _HANGUL.search(text) is not None
