import os

import numpy as np
import pytest

from miner.encoder import VectorCache, check_processes, encode_with, processes
from miner.options import EncoderOptions

WORDS = [first + second for first in "상처반창고대일" for second in "밴드약먹붙다창상처반"]  # 70, three chunks


@pytest.fixture
def options(transformer_encoder):
    return EncoderOptions(str(transformer_encoder), device="cpu", batch_size=1, n_processes=2)


def test_several_processes_give_the_vectors_of_one(options, transformer_encoder):
    one = encode_with(EncoderOptions(str(transformer_encoder), device="cpu", batch_size=1), WORDS)
    two = encode_with(options, WORDS)
    np.testing.assert_allclose(two.vectors, one.vectors, atol=1e-5)
    assert (two.n_encoded, two.n_cached) == (one.n_encoded, one.n_cached) == (len(set(WORDS)), 0)


def test_what_the_cache_has_starts_no_process(options, tmp_path, monkeypatch):
    cache = VectorCache(tmp_path / "vectors.sqlite", "tiny")
    first = encode_with(options, WORDS[:40], cache=cache)
    monkeypatch.setattr(processes.torch, "set_num_threads", os._exit)  # a process that starts ends at once
    again = encode_with(options, WORDS[:40], cache=cache)
    assert (again.n_encoded, again.n_cached) == (0, len(set(WORDS[:40])))
    np.testing.assert_array_equal(again.vectors, first.vectors)


def test_a_process_that_is_ended_is_told(options, monkeypatch):
    monkeypatch.setattr(processes.torch, "set_num_threads", os._exit)
    with pytest.raises(OSError, match="one of the 2 processes that encode was ended.* try again with fewer"):
        encode_with(options, WORDS)


def test_several_processes_are_for_the_cpu(monkeypatch):
    check_processes(EncoderOptions(device="cuda"))
    check_processes(EncoderOptions(device="cpu", n_processes=2))
    with pytest.raises(ValueError, match="2 processes were asked to encode on cuda.* choose the device cpu"):
        check_processes(EncoderOptions(device="cuda", n_processes=2))
    monkeypatch.setattr(processes, "get_device_name", lambda: "mps")
    with pytest.raises(ValueError, match="on mps"):
        check_processes(EncoderOptions(n_processes=2))
    with pytest.raises(ValueError, match="n_processes is 0"):
        check_processes(EncoderOptions(n_processes=0))
