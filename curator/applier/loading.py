"""What those share who have transformers load a model, and ask it for vectors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from printing bars, and that heads are not needed here."""
    from transformers.utils import logging

    verbosity, has_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if has_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def encoder_of(model: Any) -> Any:  # noqa: ANN401 - any class of transformers
    """Return the part that reads a text: of T5 and BART the encoder, as the decoder's text is not yet written."""
    return model.get_encoder() if model.config.is_encoder_decoder else model


def n_positions(model: Any) -> int | None:  # noqa: ANN401 - any class of transformers
    """Return how many tokens a model takes at most, framing included; none if it does not say."""
    stated: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if stated is None:
        return None
    # RoBERTa and its kin number positions from behind the padding's id on (create_position_ids_from_input_ids).
    first = [
        part.padding_idx + 1
        for name, part in model.named_modules()
        if name.endswith("position_embeddings") and getattr(part, "padding_idx", None) is not None
    ]
    return stated - max(first, default=0)


def side_by_side(texts: Sequence[Sequence[int]], *, pad_id: int = 0) -> tuple[Any, Any]:
    """Return ids and attention mask of texts as tensors, shape (n_texts, length of the longest).

    By hand: the tokenizers of GPT-2 and LLaMA have no token to fill up with, and any id will do.
    """
    import torch

    ids = torch.full((len(texts), max(1, *map(len, texts))), pad_id)
    mask = torch.zeros_like(ids)
    for i, own in enumerate(texts):
        ids[i, : len(own)], mask[i, : len(own)] = torch.tensor(own, dtype=ids.dtype), 1
    return ids, mask
