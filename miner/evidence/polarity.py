"""Not the same: one word praises, the other blames.

How far a word leans to either side is read off its vector, along the line between words that plainly praise and
words that plainly blame (semantic orientation from association, Turney & Littman 2003). Of 471 antonym pairs of a
dictionary, 9 % lie clearly on two sides, against 3 % of 2,526 synonym pairs: weak evidence, and only where both
lean far.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Opposites of everyday speech; each has its counterpart at the same place.
PRAISING = (
    "좋다 기쁘다 행복 사랑 아름답다 훌륭하다 성공 희망 착하다 칭찬 "
    "건강 평화 즐겁다 이익 친절 안전 만족 편하다 깨끗하다 강하다"
).split()
BLAMING = (
    "나쁘다 슬프다 불행 증오 추하다 형편없다 실패 절망 악하다 비난 "
    "질병 전쟁 괴롭다 손해 불친절 위험 불만 불편하다 더럽다 약하다"
).split()
_NEUTRAL = 1.0  # deviations; of 0, .5 and 1, this gains most in groups of words that were not seen

SEEDS: tuple[str, ...] = (*PRAISING, *BLAMING)


def polarity_axis(vectors: Floats, has_vector: npt.NDArray[np.bool_]) -> Floats | None:
    """Return the direction from blame to praise.

    :param vectors: of ``SEEDS``, float32, shape (n_seeds, dim), unit rows where ``has_vector``.
    :param has_vector: bool, shape (n_seeds,).
    :return: float32, shape (dim,), unit length; ``None`` if the encoder does not tell one side from the other.
    """
    sides = (slice(len(PRAISING)), slice(len(PRAISING), None))
    if not all(has_vector[side].any() for side in sides):
        return None
    praise, blame = (vectors[side][has_vector[side]].mean(axis=0) for side in sides)
    length = float(np.linalg.norm(praise - blame))
    return np.asarray((praise - blame) / length, np.float32) if length > 0 else None


class Polarity:
    """Which side the words of a run lean to, in standard deviations from their mean.

    :param vectors: float32, shape (n_words, dim), unit rows.
    :param axis: float32, shape (dim,); without one, no word leans to a side.
    """

    def __init__(self, vectors: Floats, axis: Floats | None) -> None:
        leaning = np.zeros(len(vectors), np.float32) if axis is None else vectors @ axis
        spread = float(leaning.std()) if leaning.size else 0.0
        self.leaning: Floats = (leaning - leaning.mean()) / spread if spread > 0 else np.zeros_like(leaning)

    def opposition(self, pairs: npt.NDArray[np.int64]) -> Floats:
        """Return how far beyond neutral two words lean to different sides: the lesser leaning, 0 on one side.

        :param pairs: int64, shape (n_pairs, 2).
        :return: float32, shape (n_pairs,), at least 0.
        """
        left, right = self.leaning[pairs[:, 0]], self.leaning[pairs[:, 1]]
        lesser = np.minimum(np.abs(left), np.abs(right)) - _NEUTRAL
        return np.asarray(np.where(left * right < 0, lesser.clip(min=0), 0), np.float32)
