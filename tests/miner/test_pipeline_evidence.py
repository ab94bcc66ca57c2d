"""The whole run with the user's dictionary and with words read in their sentences."""

import shutil
from dataclasses import replace
from itertools import combinations

import pytest
from sqlalchemy import select

from curator.store.models import Evidence, Group, GroupStatus
from curator.store.session import opened, session_factory
from miner.options import CorpusOptions, EncoderOptions, GroupOptions, LexiconOptions, RunOptions
from miner.pipeline import mine_groups

ENTRY = frozenset({"병원", "의사", "약국"})


@pytest.fixture
def options(tmp_path, vocabulary, transformer_encoder):
    (tmp_path / "talk.txt").write_text(
        "약국에서 대일밴드를 샀어요\n병원에 가서 의사를 봤어요\n휴대폰 화면이 깨졌어요\n의사가 병원에 있어요\n",
        encoding="utf-8",
    )
    (tmp_path / "own.json").write_text('[["병원", "의사", "약국", "없는말"]]', encoding="utf-8")
    return RunOptions(
        CorpusOptions((str(tmp_path / "talk.txt"),)),
        LexiconOptions(analyzer="kiwi", tokenizer=str(vocabulary), n_workers=1),
        EncoderOptions(str(transformer_encoder), device="cpu"),
        GroupOptions(dictionaries=(str(tmp_path / "own.json"),), min_cosine_similarity=0.999, max_group_size=2),
    )


def run(options, tmp_path):
    return mine_groups(options, work_dir=tmp_path / "stages", database=str(tmp_path / "words.db"))


def together(result):
    return {frozenset(pair) for group in result.groups for pair in combinations(group.words, 2)}


def test_words_of_a_dictionary_share_a_group_that_names_the_file(options, tmp_path):
    result = run(options, tmp_path)
    (group,) = [group for group in result.groups if set(group.words) >= ENTRY]
    named = [e.sentence for e in group.evidence if e.kind == "dictionary"]
    assert named == ["own.json"] * 3


def test_a_pair_of_the_dictionary_that_people_rejected_stays_apart(options, tmp_path):
    run(replace(options, groups=GroupOptions(dictionaries=options.groups.dictionaries)), tmp_path)
    with opened(str(tmp_path / "words.db")) as engine, session_factory(engine)() as session:
        group = next(g for g in session.scalars(select(Group)) if {m.word.text for m in g.members} >= ENTRY)
        for member in group.members:  # one word was taken out, the others were right
            member.is_removed = member.word.text == "약국"
        group.status = GroupStatus.ACCEPTED
        session.commit()
    assert together(run(options, tmp_path)).isdisjoint({frozenset({"약국", "병원"}), frozenset({"약국", "의사"})})


def test_words_read_in_their_sentences_are_shown_to_the_reviewer(options, tmp_path):
    read = replace(options, groups=replace(options.groups, n_context_sentences=2))
    result = run(read, tmp_path)
    report = result.manifest["stages"]["contexts"]["report"]
    assert report["n_words_without_context"] == 0
    assert report["n_encoded"] >= len(result.lexicon.words)
    with opened(str(tmp_path / "words.db")) as engine, session_factory(engine)() as session:
        values = session.scalars(select(Evidence.value).where(Evidence.kind == "context_similarity")).all()
    assert len(values) >= 3
    assert all(-1 <= value <= 1.0001 for value in values)
    again = run(replace(read, groups=replace(read.groups, max_group_size=3)), tmp_path)
    assert again.manifest["stages"]["contexts"]["reused"]


def test_the_manifest_names_the_prompt_that_was_used(options, transformer_encoder, tmp_path):
    folder = shutil.copytree(transformer_encoder, tmp_path / "multilingual-e5-tiny")
    result = run(replace(options, encoder=replace(options.encoder, name=str(folder))), tmp_path)
    assert result.manifest["configuration"]["encoder"]["prompt"] == "query: "
