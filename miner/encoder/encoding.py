"""Vectors of a list of words, each distinct word encoded once at most."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sentence_transformers import SentenceTransformer

from miner.encoder.cache import VectorCache

Vectors = Mapping[str, NDArray[np.float32] | None]

_BATCHES_PER_COMMIT = 32  # what is lost when the process is killed


@dataclass(frozen=True)
class EncodedWords:
    """Vectors of words, row i of word i.

    :ivar vectors: float32, shape (n_words, dim); unit rows, or zero where ``has_vector`` is False.
    :ivar has_vector: bool, shape (n_words,).
    :ivar n_cached: distinct words taken from the cache.
    :ivar n_encoded: distinct words that the encoder was asked for.
    :ivar n_without_vector: distinct words that it has no vector for.
    """

    vectors: NDArray[np.float32]
    has_vector: NDArray[np.bool_]
    n_cached: int
    n_encoded: int
    n_without_vector: int


def encode_words(
    encoder: SentenceTransformer,
    words: Sequence[str],
    *,
    batch_size: int,
    prompt: str | None = None,
    cache: VectorCache | None = None,
    show_progress: bool = False,
) -> EncodedWords:
    """Encode words.

    :param encoder: any encoder; a row of zeros, NaN or infinity means that it has no vector for the word.
    :param words: in any order, repeated or not; NFC is made of them.
    :param batch_size: words per forward pass, at least 1.
    :param prompt: written before each word; ``None`` is the encoder's own default.
    :param cache: looked up first and filled, if given; it must belong to the same encoder and prompt.
    :param show_progress: whether to show a progress bar on standard error.
    :return: the vectors, in the order of ``words``.
    :raises ValueError: if ``batch_size`` is below 1.
    """

    def encode(chunks: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        for chunk in track(chunks, "Encoding", disable=not show_progress):
            yield encode_chunk(encoder, chunk, batch_size=batch_size, prompt=prompt)

    dim = encoder.get_embedding_dimension() or 0
    return encode_in_chunks(encode, words, batch_size=batch_size, cache=cache, dim=dim)


def encode_in_chunks(
    encode: Callable[[Sequence[Sequence[str]]], Iterable[Vectors]],
    words: Sequence[str],
    *,
    batch_size: int,
    cache: VectorCache | None = None,
    dim: int = 0,
) -> EncodedWords:
    """Encode words, wherever the encoder is.

    :param encode: yields what ``encode_chunk`` returns for each chunk of distinct words, in order.
    :param words: in any order, repeated or not; NFC is made of them.
    :param batch_size: words per forward pass, at least 1; a chunk has some batches.
    :param cache: looked up first and filled, if given; it must belong to the same encoder and prompt.
    :param dim: of the vectors, if no word should have one.
    :return: the vectors, in the order of ``words``.
    :raises ValueError: if ``batch_size`` is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, expected at least 1")
    normalized = [unicodedata.normalize("NFC", word) for word in words]
    distinct = list(dict.fromkeys(normalized))
    found = cache.get(distinct) if cache else {}
    n_cached = len(found)
    missing = sorted((word for word in distinct if word not in found), key=lambda word: (len(word), word))
    for encoded in encode(list(_chunks(missing, batch_size * _BATCHES_PER_COMMIT))):
        if cache:
            cache.put(encoded)
        found |= encoded
    return _gather(normalized, found, n_cached, len(missing), dim)


def _chunks(words: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (words[start : start + size] for start in range(0, len(words), size))


def encode_chunk(
    encoder: SentenceTransformer, words: Sequence[str], *, batch_size: int, prompt: str | None
) -> dict[str, NDArray[np.float32] | None]:
    """Encode distinct words and return the unit vector of each, ``None`` where the encoder has none."""
    raw = encoder.encode(list(words), batch_size=batch_size, prompt=prompt, show_progress_bar=False)
    rows = np.asarray(raw, dtype=np.float32)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    usable = np.isfinite(lengths) & (lengths > 0)
    return {
        word: (row / length).astype(np.float32) if has_vector else None
        for word, row, length, has_vector in zip(words, rows, lengths, usable, strict=True)
    }


def _gather(
    words: Sequence[str],
    found: Vectors,
    n_cached: int,
    n_encoded: int,
    dim: int,
) -> EncodedWords:
    dim = next((len(vector) for vector in found.values() if vector is not None), dim)
    vectors = np.zeros((len(words), dim), dtype=np.float32)
    has_vector = np.zeros(len(words), dtype=np.bool_)
    for row, word in enumerate(words):
        vector = found[word]
        if vector is not None:
            vectors[row], has_vector[row] = vector, True
    n_without = sum(vector is None for vector in found.values())
    return EncodedWords(vectors, has_vector, n_cached, n_encoded, n_without)
