"""A tiny Korean vocabulary, and what torch and transformers read out of a checkpoint."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

WORDS = ("약", "의약품", "밴드", "밴드를", "약속", "영화", "영화를", "집", "사람", "치료")
TEXT = "반창고 대일밴드 일회용 밴드 약 의약품 치료제 프로작 우울증 소독약 예약 붙였다 먹었다 사람들에게 병원"
PARTICLES = "이 가 을 를 은 는 의 에 도 로 에서 에게".split()
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def vocabulary() -> list[str]:
    """Special tokens, each syllable at the start and inside of a word, particles and a few words."""
    syllables = sorted(set(TEXT.replace(" ", "")))
    inside = sorted({*syllables, *PARTICLES})
    entries = [*SPECIAL, *syllables, *(f"##{piece}" for piece in inside), *WORDS, "A", "B", "##B"]
    return list(dict.fromkeys(entries))


def write_vocabulary(folder: Path) -> Path:
    """Write vocab.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "vocab.txt"
    file.write_text("".join(f"{entry}\n" for entry in vocabulary()), encoding="utf-8")
    return file


def state(folder: Path) -> dict[str, Any]:
    """All tensors of a folder's safetensors files, as torch has them."""
    from safetensors.torch import load_file

    return {k: v for file in sorted(folder.glob("*.safetensors")) for k, v in load_file(file).items()}


def tokens(folder: Path, texts: Sequence[str]) -> list[list[str]]:
    """The tokens of texts, by transformers."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [tokenizer.tokenize(text) for text in texts]
