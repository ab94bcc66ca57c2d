"""Digests of stretches of files, by a process of its own that is asked over its standard input.

In a thread, each of hundreds of reads would wait for the interpreter's lock, which the plan holds meanwhile. Only
what hashes is imported here, so that the process starts in a few hundredths of a second.
"""

import json
import sys
from collections.abc import Iterator, Sequence

from blake3 import blake3

CHUNK_BYTES = 1 << 20  # stays in a core's cache between being read and being hashed


def read_stretches(file: str, stretches: Sequence[tuple[int, int]]) -> Iterator[tuple[int, memoryview]]:
    """Yield the number of a stretch and some bytes of it, good until the next ones.

    The file is read in blocks, whatever lies in them: a checkpoint has more tensors of a kilobyte than large ones.

    :param stretches: first byte and number of bytes, best in the order of the file.
    :raises OSError: if the file ends before a stretch does.
    """
    buffer = memoryview(bytearray(CHUNK_BYTES))
    first = end = 0  # the bytes of the file that the buffer holds
    with open(file, "rb", buffering=0) as stream:
        for number, (position, n_left) in enumerate(stretches):
            while n_left:
                if not first <= position < end:
                    stream.seek(position)
                    first, end = position, position + stream.readinto(buffer)
                piece = buffer[position - first : min(end - first, position - first + n_left)]
                if not piece:
                    raise OSError(f"{file} ends at byte {position:,}, {n_left:,} too early; fetch it again")
                yield number, piece
                position, n_left = position + len(piece), n_left - len(piece)


def digests_of_stretches(file: str, stretches: Sequence[tuple[int, int]]) -> list[str]:
    """Return the BLAKE3 digest of each stretch.

    :raises OSError: if the file cannot be read, or ends early.
    """
    digests = [blake3() for _ in stretches]
    for number, piece in read_stretches(file, stretches):
        digests[number].update(piece)
    return [digest.hexdigest() for digest in digests]


def answer_requests() -> None:
    """Answer each line of the standard input, a file and its stretches, by a line with digests or an error."""
    for line in sys.stdin.buffer:
        try:
            answer = {"digests": digests_of_stretches(**json.loads(line))}
        except OSError as error:
            answer = {"error": [str(error)]}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    answer_requests()
