"""Digests of tensors are those of their bytes, whatever lies between them; and what is said when a file fails."""

from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3

from curator.applier.digests import ForkedDigest, Hasher, digest_rows, digests_of
from curator.applier.hashing import CHUNK_BYTES, read_stretches
from curator.applier.tensors import Tensor


def bytes_tensor(name: str, file: Path, start: int, n_bytes: int) -> Tensor:
    return Tensor(name, "U8", (n_bytes,), file, start, n_bytes)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "weights"
    path.write_bytes(np.random.default_rng(0).bytes(3 * CHUNK_BYTES))
    return path


def test_digests_are_those_of_each_tensors_bytes(file, tmp_path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"another file")
    places = {
        "behind a gap": (7, 100),
        "over a border of blocks": (CHUNK_BYTES - 50, 200),
        "larger than a block": (CHUNK_BYTES + 150, CHUNK_BYTES + 1),
        "at the end": (3 * CHUNK_BYTES - 1, 1),
        "inside another one": (CHUNK_BYTES + 200, 10),
        "empty": (500, 0),
    }
    tensors = [bytes_tensor(name, file, *place) for name, place in places.items()]
    found = digests_of([*reversed(tensors), bytes_tensor("of another file", other, 8, 4)])
    content = file.read_bytes()
    expected = {name: blake3(content[start : start + n]).hexdigest() for name, (start, n) in places.items()}
    assert found == expected | {"of another file": blake3(b"file").hexdigest()}
    assert digests_of([]) == {}


def test_a_file_that_ends_early_is_named_with_the_place(file) -> None:
    tensor = bytes_tensor("cut", file, 2 * CHUNK_BYTES, CHUNK_BYTES + 5)
    with pytest.raises(OSError, match=r"weights ends at byte 3,145,728, 5 too early; fetch it again"):
        digests_of([tensor])
    with pytest.raises(OSError, match="No such file"):
        digests_of([bytes_tensor("gone", file.with_name("gone"), 0, 1)])


def test_the_hasher_goes_on_after_an_error_and_answers_in_order(file) -> None:
    with Hasher() as hasher:
        wrong = hasher.submit([bytes_tensor("cut", file, 0, 4 * CHUNK_BYTES)])
        right = hasher.submit([bytes_tensor("a", file, 0, 3)])
        assert right.result() == {"a": blake3(file.read_bytes()[:3]).hexdigest()}
        assert isinstance(wrong.exception(), OSError)


def test_a_hasher_that_was_ended_is_an_error_and_not_a_wait(file) -> None:
    with Hasher() as hasher:
        hasher._process.kill()
        hasher._process.wait()
        with pytest.raises(OSError, match=r"the process that hashes .*weights was ended; try again"):
            hasher.submit([bytes_tensor("a", file, 0, 3)]).result()
    assert hasher._process.returncode is not None


def test_leaving_the_hasher_ends_its_process_whatever_is_left_to_do(file) -> None:
    with Hasher() as hasher:
        pending = [hasher.submit([bytes_tensor("a", file, 0, 3 * CHUNK_BYTES)]) for _ in range(1_000)]
    assert hasher._process.returncode is not None
    assert all(one.done() for one in pending)


def test_a_stretch_is_read_in_order_of_its_bytes(file) -> None:
    pieces = [(number, bytes(piece)) for number, piece in read_stretches(str(file), [(10, 20), (0, 5)])]
    content = file.read_bytes()
    assert pieces == [(0, content[10:30]), (1, content[:5])]


@pytest.mark.parametrize("differs_at", [None, 0, 1, 2])
def test_a_forked_digest_is_that_of_its_own_content(differs_at) -> None:
    trunk = blake3()
    fork, own = ForkedDigest(trunk), b""
    for i, piece in enumerate((b"one", b"two", b"three")):
        mine = b"other" if i == differs_at else piece
        fork.update(memoryview(mine), is_same=i != differs_at)
        trunk.update(piece)
        own += mine
    assert fork.hexdigest() == blake3(own).hexdigest()
    assert trunk.hexdigest() == blake3(b"onetwothree").hexdigest()


@pytest.mark.parametrize("left_out", [[], [0], [3, 4, 5_000], list(range(3_000, 9_000)), list(range(9_000))])
def test_digests_of_rows_leave_out_what_they_should(left_out, tmp_path) -> None:
    rows = np.random.default_rng(0).standard_normal((9_000, 64)).astype(np.float32)
    path = tmp_path / "rows"
    path.write_bytes(b"header!!" + rows.tobytes())
    whole, kept = digest_rows(Tensor("t", "F32", rows.shape, path, 8, rows.nbytes), np.array(left_out, np.int64))
    assert whole == blake3(rows.tobytes()).hexdigest()
    assert kept == blake3(np.delete(rows, left_out, axis=0).tobytes()).hexdigest()
