"""What tests of the miner share: a cache of their own, a tiny vocabulary, a tiny transformer encoder."""

import os
from pathlib import Path

import pytest

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "상처", "약", *"상처반창고대일밴드약먹붙다"]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors are kept in a folder of the session, not in the user's."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["DONGUI_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vocab.txt of single syllables and two words."""
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    entries = dict.fromkeys([*VOCABULARY, *(f"##{entry}" for entry in VOCABULARY if len(entry) == 1)])
    path.write_text("\n".join(entries) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def transformer_encoder(tmp_path_factory: pytest.TempPathFactory, vocabulary: Path) -> Path:
    """Folder of a SentenceTransformer: a BERT of two layers with random weights, and mean pooling."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(0)
    bert, folder = (tmp_path_factory.mktemp(name) for name in ("bert", "encoder"))
    tokenizer = BertTokenizer(vocab=str(vocabulary), do_lower_case=False)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(bert)
    tokenizer.save_pretrained(bert)
    transformer = Transformer(str(bert))
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(folder))
    return folder
