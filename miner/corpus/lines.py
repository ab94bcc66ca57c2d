"""Bytes to lines: the encoding is found while reading, and undecodable bytes are located, not lost."""

import codecs
import io
import tempfile
from collections.abc import Iterator
from typing import Protocol

from miner.corpus.report import CorpusError
from miner.corpus.sources import CHUNK_BYTES, SPOOLED_IN_MEMORY_BYTES, ByteStream, magic_of

# Stands for one undecodable byte. A lone surrogate, which no codec here gives for valid input.
_MARK = "\udcff"
_MARKING = "miner-mark-undecodable"
# So many bytes must speak against one encoding more than against the other: a damaged character does not decide.
_MIN_EVIDENCE_BYTES = 16
# Stands for the beginning of a line that is too long to be held in memory.
_CUT = "\udcfe"
_MAX_LINE_CHARACTERS = 1 << 24
_MIN_BINARY_SHARE = 0.01  # zero bytes in the first chunk of a file that is not text
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK * (error.end - error.start), error.end


codecs.register_error(_MARKING, _mark)


class _Decoder(Protocol):
    def decode(self, data: bytes, final: bool = False) -> str: ...

    def getstate(self) -> tuple[bytes, int]: ...


class Lines:
    r"""The lines of a stream, with their ends, which are ``\n``, ``\r\n`` or ``\r`` and no other character.

    ``auto`` reads UTF-8 or UTF-16 by their byte order mark. Without one, ASCII is passed on as it comes; from the
    first other byte on the stream is held back (on disk if long) until it has clearly more undecodable bytes as
    UTF-8 or as CP949 than as the other. If it ends undecided it is UTF-8, unless CP949 has fewer.

    :ivar encoding: as told, or as found so far.
    :ivar n_lines_before: as told; the first line handed out is the next one.
    :ivar broken: why a line that was handed out cannot be read, by line number from 1: it has undecodable bytes,
        or is too long to be held in memory. Who reads the lines takes them out.
    :param n_bytes_before: where in the document the stream begins; it does so at a line, and has no byte order
        mark unless it is the document's beginning.
    :param n_lines_before: lines of the document before the stream.
    """

    def __init__(
        self,
        stream: ByteStream,
        encoding: str,
        *,
        document: str,
        format: str,
        n_bytes_before: int = 0,
        n_lines_before: int = 0,
    ) -> None:
        self._stream = stream
        self._is_auto = encoding == "auto"
        self._document = document
        self._format = format
        self._is_start = n_bytes_before == 0
        self._n_bytes = n_bytes_before  # those given to the decoder among them
        self.n_lines_before = n_lines_before
        self._decoder: _Decoder
        self._use("utf-8" if self._is_auto else encoding)
        self.broken: dict[int, str] = {}

    def __iter__(self) -> Iterator[str]:
        n_lines = self.n_lines_before
        rest = ""
        for text in self._texts():
            text = rest + text
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1  # a last \r may be the half of \r\n
            rest = text[end:]
            for line in self._split(text[:end], n_lines, after=rest):
                n_lines += 1
                yield line
            if len(rest) > _MAX_LINE_CHARACTERS:
                rest = _CUT + rest[-1]
        yield from self._split(rest, n_lines, after="")

    def find_encoding(self) -> str:
        """Read as far as it takes to know the encoding, and return it; no lines can be had afterwards."""
        for chunk in self._chunks():
            if not chunk.isascii():
                break
        return self.encoding

    def explain(self, first: int, last: int) -> str | None:
        """Say why one of these lines cannot be read, and forget it; ``None`` if all can."""
        if not self.broken:
            return None
        bad = [line for line in range(first, last + 1) if line in self.broken]
        reasons = [self.broken.pop(line) for line in bad]
        return f"line {bad[0]} {reasons[0]}" if bad else None

    def _use(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(_MARKING)

    def _texts(self) -> Iterator[str]:
        for chunk in self._chunks():
            self._n_bytes += len(chunk)
            yield self._decoder.decode(chunk)
        yield self._decoder.decode(b"", True)

    def _chunks(self) -> Iterator[bytes]:
        head = b""
        while len(head) < 4 and (chunk := self._stream.read1(CHUNK_BYTES)):
            head += chunk
        is_undecided = self._is_auto
        for mark, encoding in _BYTE_ORDER_MARKS.items():
            if self._is_start and head.startswith(mark) and (self._is_auto or encoding == self.encoding):
                self._use(encoding)
                self._n_bytes = len(mark)
                head = head[len(mark) :]
                is_undecided = False
        if self._is_start and not self.encoding.startswith("utf-16"):
            self._check_text(head)
        while head:
            if is_undecided and not head.isascii():
                is_undecided = False
                yield from self._decide(head)
            else:
                yield head
            head = self._stream.read1(CHUNK_BYTES)

    def _check_text(self, head: bytes) -> None:
        kind = magic_of(head)
        if kind is None and head.count(0) >= _MIN_BINARY_SHARE * len(head) > 0:
            kind = "binary data, or UTF-16 without a byte order mark"
        if kind is not None:
            raise CorpusError(
                f"{self._document} is {kind}, and was to be read as {self._format}; "
                "rename it, or give the right --format"
            )

    def _decide(self, chunk: bytes) -> Iterator[bytes]:
        trials = {name: codecs.getincrementaldecoder(name)(_MARKING) for name in ("utf-8", "cp949")}
        n_bad = dict.fromkeys(trials, 0)
        with tempfile.SpooledTemporaryFile(SPOOLED_IN_MEMORY_BYTES) as held:
            while True:
                held.write(chunk)
                for name, trial in trials.items():
                    n_bad[name] += trial.decode(chunk, not chunk).count(_MARK)
                if not chunk or abs(n_bad["utf-8"] - n_bad["cp949"]) >= _MIN_EVIDENCE_BYTES:
                    break
                chunk = self._stream.read1(CHUNK_BYTES)
            self._use("cp949" if n_bad["cp949"] < n_bad["utf-8"] else "utf-8")
            held.seek(0)
            yield from iter(lambda: held.read(CHUNK_BYTES), b"")

    def _split(self, block: str, n_before: int, *, after: str) -> Iterator[str]:
        r"""Yield the lines of ``block``; ``after`` is decoded text that follows it."""
        lines = io.StringIO(block, newline="")
        if _MARK not in block and _CUT not in block:
            yield from lines
            return
        offset = self._n_bytes - len(self._decoder.getstate()[0]) - self._width(after) - self._width(block)
        for number, line in enumerate(lines, n_before + 1):
            if line.startswith(_CUT):
                self.broken[number] = f"has more than {_MAX_LINE_CHARACTERS:,} characters; break it into several"
            elif _MARK in line:
                self.broken[number] = self._undecodable(offset + self._width(line[: line.index(_MARK)]))
            offset += self._width(line)
            yield line

    def _undecodable(self, offset: int) -> str:
        name = self.encoding.upper()
        other = "cp949" if self.encoding == "utf-8" else "utf-8"
        return (
            f"is not {name}: byte {offset} of the text (from 0) cannot be decoded; "
            f"give --encoding {other} if the file is {other.upper()}, else repair the line"
        )

    def _width(self, text: str) -> int:
        """Return the number of bytes ``text`` was decoded from, without what was cut off of it."""
        decoded = text.replace(_MARK, "").replace(_CUT, "")
        return len(decoded.encode(self.encoding)) + text.count(_MARK)
