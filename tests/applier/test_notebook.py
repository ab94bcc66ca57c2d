"""What the notebook did by hand, section by section, against `curator apply`: plain numpy, torch and scikit-learn.

The notebook loads the model, adds the words, resizes the table and overwrites rows of it. Here the same rows are
computed by hand; the model that transformers loads from OUT must have them, and must give the hidden states that
the model gives whose table was overwritten by hand. Where the notebook was wrong, a test says so.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from tiny_checkpoints import vocabulary

from curator.cli import main

SYNONYM_GROUPS = {
    "반창고": {"반창고": 120, "대일밴드": 30, "밴드": 300},
    "약": {"약": 900, "의약품": 50, "치료제": 40},
    "병원": {"병원": 10, "의원": 5},
}
PIECES = {
    "반창고": "반 ##창 ##고",
    "대일밴드": "대 ##일 ##밴 ##드",
    "치료제": "치료 ##제",
    "병원": "병 ##원",
    "의원": "의 ##원",
}


def apply(base: Path, out: Path, groups: Path, *arguments: object) -> None:
    """Run `curator apply`, which must succeed."""
    command = ["apply", "--no-report", base, out, "--groups", groups, *arguments]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 0, result.output


class ByHand:
    """The notebook's model: its table is taken out, overwritten and put back."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer, BertModel

        self.model, self.tokenizer = (
            BertModel.from_pretrained(folder).eval(),
            AutoTokenizer.from_pretrained(folder),
        )
        self.table = self.model.get_input_embeddings().weight.detach().clone()
        self.ids = {entry: i for i, entry in enumerate(vocabulary())}

    def row(self, word: str) -> np.ndarray:
        """The word's row, or the mean of its pieces'."""
        rows = [self.ids[piece] for piece in PIECES.get(word, word).split()]
        return self.table[rows].double().mean(dim=0).numpy()

    def rows(self, key: str) -> np.ndarray:
        """The rows of a group, shape (n_words, width)."""
        return np.stack([self.row(word) for word in SYNONYM_GROUPS[key]])

    def contextual(self, word: str) -> np.ndarray:
        """The mean of the last hidden layer over the word's pieces."""
        with torch.no_grad():
            hidden = self.model(**self.tokenizer(word, return_tensors="pt")).last_hidden_state[0]
        return hidden[1:-1].mean(dim=0).numpy()

    def hidden_with(self, rows: dict[int, np.ndarray], ids: list[int]) -> torch.Tensor:
        """The last layer of the model with a longer table, some rows of it overwritten."""
        n_rows = max([len(self.table), *(id + 1 for id in rows)])
        table = torch.zeros(n_rows, self.table.shape[1])
        table[: len(self.table)] = self.table
        for id, row in rows.items():
            table[id] = torch.tensor(row, dtype=torch.float32)
        self.model.set_input_embeddings(torch.nn.Embedding.from_pretrained(table))
        with torch.no_grad():
            return self.model(torch.tensor([ids])).last_hidden_state


def adjusted_rows(out: Path) -> tuple[dict[str, int], np.ndarray]:
    """Ids by word, and the table, as transformers loads them."""
    from transformers import AutoTokenizer, BertModel

    ids = AutoTokenizer.from_pretrained(out).get_vocab()
    return ids, BertModel.from_pretrained(out).get_input_embeddings().weight.detach().double().numpy()


def test_two_words_get_the_mean_of_their_contextual_vectors(bert, groups_file, tmp_path) -> None:
    groups = groups_file({"반창고": ["반창고", "대일밴드"]})
    apply(bert, tmp_path / "out", groups, "--init", "contextual")
    hand = ByHand(bert)
    expected = (hand.contextual("반창고") + hand.contextual("대일밴드")) / 2
    ids, table = adjusted_rows(tmp_path / "out")
    np.testing.assert_allclose(table[ids["반창고"]], expected, atol=1e-5)
    np.testing.assert_array_equal(table[ids["반창고"]], table[ids["대일밴드"]])


