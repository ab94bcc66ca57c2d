"""What exports say of the words they leave out and of the files they write, in the language of the page.

The exports know of no page, and say it in English: each text of theirs stands here once more, for the translation.
"""

import re

from flask_babel import gettext

from curator.web.i18n import lazy_gettext

NOTES = (
    lazy_gettext("has words with a space: each of their parts is written"),
    lazy_gettext("has words with a space: the filter must be synonym_graph, in the search analyzer only"),
    lazy_gettext("has words in capitals: the filter `lowercase` must stand before the synonyms"),
    lazy_gettext("goes without its canonical word: the word after it stands in its place"),
    lazy_gettext("has parts, which nori gives out as well: a synonym filter takes no such word"),
)
PROBLEMS = (
    lazy_gettext("is blank"),
    lazy_gettext("has white space at an end"),
    lazy_gettext("has a line break"),
    lazy_gettext("has a control character"),
    lazy_gettext("is not in Unicode's form NFC"),
    lazy_gettext("has a #, at which nori stops reading the line"),
    lazy_gettext("is in the vocabulary"),
    lazy_gettext("has a character that XML forbids"),
    lazy_gettext("has no letter or digit, and an analyzer would delete it"),
    lazy_gettext("does not begin with a letter or digit"),
)
LEFT_OUT = re.compile(r"(?P<word>.+) of the group (?P<group>\S+)", re.DOTALL)


def note_text(note: str) -> str:
    """Return what is to be known of a file; what is not known here is shown as it is."""
    return next((str(text) for text in NOTES if text.text == note), note)


def left_out_text(reason: str) -> str:
    """Return why a word was left out; what is not known here is shown as it is."""
    for problem in PROBLEMS:
        found = LEFT_OUT.fullmatch(reason.removesuffix(f" {problem.text}"))
        if reason.endswith(problem.text) and found:
            word, group = found["word"], found["group"]
            return str(gettext("%(word)s of group %(group)s: %(why)s", word=word, group=group, why=problem))
    return reason
