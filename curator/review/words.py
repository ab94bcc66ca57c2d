"""What people have said of one word: which words it belongs with, and from which it is kept apart."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curator.store.models import Group, GroupStatus, Member, Word


@dataclass(frozen=True, slots=True)
class WordRelations:
    """Words that people put together with a word, or keep apart from it.

    These are the pairs of ``curator.store.queries.decided_pairs`` that the word is in: later runs keep to them.

    :ivar together: words by key, with the accepted group.
    :ivar apart: words by key, with the group in which they were rejected or taken out.
    """

    together: dict[int, tuple[str, int]]
    apart: dict[int, tuple[str, int]]


def relations_of(session: Session, word_id: int) -> WordRelations:
    """Return what people have said of a word and others."""
    mine, theirs = aliased(Member), aliased(Member)
    pairs = (
        select(Word.id, Word.text, Group.id, Group.status, mine.is_removed, theirs.is_removed)
        .select_from(mine)
        .join(theirs, (theirs.group_id == mine.group_id) & (theirs.word_id != mine.word_id))
        .join(Word, Word.id == theirs.word_id)
        .join(Group, Group.id == mine.group_id)
        .where(mine.word_id == word_id)
        .order_by(Group.id, theirs.position)
    )
    together: dict[int, tuple[str, int]] = {}
    apart: dict[int, tuple[str, int]] = {}
    for key, text, group_id, status, is_out, other_is_out in session.execute(pairs):
        if is_out and other_is_out:
            continue
        if is_out or other_is_out or status == GroupStatus.REJECTED:
            apart[key] = (text, group_id)
        elif status == GroupStatus.ACCEPTED:
            together[key] = (text, group_id)
    return WordRelations(together, {key: value for key, value in apart.items() if key not in together})
