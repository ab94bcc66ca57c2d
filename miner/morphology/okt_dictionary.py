"""Okt's dictionary, taken out of the Java library.

The library conjugates its verbs and adjectives when it starts; nothing else of it is needed here. So Java runs
once, in a process of its own for a few seconds, and what it found is kept in a file.
"""

import json
import logging
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from miner.files import by_rename

logger = logging.getLogger(__name__)

LIBRARY = "open-korean-text-2.1.0.jar"  # whose rules okt_grammar.py has
MAX_HEAP_MEGABYTES = 768


@dataclass(frozen=True, slots=True)
class OktDictionary:
    """What open-korean-text knows of words.

    :ivar words: by part of speech; verbs and adjectives in all their forms.
    :ivar names: ``family_name``, ``given_name`` and ``full_name``.
    :ivar frequencies: of nouns, in [0, 1].
    :ivar stems: dictionary form of each form of a ``Verb`` and an ``Adjective``.
    """

    words: dict[str, list[str]]
    names: dict[str, list[str]]
    frequencies: dict[str, float]
    stems: dict[str, dict[str, str]]


def load_dictionary(cache_folder: Path) -> OktDictionary:
    """Read the dictionary from ``cache_folder``, or take it out of the library and keep it there.

    :param cache_folder: made when missing. If it cannot be written, a warning says so.
    :raises ChildProcessError: if Java cannot be started, or KoNLPy comes with another library.
    """
    path = cache_folder / f"{LIBRARY.removesuffix('.jar')}.json"
    if path.exists():
        try:
            return OktDictionary(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            logger.warning("%s is not readable (%s): asking Okt again", path, error)
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ChildProcessError(f"the dictionary of Okt could not be read: {done.stderr.strip()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with by_rename(path) as unfinished:
            unfinished.write_text(done.stdout, encoding="utf-8")
    except OSError as error:
        logger.warning("Okt's dictionary could not be kept in %s (%s): the next run asks Okt again", path, error)
    return OktDictionary(**json.loads(done.stdout))


def read_in_this_process() -> OktDictionary:
    """Take the dictionary out of a Java virtual machine that is started here, and stays.

    :raises FileNotFoundError: if ``JAVA_HOME`` holds no Java virtual machine.
    :raises ValueError: if KoNLPy comes with another library.
    """
    import jpype
    import konlpy

    from miner.morphology.java import start_jvm

    found = sorted(Path(konlpy.__file__).parent.glob("java/open-korean-text-*.jar"))
    if [jar.name for jar in found] != [LIBRARY]:
        raise ValueError(
            f"KoNLPy comes with {[jar.name for jar in found]}, expected {LIBRARY}; "
            "install the version of KoNLPy that this package asks for"
        )
    start_jvm(MAX_HEAP_MEGABYTES)
    provider = jpype.JClass("org.openkoreantext.processor.util.KoreanDictionaryProvider")
    frequencies = (item.rsplit("=", 1) for item in _items(provider.koreanEntityFreq()))
    return OktDictionary(
        words={str(entry.getKey()): _items(entry.getValue()) for entry in provider.koreanDictionary().entrySet()},
        names={str(pair._1().name()): _items(pair._2()) for pair in _pairs(provider.nameDictionary())},
        frequencies={word: float(frequency) for word, frequency in frequencies},
        stems={
            str(pair._1()): dict(line.split(" -> ") for line in str(pair._2().mkString("\n")).split("\n"))
            for pair in _pairs(provider.predicateStems())
        },
    )


def _items(collection: Any) -> list[str]:  # noqa: ANN401 - a Java collection
    # In one string: a crossing from Java for each of 400,000 words takes minutes. No word has a comma.
    return str(collection.toString())[1:-1].split(", ")


def _pairs(scala_map: Any) -> list[Any]:  # noqa: ANN401 - a Scala map
    pairs, found = scala_map.iterator(), []
    while pairs.hasNext():
        found.append(pairs.next())
    return found


def _main() -> None:
    try:
        dictionary = read_in_this_process()
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # of the interpreter's own stream
    json.dump(asdict(dictionary), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    _main()
