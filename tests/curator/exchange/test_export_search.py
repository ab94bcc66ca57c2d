"""Files for search engines, read back by Lucene itself and by a parser of the documented grammar."""

import random
from pathlib import Path

import pytest
from exchange_helpers import exported, of, words_of_any_kind
from hypothesis import given, settings
from hypothesis import strategies as st
from lucene_reader import ask_lucene, jars

from curator.export.nori import Nori
from curator.export.solr import SEVERAL_PARTS, UPPER_CASE, Solr
from curator.export.synonyms_api import SynonymsSet
from curator.export.wordnet import WordNet

needs_lucene = pytest.mark.skipif(not jars(), reason="Debian's package liblucene8-java is not installed")

NASTY = [
    ["반창고", "대일밴드", "밴드"],
    ["a,b", "c=>d", "e\\", "\\,f", "g\\=>", "h=\\>i"],
    ["#해시", "C#", "##", "#", "\\#"],
    ["공황 장애", "패닉 장애", "공황장애"],
    ["o'neil", "''", "';", "s(1,2,'x')", "'끝"],
    ["K8s", "쿠버네티스", "=>", "=", ">", ","],
]


def nasty_groups(n_groups: int, seed: int = 7) -> list[list[str]]:
    """Groups of words made of what the parsers take for syntax; each word is there once."""
    chooser, words = random.Random(seed), set()
    while len(words) < 3 * n_groups:
        word = "".join(chooser.choices(",=>\\#' 가나a", k=chooser.randint(1, 7))).strip()
        if any(character.isalnum() for character in word):
            words.add(word)
    listed = sorted(words)
    chooser.shuffle(listed)
    return [listed[i : i + 3] for i in range(0, 3 * n_groups, 3)]


def parse_solr(text: str) -> list[tuple[list[str], list[str]]]:
    """Parse rules as Solr's documentation has them: left and right side; the right one is empty without =>."""
    rules = []
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        sides: list[list[str]] = [[""]]
        characters = iter(range(len(line)))
        for i in characters:
            if line[i] == "\\":
                sides[-1][-1] += line[next(characters)]
            elif line[i : i + 2] == "=>":
                next(characters)
                sides.append([""])
            elif line[i] == ",":
                sides[-1].append("")
            else:
                sides[-1][-1] += line[i]
        assert len(sides) <= 2, f"two => in {line!r}"
        left, right = [[term.strip() for term in side] for side in (*sides, [""])][:2]
        rules.append((left, [term for term in right if term]))
    return rules


@settings(deadline=None)  # it writes files
@given(st.lists(words_of_any_kind, min_size=2, unique=True))
def test_the_grammar_reads_back_every_word_that_the_solr_file_has(words: list[str]) -> None:
    report, text = exported(Solr(), of(words), or_error=True)
    (rule,) = parse_solr(text) or [([], [])]
    kept = [word for word in words if any(character.isalnum() for character in word)]
    assert rule == ((kept if len(kept) > 1 else []), [])
    if report is not None:
        assert report.n_left_out_words == len(words) - len(kept)


def test_a_mapping_names_the_canonical_word_on_the_right_and_only_there() -> None:
    _, text = exported(Solr(is_mapping=True), of(*nasty_groups(200)))
    assert parse_solr(text) == [(others, [canonical]) for canonical, *others in nasty_groups(200)]


@needs_lucene
def test_lucene_finds_each_word_by_each_other_word_of_its_group(tmp_path: Path) -> None:
    groups = [[word for word in group if any(c.isalnum() for c in word)] for group in NASTY] + nasty_groups(300)
    for format, name in ((Solr(), "solr"), (WordNet(), "wordnet")):
        file = tmp_path / name
        exported(format, of(*groups), file)
        found = ask_lucene(format=name, file=str(file), terms=[word for group in groups for word in group])
        assert found == {word: unordered(word, group) for group in groups for word in group}


def unordered(word: str, group: list[str]) -> list[str]:
    """Return what Lucene gives for a word: the others in the order of the file, then the word itself."""
    return [other for other in group if other != word] + [word]


