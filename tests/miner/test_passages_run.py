"""A run over the passages: bracketed terms, Hanja and cut words become groups, each proved by its sentence."""

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import aliased

from curator.store.models import CategoryFrequency, Evidence, Member, Word, WordStatistics
from curator.store.session import opened
from miner.cli import main

sys.path.append(str(Path(__file__).parent))
from passages import PASSAGES, write_passages

# Two names -> the sentence that says so.
PROVED = {
    "플루옥세틴/프로작": "플루옥세틴(상품명 프로작)은 우울증에 쓴다.",
    "아세트아미노펜/acetaminophen": "아세트아미노펜 (acetaminophen)은 해열제이다.",
    "보행기/walker": "본 발명은 보행기(walker)에 관한 것이다.",  # behind the number of a paragraph
    "콘덴서/condenser": "콘덴서(condenser)라고도 한 다고 적은 책이 있다.",  # over the end of a line
    "노인평가도구/노인사정도구": "대답을 노인사정도구(Geriatric Assessment Tools)에 적는다.",  # one term
    "낙상/落傷": "노인평가도구는 낙상(落傷)의 위험도 본다.",
    "감전/感電": "감전(感電)의 위험이 있다!",
    "농도/濃度": "이 식에서 C는 농도(濃度)이다.",
    "인지/認知": "인지(認知)는 앎의 과정이다.",
    "동기/動機": "동기(動機)는 행동을 일으킨다.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The passages, a vocabulary of special tokens, and what the run wrote."""
    folder = tmp_path_factory.mktemp("passages")
    write_passages(folder / "books.csv")
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    options = ["--column", "text", "--passages", "--group-by", "category", "--tokenizer", folder / "vocab.txt"]
    places = ["--work-dir", folder / "work", "--database", folder / "a.db", "--categories-out", folder / "by.tsv"]
    return CliRunner().invoke(main, ["run", *map(str, [folder / "books.csv", *options, *places])])


@pytest.fixture(scope="module")
def stated(folder: Path, result: Result) -> dict[frozenset[str], set[str]]:
    """Pairs of words of one group -> the sentences that are their evidence, out of the database."""
    assert result.exit_code == 0, result.output
    a, b, in_a, in_b = aliased(Word), aliased(Word), aliased(Member), aliased(Member)
    query = (
        select(a.text, b.text, Evidence.sentence)
        .join(a, a.id == Evidence.word_a_id)
        .join(b, b.id == Evidence.word_b_id)
        .join(in_a, (in_a.group_id == Evidence.group_id) & (in_a.word_id == a.id))
        .join(in_b, (in_b.group_id == Evidence.group_id) & (in_b.word_id == b.id))
        .where(Evidence.sentence.is_not(None))
    )
    found: dict[frozenset[str], set[str]] = {}
    with opened(str(folder / "a.db")) as engine, engine.connect() as connection:
        for one, other, sentence in connection.execute(query):
            found.setdefault(frozenset((one, other)), set()).add(sentence)
    return found


@pytest.mark.parametrize(("pair", "sentence"), PROVED.items(), ids=PROVED)
def test_names_that_a_passage_gives_one_thing_are_a_group_with_its_sentence(pair, sentence, stated) -> None:
    assert stated.get(frozenset(pair.split("/"))) == {sentence}


def test_words_of_hanja_are_not_alike_because_they_are_hanja(folder: Path, stated) -> None:
    with opened(str(folder / "a.db")) as engine, engine.connect() as connection:
        rows = connection.execute(select(Member.group_id, Word.text).join(Word, Word.id == Member.word_id)).all()
    n_hanja = Counter(key for key, text in rows if "\u4e00" <= text[0] <= "\u9fff")
    assert n_hanja
    assert set(n_hanja.values()) == {1}


def test_words_that_a_hyphen_cut_at_the_end_of_a_line_are_whole(folder: Path, stated) -> None:
    with opened(str(folder / "a.db")) as engine, engine.connect() as connection:
        words = set(connection.scalars(select(Word.text)))
    assert {"축전기", "납땜"} <= words


def test_the_database_has_the_frequency_of_each_word_by_category(folder: Path, stated) -> None:
    with opened(str(folder / "a.db")) as engine, engine.connect() as connection:
        totals = Counter()
        for key, category, n in connection.execute(
            select(CategoryFrequency.word_id, CategoryFrequency.category, CategoryFrequency.frequency)
        ):
            assert category in PASSAGES
            totals[key] += n
        assert totals == dict(connection.execute(select(WordStatistics.word_id, WordStatistics.frequency)).all())
        nurses = select(CategoryFrequency.category).join(Word, Word.id == CategoryFrequency.word_id)
        assert connection.scalars(nurses.where(Word.text == "환자")).all() == ["간호학"]


def test_the_groups_are_written_as_each_category_uses_them(folder: Path, result: Result, stated) -> None:
    assert f"{folder / 'by.tsv'}: the groups in each of 5 categories" in result.output
    rows = list(csv.DictReader((folder / "by.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"))
    assert {row["category"] for row in rows} == set(PASSAGES)
    (proved,) = (row for row in rows if row["words"] == "플루옥세틴:1 프로작:1")
    assert (proved["category"], proved["count"]) == ("약학", "2")


def test_the_report_shows_what_each_category_calls_a_thing(folder: Path, stated) -> None:
    arguments = ["-o", folder / "run.html", "--database", folder / "a.db", "--work-dir", folder / "work"]
    done = CliRunner().invoke(main, ["report", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    page = (folder / "run.html").read_text(encoding="utf-8")
    table = page.split('id="categories-card"')[1].split("</table>")[0]
    for category in PASSAGES:
        assert f'<td class="name">{category}</td>' in table
    medicine = table.split('<td class="name">약학</td>')[1].split("</tr>")[0]
    assert '플루옥세틴 <span class="count">1</span>' in medicine
