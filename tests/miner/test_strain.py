"""Hostile text at small scale: bounded, counted and told. The large scale is in tests/benchmarks/strain.py."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from miner.cli import main
from miner.corpus.report import MAX_EXAMPLE_LENGTH


@pytest.fixture
def lexicon(tmp_path, vocabulary):
    """Run `miner lexicon` on lines; returns what it printed and the words it wrote."""

    def run(*lines, options=()):
        corpus, output = tmp_path / "corpus.txt", tmp_path / "lexicon.tsv"
        corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = ["--work-dir", str(tmp_path / "stages"), "-o", str(output)]
        done = CliRunner().invoke(main, ["lexicon", str(corpus), "--tokenizer", str(vocabulary), *files, *options])
        assert done.exit_code == 0, done.output
        return done.output, [line.split("\t")[0] for line in output.read_text(encoding="utf-8").splitlines()[1:]]

    return run


@pytest.mark.parametrize("analyzer", ["okt", "kiwi"])
def test_what_has_no_space_for_long_is_left_out_counted_and_named(lexicon, analyzer):
    told, words = lexicon(
        "영화 " + "ㅋ" * 5_000, "재미있는영화" * 40, "반창고를 샀다", options=["--analyzer", analyzer]
    )
    assert "2  eojeols too long to analyse" in told
    assert f"- {'ㅋ' * 20}... (5,000 characters)" in told
    assert "- 재미있는영화재미있는영화재미있는영화재미... (240 characters)" in told
    assert {"영화", "반창고"} <= set(words)
    assert max(map(len, words)) <= 200


def test_the_limit_can_be_moved(lexicon):
    told, _ = lexicon("재미있는영화", options=["--max-eojeol-length", "5"])
    assert "1  eojeols too long to analyse" in told
    told, words = lexicon("재미있는영화" * 40, options=["--max-eojeol-length", "255"])
    assert "too long to analyse" not in told
    assert "영화" in words


def test_a_corpus_of_one_long_line_is_mined_but_is_no_example(lexicon, tmp_path):
    from miner.lexicon.files import load_lexicon

    line = " ".join(f"반창고{n}" for n in range(MAX_EXAMPLE_LENGTH))
    told, words = lexicon(line)
    assert "1  sentences too long to be examples (kept; --passages splits them)" in told
    assert words == ["반창고"]
    (folder,) = tmp_path.glob("stages/lexicon-*")
    (word,) = load_lexicon(folder, {}).words
    assert (word.frequency, word.document_frequency, word.examples) == (MAX_EXAMPLE_LENGTH, 1, ())
    assert folder.joinpath("lexicon.parquet").stat().st_size < 20_000


def test_a_line_too_long_for_the_memory_is_left_out_counted_and_named(lexicon, monkeypatch):
    monkeypatch.setattr("miner.corpus.lines._MAX_LINE_CHARACTERS", 1 << 19)
    told, words = lexicon("반창고를 샀다", "약 " * (1 << 20), "대일밴드를 샀다")
    assert "1  broken rows" in told
    assert "corpus.txt, row 2: line 2 has more than 524,288 characters; break it into several" in told
    assert {"반창고", "밴드"} <= set(words)


def test_a_lexicon_does_without_the_memory_that_torch_takes(tmp_path, vocabulary):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("반창고를 샀다\n", encoding="utf-8")
    files = [str(corpus), "--tokenizer", str(vocabulary), "--work-dir", str(tmp_path), "-o", str(tmp_path / "out")]
    script = (
        "import sys; from miner.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "print(sorted({'torch', 'transformers', 'sqlalchemy', 'kiwipiepy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "lexicon", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
