"""Language of the page: the user's setting, else the browser's wish, else Korean."""

from datetime import UTC, datetime

from flask import Flask, g, request
from flask_babel import Babel, get_domain, gettext
from markupsafe import escape

from curator.review.errors import ReviewError
from curator.review.filters import Order
from curator.store.models import Action, GroupStatus, Role


class Text:
    """A text of the interface that is translated when a page shows it.

    As ``LazyString`` of Flask-Babel, by ``translated``: a list of fifty groups has fifty names of a status.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        """Return the text in the language of this request."""
        return translated(self.text)

    def __html__(self) -> str:
        """Return the text for a page."""
        return escape(translated(self.text))


lazy_gettext = Text  # by this name the texts are collected for the translation

LANGUAGES = {"ko": "한국어", "en": "English"}

STATUS_NAMES: dict[GroupStatus, Text] = {
    GroupStatus.PROPOSED: lazy_gettext("open"),
    GroupStatus.ACCEPTED: lazy_gettext("accepted"),
    GroupStatus.REJECTED: lazy_gettext("rejected"),
    GroupStatus.DEFERRED: lazy_gettext("deferred"),
    GroupStatus.SUPERSEDED: lazy_gettext("closed"),
}
ACTION_NAMES: dict[Action, Text] = {
    Action.ACCEPT: lazy_gettext("accepted it"),
    Action.REJECT: lazy_gettext("rejected it"),
    Action.DEFER: lazy_gettext("deferred it"),
    Action.REMOVE: lazy_gettext("took a word out"),
    Action.ADD: lazy_gettext("added a word"),
    Action.MOVE: lazy_gettext("moved a word"),
    Action.SPLIT: lazy_gettext("split it"),
    Action.MERGE: lazy_gettext("merged two groups"),
    Action.RENAME: lazy_gettext("chose another main word"),
    Action.UNDO: lazy_gettext("undid a decision"),
}
CHANGE_NAMES: dict[str, Text] = {
    "decide": lazy_gettext("Decide"),
    "take-out": lazy_gettext("Take a word out"),
    "add": lazy_gettext("Add a word"),
    "move": lazy_gettext("Move a word"),
    "split": lazy_gettext("Split the group"),
    "merge": lazy_gettext("Merge two groups"),
    "rename": lazy_gettext("Choose the main word"),
    "comment": lazy_gettext("Comment"),
}
ROLE_NAMES: dict[Role, Text] = {
    Role.REVIEWER: lazy_gettext("reviewer"),
    Role.APPROVER: lazy_gettext("approver"),
    Role.ADMIN: lazy_gettext("administrator"),
}
ORDER_NAMES: dict[Order, Text] = {
    Order.CONFIDENCE: lazy_gettext("surest first"),
    Order.UNCERTAINTY: lazy_gettext("most doubtful first"),
    Order.FREQUENCY: lazy_gettext("most frequent first"),
    Order.IMPACT: lazy_gettext("most pieces first"),
    Order.SIZE: lazy_gettext("largest first"),
}
POS_NAMES = {
    "Noun": lazy_gettext("noun"),
    "Verb": lazy_gettext("verb"),
    "Adjective": lazy_gettext("adjective"),
    "Compound": lazy_gettext("compound"),
    "Foreign": lazy_gettext("foreign word"),
    "Adverb": lazy_gettext("adverb"),
    "Determiner": lazy_gettext("determiner"),
    "Interjection": lazy_gettext("interjection"),
    "Number": lazy_gettext("number"),
    "Other": lazy_gettext("other"),
}
EVIDENCE_NAMES = {
    "cosine_similarity": lazy_gettext("similar use (cosine)"),
    "alias": lazy_gettext("named together in a sentence"),
    "alias_statements": lazy_gettext("sentences that name both as one thing"),
    "shared_gloss": lazy_gettext("one foreign term in brackets beside both"),
    "enumerations": lazy_gettext("sentences that list both side by side"),
    "dictionary": lazy_gettext("synonyms in your dictionary"),
    "alternation": lazy_gettext("one word in two spellings"),
    "shortening": lazy_gettext("one is short for the other"),
    "romanization": lazy_gettext("one word in two scripts"),
    "context_similarity": lazy_gettext("similar in their sentences (cosine)"),
    "distributional_similarity": lazy_gettext("among the same words (cosine)"),
    "opposition": lazy_gettext("opposites"),
    "opposite_polarity": lazy_gettext("one praises, the other blames"),
    "spelling_distance": lazy_gettext("difference of spelling (0: same sound)"),
    "spelling": lazy_gettext("spelt alike"),
}
WEIGHT_NAMES = {
    "prior": lazy_gettext("any pair at all"),
    "similarity": lazy_gettext("similar use"),
    "spelling": lazy_gettext("spelling"),
    "origin": lazy_gettext("loanwords"),
    "form": lazy_gettext("form of the words"),
    "part": lazy_gettext("part and whole"),
    "romanization": lazy_gettext("two scripts"),
    "context": lazy_gettext("use in sentences"),
    "distribution": lazy_gettext("words around them"),
    "alternation": lazy_gettext("two spellings"),
    "shortening": lazy_gettext("shortening"),
    "opposition": lazy_gettext("opposites"),
    "polarity": lazy_gettext("praise and blame"),
    "alias": lazy_gettext("sentences that name both"),
    "gloss": lazy_gettext("shared foreign term"),
    "enumeration": lazy_gettext("listed side by side"),
    "dictionary": lazy_gettext("dictionary"),
}


PLACE_NAMES = {
    "line": lazy_gettext("line %(value)s"),
    "record": lazy_gettext("record %(value)s"),
    "group": lazy_gettext("group %(value)s"),
    "key": lazy_gettext("key %(value)s"),
    "rule": lazy_gettext("rule %(value)s"),
    "concept": lazy_gettext("concept %(value)s"),
}


def place_text(place: str) -> str:
    """Return a place in an imported file, such as ``line 3, key 'x'``, in the language of the page."""
    parts = [part.partition(" ") for part in place.split(", ", 1)]
    return ", ".join(
        translated(PLACE_NAMES[kind].text, value=value) if kind in PLACE_NAMES else kind + space + value
        for kind, space, value in parts
    )


def current_language() -> str:
    """Return the language of this request; it is chosen once."""
    if "language" not in g:
        g.language = choose_language()
    return str(g.language)


def translated(text: str, **values: object) -> str:
    """Return a text of a template in the language of this request.

    As ``gettext`` of Flask-Babel, which looks for request, language and catalogue anew for each of the hundred
    texts of a page.
    """
    if "catalogue" not in g:
        g.catalogue = get_domain().get_translations()
    found = str(g.catalogue.ugettext(text))
    return found % values if values else found


def choose_language() -> str:
    """Return the user's language, else the browser's, else Korean; the API has one, whoever asks."""
    if request.blueprint == "api" or (request.endpoint is None and request.path.startswith("/api/")):
        return "en"
    user = g.get("user")
    chosen = user.settings.get("language") if user is not None else None
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="ko") or "ko"


def refusal_text(error: ReviewError) -> str:
    """Return what an error says, in the language of the page."""
    values = dict(error.values)
    if "status" in values:
        values["status"] = STATUS_NAMES.get(GroupStatus(str(values["status"])), values["status"])
    return str(gettext(str(error.refusal))).format(**values)


def init_app(app: Flask) -> None:
    """Give an application its languages, and the templates the names of things."""
    Babel(app, locale_selector=current_language, default_locale="ko", default_timezone="UTC")
    app.jinja_env.filters["place_text"] = place_text
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        STATUS_NAMES=STATUS_NAMES,
        ACTION_NAMES=ACTION_NAMES,
        CHANGE_NAMES=CHANGE_NAMES,
        ROLE_NAMES=ROLE_NAMES,
        ORDER_NAMES=ORDER_NAMES,
        POS_NAMES=POS_NAMES,
        EVIDENCE_NAMES=EVIDENCE_NAMES,
        current_language=current_language,
        _=translated,
        now=lambda: datetime.now(UTC),
    )
