"""The built-in encoder: a ``SentenceTransformer`` over the vectors of Kiwi's morphemes, without any download.

A word's vector has two blocks. The *meaning* block is the mean of the vectors of its morphemes; the *form* block
holds its syllable n-grams as a random projection (Achlioptas 2003). The surer the meaning, the longer its block: a
word of Kiwi's dictionary is almost all meaning, a word composed of known morphemes less, a word of which
nothing is known has form alone (two levels, as in SurfCon, Wang et al. 2019). So 쓰릴러 still finds 스릴러.
"""

import json
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from kiwipiepy import Kiwi
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules import InputModule

from miner.encoder.morpheme_vectors import MorphemeVectors, model_version
from miner.encoder.word_parts import FORM_DIM, WordSplitter, form_vector

ENCODER_VERSION = 2  # raise it when a vector changes: cached ones are then left aside
_FORM_WEIGHT = 0.4  # length of the form block beside a meaning block of 1, for words of the dictionary
_WEIGHTS_FILE = "model.safetensors"


class KiwiMorphemes(InputModule):
    """The one module of the built-in encoder.

    Encoding gives float32 rows of unit length; a text without a letter or digit gives a row of NaN, which
    stands for "no vector" (a zero row would be a point in the middle of all others).
    """

    config_keys = ["model_version"]

    def __init__(self, morphemes: MorphemeVectors) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # theirs has no annotations
        self.model_version = morphemes.model_version
        self.register_buffer("morpheme_ids", torch.from_numpy(morphemes.morpheme_ids))
        self.register_buffer("vectors", torch.from_numpy(morphemes.vectors))

    def preprocess(
        self,
        inputs: Sequence[Any],
        prompt: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - the base class's
    ) -> dict[str, torch.Tensor]:
        """Analyse words.

        :param inputs: the words.
        :param prompt: must be empty: this encoder has no use for one.
        :param kwargs: ignored, as other modules do.
        :return: rows of the morphemes of all words, where each word starts in them, the length of each meaning
            block, float32 (n_words,), and the form block, float32 (n_words, 512), unit rows.
        :raises ValueError: if a prompt is given.
        """
        if prompt:
            raise ValueError(f"The built-in encoder was given the prompt {prompt!r}, but takes none: leave it out")
        words = [unicodedata.normalize("NFC", str(word)).strip() for word in inputs]
        parts = self._splitter.split(words)
        starts = np.cumsum([0, *(len(part.rows) for part in parts[:-1])])
        shares = torch.tensor([part.meaning_share for part in parts], dtype=torch.float32)
        return {
            "rows": torch.tensor([row for part in parts for row in part.rows], dtype=torch.long),
            "starts": torch.from_numpy(starts),
            "meaning_length": shares / np.hypot(1, _FORM_WEIGHT),
            "form": torch.from_numpy(np.stack([form_vector(word) for word in words])),
        }

    @cached_property
    def _splitter(self) -> WordSplitter:
        return WordSplitter(Kiwi(), self.morpheme_ids.tolist())

    def forward(self, features: dict[str, torch.Tensor], **kwargs: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
        """Put the two blocks together.

        :param features: what ``preprocess`` returned.
        :param kwargs: ignored.
        :return: ``features`` with ``sentence_embedding``, float32, shape (n_words, dim), unit rows or NaN.
        """
        rows = self.vectors[features["rows"]].float()
        each = torch.arange(len(rows), device=rows.device)
        bags = torch.nn.functional.embedding_bag(each, rows, features["starts"], mode="mean")
        meaning = torch.nn.functional.normalize(bags) * features["meaning_length"][:, None]
        form_length = (1 - meaning.square().sum(dim=1)).sqrt()
        form = features["form"] * form_length[:, None]
        features["sentence_embedding"] = torch.cat([meaning, form], dim=1)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of the vectors."""
        return int(self.vectors.shape[1]) + FORM_DIM

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's
        """Write the weights and the version of Kiwi's model into a folder.

        :param output_path: the folder.
        :param args: ignored.
        :param kwargs: ignored.
        """
        save_file(self.state_dict(), Path(output_path) / _WEIGHTS_FILE)
        self.save_config(output_path)

    @classmethod
    def load(  # type: ignore[override] # what else theirs takes is about downloads
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        **kwargs: Any,  # noqa: ANN401
    ) -> Self:
        """Read what ``save`` wrote.

        :param model_name_or_path: the folder.
        :param subfolder: folder in it.
        :param kwargs: ignored.
        :return: the module.
        :raises ValueError: if it belongs to another version of Kiwi's model than the one installed.
        """
        folder = Path(model_name_or_path) / subfolder
        saved_version = json.loads((folder / cls.config_file_name).read_text(encoding="utf-8"))["model_version"]
        if saved_version != model_version():
            raise ValueError(
                f"{folder} was saved with kiwipiepy_model {saved_version}, but {model_version()} is installed: "
                "install that version, or use the encoder 'kiwi' and save it again"
            )
        weights = load_file(folder / _WEIGHTS_FILE)
        return cls(MorphemeVectors(weights["morpheme_ids"].numpy(), weights["vectors"].numpy(), saved_version))
