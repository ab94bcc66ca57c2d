"""What the report measures, against what can be worked out by hand; and that the page needs nothing else."""

import csv
import json
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import ttest_rel
from tiny_checkpoints import state, vocabulary
from tokenizers import Tokenizer

from curator.applier.manifest import pool_options
from curator.applier.options import PoolOptions
from curator.applier.report.findings import paired_difference
from curator.applier.report.geometry import measure
from curator.applier.report.models import Model, Questions
from curator.applier.report.samples import read_labelled, swap_synonyms, untouched_sentences
from curator.applier.tensors import Tensor
from curator.cli import main

GROUPS = {"반창고": ["반창고", "대일밴드"], "약": ["약", "의약품"]}
SENTENCES = ["대일밴드를 붙였다", "반창고가 집에 있다", "사람에게 영화를", "약을 먹었다", "집에 밴드를", "약속"]
TABLE = "bert.embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def adjusted(made_bert, tmp_path_factory) -> Path:
    """An adjusted checkpoint with a report on a small corpus and a labelled file; not to be spoilt."""
    tmp_path = tmp_path_factory.mktemp("report")
    corpus, groups = tmp_path / "corpus.txt", tmp_path / "groups.json"
    corpus.write_text("\n".join(SENTENCES), encoding="utf-8")
    groups.write_text(json.dumps(GROUPS), encoding="utf-8")
    labelled = tmp_path / "labelled.csv"
    with labelled.open("w", encoding="utf-8", newline="") as stream:
        rows = [{"Q": text, "label": i % 2} for i, text in enumerate(SENTENCES * 5)]
        writer = csv.DictWriter(stream, ["Q", "label"])
        writer.writeheader()
        writer.writerows([*rows, {"Q": "혼자", "label": 9}])
    arguments = ["--corpus", corpus, "--probe", labelled, "--text-column", "Q", "--pseudo-perplexity"]
    command = ["apply", made_bert, tmp_path / "out", "--groups", groups, *arguments]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 0, result.output
    assert "checked: 4 words have their ids, also when it is saved and loaded again" in result.output
    assert "tensors come back from transformers bit for bit" in result.output
    return tmp_path / "out"


def test_the_page_needs_no_network_and_answers_at_the_top(adjusted) -> None:
    page = (adjusted / "report.html").read_text(encoding="utf-8")
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?:', page)
    korean, english = re.findall(r'<p><span class="ko">(.*?)</span><span class="en">(.*?)</span></p>', page)[0]
    said = (
        r"(Yes|No[^:]*): the accuracy of a linear probe changes by [+-][\d.]+ ± [\d.]+ on 30 texts; with the words"
    )
    assert re.match(said, english)
    assert re.match(r"(도움이 됩니다|해롭습니다|우연과 구별되는 차이가 없습니다)\. 글 30편에서", korean)
    assert "A word of the release took 2.25 pieces and takes 1.00." in english
    assert "조각: 평균 2.25 → 1.00개" in korean
    assert "2 sentences without a word of the release did not change at all." in english
    assert "2 of 12 eojeols are cut otherwise" in page
    assert "Perplexity is of 6 sentences drawn from the corpus." in page


def table_rows(page: str, head: str) -> list[list[str]]:
    """The rows of the table that has a head, as texts."""
    table = next(table for table in re.findall(r"<table>.*?</table>", page, re.DOTALL) if head in table)
    rows = re.findall(r"<tr.*?</tr>", table.split("<tbody>")[1], re.DOTALL)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_word_normalizer_stands_beside_base_and_adjusted(adjusted) -> None:
    page = (adjusted / "report.html").read_text(encoding="utf-8")
    base, replaced, own = table_rows(page, "pieces per eojeol")
    assert [row[0] for row in (base, replaced, own)] == [
        "바탕 체크포인트the base",
        "바탕 + 글의 낱말을 대표어로the base, words in text replaced by canonical ones",
        "맞춘 체크포인트the adjusted checkpoint",
    ]
    # By hand: 대일밴드를 has 5 pieces, 반창고가 4 (the normalizer makes it 4, too), the entries 2 each.
    n_pieces = [float(row[1]) * 12 for row in (base, replaced, own)]
    assert n_pieces[0] - n_pieces[1] == pytest.approx(1, abs=0.01)
    assert n_pieces[0] - n_pieces[2] == pytest.approx(5, abs=0.01)
    assert float(base[3]) < 0.999
    assert float(replaced[3]) == float(own[3]) == 1
    assert all("±" in row[4] for row in (replaced, own))
    assert base[5] != own[5]
    assert replaced[5] == "–"


