"""Meaning vectors of Kiwi's morphemes, recovered from the language model inside kiwipiepy.

Kiwi's CoNg model is log-bilinear: it predicts a morpheme from the product of the vector of what stands before it
and the vector of the morpheme itself. kiwipiepy publishes cosines only, but both kinds of vector have 256
dimensions, so the cosines to somewhat more anchors than that determine them up to a rotation (Nystroem method,
Williams & Seeger 2001; exact here, because the anchors span all 256 dimensions).
"""

import logging
import math
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count, repeat, takewhile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miner.files import by_rename

logger = logging.getLogger(__name__)

CONTENT_TAGS = (
    "NNG NNP NNB NP NR XR MAG MAJ MM IC XPN XSN VV VV-R VV-I VA VA-R VA-I VX VCN".split()
)  # what has a meaning of its own, the preferred reading of a form first
_N_ANCHORS = 288  # CoNg has 256 dimensions; the rest is safety against unlucky anchors
_ANCHOR_SEED = 0
_MIN_EIGENVALUE = 1e-4  # float32 noise lies near 1e-6, the smallest real direction near 1e-2
_WHITENING_POWER = 0.75
_CONTEXT_WEIGHT = 0.7
_RECIPE_VERSION = 2  # raise it when a constant or a step here changes: cached vectors are then computed anew


@dataclass(frozen=True)
class MorphemeVectors:
    """Vectors of the morphemes that carry meaning.

    ``morpheme_ids`` are Kiwi's, int32, shape (n_morphemes,), ascending; ``vectors`` float16, shape
    (n_morphemes, dim), unit rows. ``model_version`` is that of kiwipiepy_model, to which the ids belong.
    """

    morpheme_ids: NDArray[np.int32]
    vectors: NDArray[np.float16]
    model_version: str


def load_morpheme_vectors(kiwi: Any, cache_folder: Path) -> MorphemeVectors:  # noqa: ANN401 - kiwipiepy has no types
    """Read the vectors from ``cache_folder``, or compute them (about 15 s) and keep them there.

    Two processes may do this at once: each writes a file of its own and renames it into place.

    :param kiwi: the ``kiwipiepy.Kiwi`` whose morphemes are asked for.
    :param cache_folder: where the file is kept; made when missing. If it cannot be written, a warning says so.
    :return: the vectors.
    """
    path = cache_folder / f"kiwi-model-{model_version()}-recipe-{_RECIPE_VERSION}.npz"
    if path.exists():
        try:
            with np.load(path) as arrays:
                return MorphemeVectors(arrays["morpheme_ids"], arrays["vectors"], model_version())
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            logger.warning("%s is not readable (%s): computing the vectors again", path, error)
    logger.info("First use of the built-in encoder: reading the vectors out of Kiwi takes about 15 s")
    found = compute_morpheme_vectors(kiwi)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with by_rename(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, morpheme_ids=found.morpheme_ids, vectors=found.vectors)
    except OSError as error:
        logger.warning("The vectors could not be kept in %s (%s): the next run computes them again", path, error)
    return found


def compute_morpheme_vectors(kiwi: Any) -> MorphemeVectors:  # noqa: ANN401
    """Compute the vectors of all morphemes with a tag of ``CONTENT_TAGS``.

    Each is the morpheme's own vector (what stands before it in text) beside the vector of the context that
    consists of it alone (what follows), both centred and whitened. A common and a proper noun of one form share
    theirs.

    :param kiwi: a ``kiwipiepy.Kiwi`` with the CoNg model.
    :return: the vectors.
    """
    known = _language_model_morphemes(kiwi)
    morphemes = [index for index, (form, tag) in enumerate(known) if form and tag in CONTENT_TAGS]
    # The methods of the C++ base class: the Python ones only check types, at three times the cost per call.
    compiled: Any = super(type(kiwi), kiwi)
    own = recover_vectors(compiled.morpheme_similarity, morphemes)
    following = recover_vectors(compiled.context_similarity, [[index] for index in morphemes])
    vectors = unit_rows(np.hstack([whiten(own), _CONTEXT_WEIGHT * whiten(following)]))
    mixed = mix_noun_readings(vectors, [known[index] for index in morphemes], morphemes)
    return MorphemeVectors(np.array(morphemes, np.int32), mixed.astype(np.float16), model_version())


