"""One model at a time, asked what BASE and OUT are compared by: sentences' vectors, a probe, pseudo-perplexity."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from curator.applier.loading import encoder_of, n_positions, quiet, side_by_side
from curator.applier.report.samples import N_FOLDS
from curator.applier.tensors import Floats

BATCH_SIZE = 32
MAX_TOKENS = 128  # of a text, or fewer if the model takes fewer; the report says how many texts were cut
MAX_PERPLEXITY_TEXTS = 50  # each is read once for each of its pieces


@dataclass(frozen=True, slots=True)
class Questions:
    """Texts.

    :ivar untouched: sentences without a word of the release.
    :ivar pairs: sentences that differ in one synonym.
    :ivar labelled: texts and their labels, to see whether a linear classifier gains.
    :ivar perplexity: texts for pseudo-perplexity; none if it is not asked for.
    """

    untouched: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    labelled: tuple[Sequence[str], Sequence[str]] | None = None
    perplexity: Sequence[str] = ()

    @property
    def texts(self) -> list[str]:
        """Return all texts."""
        pairs = [text for pair in self.pairs for text in pair]
        return [*self.untouched, *pairs, *(self.labelled[0] if self.labelled else ()), *self.perplexity]

    def rewritten(self, rewrite: Callable[[str], str]) -> "Questions":
        """Return the pairs and the labelled texts, each text rewritten; the others make no sense then."""
        pairs = [(rewrite(a), rewrite(b)) for a, b in self.pairs]
        labelled = (list(map(rewrite, self.labelled[0])), self.labelled[1]) if self.labelled else None
        return replace(self, untouched=(), pairs=pairs, labelled=labelled, perplexity=())


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model makes of the questions.

    :ivar untouched: vectors, shape (n, width).
    :ivar cosines: of the pairs, shape (n_pairs,).
    :ivar accuracies: of the probe by fold, shape (n_folds,).
    :ivar perplexity: per character.
    :ivar max_tokens: that were read of a text.
    :ivar n_texts: of all questions; n_cut those that have more.
    """

    untouched: Floats
    cosines: Floats
    accuracies: Floats | None
    perplexity: float | None
    max_tokens: int
    n_texts: int
    n_cut: int


class Model:
    """A checkpoint as transformers loads it; it is to be let go of before the next one is loaded.

    :param is_masked: whether its head for masked tokens is needed.
    """

    def __init__(self, folder: Path, *, is_masked: bool = False) -> None:
        from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if is_masked and self.tokenizer.mask_token_id is None:
            raise ValueError(f"{folder} has no mask token; pseudo-perplexity is for masked language models")
        kind = AutoModelForMaskedLM if is_masked else AutoModel
        with quiet():
            self.model = kind.from_pretrained(folder, local_files_only=True).eval()
        self.max_tokens = min(MAX_TOKENS, n_positions(self.model) or MAX_TOKENS)
        self.encoder = encoder_of(self.model.base_model if is_masked else self.model)

    def plain_tokenizer(self) -> Tokenizer:
        """Return a copy of the tokenizer below: a call with padding leaves it on, and it would count as pieces."""
        copy = Tokenizer.from_str(self.tokenizer.backend_tokenizer.to_str())
        copy.no_padding()
        copy.no_truncation()
        return copy

    def answer(self, questions: Questions, *, seed: int) -> Answers:
        """Answer all questions.

        :param seed: of the folds of the probe.
        """
        found = self.plain_tokenizer().encode_batch_fast(questions.texts)
        return Answers(
            untouched=self.vectors(questions.untouched),
            cosines=self.cosines(questions.pairs),
            accuracies=self._accuracies(*questions.labelled, seed=seed) if questions.labelled else None,
            perplexity=self._perplexity(questions.perplexity) if questions.perplexity else None,
            max_tokens=self.max_tokens,
            n_texts=len(found),
            n_cut=sum(len(encoding.ids) > self.max_tokens for encoding in found),
        )

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the mean of the last hidden layer over each text, shape (n_texts, width)."""
        import torch

        found = [np.empty((0, self.encoder.config.hidden_size))]
        for start in range(0, len(texts), BATCH_SIZE):
            batch = list(texts[start : start + BATCH_SIZE])
            texts_ids = self.tokenizer(batch, truncation=True, max_length=self.max_tokens)["input_ids"]
            ids, mask = side_by_side(texts_ids, pad_id=self.tokenizer.pad_token_id or 0)
            with torch.no_grad():
                hidden = self.encoder(input_ids=ids, attention_mask=mask)[0].double()
            counted = mask.unsqueeze(-1)
            found.append(((hidden * counted).sum(1) / counted.sum(1).clamp(min=1)).numpy())
        return np.concatenate(found)

    def cosines(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return the cosine of the two sentences of each pair, shape (n_pairs,)."""
        a, b = (self.vectors([pair[side] for pair in pairs]) for side in (0, 1))
        return np.asarray((a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)))

    def _accuracies(self, texts: Sequence[str], labels: Sequence[str], *, seed: int) -> Floats:
        """Return the accuracy of logistic regression on the texts' vectors, the same folds for all models."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_score
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))
        return np.asarray(cross_val_score(probe, self.vectors(texts), np.array(labels), cv=folds))

    def _perplexity(self, texts: Sequence[str]) -> float:
        """Return the masked language model's pseudo-perplexity per character.

        Salazar et al. 2020: each token masked in turn. Per character, as two tokenizers cut texts differently. An
        unknown piece is a token like others: left out, it would spell its characters for nothing.
        """
        import torch

        total, n_characters = 0.0, 0
        framing = set(self.tokenizer.all_special_ids) - {self.tokenizer.unk_token_id}
        for text in texts:
            inputs = self.tokenizer(
                text, truncation=True, max_length=self.max_tokens, return_tensors="pt", return_offsets_mapping=True
            )
            ids = inputs["input_ids"][0]
            places = [i for i, id in enumerate(ids.tolist()) if id not in framing]
            masked = ids.repeat(len(places), 1)
            masked[range(len(places)), places] = self.tokenizer.mask_token_id
            for start in range(0, len(places), BATCH_SIZE):
                part = slice(start, start + BATCH_SIZE)
                with torch.no_grad():
                    scores = self.model(input_ids=masked[part]).logits.log_softmax(-1)
                own = places[part]
                total -= float(scores[range(len(own)), own, ids[own]].double().sum())
            n_read = int(inputs["offset_mapping"].max())  # of a text that is cut, what the pieces spell
            n_characters += len(text[:n_read].replace(" ", ""))
        return math.exp(total / max(1, n_characters))
