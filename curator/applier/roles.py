"""Which tensors of a checkpoint have a row or a value for each vocabulary entry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from curator.applier.base import Base
from curator.applier.tensors import ADJUSTABLE, Tensor, chunks


class Role(StrEnum):
    """What a vocabulary-sized tensor is for."""

    INPUT = "input"  # a vector for each entry; read
    OUTPUT = "output"  # a vector for each entry; scored against
    BIAS = "bias"  # a value for each entry, added to its score


# Names as transformers 4 and 5 write them, for BERT, RoBERTa, XLM-R, CamemBERT, ELECTRA, ALBERT, DeBERTa v1 and
# v2, DistilBERT, MPNet, ModernBERT, GPT-2, LLaMA and its kin, T5, BART. tests/applier/test_roles.py derives the
# same from the classes themselves: the tensors whose shape changes when config.vocab_size does. Building the class
# here, on the meta device, would need no such list, but importing torch takes more memory than all of the work.
NAMES = {
    Role.INPUT: re.compile(r"(^|\.)(word_embeddings|tok_embeddings|wte|embed_tokens|shared)\.weight$"),
    Role.OUTPUT: re.compile(
        r"(^|\.)((cls\.|lm_|)predictions\.decoder|lm_head\.decoder|lm_head|generator_lm_head|vocab_projector)\.weight$"
        r"|^decoder\.weight$"
    ),
    Role.BIAS: re.compile(
        r"(^|\.)((cls\.|)predictions(\.decoder)?|(lm_predictions\.)?lm_head(\.decoder)?|generator_lm_head|"
        r"vocab_projector)\.bias$|^decoder\.bias$|(^|\.)final_logits_bias$"
    ),
}


@dataclass(frozen=True, slots=True)
class VocabularyTensors:
    """The tensors of a checkpoint that an adjustment changes.

    :ivar table: the input rows that count.
    :ivar copies: names of tensors that hold the table once more, because they are tied to it; they stay equal.
    :ivar outputs: untied output rows.
    :ivar dropped: names for storage that another name holds too, as old ``.bin`` files have; not written.
    """

    table: Tensor
    copies: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    dropped: tuple[Tensor, ...]

    @property
    def all(self) -> tuple[Tensor, ...]:
        """Return the tensors that are written with other contents."""
        return (self.table, *self.copies, *self.outputs, *self.biases)


def find_vocabulary_tensors(base: Base) -> VocabularyTensors:
    """Find the tensors that change with the vocabulary.

    :raises ValueError: if there is no table of input rows, it disagrees with config.json, it has a type that
        cannot be adjusted, or a tensor has the vocabulary's size and a name that is not known.
    """
    kept, dropped = _without_aliases(base.tensors)
    table = _table(base, kept)
    n_rows = table.shape[0]
    sized = [tensor for tensor in kept if n_rows in tensor.shape and tensor is not table]
    roles = {tensor.name: _role(tensor, table) for tensor in sized}
    unknown = [f"{t.name} {list(t.shape)}" for t in sized if roles[t.name] is None]
    if unknown:
        raise ValueError(
            f"{base.name} has tensors of the vocabulary's size ({n_rows:,}) that are not known: "
            f"{', '.join(unknown)}. Adjusting the others alone would break the model, so nothing is done"
        )
    copies: list[Tensor] = []
    outputs: list[Tensor] = []
    for tensor in sized:
        if roles[tensor.name] in (Role.INPUT, Role.OUTPUT):
            (copies if _same_bytes(tensor, table) else outputs).append(tensor)
    for tensor in outputs:
        if roles[tensor.name] is Role.INPUT:
            raise ValueError(
                f"{base.name} has two different tables of input rows, {table.name} and {tensor.name}; expected one"
            )
    biases = tuple(tensor for tensor in sized if roles[tensor.name] is Role.BIAS)
    return VocabularyTensors(table, tuple(copies), tuple(outputs), biases, tuple(dropped))


def _without_aliases(tensors: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Keep one name for each place: that of the input rows, else the shortest, which is how transformers saves."""
    by_place: dict[tuple[object, ...], list[Tensor]] = {}
    for tensor in tensors:
        by_place.setdefault((tensor.file, tensor.start, tensor.n_bytes), []).append(tensor)
    dropped = []
    for same in by_place.values():
        if same[0].n_bytes == 0:
            continue
        same.sort(
            key=lambda tensor: (NAMES[Role.INPUT].search(tensor.name) is None, len(tensor.name), tensor.name)
        )
        dropped += same[1:]
    gone = {tensor.name for tensor in dropped}
    return [tensor for tensor in tensors if tensor.name not in gone], dropped


def _table(base: Base, tensors: Sequence[Tensor]) -> Tensor:
    n_stated = base.config.get("vocab_size", base.config.get("text_config", {}).get("vocab_size"))
    found = [t for t in tensors if NAMES[Role.INPUT].search(t.name) and len(t.shape) == 2]
    if not found:
        raise ValueError(
            f"{base.name} has no table of input rows that is known (word_embeddings, tok_embeddings, wte, "
            "embed_tokens, shared); it is of a family that is not supported"
        )
    table = min(found, key=lambda tensor: (not tensor.name.endswith("shared.weight"), len(tensor.name)))
    if table.shape[0] != n_stated:
        raise ValueError(
            f"{base.name}: {table.name} has {table.shape[0]:,} rows, but config.json says vocab_size {n_stated}; "
            "one of the two files is of another checkpoint"
        )
    if table.dtype not in ADJUSTABLE:
        raise ValueError(
            f"{base.name}: {table.name} is of type {table.dtype}; expected {', '.join(ADJUSTABLE)}. Adjust the "
            "checkpoint before it is quantised"
        )
    return table


def _role(tensor: Tensor, table: Tensor) -> Role | None:
    for role, pattern in NAMES.items():
        if pattern.search(tensor.name):
            is_bias_shaped = tensor.shape in ((table.shape[0],), (1, table.shape[0]))
            fits = is_bias_shaped if role is Role.BIAS else len(tensor.shape) == 2
            return role if fits and tensor.dtype in ADJUSTABLE else None
    return None


def _same_bytes(a: Tensor, b: Tensor) -> bool:
    if (a.dtype, a.shape) != (b.dtype, b.shape):
        return False
    pairs = zip(chunks(a), chunks(b), strict=True)
    return all(np.array_equal(np.frombuffer(x, np.uint8), np.frombuffer(y, np.uint8)) for x, y in pairs)
