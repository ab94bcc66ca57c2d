"""KoNLPy's Hannanum, whose Java prints its exceptions and goes on as if the sentence had been empty."""

from typing import Any

import jpype
import konlpy.tag


class NotTagged(Exception):
    """Hannanum gave up, as it does where the parts of one eojeol fill its chart of 2,046 morphemes."""


class Hannanum:
    """KoNLPy's tagger, which raises where Hannanum prints a stack trace and returns nothing.

    The Java virtual machine must be running.
    """

    def __init__(self) -> None:
        self._tagger: Any = konlpy.tag.Hannanum()
        self._system: Any = jpype.JClass("java.lang.System")
        self._printed: Any = jpype.JClass("java.io.ByteArrayOutputStream")()
        self._stream: Any = jpype.JClass("java.io.PrintStream")(self._printed, True)

    def pos(self, sentence: str) -> list[tuple[str, str]]:
        """Return the morphemes of a sentence and their tags.

        :raises NotTagged: if Hannanum could not analyse it.
        """
        standard_error = self._system.err
        self._system.setErr(self._stream)
        try:
            tagged: list[tuple[str, str]] = self._tagger.pos(sentence)
        finally:
            self._system.setErr(standard_error)
        trace = str(self._printed.toString())
        self._printed.reset()
        if trace or not tagged:
            raise NotTagged(trace.partition("\n")[0])
        return tagged