def test_the_card_names_base_and_release_and_no_path(adjusted, made_bert) -> None:
    card = (adjusted / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n")
    assert "base_model" not in card.split("---")[1]  # the hub knows no folders
    assert f"Made by `curator apply` from `{made_bert.name}` (content" in card
    assert str(made_bert.parent) not in card
    assert "2 groups, 2 new vocabulary entries" in card
    assert "- 반창고, 대일밴드" in card


def test_the_card_of_a_folder_stays_with_what_it_was_made_from(bert, groups_file, tmp_path) -> None:
    head = "license: mit\nbase_model:\n- klue/bert-base\nbase_model_relation: finetune\ntags:\n- kr\n"
    (bert / "README.md").write_text(f"---\n{head}---\n# Its name\n", encoding="utf-8")
    command = ["apply", "--no-report", str(bert), str(tmp_path / "out"), "--groups", str(groups_file(GROUPS))]
    assert CliRunner().invoke(main, command).exit_code == 0
    _, head, body = (tmp_path / "out/README.md").read_text(encoding="utf-8").split("---\n", 2)
    lines = ["license: mit", "base_model:", "- klue/bert-base", "base_model_relation: finetune", "tags:", "- kr"]
    assert head.splitlines() == [*lines, 'language: "ko"']
    assert body.endswith("## Card of the base\n\n# Its name\n")


def manifest_of(adjusted: Path) -> dict:
    """The manifest."""
    return json.loads((adjusted / "adjustment.json").read_text(encoding="utf-8"))


def test_the_manifest_has_the_versions_of_what_loaded_the_models(adjusted, bert, groups_file, tmp_path) -> None:
    found = manifest_of(adjusted)["versions"]
    assert (found["torch"], found["transformers"]) == (version("torch"), version("transformers"))
    command = ["apply", "--no-report", str(bert), "--groups", str(groups_file(GROUPS))]
    for name, options in (("a", []), ("b", ["--init", "contextual"])):
        assert CliRunner().invoke(main, [*command, str(tmp_path / name), *options]).exit_code == 0
        assert ("torch" in manifest_of(tmp_path / name)["versions"]) == bool(options)


def test_a_sentence_is_swapped_with_the_particle_that_fits(adjusted) -> None:
    pairs = set(swap_synonyms(SENTENCES, manifest_of(adjusted), seed=0))
    assert pairs == {
        ("대일밴드를 붙였다", "반창고를 붙였다"),
        ("반창고가 집에 있다", "대일밴드가 집에 있다"),
        ("약을 먹었다", "의약품을 먹었다"),
    }


def test_sentences_without_a_word_in_any_place_are_untouched(adjusted) -> None:
    tokenizer = Tokenizer.from_file(str(adjusted / "tokenizer.json"))
    found = untouched_sentences(SENTENCES, manifest_of(adjusted), tokenizer, seed=0)
    assert set(found) == {"사람에게 영화를", "집에 밴드를"}


def test_a_word_in_other_letters_that_the_tokenizer_lowers_touches_a_sentence(
    hub_bert, groups_file, tmp_path
) -> None:
    (hub_bert / "tokenizer_config.json").write_text('{"do_lower_case": true, "strip_accents": false}', "utf-8")
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("치료Z를 먹었다\n치료z를 먹었다\n집에 밴드를\n", "utf-8")
    groups = groups_file({"의약품": ["의약품", "치료Z"]})
    command = ["apply", hub_bert, tmp_path / "out", "--corpus", corpus, "--groups", groups, "--unknown-to-mean"]
    result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert "1 sentences without a word of the release did not change at all." in page


def test_synonyms_become_equal_and_other_sentences_do_not_move(adjusted, bert) -> None:
    base, own = Model(bert), Model(adjusted)
    pairs = [("대일밴드를 붙였다", "반창고를 붙였다")]
    assert base.cosines(pairs)[0] < 0.999
    assert own.cosines(pairs)[0] == pytest.approx(1)
    for texts, is_same in ((["사람에게 영화를", "집에 밴드를"], True), (["약을 먹었다"], False)):
        assert (base.vectors(texts) == own.vectors(texts)).all() == is_same


def test_vectors_do_not_depend_on_the_batch(adjusted) -> None:
    own = Model(adjusted)
    together = own.vectors(SENTENCES)
    alone = np.concatenate([own.vectors([sentence]) for sentence in SENTENCES])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    differences = np.array([0.02, -0.01, 0.03, 0.00, 0.01])
    mean, half = paired_difference(differences)
    found = ttest_rel(differences, np.zeros(5)).confidence_interval(0.95)
    np.testing.assert_allclose((mean - half, mean + half), (found.low, found.high))


def test_pseudo_perplexity_masks_each_piece_in_turn(bert) -> None:
    """By hand, a piece at a time: exp(-sum of log p / characters)."""
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    text = "약을 먹었다 뷁"  # which is one unknown piece
    tokenizer, model = AutoTokenizer.from_pretrained(bert), AutoModelForMaskedLM.from_pretrained(bert).eval()
    ids, total = tokenizer(text)["input_ids"], 0.0
    for place in range(1, len(ids) - 1):
        masked = torch.tensor([[tokenizer.mask_token_id if i == place else id for i, id in enumerate(ids)]])
        with torch.no_grad():
            total += model(masked).logits[0, place].log_softmax(-1)[ids[place]].item()
    questions = Questions(untouched=(), pairs=(), perplexity=[text])
    found = Model(bert, is_masked=True).answer(questions, seed=0).perplexity
    assert found == pytest.approx(np.exp(-total / 6), rel=1e-4)


def test_pseudo_perplexity_of_a_long_text_counts_the_characters_that_were_read(bert, monkeypatch) -> None:
    monkeypatch.setattr("curator.applier.report.models.MAX_TOKENS", 6)  # 약 ##을 먹 ##었 between two others
    model, ask = Model(bert, is_masked=True), Questions(untouched=(), pairs=(), perplexity=())
    long, short = (
        model.answer(replace(ask, perplexity=[text]), seed=0).perplexity
        for text in ("약을 먹었다 약을 먹었다", "약을 먹었")
    )
    assert long == pytest.approx(short, rel=1e-6)


def test_kept_neighbours_by_brute_force(adjusted, bert, tmp_path) -> None:
    rows = state(bert)[TABLE].numpy()
    file = tmp_path / "table"
    file.write_bytes(rows.tobytes())
    table = Tensor(TABLE, "F32", rows.shape, file, 0, rows.nbytes)
    found = {group.key: group for group in measure(table, manifest_of(adjusted), PoolOptions()).groups}
    ids = [vocabulary().index(word) for word in ("약", "의약품")]
    mean, kept, jaccard = rows[ids].mean(axis=0), [], []

    def nearest(vector):
        cosines = rows @ vector / np.maximum(np.linalg.norm(rows, axis=1), 1e-12)  # padding has no length
        return set([i for i in np.argsort(-cosines) if i not in ids][:10])

    for own in rows[ids]:
        a, b = nearest(own), nearest(mean)
        kept.append(len(a & b) / 10)
        jaccard.append(len(a & b) / len(a | b))
    assert found["약"].kept == pytest.approx(np.mean(kept))
    assert found["약"].jaccard == pytest.approx(np.mean(jaccard))
    assert found["약"].norm_after == pytest.approx(np.linalg.norm(mean), rel=1e-5)


def test_right_groups_keep_more_neighbours_than_the_same_words_dealt_out(tmp_path) -> None:
    """Rows in tight clusters of 12; a group is two rows of one cluster."""
    generator = np.random.default_rng(0)
    rows = (
        np.repeat(generator.normal(size=(20, 30)), 12, axis=0) + 0.1 * generator.normal(size=(240, 30))
    ).astype("f4")
    file = tmp_path / "table"
    file.write_bytes(rows.tobytes())
    words = [
        {"word": str(id), "id": id, "group": str(c), "source": "own", "source_rows": [id]}
        for c in range(20)
        for id in (12 * c, 12 * c + 1)
    ]
    manifest = {"base": {"n_entries": 240}, "words": words}
    found = measure(Tensor("t", "F32", rows.shape, file, 0, rows.nbytes), manifest, PoolOptions())
    assert np.mean([g.kept for g in found.groups]) > 0.9
    assert np.mean([g.kept for g in found.random]) < 0.6


@pytest.mark.parametrize(
    "options",
    [
        {"pooling": "weighted"},
        {"assign": "new"},
        {"strength": "0.5", "restore_norm": True},
        {"pooling": "canonical", "parts_of_cut_words": True},
    ],
)
def test_lengths_are_those_of_the_rows_that_were_written(options, bert, tmp_path) -> None:
    groups = {"a": {"반창고": 3, "대일밴드": 1, "약": 0, "일회용 밴드": 0}, "b": {"의약품": 0, "치료": 5, "집": 0}}
    groups["a"] = groups["a"] if "parts_of_cut_words" in options else {**groups["a"], "일회용 밴드": 9}
    file = tmp_path / "groups.json"
    file.write_text(json.dumps(groups), encoding="utf-8")
    flags = [
        f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}") for name, value in options.items()
    ]
    command = ["apply", "--no-report", str(bert), str(tmp_path / "out"), "--groups", str(file), *flags]
    assert CliRunner().invoke(main, command).exit_code == 0
    manifest, before, after = manifest_of(tmp_path / "out"), state(bert)[TABLE], state(tmp_path / "out")[TABLE]
    rows = tmp_path / "table"
    rows.write_bytes(before.numpy().tobytes())
    table = Tensor(TABLE, "F32", tuple(before.shape), rows, 0, before.numpy().nbytes)
    found = measure(table, manifest, pool_options(manifest))
    assert [group.key for group in found.groups] == ["a", "b"]
    for group in found.groups:
        words = [word for word in manifest["words"] if word["group"] == group.key and word["id"] is not None]
        written = np.linalg.norm(after[[word["id"] for word in words]], axis=1).mean()
        assert group.norm_after == pytest.approx(written, rel=1e-5)


