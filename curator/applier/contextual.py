"""Vectors of new words from BASE's last hidden layer."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curator.applier.loading import encoder_of, n_positions, quiet, side_by_side
from curator.applier.plan import PlannedMember
from curator.applier.tensors import Floats

BATCH_SIZE = 64


def contextual_vectors(
    folder: Path, members: Sequence[PlannedMember], width: int, *, cls_id: int | None, sep_id: int | None
) -> dict[str, Floats]:
    """Return the mean of the last hidden layer over each word's pieces, the word being all of the text.

    The vectors live in another space than the table's rows: longer, and turned by all layers. This is the
    notebook's first example, kept for comparison.

    :param folder: with config and weights.
    :param members: new entries, each with its pieces.
    :param width: of the table's rows.
    :param cls_id: id of the token before a text, if the tokenizer sets one.
    :param sep_id: id of the token behind it.
    :return: by entry, shape (width,).
    :raises ValueError: if the model's layers have another width than its table, or a word has no known piece,
        or more pieces than the model takes.
    """
    import torch
    from transformers import AutoModel

    empty = [member.word for member in members if not member.source_rows]
    if empty:
        raise ValueError(f"{empty[0]} has no piece that the model knows, so no layer has a vector for it")
    with quiet():
        model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    _check_lengths(members, n_positions(model), n_framing=sum(id is not None for id in (cls_id, sep_id)))
    model = encoder_of(model)
    before, after = [i for i in (cls_id,) if i is not None], [i for i in (sep_id,) if i is not None]
    found: dict[str, Floats] = {}
    by_length = sorted(members, key=lambda member: len(member.source_rows))
    for start in range(0, len(by_length), BATCH_SIZE):
        batch = by_length[start : start + BATCH_SIZE]
        ids, mask = side_by_side([[*before, *member.source_rows, *after] for member in batch])
        with torch.no_grad():
            hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.double().numpy()
        if hidden.shape[2] != width:
            raise ValueError(
                f"the layers of {folder} have width {hidden.shape[2]}, and its table {width}: a contextual vector "
                "does not fit into the table; choose another --init"
            )
        for member, vectors in zip(batch, hidden, strict=True):
            n_pieces = len(member.source_rows)
            found[member.entry] = np.asarray(vectors[len(before) : len(before) + n_pieces].mean(axis=0))
    return found


def _check_lengths(members: Sequence[PlannedMember], max_tokens: int | None, *, n_framing: int) -> None:
    longest = max(members, key=lambda member: len(member.source_rows))
    n_tokens = n_framing + len(longest.source_rows)
    if max_tokens is not None and n_tokens > max_tokens:
        raise ValueError(
            f"{longest.word} has {n_tokens} tokens with those that frame it, and the model takes {max_tokens}, so "
            "no layer has a vector for it; choose another --init, or leave the word out"
        )
