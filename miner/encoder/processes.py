"""Words to vectors with the encoder that the options name, in one process or, on the CPU, in several."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache, partial

import torch
from rich.progress import track
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import get_device_name

from miner.encoder.cache import VectorCache
from miner.encoder.encoding import EncodedWords, Vectors, encode_chunk, encode_in_chunks, encode_words
from miner.encoder.loading import load_encoder
from miner.options import EncoderOptions


def encode_with(
    options: EncoderOptions, words: Sequence[str], *, cache: VectorCache | None = None, show_progress: bool = False
) -> EncodedWords:
    """Encode words.

    Several processes make the batches that one would make. They gain where an encoder does more than multiply
    matrices, which uses all cores anyway: where it cuts words into pieces, say.

    :param options: name the encoder, and the number of processes.
    :param words: in any order, repeated or not; NFC is made of them.
    :param cache: looked up first and filled, if given; it must belong to the same encoder and prompt.
    :param show_progress: whether to show a progress bar on standard error.
    :return: the vectors, in the order of ``words``.
    :raises ValueError: as ``load_encoder``, or as ``check_processes``.
    :raises OSError: if a process was ended from outside; what was encoded until then is in the cache.
    """
    check_processes(options)
    if options.n_processes == 1:
        return encode_words(
            load_encoder(options.name, device=options.device),
            words,
            batch_size=options.batch_size,
            prompt=options.prompt,
            cache=cache,
            show_progress=show_progress,
        )
    context = multiprocessing.get_context("spawn")  # a fork of a process that has used torch may hang
    n_threads = max((os.cpu_count() or 1) // options.n_processes, 1)
    with ProcessPoolExecutor(
        options.n_processes, context, initializer=torch.set_num_threads, initargs=(n_threads,)
    ) as pool:

        def encode(chunks: Sequence[Sequence[str]]) -> Iterator[Vectors]:
            found = pool.map(partial(_encode, options), chunks)
            yield from track(found, "Encoding", total=len(chunks), disable=not show_progress)

        try:
            return encode_in_chunks(encode, words, batch_size=options.batch_size, cache=cache)
        except BrokenProcessPool as error:
            raise OSError(
                f"one of the {options.n_processes} processes that encode was ended, perhaps for want of memory: "
                "each loads the encoder; try again with fewer"
            ) from error


def check_processes(options: EncoderOptions) -> None:
    """Refuse several processes for a GPU, which one keeps busy.

    :raises ValueError: if the device is not the CPU, or the number is below 1.
    """
    if options.n_processes < 1:
        raise ValueError(f"n_processes is {options.n_processes}, expected at least 1")
    kind = torch.device(get_device_name() if options.device is None else options.device).type
    if options.n_processes > 1 and kind != "cpu":
        raise ValueError(
            f"{options.n_processes} processes were asked to encode on {kind}, but several are for the CPU alone: "
            "choose the device cpu, or one process"
        )


def _encode(options: EncoderOptions, words: Sequence[str]) -> Vectors:
    return encode_chunk(
        _encoder(options.name, options.device), words, batch_size=options.batch_size, prompt=options.prompt
    )


@lru_cache(maxsize=1)
def _encoder(name: str, device: str | None) -> SentenceTransformer:
    return load_encoder(name, device=device)
