"""A checkpoint's tokenizer files, as they are or as transformers would make them."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer, Normalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from curator.applier.base import Base, read_json
from curator.applier.vocabulary.common import (
    SENTENCEPIECE_FILES,
    TOKENIZER_CONFIG,
    TOKENIZER_JSON,
    TokenizerFiles,
)

# model_type of the families whose vocab.txt is read as BERT's is.
BERT_LIKE = (
    "bert",
    "electra",
    "distilbert",
    "mobilebert",
    "convbert",
    "layoutlm",
    "funnel",
    "lxmert",
    "retribert",
)
BERT_SPECIAL = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
SOURCES = ("tokenizer.json", "vocab.txt", "vocab.json", *SENTENCEPIECE_FILES)
SYLLABLE = "가"
WORD_START = "▁"  # of sentencepiece


def read_tokenizer(base: Base, *, pin_case: bool = False) -> TokenizerFiles:
    """Read the tokenizer's files.

    :param pin_case: take ``do_lower_case`` and ``strip_accents`` as false where the files leave them open.
    :raises FileNotFoundError: if there is no tokenizer.
    :raises ValueError: if a file is damaged, the vocabulary is empty, or the tokenizer takes Hangul apart.
    """
    folder = base.model_folder
    names = frozenset(path.name for path in folder.iterdir() if path.is_file())
    if not names & set(SOURCES):
        raise FileNotFoundError(
            f"{folder} has no tokenizer; expected tokenizer.json, vocab.txt or what transformers makes one of: "
            f"{', '.join(SOURCES[2:])}"
        )
    config = read_json(folder / TOKENIZER_CONFIG, folder) if TOKENIZER_CONFIG in names else {}
    if TOKENIZER_JSON in names:
        content = read_json(folder / TOKENIZER_JSON, folder)
    elif "vocab.txt" in names and base.config.get("model_type") in BERT_LIKE:
        content = _from_vocabulary_file(folder / "vocab.txt", config)
    else:
        content = _from_transformers(folder)
    if (
        not isinstance(content, dict)
        or not isinstance(content.get("model"), dict)
        or not content["model"].get("vocab")
    ):
        raise ValueError(f"{folder / TOKENIZER_JSON} has no vocabulary; fetch it again")
    return TokenizerFiles(_with_case(content, config, folder, pin_case), config, names)


def _from_vocabulary_file(file: Path, config: dict[str, Any]) -> dict[str, Any]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no vocabulary: byte {error.start} is not UTF-8") from error
    if not lines[-1]:
        lines.pop()
    special = {name: config.get(f"{name}_token", default) for name, default in BERT_SPECIAL.items()}
    special = {name: token.get("content") if isinstance(token, dict) else token for name, token in special.items()}
    absent = [token for token in special.values() if token not in lines]
    if absent:
        raise ValueError(
            f"{file} has {len(lines)} lines, and none is {absent[0]}; expected WordPiece entries, one a line"
        )
    if any(line.startswith(WORD_START) for line in lines) and not any(line.startswith("##") for line in lines):
        raise ValueError(
            f"{file} lists pieces of sentencepiece ({WORD_START} and no ##), as KoBERT's does: its own tokenizer "
            "would never find a new entry of that file. Expected WordPiece entries, or a tokenizer.json"
        )
    # Never NFC: KR-BERT has compatibility ideographs that would fall together with others and shift the ids.
    tokenizer = Tokenizer(WordPiece({line: i for i, line in enumerate(lines)}, unk_token=special["unk"]))
    tokenizer.normalizer = BertNormalizer(
        lowercase=config.get("do_lower_case", True),
        strip_accents=config.get("strip_accents"),
        handle_chinese_chars=config.get("tokenize_chinese_chars", True),
    )
    tokenizer.pre_tokenizer = BertPreTokenizer()
    cls, sep = special["cls"], special["sep"]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{cls}:0 $A:0 {sep}:0",
        pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1",
        special_tokens=[(token, lines.index(token)) for token in (cls, sep)],
    )
    tokenizer.decoder = WordPieceDecoder(prefix="##")
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special.values()])
    content: dict[str, Any] = json.loads(tokenizer.to_str())
    return content


def _from_transformers(folder: Path) -> dict[str, Any]:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    read_by_library = [name for name in SENTENCEPIECE_FILES if (folder / name).is_file()]
    if read_by_library and find_spec("sentencepiece") is None:
        raise ValueError(
            f"{folder} has {read_by_library[0]} and no tokenizer.json: `pip install sentencepiece protobuf`, of "
            "which transformers makes one, or give a folder with tokenizer.json"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ValueError(
            f"{folder} has a tokenizer of the class {type(tokenizer).__name__}, which has no tokenizer.json; "
            "expected one that transformers can save as tokenizer.json"
        )
    content: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())
    return content


def _with_case(content: dict[str, Any], config: dict[str, Any], folder: Path, pin_case: bool) -> dict[str, Any]:
    """Return tokenizer.json with the normaliser that transformers builds of tokenizer_config.json.

    Its class for BERT takes from there, or from defaults that decompose Hangul, what tokenizer.json says, too.
    """
    normalizer = content.get("normalizer") or {}
    if normalizer.get("type") == "BertNormalizer":
        is_rebuilt = config.get("tokenizer_class") not in ("PreTrainedTokenizerFast", "TokenizersBackend")
        settings = config if is_rebuilt else {}
        lowercase, strip = (
            settings.get("do_lower_case"),
            settings.get("strip_accents", normalizer["strip_accents"]),
        )
        if lowercase is None and pin_case:
            lowercase, strip = False, False
        elif lowercase is None:
            lowercase = normalizer["lowercase"]
        content = {**content, "normalizer": {**normalizer, "lowercase": lowercase, "strip_accents": strip}}
    built = _normalizer(content)
    if built is not None and len(built.normalize_str(SYLLABLE).strip("▁ ")) != len(SYLLABLE):
        if config.get("do_lower_case"):
            cause, remedy = "says do_lower_case true", "say false there, in a copy of the folder,"
        elif pin_case:
            cause, remedy = "is not to blame", "check the normaliser in tokenizer.json"
        else:
            cause, remedy = "does not say do_lower_case false", "give --pin-case"
        raise ValueError(
            f"the tokenizer in {folder} takes Hangul syllables apart ({TOKENIZER_CONFIG} {cause}), so that no "
            f"Korean entry is ever found; {remedy} if the model was trained on whole syllables, as KR-BERT was"
        )
    return content


def _normalizer(content: dict[str, Any]) -> Normalizer | None:
    """Return the normaliser alone: to build all of the tokenizer would take as long as the rest of the reading."""
    model: dict[str, Any] = {
        "type": "WordPiece",
        "unk_token": "",
        "continuing_subword_prefix": "",
        "max_input_chars_per_word": 1,
    }
    alone: dict[str, Any] = {
        "added_tokens": [],
        "normalizer": content.get("normalizer"),
        "model": {**model, "vocab": {}},
    }
    normalizer: Normalizer | None = Tokenizer.from_str(json.dumps(alone, ensure_ascii=False)).normalizer
    return normalizer
