"""The tokenizer of the model that is to learn the words: its vocabulary, and the pieces of other words."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from miner.hub import is_hub_reachable

WORD_START_MARKS = ("", "▁", "Ġ")  # WordPiece; unigram models; byte-level BPE


class TokenizerError(ValueError):
    """A tokenizer could not be loaded; the message says what was found and what to do."""


class TargetTokenizer:
    """A vocabulary and its segmentation into pieces.

    :param name: as the user gave it.
    :param tokenizer: of the ``tokenizers`` library.
    :param unknown_token: the piece that stands for what the vocabulary cannot spell, e.g. ``[UNK]``.
    """

    def __init__(self, name: str, tokenizer: Tokenizer, unknown_token: str | None) -> None:
        self.name = name
        self.unknown_token = unknown_token
        self._tokenizer = tokenizer
        self._vocabulary = frozenset(tokenizer.get_vocab(with_added_tokens=True))

    @property
    def n_entries(self) -> int:
        """Return the number of entries of the vocabulary."""
        return len(self._vocabulary)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the tokenizer's JSON: vocabulary, normaliser and splitting rules."""
        return hashlib.sha256(self._tokenizer.to_str().encode("utf-8")).hexdigest()

    def is_in_vocabulary(self, word: str) -> bool:
        """Tell whether the word is an entry by itself, as it stands at the start of an eojeol."""
        return any(mark + word in self._vocabulary for mark in WORD_START_MARKS)

    def pieces(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the pieces of each word as it stands alone, without special tokens."""
        encodings = self._tokenizer.encode_batch(list(words), add_special_tokens=False)
        return [tuple(encoding.tokens) for encoding in encodings]


def load_tokenizer(name_or_path: str) -> TargetTokenizer:
    """Load a tokenizer.

    :param name_or_path: a ``vocab.txt`` of a WordPiece model (case and Hangul kept as they are), a folder that
        ``transformers`` can load, or a name on the Hugging Face hub.
    :raises TokenizerError: if there is no such file, folder or name, or it holds no tokenizer.
    """
    path = Path(name_or_path)
    if path.is_file():
        return TargetTokenizer(name_or_path, _wordpiece(path), "[UNK]")
    if path.is_dir():
        return _from_folder(path)
    is_path = path.is_absolute() or name_or_path.startswith(".") or name_or_path.count("/") > 1
    if is_path or path.suffix in (".txt", ".json"):  # no name on the hub ends so
        raise TokenizerError(
            f"{name_or_path} is not there; give a vocab.txt, a folder with a tokenizer, or a name on the hub"
        )
    return _from_transformers(name_or_path, local_files_only=not is_hub_reachable())


def _wordpiece(path: Path) -> Tokenizer:
    try:
        entries = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TokenizerError(
            f"{path} is no vocabulary: byte {error.start} is not UTF-8; expected a text file, one entry a line"
        ) from error
    while entries and not entries[-1]:
        entries.pop()
    if not entries:
        raise TokenizerError(f"{path} is empty; expected a vocabulary, one entry a line")
    if "[UNK]" not in entries:
        raise TokenizerError(
            f"{path} has {len(entries)} lines and none is [UNK]; expected the vocab.txt of a WordPiece model. "
            "For another kind of model give its folder"
        )
    # Never NFC: KR-BERT has compatibility ideographs that would fall together with others and shift the ids.
    vocabulary = {entry: i for i, entry in enumerate(entries)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def _from_folder(folder: Path) -> TargetTokenizer:
    names = sorted(path.name for path in folder.iterdir())
    if not {"tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.txt", "vocab.json"} & set(names):
        raise TokenizerError(
            f"{folder} has no tokenizer: it holds {', '.join(names) or 'nothing'}; "
            "expected tokenizer.json, or vocab.txt, or what transformers saves beside them"
        )
    if not {"tokenizer.json", "tokenizer_config.json", "config.json"} & set(names) and "vocab.txt" in names:
        return TargetTokenizer(str(folder), _wordpiece(folder / "vocab.txt"), "[UNK]")
    return _from_transformers(str(folder), local_files_only=True)


def _from_transformers(name_or_path: str, *, local_files_only: bool) -> TargetTokenizer:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    try:
        tokenizer = AutoTokenizer.from_pretrained(name_or_path, local_files_only=local_files_only)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise TokenizerError(
            f"the tokenizer {name_or_path} could not be loaded: {reason} If it is a name on the hub, this "
            "machine must reach the hub or have it in its cache; else give a local folder or a vocab.txt"
        ) from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise TokenizerError(
            f"{name_or_path} has a tokenizer of class {type(tokenizer).__name__}, which has no tokenizer.json; "
            "save it with a fast tokenizer first"
        )
    return TargetTokenizer(name_or_path, tokenizer.backend_tokenizer, tokenizer.unk_token)
