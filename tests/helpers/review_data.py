"""Groups of one-letter words for the tests of the review."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import combinations
from uuid import uuid4

from sqlalchemy import Engine, insert

from curator.store.merge import Proposal, Reason, merge_proposals
from curator.store.models import Group, Role, Run, User, Word, WordStatistics
from curator.store.queries import find_words, signature_of
from curator.store.session import writing


class Words(dict[str, int]):
    """Keys of words by text; and of the users kim (reviewer), lee (approver) and ahn (admin)."""

    users: dict[str, int]
    run_id: int

    def pair(self, keys: Iterable[int]) -> str:
        """The texts of two words, in order."""
        texts = {key: text for text, key in self.items()}
        return "".join(sorted(texts[key] for key in keys))


def mine_groups(engine: Engine, *groups: str, spare: str = "") -> Words:
    """Store a run of groups, written as their letters; the n-th letter counts n, and is cut into two pieces."""
    letters = list(dict.fromkeys("".join(groups) + spare))
    with writing(engine).begin() as connection:
        connection.execute(insert(Word), [{"text": letter, "pos": "Noun"} for letter in letters])
        words = Words({text: key for text, (key, _) in find_words(connection, letters).items()})
        now = datetime.now(UTC)
        run = {"fingerprint": uuid4().hex, "manifest": {}, "started_at": now, "finished_at": now}
        words.run_id = connection.scalars(insert(Run).returning(Run.id), run).one()
        counts = {letter: number for number, letter in enumerate(letters, start=1)}
        connection.execute(insert(WordStatistics), [row(words, counts, letter) for letter in letters])
        merge_proposals(connection, words.run_id, [propose(group, words, counts) for group in groups])
        people = [{"name": n, "role": r} for n, r in zip(("kim", "lee", "ahn"), Role, strict=True)]
        connection.execute(insert(User), people)
    words.users = {"kim": 1, "lee": 2, "ahn": 3}
    return words


def row(words: Words, counts: dict[str, int], letter: str) -> dict[str, object]:
    """What the run counted of a letter."""
    return {
        "run_id": words.run_id,
        "word_id": words[letter],
        "frequency": counts[letter],
        "document_frequency": counts[letter],
        "forms": [[letter, counts[letter]]],
        "is_oov": True,
        "pieces": [letter, "##다"],
        "has_unknown_piece": False,
    }


def propose(group: str, words: Words, counts: dict[str, int]) -> Proposal:
    """A proposal with a sentence and a similarity for each pair: 0.5 and a hundredth for each count."""
    pairs = list(combinations(group, 2))
    alias = [Reason("alias", words[a], words[b], 1.0, f"{a}({b})") for a, b in pairs]
    similarity = [
        Reason("cosine_similarity", words[a], words[b], 0.5 + (counts[a] + counts[b]) / 100, None)
        for a, b in pairs
    ]
    return Proposal(
        signature=signature_of(group),
        word_ids=tuple(words[word] for word in group),
        cosine_similarities=(0.75,) * len(group),
        confidence=0.75,
        min_pair_cosine_similarity=min(reason.value for reason in similarity),
        n_occurrences=sum(counts[word] for word in group),
        n_affected_pieces=2 * sum(counts[word] for word in group),
        evidence=(*alias, *similarity),
    )


def members_of(group: Group) -> str:
    """The letters of a group that nobody took out, in order."""
    members = sorted(group.members, key=lambda member: member.position)
    return "".join(member.word.text for member in members if not member.is_removed)