@pytest.mark.parametrize("init", ["random", "contextual"])
def test_groups_whose_vectors_the_table_never_had_are_not_looked_at(init, bert, groups_file, tmp_path) -> None:
    groups = groups_file({"반창고": ["반창고", "대일밴드"], "약": ["약", "의약품"]})
    command = ["apply", str(bert), str(tmp_path / "out"), "--groups", str(groups), "--init", init]
    assert CliRunner().invoke(main, command).exit_code == 0
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "1 of 2 groups were looked at." in page
    assert "1 have a word whose vector was drawn or is a layer&#39;s" in page


def test_a_group_whose_rows_were_not_moved_deserves_no_second_look(bert, groups_file, tmp_path) -> None:
    groups = groups_file({"약": ["약", "의약품"], "집": ["집", "치료", "대일밴드"]})
    command = ["apply", str(bert), str(tmp_path / "out"), "--groups", str(groups), "--strength", "0"]
    assert CliRunner().invoke(main, command).exit_code == 0
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "keep 100 %. 0 of 2 groups keep no more than the median random one" in page


def test_a_labelled_file_without_the_column_is_named(tmp_path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no column text; it has a, b"):
        read_labelled(file, "text", "b", seed=0)
    with pytest.raises(ValueError, match="has 0 labels of 5 texts or more"):
        read_labelled(file, "a", "b", seed=0)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_labelled(tmp_path / "none.csv", "a", "b", seed=0)


def test_a_labelled_tsv_may_have_quotation_marks_that_are_never_closed(tmp_path) -> None:
    """As NSMC's has: each row is one row."""
    rows = [(f'"별로{i}' if i % 3 else f"좋다{i}", str(i % 2)) for i in range(30)]
    file = tmp_path / "ratings.tsv"
    file.write_text("document\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows), "utf-8")
    texts, labels = read_labelled(file, "document", "label", seed=0)
    assert sorted(zip(texts, labels, strict=True)) == sorted(rows)


def test_a_row_without_a_label_is_left_out_and_other_encodings_are_named(tmp_path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("text,label\n" + "좋다,1\n싫다,0\n" * 5 + "짧다\n빈칸,\n", "utf-8")
    texts, _ = read_labelled(file, "text", "label", seed=0)
    assert sorted(set(texts)) == ["싫다", "좋다"]
    file.write_bytes(file.read_text("utf-8").encode("cp949"))
    with pytest.raises(ValueError, match=r"x.csv is no UTF-8 text \(byte 11\); save it as UTF-8"):
        read_labelled(file, "text", "label", seed=0)


def test_without_a_labelled_file_the_answer_says_that_no_task_was_measured(bert, groups_file, tmp_path) -> None:
    command = ["apply", str(bert), str(tmp_path / "out"), "--groups", str(groups_file(GROUPS))]
    assert CliRunner().invoke(main, command).exit_code == 0
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Not measured on sentences; give --corpus. Whether a task gains, --probe measures." in page
    assert "No corpus was given" in page
