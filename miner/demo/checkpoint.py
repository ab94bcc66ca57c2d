"""A tiny BERT with random weights, for the demonstration and for trying things out."""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MIN_WORD_COUNT = 9  # of a piece longer than one character
N_LAYERS = 2
HIDDEN_WIDTH = 64
N_HEADS = 4
MAX_POSITIONS = 128


def choose_vocabulary(utterances: Sequence[str]) -> list[str]:
    """Choose WordPiece entries as a model trained on other text would have them: few, and short.

    Only the first half of the utterances is read, so that some characters of the rest are unknown. Every
    character becomes an entry at the start of a word and inside it, where it was seen there; so does what
    at least ``MIN_WORD_COUNT`` words begin with, or end with. The trainer of the ``tokenizers`` library is
    not used because it breaks ties by the order of a hash map: two processes get two vocabularies.

    :return: special tokens first, the others in code point order.
    """
    words = _count_words(utterances[: len(utterances) // 2])
    characters = set[str]()
    pieces = Counter[str]()
    for word, count in words.items():
        characters.update([word[0], *(f"##{character}" for character in word[1:])])
        for cut in range(1, len(word) + 1):
            pieces[word[:cut]] += count
            pieces[f"##{word[cut:]}"] += count
    frequent = {piece for piece, count in pieces.items() if count >= MIN_WORD_COUNT and piece != "##"}
    return [*SPECIAL_TOKENS, *sorted(characters | frequent)]


def _count_words(utterances: Sequence[str]) -> Counter[str]:
    normalizer = BertNormalizer(lowercase=False, strip_accents=False)
    splitter = BertPreTokenizer()
    return Counter(
        word
        for utterance in utterances
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(utterance))
    )


def write_checkpoint(utterances: Sequence[str], folder: str | Path, *, seed: int) -> None:
    """Write a BERT for pre-training, 2 layers of width 64, that ``transformers`` loads like any other.

    The same utterances and seed give the same bytes.

    :param utterances: where the vocabulary comes from, see :func:`choose_vocabulary`.
    :param folder: appears by rename when all its files are written; one that is there is replaced.
    :param seed: of the random weights.
    :raises OSError: if the folder cannot be written; what was there is untouched then.
    """
    folder = Path(folder)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        vocabulary = choose_vocabulary(utterances)
        _save_tokenizer(vocabulary, unfinished)
        _save_model(len(vocabulary), unfinished, seed)
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save_tokenizer(vocabulary: Sequence[str], folder: Path) -> None:
    from transformers import BertTokenizer

    path = folder / "vocab.txt"
    path.write_text("".join(f"{entry}\n" for entry in vocabulary), encoding="utf-8")
    # `vocab`, not `vocab_file`: transformers 5 ignores the latter and makes a tokenizer of five entries.
    tokenizer = BertTokenizer(
        vocab=str(path),
        do_lower_case=False,
        strip_accents=False,  # otherwise Hangul is decomposed
        model_max_length=MAX_POSITIONS,
    )
    tokenizer.save_pretrained(folder)


def _save_model(n_entries: int, folder: Path, seed: int) -> None:
    import torch
    from transformers import BertConfig, BertForPreTraining
    from transformers.utils import logging as transformers_logging

    config = BertConfig(
        vocab_size=n_entries,
        hidden_size=HIDDEN_WIDTH,
        num_hidden_layers=N_LAYERS,
        num_attention_heads=N_HEADS,
        intermediate_size=4 * HIDDEN_WIDTH,
        max_position_embeddings=MAX_POSITIONS,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForPreTraining(config)
    shows_progress = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # a bar for 0.7 MB is noise
    model.save_pretrained(folder)
    if shows_progress:
        transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
