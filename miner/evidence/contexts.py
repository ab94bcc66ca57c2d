"""Context: the vectors that words have in their sentences, by any encoder.

A transformer is read at the tokens of the word, so that what it says there depends on the sentence (as in the
inductive context vectors of SurfCon, Wang et al. 2019). An encoder without tokens of its own, such as the built-in
one, encodes what stands around the word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.progress import track
from scipy import sparse
from sentence_transformers import SentenceTransformer

from miner.encoder import VectorCache, encode_words
from miner.evidence.word_rows import WordRows
from miner.lexicon import LexiconWord

_CHARACTERS_AROUND = 60  # to each side of the word; more costs time and says little
_BATCHES_PER_COMMIT = 32

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Use:
    """A word in a sentence.

    :ivar text: the sentence, cut to what stands near the word.
    :ivar start: of the word in it; ``end`` is one past its last character.
    """

    text: str
    start: int
    end: int

    @property
    def around(self) -> str:
        """The sentence without the word."""
        return " ".join((self.text[: self.start] + " " + self.text[self.end :]).split())

    @property
    def key(self) -> str:
        """What the vector is kept by."""
        return f"{self.start}:{self.end}:{self.text}"


def uses_of(word: LexiconWord, n_sentences: int) -> list[Use]:
    """Return where a word stands in its first example sentences; none where no form of it is found."""
    forms = sorted({word.text, *(form for form, _ in word.forms)}, key=len, reverse=True)
    found = []
    for example in word.examples[:n_sentences]:
        place = next(((example.text.find(form), len(form)) for form in forms if form in example.text), None)
        if place is not None:
            first = max(place[0] - _CHARACTERS_AROUND, 0)
            start, end = place[0] - first, place[0] - first + place[1]
            found.append(Use(example.text[first : first + end + _CHARACTERS_AROUND], start, end))
    return found


def context_rows(
    encoder: SentenceTransformer,
    words: Sequence[LexiconWord],
    *,
    n_sentences: int,
    batch_size: int,
    prompt: str | None = None,
    cache: VectorCache | None = None,
    show_progress: bool = False,
) -> tuple[WordRows, dict[str, int]]:
    """Give each word the mean of its vectors in its example sentences.

    :param encoder: any encoder.
    :param words: with their examples.
    :param n_sentences: most sentences that are read per word.
    :param batch_size: sentences per forward pass.
    :param prompt: written before each sentence.
    :param cache: of vectors in context, of the same encoder and prompt.
    :param show_progress: whether to show a progress bar on standard error.
    :return: unit rows, and counts: vectors from the cache and encoded now, and words without one.
    """
    uses = [uses_of(word, n_sentences) for word in words]
    distinct = list(dict.fromkeys(use for of_word in uses for use in of_word))
    found = cache.get(use.key for use in distinct) if cache else {}
    missing = sorted((use for use in distinct if use.key not in found), key=lambda use: (len(use.text), use.key))
    n_cached = len(found)
    chunk = batch_size * _BATCHES_PER_COMMIT
    starts = track(range(0, len(missing), chunk), "Reading words in context", disable=not show_progress)
    for start in starts:
        encoded = dict(_encode(encoder, missing[start : start + chunk], batch_size, prompt))
        if cache:
            cache.put(encoded)
        found |= encoded
    means = [_mean([found[use.key] for use in of_word]) for of_word in uses]
    dim = next((len(mean) for mean in means if mean is not None), 0)
    dense = np.array([np.zeros(dim, np.float32) if mean is None else mean for mean in means], np.float32)
    has_row = np.array([mean is not None for mean in means], np.bool_)
    counts = {
        "n_cached": n_cached,
        "n_encoded": len(missing),
        "n_words_without_context": int((~has_row).sum()),
    }
    return WordRows(sparse.csr_array(dense.reshape(len(words), dim)), has_row), counts


def _encode(
    encoder: SentenceTransformer, uses: Sequence[Use], batch_size: int, prompt: str | None
) -> Iterator[tuple[str, Vector | None]]:
    if not getattr(getattr(encoder, "tokenizer", None), "is_fast", False):
        around = encode_words(encoder, [use.around for use in uses], batch_size=batch_size, prompt=prompt)
        for use, vector, there in zip(uses, around.vectors, around.has_vector, strict=True):
            yield use.key, vector if there else None
        return
    before = prompt or ""
    texts = [before + use.text for use in uses]
    tokens = encoder.encode(
        texts, output_value="token_embeddings", prompt="", batch_size=batch_size, show_progress_bar=False
    )
    for use, text, vectors in zip(uses, texts, tokens, strict=True):
        places = _token_places(encoder, text)
        start, end = len(before) + use.start, len(before) + use.end
        inside = [i for i, (first, last) in enumerate(places) if first < end and last > start]
        yield use.key, _mean([vectors[i].float().cpu().numpy() for i in inside if i < len(vectors)])


def _token_places(encoder: SentenceTransformer, text: str) -> list[tuple[int, int]]:
    """Return the first and one past the last character of each token; nothing of the special ones."""
    encoding: Mapping[str, list[tuple[int, int]]] = encoder.tokenizer(
        text, truncation=True, max_length=encoder.max_seq_length, return_offsets_mapping=True
    )
    return encoding["offset_mapping"]


def _mean(vectors: Sequence[Vector | None]) -> Vector | None:
    there = [vector for vector in vectors if vector is not None]
    mean = np.mean(there, axis=0, dtype=np.float64) if there else np.zeros(0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length, np.float32) if np.isfinite(length) and length > 0 else None
