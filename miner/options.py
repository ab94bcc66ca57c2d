"""What a run can be told: plain frozen values, one class per stage, defaults stated once."""

from dataclasses import dataclass, field
from typing import Literal

CORPUS_FORMATS = ("csv", "tsv", "jsonl", "parquet", "xlsx", "txt")
Encoding = Literal["auto", "utf-8", "cp949"]

DEFAULT_TOKENIZER = "snunlp/KR-BERT-char16424"
DEFAULT_ENCODER = "kiwi"
DEFAULT_WORD_CLASSES = ("noun", "foreign", "verb", "adjective")
DEFAULT_MIN_PROBABILITY = 0.3


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """Where the sentences are and how they are read.

    :ivar paths: files, or ``-`` for standard input.
    :ivar columns: of a table; each cell is a sentence.
    :ivar format: of the files, where their names do not tell.
    :ivar strict: whether a broken row ends the run.
    :ivar unique: whether a repeated sentence counts once.
    :ivar passages: whether a cell or line is a text of several sentences, to be split.
    :ivar group_by: column of the table that says what a row belongs to, e.g. its category; words are counted for
        each value of it, too.
    """

    paths: tuple[str, ...]
    columns: tuple[str, ...] = ()
    format: str | None = None
    encoding: Encoding = "auto"
    strict: bool = False
    unique: bool = False
    passages: bool = False
    group_by: str | None = None


@dataclass(frozen=True, slots=True)
class LexiconOptions:
    """Which words are collected.

    :ivar min_count: least frequency of a word; ``None`` is 2 above 10,000 sentences or 100,000 eojeols, else 1.
    :ivar n_examples: most example sentences kept per word.
    :ivar n_workers: threads that analyse; ``None`` is one per core.
    :ivar max_eojeol_length: characters; a longer eojeol is no word, and is left out.
    """

    analyzer: str = "okt"
    tokenizer: str = DEFAULT_TOKENIZER
    word_classes: tuple[str, ...] = DEFAULT_WORD_CLASSES
    all_morphemes: bool = False
    in_vocabulary_too: bool = False
    compounds: bool = True
    min_count: int | None = None
    n_examples: int = 5
    stop_words: str | None = None
    n_workers: int | None = None
    max_eojeol_length: int = 200


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """Which vectors stand for the words.

    :ivar name: ``kiwi``, a folder or a hub name.
    :ivar device: of torch; ``None`` lets sentence-transformers choose.
    :ivar prompt: written before each word, for encoders that were trained with one.
    :ivar n_processes: that encode on the CPU of this machine.
    """

    name: str = DEFAULT_ENCODER
    device: str | None = None
    batch_size: int = 256
    prompt: str | None = None
    n_processes: int = 1


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """Which words become a group.

    :ivar n_neighbors: nearest words that are found per word; the evidence says how many of them become pairs.
    :ivar min_cosine_similarity: least cosine similarity of any two words of a group, whatever else speaks for
        them; ``None`` leaves that to the evidence.
    :ivar min_probability: least probability of a pair of words that begins or joins groups.
    :ivar max_group_size: most words in a group.
    :ivar model: file of a model of the user's own; ``None`` is the one that comes with the package.
    :ivar name_endings: file of what may stand behind a name in the text beside particles, one a line.
    :ivar dictionaries: files of known synonyms.
    :ivar n_context_sentences: most example sentences per word that the encoder reads; 0 for none.
    """

    n_neighbors: int = 20
    min_cosine_similarity: float | None = None
    min_probability: float = DEFAULT_MIN_PROBABILITY
    max_group_size: int = 12
    model: str | None = None
    name_endings: str | None = None
    dictionaries: tuple[str, ...] = ()
    n_context_sentences: int = 0


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Where the work runs.

    :ivar scheduler: address of a Dask scheduler; ``local`` starts one with workers on this machine; ``None`` is
        this machine without Dask.
    :ivar shared_dir: folder or fsspec address that all workers read and write; ``None`` is the folder of stages.
    :ivar worker_resource: ``NAME=AMOUNT`` of a worker's Dask resource that encoding a batch of words takes.
    :ivar partition_megabytes: about how much of an uncompressed file a worker takes at once.
    """

    scheduler: str | None = None
    shared_dir: str | None = None
    worker_resource: str | None = None
    partition_megabytes: int = 32


@dataclass(frozen=True, slots=True)
class RunOptions:
    """All of the above, and the seed of every random step.

    :ivar source: a corpus, or the path of a word list, one word a line.
    """

    source: CorpusOptions | str
    lexicon: LexiconOptions = field(default_factory=LexiconOptions)
    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    groups: GroupOptions = field(default_factory=GroupOptions)
    seed: int = 0
    cluster: ClusterOptions = field(default_factory=ClusterOptions)
