"""What is decided before anything is written: BASE is opened, its vocabulary asked, and the plan made."""

import gc
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from curator.applier.base import Base, find_base
from curator.applier.digests import Hasher
from curator.applier.options import ApplyOptions
from curator.applier.plan import Plan, make_plan
from curator.applier.roles import VocabularyTensors, find_vocabulary_tensors
from curator.applier.vocabulary import Vocabulary, WrittenTokenizer, load_vocabulary
from curator.groups import GroupSet


@dataclass(frozen=True, slots=True)
class OpenedBase:
    """A checkpoint, and where its tensors lie.

    :ivar hasher: hashes while all else is done.
    :ivar untouched: digests of the tensors that do not change, once they are known.
    """

    base: Base
    tensors: VocabularyTensors
    hasher: Hasher
    untouched: Future[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is decided before anything is written."""

    opened: OpenedBase
    vocabulary: Vocabulary
    plan: Plan
    tokenizer: WrittenTokenizer
    groups: GroupSet
    options: ApplyOptions

    @property
    def base(self) -> Base:
        """Return the checkpoint that goes in."""
        return self.opened.base

    @property
    def tensors(self) -> VocabularyTensors:
        """Return its tensors that change."""
        return self.opened.tensors


@contextmanager
def open_base(name: str, *, to_write: bool = True) -> Iterator[OpenedBase]:
    """Find BASE, and begin to hash what will not change in it, while the plan is made.

    :param name: a folder, or a name on the hub.
    :param to_write: whether ``apply`` will follow; else nothing is hashed.
    :raises FileNotFoundError: if BASE or a file of it is not there.
    :raises ValueError: if BASE is damaged or not supported.
    """
    base = find_base(name)
    tensors = find_vocabulary_tensors(base)
    others = {tensor.name for tensor in (*tensors.all, *tensors.dropped)}
    untouched = [tensor for tensor in base.tensors if to_write and tensor.name not in others]
    with Hasher() as hasher:
        yield OpenedBase(base, tensors, hasher, hasher.submit(untouched))


@contextmanager
def collecting_later() -> Iterator[None]:
    """Keep Python from looking again and again for cycles among tens of thousands of words, which have none.

    What is no cycle is freed as ever, so that memory does not grow.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@collecting_later()
def prepare(opened: OpenedBase, groups: GroupSet, options: ApplyOptions) -> Prepared:
    """Decide what will be done to BASE; nothing is written.

    :raises FileNotFoundError: if BASE has no tokenizer.
    :raises ValueError: if its tokenizer is damaged or not supported, or nothing is left of the groups.
    """
    base, table = opened.base, opened.tensors.table
    vocabulary = load_vocabulary(base, pin_case=options.pin_case)
    n_table_rows = table.shape[0]
    if vocabulary.n_entries > n_table_rows:
        raise ValueError(
            f"{base.name}: the tokenizer has {vocabulary.n_entries:,} entries, but {table.name} has "
            f"{n_table_rows:,} rows; the two are of different checkpoints"
        )
    words = [member.word for group in groups.groups for member in group.members]
    parts = [part for group in groups.groups for member in group.members for part in member.parts]
    findings = dict(zip([*words, *parts], vocabulary.find([*words, *parts]), strict=True))
    inside = dict(zip(words, vocabulary.find_continuations(words), strict=True)) if options.continuations else {}
    plan = make_plan(
        groups, findings, inside, n_old=vocabulary.n_entries, n_table_rows=n_table_rows, options=options
    )
    tokenizer = vocabulary.extend([member.entry for member in plan.new_members])
    return Prepared(opened, vocabulary, plan, tokenizer, groups, options)