@needs_lucene
def test_lucene_without_expanding_keeps_the_canonical_word(tmp_path: Path) -> None:
    groups = nasty_groups(100)
    for format, name in ((Solr(), "solr"), (Solr(is_mapping=True), "solr"), (WordNet(), "wordnet")):
        file = tmp_path / f"{name}.txt"
        exported(format, of(*groups), file)
        terms = [word for group in groups for word in group]
        found = ask_lucene(format=name, file=str(file), terms=terms, expand=False)
        assert found == {word: [group[0]] for group in groups for word in group}


@needs_lucene
def test_nori_cuts_a_word_and_refuses_the_synonyms_until_it_has_the_user_dictionary(tmp_path: Path) -> None:
    groups = [["풋사과", "햇사과"], ["풋사과 주스", "햇사과주스"]]  # elasticsearch #37751
    synonyms, dictionary, empty = tmp_path / "synonyms", tmp_path / "userdict", tmp_path / "empty"
    exported(Solr(), of(*groups), synonyms)
    exported(Nori(), of(*groups), dictionary)
    empty.write_text("")
    request = {"format": "solr", "file": str(synonyms), "terms": ["풋사과"]}
    refused = ask_lucene(**request, user_dictionary=str(empty))
    assert "position increment != 1" in refused["error"]
    assert ask_lucene(**request, user_dictionary=str(dictionary)) == {"풋사과": ["햇사과", "풋사과"]}


@needs_lucene
def test_nori_keeps_every_word_of_its_user_dictionary_whole(tmp_path: Path) -> None:
    file = tmp_path / "userdict"
    words = ["대일밴드", "플루옥세틴", "의약외품", "o'neil", "a,b", "t-검정"]
    exported(Nori(), of(words), file)
    found = ask_lucene(format="nori", user_dictionary=str(file), terms=[f"{word}를 보았다" for word in words])
    assert {tokens[0] for tokens in found.values()} == set(words)


def test_nori_leaves_out_what_a_line_cannot_hold_and_what_the_model_knows() -> None:
    report, text = exported(Nori(frozenset({"약"})), of(["약", "의약품"], ["C#", "씨 샵"]))
    assert text.splitlines()[1:] == ["의약품", "씨", "샵"]
    assert report.left_out == [
        "'약' of the group 0 is in the vocabulary",
        "'C#' of the group 1 has a #, at which nori stops reading the line",
    ]


def test_a_word_that_an_analyzer_deletes_does_not_reach_the_file() -> None:
    report, text = exported(Solr(), of(["++", "더하기", "플러스"], ["?!", "물음표"]))
    assert text.splitlines()[1:] == ["더하기, 플러스"]
    assert (report.n_groups, report.n_words, report.n_left_out_words, report.n_left_out_groups) == (1, 2, 2, 1)


def test_what_the_filter_needs_is_told() -> None:
    report, _ = exported(Solr(), of(["공황 장애", "패닉 장애"], ["K8s", "쿠버네티스"], ["약", "의약품"]))
    assert report.notes == {SEVERAL_PARTS: 1, UPPER_CASE: 1}


def test_a_wordnet_line_has_nine_digits_the_type_and_the_frequency() -> None:
    _, text = exported(WordNet(), of(["먹다", "들다"], ["o'neil", "오닐"], pos=["Verb", None], weight=4.0))
    assert text.splitlines() == [
        "s(200000001,1,'먹다',v,1,4).",
        "s(200000001,2,'들다',v,1,4).",
        "s(100000002,1,'o''neil',n,1,4).",
        "s(100000002,2,'오닐',n,1,4).",
    ]


def test_more_groups_than_a_synonyms_set_may_have_are_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    with pytest.raises(ValueError, match=r"more than 2 groups.*raise --max-rules"):
        exported(SynonymsSet(max_rules=2), of(*nasty_groups(3)), file)
    assert list(tmp_path.iterdir()) == []
    exported(SynonymsSet(max_rules=3), of(*nasty_groups(3)), file)
