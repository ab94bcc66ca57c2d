"""Tiny checkpoints with a Korean vocabulary, as transformers and as the hub have them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_checkpoints import vocabulary, write_vocabulary


@pytest.fixture(scope="session")
def made_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT for pre-training, 2 layers of width 16, whose biases are not 0; as transformers saves it."""
    import torch
    from transformers import BertConfig, BertForPreTraining, BertTokenizer

    folder = tmp_path_factory.mktemp("bert") / "base"
    file = write_vocabulary(folder.parent)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary()),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    model = BertForPreTraining(config)
    with torch.no_grad():
        model.cls.predictions.bias.normal_(-0.4, 0.1)
    model.save_pretrained(folder)
    BertTokenizer(vocab=str(file), do_lower_case=False).save_pretrained(folder)
    return folder


@pytest.fixture
def bert(made_bert: Path, tmp_path: Path) -> Path:
    """The BERT, to be spoilt by the test."""
    return Path(shutil.copytree(made_bert, tmp_path / "base"))


@pytest.fixture
def hub_bert(made_bert: Path, tmp_path: Path) -> Path:
    """The BERT as the hub has KR-BERT: pytorch_model.bin, vocab.txt and do_lower_case, nothing else."""
    import torch
    from transformers import BertForPreTraining

    folder = tmp_path / "hub"
    write_vocabulary(folder)
    torch.save(BertForPreTraining.from_pretrained(made_bert).state_dict(), folder / "pytorch_model.bin")
    shutil.copy(made_bert / "config.json", folder)
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}', encoding="utf-8")
    return folder


@pytest.fixture
def groups_file(tmp_path: Path) -> Callable[[Any], Path]:
    """Write groups, a dictionary of lists or of dictionaries, into a file."""

    def write(groups: Any) -> Path:
        file = tmp_path / "groups.json"
        file.write_text(json.dumps(groups, ensure_ascii=False), encoding="utf-8")
        return file

    return write
