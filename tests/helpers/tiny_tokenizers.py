"""Tiny Korean tokenizers of the kinds that are no WordPiece."""

import json

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = [
    "반창고를 붙였다",
    "대일밴드를 붙였다",
    "밴드가 왔다",
    "약을 먹었다",
    "의약품을 샀다",
    "약속을 했다",
    "사람들에게 영화를 보였다",
    "집에 약이 있다",
] * 5


def unigram() -> Tokenizer:
    """As XLM-R has it: the mark of a word's start, special tokens first."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=80, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    content = json.loads(tokenizer.to_str())
    pieces = {piece for piece, _ in content["model"]["vocab"]}
    letters = sorted(set("".join(CORPUS)) - pieces - {" "})
    content["model"]["vocab"] = [
        *[entry for entry in content["model"]["vocab"] if len(entry[0]) <= 2 or entry[0] in special],
        *[[letter, -9.0] for letter in letters],
        *([] if "▁약" in pieces else [["▁약", -4.0]]),
        ["▁약속", -5.0],
    ]
    content["post_processor"] = json.loads(
        Tokenizer(models.WordLevel()).to_str()  # nothing: the families set their own
    )["post_processor"]
    return Tokenizer.from_str(json.dumps(content))


def byte_level() -> Tokenizer:
    """As GPT-2 and RoBERTa have it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*CORPUS, *[" 약"] * 400], trainer)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def metaspace_bpe() -> Tokenizer:
    """As LLaMA has it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=310, special_tokens=["<unk>", "<s>", "</s>", *fallback], show_progress=False
    )
    tokenizer.train_from_iterator([*CORPUS, *["약"] * 400], trainer)
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][:3]
    return Tokenizer.from_str(json.dumps(content))
