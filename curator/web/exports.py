"""Downloads of a release in the formats of other programs, and what each of them cannot hold."""

from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from curator.export.named import NAMED_FORMATS
from curator.release import list_releases
from curator.store.models import Role, Run
from curator.web.auth import needs
from curator.web.database import engine_of_app, reading
from curator.web.downloads import decisions_file, release_file, release_report, words_file
from curator.web.parameters import natural, read_value

blueprint = Blueprint("exports", __name__)


class FormatFamily(NamedTuple):
    """The formats of one program.

    :ivar purpose: what the files are for.
    :ivar variants: name of a format -> what sets it apart.
    """

    title: str
    purpose: LazyString
    variants: dict[str, LazyString | str]


EXPANDING, MAPPING = lazy_gettext("equate all words"), lazy_gettext("replace by the main word")
FILE = lazy_gettext("file")
FORMAT_FAMILIES = (
    FormatFamily(
        "Elasticsearch",
        lazy_gettext("Search synonyms: a file on every node, or the body of PUT _synonyms."),
        {"elasticsearch": EXPANDING, "elasticsearch-mapping": MAPPING, "elasticsearch-set": "PUT _synonyms"},
    ),
    FormatFamily(
        "OpenSearch",
        lazy_gettext("Search synonyms: a file on every node."),
        {"opensearch": EXPANDING, "opensearch-mapping": MAPPING},
    ),
    FormatFamily("Solr", lazy_gettext("Search synonyms: a file."), {"solr": EXPANDING, "solr-mapping": MAPPING}),
    FormatFamily(
        "nori",
        lazy_gettext("A user dictionary, so that nori does not cut the words before they are looked up."),
        {"nori": FILE},
    ),
    FormatFamily(
        "SKOS",
        lazy_gettext("A thesaurus for other tools: a concept a group."),
        {"skos": "Turtle", "skos-xml": "RDF/XML", "skos-json-ld": "JSON-LD"},
    ),
    FormatFamily("WordNet", lazy_gettext("Synsets in WordNet's prolog format."), {"wordnet": FILE}),
    FormatFamily(
        lazy_gettext("Data"),
        lazy_gettext("All that is known of each group; JSON is a dictionary of lists."),
        {"csv": "CSV", "jsonl": "JSONL", "parquet": "Parquet", "json": "JSON"},
    ),
    FormatFamily(
        lazy_gettext("Word normalizer"),
        lazy_gettext("Replaces words by main words in text, particles and all."),
        {"word-normalizer": FILE},
    ),
)


@blueprint.get("/releases/<int:number>/exports/<name>")
@needs(Role.REVIEWER)
def download(number: int, name: str) -> Response | tuple[str, int]:
    """Send a release in a format."""
    check_names(number, name)
    try:
        return release_file(number, name)
    except ValueError as error:
        return render_template("export_refused.html", number=number, name=name, error=error), 422


@blueprint.get("/releases/<int:number>/exports/<name>/report")
@needs(Role.REVIEWER)
def report(number: int, name: str) -> str | tuple[str, int]:
    """Show what a format would hold of a release, and what it has to leave out."""
    check_names(number, name)
    try:
        found = release_report(number, name)
    except ValueError as error:
        return render_template("export_refused.html", number=number, name=name, error=error), 422
    return render_template("export_report.html", number=number, name=name, report=found)


@blueprint.get("/words/userdict_ko.txt")
@needs(Role.REVIEWER)
def words() -> Response | tuple[str, int]:
    """Send the words out of vocabulary, of all runs or of one, as a user dictionary for nori."""
    run_id = read_value("run", request.args["run"], natural) if "run" in request.args else None
    with reading() as session:
        if run_id is not None and session.get(Run, run_id) is None:
            abort(404)
    try:
        return words_file(run_id)
    except ValueError as error:
        return render_template("export_refused.html", number=None, error=error), 422


@blueprint.get("/decisions/all.jsonl")
@needs(Role.REVIEWER)
def decisions() -> Response:
    """Send all that people decided, for another project to import."""
    return decisions_file()


def check_names(number: int, name: str) -> None:
    """Check that there is such a release and such a format.

    :raises 404: if not.
    """
    with engine_of_app().begin() as connection:
        if name not in NAMED_FORMATS or not list_releases(connection, number):
            abort(404)
