"""Groups as each category of the corpus knows them."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from miner.clustering import ProposedGroup
from miner.files import by_rename
from miner.lexicon import Lexicon

NO_CATEGORY = "(none)"


def write_groups_by_category(lexicon: Lexicon, groups: Sequence[ProposedGroup], path: str | Path) -> int:
    """Write, for each category, the groups that have a word in it: category, count, canonical word, words.

    Tab-separated, by category and falling count. A word stands as ``word:count``; those of the group that the
    category does not use have 0, so that it shows which name each category gives to the same thing.

    :return: number of categories.
    :raises OSError: if the file cannot be written.
    """
    counts = {word.text: dict(word.categories) for word in lexicon.words}
    rows: defaultdict[str, list[tuple[int, ProposedGroup]]] = defaultdict(list)
    for group in groups:
        for category in {name for word in group.words for name in counts[word]}:
            rows[category].append((sum(counts[word].get(category, 0) for word in group.words), group))
    with by_rename(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as out:
        out.write("category\tcount\tcanonical\twords\n")
        for category in sorted(rows):
            for count, group in sorted(rows[category], key=lambda row: (-row[0], row[1].words)):
                words = " ".join(f"{word}:{counts[word].get(category, 0)}" for word in group.words)
                out.write(f"{category or NO_CATEGORY}\t{count}\t{group.words[0]}\t{words}\n")
    return len(rows)
