"""What a user may choose when a checkpoint is adjusted."""

from dataclasses import dataclass
from enum import StrEnum


class Pooling(StrEnum):
    """How the rows of a group become one vector; ``curator.applier.pooling`` says what each is."""

    MEAN = "mean"
    WEIGHTED = "weighted"
    MIN = "min"
    MAX = "max"
    KMEANS = "kmeans"
    PCA = "pca"
    CANONICAL = "canonical"


class Init(StrEnum):
    """Where the vector of a new word comes from, before pooling."""

    PIECES = "pieces"
    RANDOM = "random"
    CONTEXTUAL = "contextual"


class Assign(StrEnum):
    """Which words of a group get the pooled vector."""

    NEW = "new"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How groups become rows.

    :ivar strength: how far each row moves toward the pooled vector, 0 (not) to 1 (all of the way, so that the
        rows of a group are equal); none for k/(2k-1) in a group of k, the limit of Faruqui's retrofitting.
    :ivar restore_norm: whether the rows get back the length that averaging takes from them.
    :ivar n_clusters: of k-means pooling.
    """

    pooling: Pooling = Pooling.MEAN
    strength: float | None = 1.0
    restore_norm: bool = False
    n_clusters: int = 2
    assign: Assign = Assign.ALL
    init: Init = Init.PIECES
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers.

        :raises ValueError: if one is out of its range.
        """
        if self.strength is not None and not 0 <= self.strength <= 1:
            raise ValueError(f"the strength is {self.strength}; expected 0 (rows stay) to 1 (rows become equal)")
        if self.n_clusters < 1:
            raise ValueError(f"the number of clusters is {self.n_clusters}; expected 1 or more")

    def strength_for(self, n_members: int) -> float:
        """Return the strength for a group of that size."""
        return n_members / (2 * n_members - 1) if self.strength is None else self.strength


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How a checkpoint is adjusted.

    :ivar continuations: whether each word's form inside an eojeol (``##word``) becomes an entry, too.
    :ivar unknown_to_mean: whether a new word of which no piece is known gets the table's mean; else it is refused.
    :ivar parts_of_cut_words: whether a word that the tokenizer cuts lends the mean of its parts to its group,
        without an entry of its own; else it is refused.
    :ivar pin_case: state ``do_lower_case`` and ``strip_accents`` as false where BASE leaves them open.
    :ivar pad_to_multiple_of: rows of the table are filled up to a multiple of this.
    :ivar may_link: whether unchanged files may share their storage with BASE.
    """

    pool: PoolOptions = PoolOptions()
    continuations: bool = False
    unknown_to_mean: bool = False
    parts_of_cut_words: bool = False
    pin_case: bool = False
    pad_to_multiple_of: int = 1
    may_link: bool = True
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Check the numbers.

        :raises ValueError: if one is out of its range.
        """
        if self.pad_to_multiple_of < 1:
            raise ValueError(
                f"rows cannot be padded to a multiple of {self.pad_to_multiple_of}; expected 1 or more"
            )