def recover_vectors(similarity: Callable[[Any, Any], float], items: Sequence[Any]) -> NDArray[np.float32]:
    """Find vectors that have the given cosines.

    :param similarity: cosine of two items.
    :param items: all items.
    :return: float32, shape (n_items, rank of the anchors' Gram matrix), unit rows.
    """
    n_anchors = min(_N_ANCHORS, len(items))
    anchors = np.random.default_rng(_ANCHOR_SEED).choice(len(items), n_anchors, replace=False)
    to_anchors = np.empty((len(items), n_anchors), dtype=np.float32)
    for column, anchor in enumerate(anchors):
        cosines = map(similarity, items, repeat(items[anchor]))
        to_anchors[:, column] = np.fromiter(cosines, np.float32, len(items))
    gram = to_anchors[anchors].astype(np.float64)
    eigenvalues, directions = np.linalg.eigh((gram + gram.T) / 2)
    kept = eigenvalues > _MIN_EIGENVALUE
    return unit_rows(to_anchors @ (directions[:, kept] / np.sqrt(eigenvalues[kept])).astype(np.float32))


def whiten(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centre the vectors and shrink the directions in which all of them vary much.

    A soft form of "all but the top" (Mu & Viswanath 2018): instead of removing the first few principal directions,
    each is divided by a power of its standard deviation, as in Su et al. 2021, where the power is 1.

    :param vectors: float32, shape (n, dim), unit rows.
    :return: float32, shape (n, dim), unit rows.
    """
    centred = vectors - vectors.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(centred, rowvar=False))
    kept = variances > _MIN_EIGENVALUE / len(variances)
    scales = directions[:, kept] * variances[kept] ** (-_WHITENING_POWER / 2)
    return unit_rows((centred @ scales).astype(np.float32))


def mix_noun_readings(
    vectors: NDArray[np.float32], morphemes: Sequence[tuple[str, str]], frequency_ranks: Sequence[int]
) -> NDArray[np.float32]:
    """Give the common and the proper noun of one form one vector: a word on its own does not say which it is.

    The more frequent reading counts for more, by Zipf's law.

    :param vectors: float32, shape (n, dim), unit rows.
    :param morphemes: form and tag of each row.
    :param frequency_ranks: of each row, 0 for the most frequent. Kiwi's ids are fit for it (rank correlation 0.80
        with the probability that its model gives to a morpheme without a context).
    :return: float32, shape (n, dim), unit rows.
    """
    rows_of_form: dict[str, list[int]] = {}
    for row, (form, tag) in enumerate(morphemes):
        if tag in ("NNG", "NNP"):
            rows_of_form.setdefault(form, []).append(row)
    weighted = vectors / (1 + np.asarray(frequency_ranks, dtype=np.float32)[:, None])
    mixed = vectors.copy()
    for rows in rows_of_form.values():
        mixed[rows] = weighted[rows].sum(axis=0)
    return unit_rows(mixed)


def unit_rows(vectors: NDArray[Any]) -> NDArray[Any]:
    """Scale each row to length 1; a zero row stays zero.

    :param vectors: shape (n, dim).
    :return: the same shape and type.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def model_version() -> str:
    """Version of kiwipiepy_model, which the ids of the morphemes belong to."""
    return version("kiwipiepy_model")


def _language_model_morphemes(kiwi: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Form and tag of the morphemes that the language model knows: ids from 0 on, while they have a cosine."""
    compiled: Any = super(type(kiwi), kiwi)
    known = takewhile(lambda index: not math.isnan(compiled.morpheme_similarity(index, index)), count())
    return [(token.form, token.tag) for token in map(compiled.morpheme, known)]