def kmeans(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The centre nearest the first word."""
    if len(rows) <= 2:
        return rows[0]
    centres = KMeans(2, n_init=10, random_state=0).fit(rows).cluster_centers_
    return centres[np.linalg.norm(centres - rows[0], axis=1).argmin()]


def pca(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The mean along the first direction of the rows and their negatives, which centring leaves in place."""
    direction = PCA(1).fit(np.concatenate([rows, -rows])).components_[0]
    return (rows.mean(axis=0) @ direction) * direction


SECTIONS = {
    "mean": lambda rows, weights: rows.mean(axis=0),
    "weighted": lambda rows, weights: (weights[:, None] * rows).sum(axis=0) / weights.sum(),
    "min": lambda rows, weights: rows.min(axis=0),
    "max": lambda rows, weights: rows.max(axis=0),
    "kmeans": kmeans,
    "pca": pca,
    "canonical": lambda rows, weights: rows[0],
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_pooling_section_on_the_three_groups(section, bert, groups_file, tmp_path) -> None:
    out = tmp_path / "out"
    apply(bert, out, groups_file(SYNONYM_GROUPS), "--pooling", section)
    hand, (ids, table) = ByHand(bert), adjusted_rows(out)
    overwritten = {}
    for key, words in SYNONYM_GROUPS.items():
        expected = SECTIONS[section](hand.rows(key), np.array(list(words.values()), float))
        for word in words:
            np.testing.assert_allclose(table[ids[word]], expected, rtol=1e-4, atol=1e-6, err_msg=word)
            overwritten[ids[word]] = expected
    from transformers import AutoTokenizer, BertModel

    text = AutoTokenizer.from_pretrained(out)("대일밴드를 병원에서 의약품")["input_ids"]
    with torch.no_grad():
        ours = BertModel.from_pretrained(out).eval()(torch.tensor([text])).last_hidden_state
    torch.testing.assert_close(ours, hand.hidden_with(overwritten, text), rtol=1e-4, atol=1e-5)


def test_the_notebooks_weighted_mean_is_half_of_ours(bert, groups_file, tmp_path) -> None:
    """It divides by two after it has divided by the sum of the weights."""
    apply(bert, tmp_path / "out", groups_file({"병원": SYNONYM_GROUPS["병원"]}), "--pooling", "weighted")
    rows, (a, b) = ByHand(bert).rows("병원"), SYNONYM_GROUPS["병원"].values()
    notebook = (rows[0] * a + rows[1] * b) / (a + b) / 2
    ids, table = adjusted_rows(tmp_path / "out")
    np.testing.assert_allclose(table[ids["병원"]], 2 * notebook, rtol=1e-5, atol=1e-7)


def test_in_the_last_section_only_the_new_words_get_the_row(bert, groups_file, tmp_path) -> None:
    apply(bert, tmp_path / "out", groups_file({"약": SYNONYM_GROUPS["약"]}), "--assign", "new")
    hand, (ids, table) = ByHand(bert), adjusted_rows(tmp_path / "out")
    np.testing.assert_allclose(table[ids["치료제"]], hand.rows("약").mean(axis=0), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(table[: len(vocabulary())], hand.table.double().numpy())


def test_the_words_are_not_cut_out_of_others_as_the_notebooks_added_tokens_were(
    bert, groups_file, tmp_path
) -> None:
    from transformers import AutoTokenizer

    apply(bert, tmp_path / "out", groups_file({"약": SYNONYM_GROUPS["약"]}))
    notebook = AutoTokenizer.from_pretrained(bert)
    notebook.add_tokens(["약"])
    assert notebook.tokenize("약속") != ["약속"]
    assert AutoTokenizer.from_pretrained(tmp_path / "out").tokenize("약속") == ["약속"]
