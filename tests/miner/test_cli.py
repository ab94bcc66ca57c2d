"""The installed command: help, exit codes, what is said of wrong input, files of the promised form."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest
from click.testing import CliRunner

from miner import sink
from miner.cli import main
from miner.cli.summary import print_summary
from miner.corpus import FORMATS
from miner.options import CORPUS_FORMATS

INSTALLED = Path(sys.executable).with_name("miner")
UTTERANCES = ["상처에 반창고를 붙였어요", "약국에서 대일밴드를 샀어요", "무섭고 두려웠어요"]
COMMANDS = [main, *main.commands.values()]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("talk.csv").write_text(
        "id,HS\n" + "\n".join(f"{n},{u}" for n, u in enumerate(UTTERANCES)), encoding="utf-8"
    )


@pytest.fixture
def miner(vocabulary):
    """Call the command; ``run`` and ``lexicon`` get a tokenizer and the analyser that starts soonest."""

    def call(*arguments, tokenizer=str(vocabulary)):
        name, *rest = map(str, arguments)
        defaults = []
        if name in ("run", "words", "lexicon") and tokenizer is not None:
            defaults += ["--tokenizer", tokenizer]
        if name in ("run", "lexicon"):
            defaults += ["--analyzer", "kiwi"]
        return CliRunner().invoke(main, [name, *rest, *defaults])

    return call


def refused(result, *parts):
    """The command ended with an error of one line that holds every part, and with no traceback."""
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit)
    for part in parts:
        assert part in result.output
    return True


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_with_an_example(command):
    text = command.get_help(click.Context(command, info_name=command.name))
    assert "Example:" in text
    assert "miner " in text.split("Example:")[1]
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_installed_command_helps_without_importing_torch():
    code = (
        "import sys, miner.cli; print(sorted({'torch', 'faiss', 'transformers', 'sqlalchemy'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert loaded.stdout.strip() == "[]"
    helped = subprocess.run([INSTALLED, "--help"], capture_output=True, encoding="utf-8", check=True)
    assert "말뭉치" in helped.stdout


def test_run_tells_its_funnel_and_writes_groups_and_database(miner):
    options = ("--column", "HS", "--min-cosine-similarity", "0.5", "--groups-out", "groups.tsv", "--device", "cpu")
    options += ("--min-probability", "0.05")  # next to nothing is sure among few words
    result = miner("run", "talk.csv", *options)
    assert result.exit_code == 0, result.output
    assert "3  sentences" in result.output
    assert "1  least frequency of a word (--min-count)" in result.output
    assert ["두렵다", "무섭다"] in [
        sorted(line.split("\t")) for line in Path("groups.tsv").read_text(encoding="utf-8").splitlines()
    ]
    assert Path("dongui.db").exists()
    assert "nothing new was written" in miner("run", "talk.csv", *options).output


def test_every_format_can_be_named():
    assert set(CORPUS_FORMATS) == set(FORMATS.values())


def test_standard_input_is_a_corpus(vocabulary):
    command = [INSTALLED, "run", "-", "--tokenizer", vocabulary, "--analyzer", "kiwi", "--device", "cpu"]
    text = "\n".join(UTTERANCES).encode("cp949")
    result = subprocess.run([*command, "--encoding", "cp949"], input=text, capture_output=True, check=True)
    assert "3  sentences" in result.stdout.decode("utf-8")
    assert "--min-probability 0.05 shows more" in result.stdout.decode("utf-8")


def test_lexicon_writes_its_table(miner):
    result = miner("lexicon", "talk.csv", "--column", "HS", "-o", "lexicon.tsv")
    assert result.exit_code == 0, result.output
    header, *rows = (line.split("\t") for line in Path("lexicon.tsv").read_text(encoding="utf-8").splitlines())
    assert header == ["word", "pos", "frequency", "document_frequency", "oov", "pieces"]
    assert ["반창고", "Noun", "1", "1", "1", "반 ##창 ##고"] in rows


def test_encode_writes_a_row_a_line(miner):
    Path("words.txt").write_text("반창고\n\n대일밴드\n반창고\n", encoding="utf-8")
    result = miner("encode", "words.txt", "-o", "vectors.npy", "--device", "cpu")
    assert result.exit_code == 0, result.output
    vectors = np.load("vectors.npy")
    assert vectors.shape[0] == 4
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    assert "1 without a vector" in result.output


def test_words_groups_a_list(miner):
    Path("words.txt").write_text("내비게이션\n네비게이션\n약\n", encoding="utf-8")
    options = ("--groups-out", "groups.tsv", "--device", "cpu")
    result = miner("words", "words.txt", *options)
    assert result.exit_code == 0, result.output
    (line,) = Path("groups.tsv").read_text(encoding="utf-8").splitlines()
    assert set(line.split("\t")) == {"내비게이션", "네비게이션"}
    assert "dictionaries" not in result.output


def test_a_corpus_without_a_word_to_collect_is_a_run_without_groups(miner):
    result = miner("run", "talk.csv", "--column", "HS", "--min-count", "1000", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "no group: no two words mean the same" in result.output
    assert "run 1 stored: 0 words" in result.output


def test_it_is_told_what_dictionaries_hold(miner):
    Path("words.txt").write_text("반창고\n대일밴드\n약\n", encoding="utf-8")
    Path("own.txt").write_text("반창고, 대일밴드\n약, 의약품\n홀로\n", encoding="utf-8")
    result = miner("words", "words.txt", "--dictionary", "own.txt", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "2  entries of the dictionaries, of two words or more" in result.output
    assert "1  pairs of words that they call one thing" in result.output


def test_a_missing_file_and_a_missing_column(miner):
    assert refused(miner("run", "nothing.csv"), "nothing.csv: there is no such file")
    assert refused(miner("run", "talk.csv", "--column", "text"), "no column 'text'", "'id', 'HS'")
    assert not Path("groups.tsv").exists()


def test_a_broken_row_is_named_and_the_rest_is_read(miner):
    with Path("talk.csv").open("a", encoding="utf-8") as out:
        out.write("\n8,너무,많아\n9,프로작을 먹어요\n")
    result = miner("lexicon", "talk.csv", "--column", "HS", "-o", "lexicon.tsv")
    assert result.exit_code == 0
    assert "1  broken rows" in result.output
    assert "talk.csv, row 5" in result.output
    assert "프로작" in Path("lexicon.tsv").read_text(encoding="utf-8")
    assert refused(miner("lexicon", "talk.csv", "--column", "HS", "-o", "l.tsv", "--strict"), "talk.csv, row 5")
    assert not Path("l.tsv").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "empty.txt"),
        ("english.txt", b"no Korean here\n", "no Korean text"),
        ("bytes.txt", "반창고\n".encode() + b"\xff\xff\xff\n" + "대일밴드\n".encode(), "bytes.txt, row 2"),
        ("book.xlsx", b"HS\n1\n", "book.xlsx cannot be read as xlsx"),
        ("talk.parquet", b"HS\n1\n", "talk.parquet cannot be read as Parquet"),
        ("talk.csv.gz", b"HS\n1\n", "talk.csv.gz"),
    ],
)
def test_input_that_cannot_be_read_is_named(miner, name, content, message):
    Path(name).write_bytes(content)
    assert refused(miner("run", name, "--strict"), message)
    assert not Path(".dongui").exists() or not list(Path(".dongui").iterdir())


def test_wrong_names_fail_before_the_corpus_is_read(miner, tmp_path, monkeypatch):
    monkeypatch.setattr("miner.tokenizer.is_hub_reachable", lambda: False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("miner.lexicon.stages.read_corpus", None)
    Path("empty").mkdir()
    run = ("run", "talk.csv", "--column", "HS")
    assert refused(miner(*run, tokenizer="nobody/nothing"), "nobody/nothing", "must reach the hub")
    assert refused(miner(*run, tokenizer="empty"), "empty has no tokenizer")
    assert refused(miner(*run, "--encoder", "nobody/nothing"), "nobody/nothing", "built-in kiwi")
    assert refused(miner(*run, "--device", "cuda:99"), "cuda:99")
    assert refused(miner(*run, "--database", "nothing/words.db"), "nothing")
    assert refused(
        miner(*run, "--database", "postgresql://nobody@127.0.0.1:9/none"), "127.0.0.1", "does not answer"
    )
    assert refused(
        miner(*run, "--groups-out", "nothing/groups.tsv"), "the folder nothing of groups.tsv is not there"
    )
    assert refused(
        miner(*run, "--group-by", "HS", "--categories-out", "nothing/by.tsv"),
        "the folder nothing of by.tsv is not there",
    )
    assert refused(miner(*run, "--categories-out", "by.tsv"), "give --group-by COLUMN")
    assert refused(miner(*run, "--database", "oracle://x"), "oracle")


def test_a_database_of_a_newer_version_is_left_alone(miner):
    sink.check_database("words.db")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect("words.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refused(miner("run", "talk.csv", "--column", "HS", "--database", "words.db"), "9999", "newer")


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(vocabulary):
    """A limit on the size of files stands for the full disk: the write fails in the middle, as it would there."""
    command = [INSTALLED, "lexicon", "talk.csv", "--column", "HS", "--tokenizer", vocabulary]
    command += ["--analyzer", "kiwi", "-o", "lexicon.tsv"]
    result = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)),
    )
    assert result.returncode == 1
    assert "File too large" in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in Path().iterdir()) == [".dongui", "talk.csv"]
    assert list(Path(".dongui").iterdir()) == []


def test_the_demonstration_runs_end_to_end_and_again():
    runner = CliRunner()
    first = runner.invoke(main, ["demo", "try"])
    assert first.exit_code == 0, first.output
    assert "대표어" in first.output
    assert "curator" in first.output.split("next")[1]
    assert {"counselling.csv", "tiny-bert", "dongui.db"} <= {path.name for path in Path("try").iterdir()}
    again = runner.invoke(main, ["demo", "try"])
    assert "nothing new was written" in again.output
    Path("own").mkdir()
    Path("own/thesis.txt").write_text("mine", encoding="utf-8")
    assert refused(runner.invoke(main, ["demo", "own"]), "thesis.txt")


def test_the_summary_tells_what_became_of_every_proposal(capsys):
    stored = sink.StoreCounts(
        run_id=3,
        is_new_run=True,
        n_words=50,
        n_new_words=40,
        n_groups=15,
        n_new_groups=1,
        n_open_groups=2,
        n_reopened_groups=3,
        n_decided_groups=4,
        n_blocked_groups=5,
        n_superseded_groups=6,
    )
    manifest = {"stages": {}, "peak_memory_megabytes": 1}
    nothing_learned = SimpleNamespace(n_reordered_groups=0)
    print_summary(SimpleNamespace(manifest=manifest, groups=[()], stored=stored, reranking=nothing_learned))
    assert capsys.readouterr().out.splitlines()[-1] == (
        "run 3 stored: 50 words (40 new), 1 new groups, 2 that were open already, 3 that were closed and are open "
        "again, 4 answered before, 5 blocked by decisions, 6 of earlier runs closed"
    )
