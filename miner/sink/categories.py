"""What a run counted of its words in each category of the corpus, into the database."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert

from curator.store.models import CategoryFrequency
from curator.store.queries import batches
from miner.lexicon import LexiconWord


def store_categories(
    connection: Connection, run_id: int, words: Sequence[LexiconWord], word_ids: Mapping[str, int]
) -> None:
    """Store the occurrences of each word in each category; none if the corpus was not read by category.

    :param connection: in the transaction of the run.
    :param word_ids: keys of the words, by text.
    """
    for part in batches(words):
        rows = [
            {"run_id": run_id, "word_id": word_ids[word.text], "category": category, "frequency": frequency}
            for word in part
            for category, frequency in word.categories
        ]
        if rows:
            connection.execute(insert(CategoryFrequency), rows)
