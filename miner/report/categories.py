"""What each category of a run's corpus has: words out of the vocabulary, and groups as the category uses them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from curator.store.models import CategoryFrequency, Group, Member, Word, WordStatistics

Counts = tuple[tuple[str, int], ...]  # words with their occurrences


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the corpus; empty is the name of rows without one.

    :ivar n_oov_occurrences: of the ``n_oov_words`` words outside the vocabulary that it has.
    :ivar n_groups: groups of which it has a word.
    :ivar groups: of these, those of which it has most, each with its words in the order of the group.
    """

    name: str
    n_oov_occurrences: int
    n_oov_words: int
    n_groups: int
    groups: tuple[Counts, ...]


def read_categories(connection: Connection, run_id: int, *, n_top_groups: int) -> tuple[Category, ...]:
    """Read the categories of a run, by falling occurrences; none if its corpus was not read by category."""
    occurrences = func.sum(CategoryFrequency.frequency)
    query = (
        select(CategoryFrequency.category, occurrences, func.count())
        .join(
            WordStatistics,
            (WordStatistics.word_id == CategoryFrequency.word_id)
            & (WordStatistics.run_id == CategoryFrequency.run_id),
        )
        .where(CategoryFrequency.run_id == run_id, WordStatistics.is_oov)
        .group_by(CategoryFrequency.category)
        .order_by(occurrences.desc(), CategoryFrequency.category)
    )
    counted = connection.execute(query).all()
    groups = _groups_by_category(connection, run_id) if counted else {}
    return tuple(
        Category(name, int(n), n_words, len(groups.get(name, ())), _most_used(groups.get(name, {}), n_top_groups))
        for name, n, n_words in counted
    )


def _groups_by_category(connection: Connection, run_id: int) -> Mapping[str, Mapping[int, Counts]]:
    """Return, by category and key of the group, the words that the category has of it."""
    query = (
        select(CategoryFrequency.category, Group.id, Word.text, CategoryFrequency.frequency)
        .join(Member, (Member.group_id == Group.id) & ~Member.is_removed)
        .join(Word, Word.id == Member.word_id)
        .join(
            CategoryFrequency,
            (CategoryFrequency.word_id == Member.word_id) & (CategoryFrequency.run_id == Group.run_id),
        )
        .where(Group.run_id == run_id)
        .order_by(Group.id, Member.position)
    )
    found: defaultdict[str, defaultdict[int, Counts]] = defaultdict(lambda: defaultdict(tuple))
    for category, key, text, frequency in connection.execute(query):
        found[category][key] += ((text, frequency),)
    return found


def _most_used(groups: Mapping[int, Counts], n: int) -> tuple[Counts, ...]:
    by_use = sorted(groups, key=lambda key: (-sum(count for _, count in groups[key]), key))
    return tuple(groups[key] for key in by_use[:n])
