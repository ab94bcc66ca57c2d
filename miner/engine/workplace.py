"""The stages that a cluster can take over, and who does them."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from miner.corpus.addresses import is_address
from miner.engine.cluster import LOCAL, Cluster, connected
from miner.engine.distribution import find_distribution_on
from miner.engine.lexicon import CountedCorpus, mine_lexicon_on
from miner.engine.partitions import Parts
from miner.engine.shared import SharedFolder
from miner.evidence.distribution import find_distribution
from miner.evidence.table import PairSource
from miner.evidence.text import TextPiece, evidence_of, find_text_evidence, read_piece
from miner.evidence.word_rows import WordRows
from miner.lexicon import Lexicon
from miner.lexicon.eojeols import EOJEOLS_FILE, SENTENCES_FILE
from miner.lexicon.stages import EOJEOLS_STAGE, mine_lexicon
from miner.options import ClusterOptions, CorpusOptions, EncoderOptions, RunOptions
from miner.stages import KEY_LENGTH, StageStore, fingerprint

if TYPE_CHECKING:  # torch is loaded where words are encoded, not for the lexicon alone
    from sentence_transformers import SentenceTransformer

    from miner.encoder import EncodedWords, VectorCache, Vectors

TextEvidence = tuple[dict[str, PairSource], dict[str, int]]

PARTITIONS_FOLDER = "partitions"  # in the folder of stages, where no other is shared
_BYTES_PER_MEGABYTE = 1_000_000


class Workplace(Protocol):
    """Does what grows with the corpus or the number of words."""

    def encoder_identity(self, options: EncoderOptions) -> str:
        """Return the identity of the encoder where it will run.

        :raises ValueError: if there is no such encoder or device there.
        """
        ...

    def mine_lexicon(self, options: RunOptions, stages: StageStore) -> tuple[Lexicon, Mapping[str, Any]]:
        """Make the lexicon, or load it, and return it with the digests of what it was made from."""
        ...

    def encode(
        self, options: EncoderOptions, identity: str, words: Sequence[str], cache: "VectorCache"
    ) -> "EncodedWords":
        """Encode the words that the cache does not have.

        :param identity: of the encoder.
        """
        ...

    def find_text_evidence(self, words: Sequence[str], endings: Collection[str]) -> TextEvidence:
        """Collect what the sentences of the corpus say of pairs of words; to be asked after ``mine_lexicon``."""
        ...

    def find_distribution(self, words: Sequence[str]) -> WordRows:
        """Count what stands around each word in the corpus; to be asked after ``mine_lexicon``."""
        ...


@dataclass(slots=True)
class ThisMachine:
    """One machine and its processes."""

    _analysed: Path | None = None

    def encoder_identity(self, options: EncoderOptions) -> str:
        """Return the identity of the encoder on this machine."""
        from miner.encoder import check_processes

        identity = _identity(options)
        check_processes(options)
        return identity

    def mine_lexicon(self, options: RunOptions, stages: StageStore) -> tuple[Lexicon, Mapping[str, Any]]:
        """Make the lexicon, or load it."""
        found = mine_lexicon(options, stages)
        if EOJEOLS_STAGE in stages.finished:
            self._analysed = stages.finished[EOJEOLS_STAGE].folder
        return found

    def encode(
        self, options: EncoderOptions, identity: str, words: Sequence[str], cache: "VectorCache"
    ) -> "EncodedWords":
        """Encode the words in this process, or in several of this machine."""
        from miner.encoder import encode_with

        return encode_with(options, words, cache=cache, show_progress=sys.stderr.isatty())

    def find_text_evidence(self, words: Sequence[str], endings: Collection[str]) -> TextEvidence:
        """Collect what all sentences say of pairs of words."""
        assert self._analysed is not None
        return find_text_evidence(self._analysed / SENTENCES_FILE, words, endings)

    def find_distribution(self, words: Sequence[str]) -> WordRows:
        """Count what stands around each word in all sentences."""
        assert self._analysed is not None
        return find_distribution(self._analysed / EOJEOLS_FILE, self._analysed / SENTENCES_FILE, words)


@dataclass(slots=True)
class OnCluster:
    """The workers of a cluster; this machine plans, and holds the chosen words.

    :ivar cluster: runs the tasks.
    :ivar shared: folder that all workers read and write.
    """

    cluster: Cluster
    options: ClusterOptions
    shared: SharedFolder
    _counted: CountedCorpus | None = field(default=None, repr=False)

    def encoder_identity(self, options: EncoderOptions) -> str:
        """Return the identity of the encoder on one of the workers that encode."""
        resource = self.options.worker_resource
        (identity,) = self.cluster.map(_identity, [options], description="encoder", resource=resource)
        return identity

    def mine_lexicon(self, options: RunOptions, stages: StageStore) -> tuple[Lexicon, Mapping[str, Any]]:
        """Make the lexicon from partitions that the workers count, or load it."""
        assert isinstance(options.source, CorpusOptions)
        lexicon, source, self._counted = mine_lexicon_on(
            self.cluster,
            options.source,
            options.lexicon,
            options.seed,
            stages,
            shared=self.shared,
            partition_bytes=self.options.partition_megabytes * _BYTES_PER_MEGABYTE,
        )
        return lexicon, source

    def encode(
        self, options: EncoderOptions, identity: str, words: Sequence[str], cache: "VectorCache"
    ) -> "EncodedWords":
        """Encode the words on the workers, in the batches that one machine would make."""
        from miner.encoder import encode_in_chunks

        def encode(chunks: Sequence[Sequence[str]]) -> "Iterator[Vectors]":
            task = partial(_encode, options, identity)
            resource = self.options.worker_resource
            return self.cluster.map(task, chunks, description="encoding", resource=resource)

        return encode_in_chunks(encode, words, batch_size=options.batch_size, cache=cache)

    def find_text_evidence(self, words: Sequence[str], endings: Collection[str]) -> TextEvidence:
        """Collect what the sentences of the partitions say of pairs of words."""
        assert self._counted is not None
        parts = self._counted.parts
        content = {"words": list(words), "endings": sorted(endings)}
        name = f"evidence-{fingerprint(content)[:KEY_LENGTH]}.json"
        parts.folder.write_json(name, content)
        read = partial(_read_piece, parts, name)
        return evidence_of(self.cluster.map(read, range(parts.n_parts), description="statements"), words, endings)

    def find_distribution(self, words: Sequence[str]) -> WordRows:
        """Count what stands around each word in the partitions, and add up."""
        assert self._counted is not None
        return find_distribution_on(self.cluster, self._counted.parts, words)


@contextmanager
def workplace(options: RunOptions, work_dir: Path) -> Iterator[Workplace]:
    """Provide who does the work, as long as the block runs.

    :param work_dir: folder of stages.
    :raises ValueError: if a path means nothing to other machines, or the workers do not fit.
    :raises OSError: if the cluster does not answer.
    """
    cluster = options.cluster
    if cluster.scheduler is None or isinstance(options.source, str):  # a word list has nothing to divide
        yield ThisMachine()
        return
    shared = SharedFolder(cluster.shared_dir or str((work_dir / PARTITIONS_FOLDER).resolve()))
    if cluster.scheduler != LOCAL:
        _check_everywhere("the corpus", options.source.paths)
        _check_everywhere("--shared-dir", [shared.address])
    resource = cluster.worker_resource
    with connected(cluster.scheduler, n_workers=options.lexicon.n_workers, resource=resource) as connection:
        connection.check_folder(shared)
        yield OnCluster(connection, cluster, shared)


def _check_everywhere(what: str, names: Sequence[str]) -> None:
    for name in names:
        if name != "-" and not is_address(name) and not Path(name).is_absolute():
            raise ValueError(
                f"{what} is given as {name!r}, which workers elsewhere would look for in their own folders; "
                "give an absolute path that all machines have, or an address such as s3://bucket/file"
            )


def _encode(options: EncoderOptions, identity: str, words: Sequence[str]) -> "Vectors":
    from miner.encoder import encode_chunk

    encoder = _encoder(options, identity)
    return encode_chunk(encoder, words, batch_size=options.batch_size, prompt=options.prompt)


def _identity(options: EncoderOptions) -> str:
    from miner.encoder import check_device, encoder_identity

    check_device(options.device)
    return encoder_identity(options.name, prompt=options.prompt, device=options.device)


@lru_cache(maxsize=1)
def _encoder(options: EncoderOptions, identity: str) -> "SentenceTransformer":
    from miner.encoder import load_encoder

    own = _identity(options)
    if own != identity:
        raise ValueError(
            f"the encoder {options.name} is {own} on one worker and {identity} on another; give all the same, or "
            "name those that are alike with --worker-resource"
        )
    return load_encoder(options.name, device=options.device)


def _read_piece(parts: Parts, name: str, part: int) -> TextPiece:
    content = parts.folder.read_json(name)
    with parts.folder.fetched(parts.sentences(part)) as path:
        return read_piece(path, content["words"], content["endings"])
