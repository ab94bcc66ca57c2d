"""Words that are not in a group and might be: those close to it, and those that a search finds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session, aliased

from curator.review.filters import LAST_CHARACTER, matches
from curator.store.models import Group, GroupStatus, Member, Neighbor, Word
from curator.web.cards import GROUP_ID, WORD_IDS, Record, open_groups_of, words_by_key

N_CLOSE_WORDS = 12
N_LETTERS = 2  # words that begin with so many letters of one of the group's are spelt alike

OWN = (
    select(Group.id, Group.version, Group.run_id, Member.word_id, Word.text, Member.is_removed)
    .join(Member, Member.group_id == Group.id)
    .join(Word, Word.id == Member.word_id)
    .where(Group.id == GROUP_ID)
    .order_by(Member.position)
)


@dataclass(slots=True)
class CloseWord:
    """A word that is not in the group and might be."""

    word_id: int
    text: str
    pos: str
    frequency: int | None
    group_id: int | None
    group_version: int | None
    is_removed: bool


def own_words(session: Session, group_id: int) -> Sequence[Record]:
    """Return the words of a group, in order, each beside the group's columns; none if there is no such group."""
    return session.execute(OWN, {"group_id": group_id}).all()


def close_words(session: Session, own: Sequence[Record], search: str = "") -> list[CloseWord]:
    """Return words that were left out of a group, or those that a search finds.

    First those that somebody took out, then the nearest ones that mining found, those of groups that share a
    word, and those spelt alike.

    :param own: what ``own_words`` gives of the group.
    """
    texts = {row.word_id: row.text for row in own if not row.is_removed}
    removed = [row.word_id for row in own if row.is_removed]
    if search:
        return described(session, [key for key in found_words(session, search) if key not in texts], own[0].run_id)
    keys = list(dict.fromkeys([*removed, *outsiders(session, own[0].id, texts)]))
    return described(session, keys[:N_CLOSE_WORDS], own[0].run_id, removed)


def found_words(session: Session, search: str) -> Sequence[int]:
    """Return keys of words that begin with a text, the exact one first; with ``*`` before it, that contain it."""
    query = select(Word.id).where(matches(search)).order_by(Word.text)
    return session.scalars(query.limit(N_CLOSE_WORDS)).all()


def outsiders(session: Session, group_id: int, own: dict[int, str]) -> Sequence[int]:
    """Return keys of words outside of a group, the closest first, some of them twice.

    :param own: texts of the words in it, by key.
    """
    starts = dict.fromkeys(text[:N_LETTERS] for text in own.values() if len(text) >= N_LETTERS)
    values: dict[str, Any] = {"group_id": group_id, "word_ids": list(own)}
    for i, start in enumerate(starts):
        values |= {f"start_{i}": start, f"end_{i}": start + LAST_CHARACTER}
    return session.scalars(outsiders_statement(len(starts)), values).all()


@cache
def outsiders_statement(n_starts: int) -> CompoundSelect[Any]:
    """Return the query of ``outsiders``, as one message to the server."""
    none: ColumnElement[float] = literal_column("0.0")
    no_text: ColumnElement[str] = literal_column("''")
    distance = -func.max(Neighbor.cosine_similarity)
    nearest = select(Neighbor.neighbor_id.label("word_id"), distance.label("distance"), no_text.label("text"))
    nearest = nearest.where(Neighbor.word_id.in_(WORD_IDS), Neighbor.neighbor_id.not_in(WORD_IDS))
    nearest = nearest.group_by(Neighbor.neighbor_id).order_by(distance)
    mine, theirs = aliased(Member), aliased(Member)
    shared = select(theirs.word_id.label("word_id"), none.label("distance"), no_text.label("text"))
    shared = shared.join(mine, mine.group_id == theirs.group_id)
    shared = shared.where(mine.word_id.in_(WORD_IDS), theirs.word_id.not_in(WORD_IDS), mine.group_id != GROUP_ID)
    alike = select(Word.id.label("word_id"), none.label("distance"), Word.text.label("text"))
    parts: list[Select[int, float, str]] = [nearest, shared.distinct()]
    for i in range(n_starts):
        begins = (Word.text >= bindparam(f"start_{i}")) & (Word.text < bindparam(f"end_{i}"))
        parts.append(alike.where(begins, Word.id.not_in(WORD_IDS)).order_by(Word.text))
    ranked = [
        select(part.limit(N_CLOSE_WORDS).subquery(), literal_column(str(rank)).label("rank"))
        for rank, part in enumerate(parts)
    ]
    return union_all(*ranked).order_by("rank", "distance", "text")


def described(
    session: Session, keys: Sequence[int], run_id: int | None, removed: Collection[int] = ()
) -> list[CloseWord]:
    """Return words with their frequency and the group that they can be moved from, if they are in one."""
    words, groups = words_by_key(session, keys, run_id), open_groups_of(session, keys)
    found = []
    for key in keys:
        sources = [group for group in groups[key] if group.status != GroupStatus.REJECTED]
        group_id, version = (sources[-1].id, sources[-1].version) if sources else (None, None)
        word = words[key]
        found.append(CloseWord(key, word.text, word.pos, word.frequency, group_id, version, key in removed))
    return found
