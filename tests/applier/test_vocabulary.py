"""What a WordPiece vocabulary says of words that it is asked for together is what it says of each."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_checkpoints import vocabulary

from curator.applier.base import find_base
from curator.applier.vocabulary import load_vocabulary
from curator.applier.vocabulary.wordpiece import WordPieceVocabulary

# Known and unknown syllables, what the pre-tokenizer cuts at or takes away, and the unknown token's own text.
LETTERS = st.sampled_from([*"반창고대일밴드약속뷁뷁 -/藥A#\u200b\u00ad\t", "[UNK]", "##"])
words = st.lists(st.lists(LETTERS, max_size=6).map("".join).map(str.strip).filter(bool), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def wordpiece(made_bert: Path) -> WordPieceVocabulary:
    """The tiny vocabulary."""
    found = load_vocabulary(find_base(str(made_bert)))
    assert isinstance(found, WordPieceVocabulary)
    return found


@settings(max_examples=300)
@given(words)
def test_words_together_are_found_as_one_by_one(wordpiece, asked) -> None:
    """One by one is the way with a reason for each step; together is one call of the tokenizer for 200 words."""
    assert wordpiece.find(asked) == [wordpiece._find(word) for word in asked]


@settings(max_examples=100)
@given(st.lists(st.sampled_from([w for w in vocabulary() if w[0] not in "[#"]), min_size=1, max_size=500))
def test_entries_are_found_with_their_ids(wordpiece, entries) -> None:
    ids = {entry: i for i, entry in enumerate(vocabulary())}
    assert [(found.entry, found.id, found.objection) for found in wordpiece.find(entries)] == [
        (entry, ids[entry], None) for entry in entries
    ]


def test_forms_glued_to_particles_come_in_the_order_of_their_ids(wordpiece, monkeypatch) -> None:
    """The library gives its vocabulary in another order each time; a release gives the same manifest."""
    particles = ["가", "를", "는", "에", "도", "로", "의", "와"]
    ids = {f"약{particle}": 90 - i for i, particle in enumerate(particles)}
    monkeypatch.setattr(wordpiece, "ids", ids)
    assert wordpiece.glued_forms(["약"], particles) == {
        "약": [f"약{particle}" for particle in reversed(particles)]
    }
