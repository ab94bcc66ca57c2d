import numpy as np
import pytest
from click.testing import CliRunner

from curator.cli import main as curator
from miner.cli import main


@pytest.fixture
def files(tmp_path):
    pairs = "word_a\tword_b\tlabel\n스릴러\t쓰릴러\tloanword\n입사\t퇴사\tantonym\n하늘\t천공\tsynonym\n"
    (tmp_path / "pairs.tsv").write_text(pairs, encoding="utf-8")
    (tmp_path / "words.txt").write_text("스릴러\n쓰릴러\n입사\n퇴사\n하늘\n천공\n", encoding="utf-8")
    (tmp_path / "groups.tsv").write_text("스릴러\t쓰릴러\n", encoding="utf-8")
    return tmp_path


def test_groups_are_judged_and_drawn(files):
    arguments = ["--pairs", str(files / "pairs.tsv"), "--words", str(files / "words.txt")]
    result = CliRunner().invoke(
        main, ["evaluate", "groups", str(files / "groups.tsv"), *arguments, "--plot", str(files / "plot.svg")]
    )
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines["precision"][0] == "1.000"
    assert lines["recall"][0] == "0.500"
    assert lines["merged.antonym"][0] == "0.000"
    assert (files / "plot.svg").exists()


def test_a_model_is_judged_on_words_that_it_has_not_seen(tmp_path):
    generator = np.random.default_rng(1)
    bases = sorted({"".join(generator.choice([*"크트프스르키토페루나"], 4)) for _ in range(60)})
    rows = "".join(f"{base}\t{base[:-1]}으\tloanword\n" for base in bases)
    (tmp_path / "pairs.tsv").write_text(f"word_a\tword_b\tlabel\n{rows}", encoding="utf-8")
    words = dict.fromkeys(word for base in bases for word in (base, f"{base[:-1]}으"))
    (tmp_path / "words.txt").write_text("\n".join(words), encoding="utf-8")
    arguments = ["--pairs", str(tmp_path / "pairs.tsv"), "--words", str(tmp_path / "words.txt")]
    plot = tmp_path / "reliability.svg"
    result = CliRunner().invoke(main, ["evaluate", "model", *arguments, "--plot", str(plot)])
    assert result.exit_code == 0, result.output
    assert "Brier score 0.0" in result.stdout
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert float(lines["f1"][0]) >= float(lines["f1"][1]) > 0.5
    assert plot.read_text(encoding="utf-8").startswith("<?xml")


def test_a_label_that_is_not_known_is_named_with_its_row(files):
    (files / "pairs.tsv").write_text("word_a\tword_b\tlabel\n가\t나\tfriend\n", encoding="utf-8")
    arguments = ["--pairs", str(files / "pairs.tsv"), "--words", str(files / "words.txt")]
    result = CliRunner().invoke(main, ["evaluate", "groups", str(files / "groups.tsv"), *arguments])
    assert result.exit_code == 1
    assert "pairs.tsv, row 2" in result.output


def test_rerank_makes_no_database_by_a_typing_error(tmp_path):
    result = CliRunner().invoke(main, ["rerank", "--database", str(tmp_path / "dongi.db")])
    assert result.exit_code == 1
    assert f"there is no database {tmp_path / 'dongi.db'}" in result.output
    assert list(tmp_path.iterdir()) == []


def test_rerank_says_that_there_is_nothing_to_learn_from(tmp_path):
    made = CliRunner().invoke(curator, ["db", "--database", str(tmp_path / "new.db"), "upgrade"])
    assert made.exit_code == 0, made.output
    result = CliRunner().invoke(main, ["rerank", "--database", str(tmp_path / "new.db")])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("0 accepted and 0 rejected pairs")


@pytest.mark.parametrize(
    "command",
    [["evaluate"], ["evaluate", "groups"], ["evaluate", "encoder"], ["evaluate", "model"], ["train"], ["rerank"]],
)
def test_each_command_explains_itself_with_an_example(command):
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert f"miner {command[0]}" in result.output
