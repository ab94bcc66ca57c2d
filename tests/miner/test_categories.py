"""Words are counted for each category of a table, and groups show what each category calls a thing."""

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from miner.categories import write_groups_by_category
from miner.cli import main
from miner.clustering import ProposedGroup
from miner.corpus import CorpusError, read_corpus
from miner.lexicon import Lexicon, LexiconWord
from miner.lexicon.files import load_lexicon, save_lexicon
from miner.morphology.base import Pos

sys.path.append(str(Path(__file__).parent))
from passages import PASSAGES, write_passages


def word(text: str, *categories: tuple[str, int]) -> LexiconWord:
    return LexiconWord(text, Pos.NOUN, sum(n for _, n in categories), 1, (), True, (), False, (), categories)


def test_a_sentence_has_the_category_of_its_row(tmp_path: Path) -> None:
    file = write_passages(tmp_path / "books.csv")
    sentences = read_corpus([file], columns=["text"], passages=True, group_by="category")
    expected = {category: sum(n for _, n in texts) for category, texts in PASSAGES.items()}
    assert Counter(sentence.category for sentence in sentences) == expected
    assert {sentence.category for sentence in read_corpus([file], columns=["text"])} == {None}


def test_a_column_that_is_not_there_and_a_text_without_columns_are_named(tmp_path: Path) -> None:
    file = write_passages(tmp_path / "books.csv")
    with pytest.raises(CorpusError, match="has no column 'categry'. Did you mean 'category'"):
        list(read_corpus([file], columns=["text"], group_by="categry"))
    with pytest.raises(CorpusError, match="name the column of text with --column as well"):
        read_corpus([file], group_by="category")


def test_a_row_without_a_category_counts_under_none(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("category,text\n,약이다\n의학,약이다\n", encoding="utf-8")
    assert [s.category for s in read_corpus([file], columns=["text"], group_by="category")] == ["", "의학"]


def test_frequencies_by_category_add_up_to_the_frequency(tmp_path: Path) -> None:
    file = write_passages(tmp_path / "books.csv")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", encoding="utf-8")
    options = ["--column", "text", "--passages", "--tokenizer", str(vocabulary), "--analyzer", "kiwi"]
    command = ["lexicon", str(file), *options, "--no-compounds", "--work-dir", str(tmp_path / "work")]
    runs = {}
    for name, more in (("whole.tsv", []), ("by.tsv", ["--group-by", "category"])):
        result = CliRunner().invoke(main, [*command, *more, "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        runs[name] = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    known = list(runs["whole.tsv"][0])
    assert [{key: row[key] for key in known} for row in runs["by.tsv"]] == runs["whole.tsv"]
    assert set(runs["by.tsv"][0]) - set(known) == set(PASSAGES)
    for row in runs["by.tsv"]:
        assert sum(int(row[category]) for category in PASSAGES) == int(row["frequency"]), row
    medicine = next(row for row in runs["by.tsv"] if row["word"] == "환자")
    assert [category for category in PASSAGES if int(medicine[category])] == ["간호학"]


def test_a_lexicon_keeps_its_categories_on_disk(tmp_path: Path) -> None:
    lexicon = Lexicon((word("약", ("의학", 3), ("", 1)), word("집")))
    save_lexicon(lexicon, tmp_path)
    assert load_lexicon(tmp_path, {}) == lexicon


def test_each_category_has_the_groups_that_it_uses_with_what_it_calls_them(tmp_path: Path) -> None:
    lexicon = Lexicon(
        (
            word("반창고", ("병원", 5), ("학교", 1)),
            word("대일밴드", ("학교", 4)),
            word("의사", ("병원", 9)),
            word("선생님", ("", 2)),
        )
    )
    groups = [
        ProposedGroup(("반창고", "대일밴드"), (1, 1), 0.9, (), 0.9),
        ProposedGroup(("의사", "선생님"), (1, 1), 0.8, (), 0.8),
    ]
    file = tmp_path / "groups.tsv"
    assert write_groups_by_category(lexicon, groups, file) == 3
    assert file.read_text(encoding="utf-8").splitlines() == [
        "category\tcount\tcanonical\twords",
        "(none)\t2\t의사\t의사:0 선생님:2",
        "병원\t9\t의사\t의사:9 선생님:0",
        "병원\t5\t반창고\t반창고:5 대일밴드:0",
        "학교\t5\t반창고\t반창고:1 대일밴드:4",
    ]
