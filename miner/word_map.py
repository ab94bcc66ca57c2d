"""A place in the plane for each word, so that words with similar vectors lie near each other."""

import numpy as np
import numpy.typing as npt

MAX_LANDMARKS = 2_000  # t-SNE takes seconds for these, and minutes for ten thousand
N_ANCHORS = 3  # landmarks that place a word which is none
SHARPNESS = 8.0  # power of the cosine with which an anchor counts: the nearest one by far the most
MAX_ITERATIONS = 500
PERPLEXITY = 30.0  # of t-SNE: about how many neighbours count; its usual value
MIN_WORDS = 3  # two points say nothing of distance
ROWS_PER_BLOCK = 10_000


def place_words(
    vectors: npt.NDArray[np.float32], frequencies: npt.NDArray[np.int64], *, seed: int
) -> npt.NDArray[np.float32]:
    """Return coordinates of words, shape (n_words, 2), float32; empty for fewer than three words.

    The most frequent words are landmarks, laid out by t-SNE (van der Maaten & Hinton 2008). Every other word
    lies between the three landmarks that are most similar to it, so that time grows with the number of words,
    not with its square.

    :param vectors: float32, shape (n_words, dim), unit rows.
    :param frequencies: of the words, shape (n_words,).
    :param seed: of t-SNE; the same words and seed give the same map.
    """
    if len(vectors) < MIN_WORDS:
        return np.empty((0, 2), np.float32)
    order = np.argsort(-frequencies, kind="stable")
    landmarks, others = order[:MAX_LANDMARKS], order[MAX_LANDMARKS:]
    points = np.empty((len(vectors), 2), np.float32)
    points[landmarks] = project(vectors[landmarks], seed=seed)
    for start in range(0, len(others), ROWS_PER_BLOCK):
        rows = others[start : start + ROWS_PER_BLOCK]
        points[rows] = _between(vectors[rows], vectors[landmarks], points[landmarks])
    return points


def project(vectors: npt.NDArray[np.float32], *, seed: int) -> npt.NDArray[np.float32]:
    """Return the t-SNE of vectors, shape (n_words, 2), float32.

    :param vectors: float32, shape (n_words, dim), unit rows.
    :raises ValueError: if there are fewer than three words.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(vectors) < MIN_WORDS:
        raise ValueError(f"a map needs three words or more, and there are {len(vectors)}")
    if (vectors == vectors[0]).all():  # t-SNE starts at the principal components, and would divide by their size
        return np.zeros((len(vectors), 2), np.float32)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, metric="cosine", init="pca", max_iter=MAX_ITERATIONS, random_state=seed)
    # Its steps are so short that threads which wait for one another cost more than they bring: 4.6 s against
    # 54 s for 1,000 words on two busy cores.
    with threadpool_limits(limits=1):
        points: npt.NDArray[np.float32] = tsne.fit_transform(vectors)
    return points


def _between(
    vectors: npt.NDArray[np.float32], landmarks: npt.NDArray[np.float32], points: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    similarities = vectors @ landmarks.T
    anchors = np.argpartition(-similarities, N_ANCHORS - 1, axis=1)[:, :N_ANCHORS]
    cosines = np.clip(np.take_along_axis(similarities, anchors, axis=1), 1e-3, None)
    weights = cosines**SHARPNESS
    weights /= weights.sum(axis=1, keepdims=True)
    placed: npt.NDArray[np.float32] = np.einsum("wa,wad->wd", weights, points[anchors])
    return placed
