"""Okt's parser for runs of Hangul, many runs at once.

The parser of open-korean-text 2.1.0 (``KoreanTokenizer.findTopCandidates``) keeps, for each prefix of a run, the
five best parses. What it keeps for a prefix does not depend on what follows, so runs that begin alike share that
work: the runs of a batch become a tree of prefixes, which is filled level by level with NumPy. The result is the
same to the last tie: the scores are added in the same order in single precision, and equal scores keep the order
in which open-korean-text meets them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from miner.morphology import okt_grammar as grammar
from miner.morphology.okt_words import MAX_WORD_LENGTH, WordTree

N_BEST = 5
MAX_RUN_LENGTH = 255  # syllables: counts along a parse have 8 bits
MAX_RUNS = 1 << 20  # of a batch; its prefixes of one length are numbered in 20 bits

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Best parses of several runs, one row a token, in order.

    :ivar run: int64: the run it belongs to.
    :ivar start, length: int64: syllables.
    :ivar pos: int64: index into ``okt_grammar.POS``.
    """

    run: Ints
    start: Ints
    length: Ints
    pos: Ints


def parse(runs: Sequence[str], words: WordTree) -> Tokens:
    """Return the best parse of each run.

    :param runs: of Hangul syllables only, none empty. The more of them stand together that begin alike, the
        faster.
    :param words: Okt's dictionary.
    :raises ValueError: if a run is longer than ``MAX_RUN_LENGTH``, or there are more than ``MAX_RUNS``.
    """
    if len(runs) > MAX_RUNS:
        raise ValueError(f"there are {len(runs):,} runs; expected at most {MAX_RUNS:,}: parse them in batches")
    lengths = np.fromiter(map(len, runs), np.int64, len(runs))
    if len(runs) and lengths.max() > MAX_RUN_LENGTH:
        raise ValueError(f"a run has {lengths.max()} syllables; expected at most {MAX_RUN_LENGTH}: leave it out")
    tree = _Tree.of(runs, lengths)
    best = _Parses(tree, words)
    for level in range(1, len(tree.level_starts) - 1):
        best.fill(level)
    return best.trace(tree.node_of_run, lengths)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The prefixes of the runs, shorter ones first; node 0 is the empty one.

    :ivar parent: int64, shape (n_nodes,); the root is its own parent.
    :ivar syllable: int64, shape (n_nodes,): the last one of the prefix.
    :ivar level_starts: first node of each length.
    :ivar node_of_run: int64, shape (n_runs,).
    """

    parent: Ints
    syllable: Ints
    level_starts: list[int]
    node_of_run: Ints

    @classmethod
    def of(cls, runs: Sequence[str], lengths: Ints) -> "_Tree":
        text = grammar.codes("".join(runs))
        begins = np.cumsum(lengths) - lengths
        node = np.zeros(len(runs), np.int64)
        parents, syllables, level_starts = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], [0, 1]
        alive = np.flatnonzero(lengths >= 1)
        level = 0
        while len(alive):
            syllable = text[begins[alive] + level]
            parent = node[alive]
            is_new = np.ones(len(alive), bool)
            is_new[1:] = (parent[1:] != parent[:-1]) | (syllable[1:] != syllable[:-1])
            node[alive] = level_starts[-1] + np.cumsum(is_new) - 1
            parents.append(parent[is_new])
            syllables.append(syllable[is_new])
            level_starts.append(level_starts[-1] + len(parents[-1]))
            level += 1
            alive = alive[lengths[alive] > level]
        return cls(np.concatenate(parents), np.concatenate(syllables), level_starts, node)


class _Parses:
    """The ``N_BEST`` parses of each prefix, as arrays of shape (n_nodes, N_BEST), best first."""

    def __init__(self, tree: _Tree, words: WordTree) -> None:
        n_nodes = len(tree.parent)
        self._tree = tree
        self._words = words
        self._state = np.full((n_nodes, N_BEST), grammar.NO_STATE, np.int8)
        self._state[0, 0] = grammar.START
        self._counts = np.zeros((n_nodes, N_BEST), np.uint64)
        self._counts[0, 0] = grammar.ONE_WORD
        self._novelty = np.zeros((n_nodes, N_BEST), np.float32)
        self._back = np.zeros((n_nodes, N_BEST), np.uint8)  # length and rank that the last token came from
        self._entry = np.zeros((n_nodes, MAX_WORD_LENGTH), np.int32)  # of the last 1, 2 ... syllables
        self._n_numerals = np.zeros(n_nodes, np.int64)  # numerals in a row at the end

    def fill(self, level: int) -> None:
        """Find the parses of all prefixes of a length from those of shorter ones."""
        nodes = np.arange(self._tree.level_starts[level], self._tree.level_starts[level + 1])
        self._look_up(nodes, level)
        parts = list(self._candidates(nodes, level))
        rows, states, counts, novelty, back, keys = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(keys, kind="stable")
        rows = rows[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, np.arange(len(nodes)))[rows]
        is_kept = rank < N_BEST
        order, at = order[is_kept], (nodes[rows[is_kept]], rank[is_kept])
        self._state[at] = states[order]
        self._counts[at] = counts[order]
        self._novelty[at] = novelty[order]
        self._back[at] = back[order]

    def _look_up(self, nodes: Ints, level: int) -> None:
        parent, syllable = self._tree.parent[nodes], self._tree.syllable[nodes]
        for length in range(1, min(level, MAX_WORD_LENGTH) + 1):
            before = self._entry[parent, length - 2] if length > 1 else np.zeros(len(nodes), np.int32)
            self._entry[nodes, length - 1] = self._words.step(before, syllable)
        self._n_numerals[nodes] = np.where(grammar.IS_NUMERAL[syllable], self._n_numerals[parent] + 1, 0)

    def _candidates(self, nodes: Ints, level: int) -> Iterator[tuple[npt.NDArray[np.generic], ...]]:
        """Yield what a last token of 1, 2 ... syllables makes of the parses before it."""
        before = first = nodes
        for length in range(1, min(level, MAX_WORD_LENGTH) + 1):
            first, before = before, self._tree.parent[before]
            entry = self._entry[nodes, length - 1]
            states = self._state[before]
            slots = grammar.SLOTS[states, (self._words.pos[entry] | grammar.NOUN_BIT)[:, None]]
            rows, ranks, slot = np.nonzero((slots[:, :, None] >> np.arange(grammar.N_SLOTS)) & 1)
            yield self._extended(nodes, before, first, length, rows, ranks, slot)

    def _extended(
        self, nodes: Ints, before: Ints, first: Ints, length: int, rows: Ints, ranks: Ints, slot: Ints
    ) -> tuple[npt.NDArray[np.generic], ...]:
        """Append a token to parses.

        :param before, first: for each node, the prefix before the token, and the one that ends with its first
            syllable.
        :param rows, ranks, slot: of each new parse: the place of its node in ``nodes``, which parse of ``before``
            it extends, and by which ``grammar.NEXT``.
        :return: rows, states, counts, sums of novelty, ways back and sort keys.
        """
        source = (before[rows], ranks)
        old_state, old_counts = self._state[source], self._counts[source]
        entry = self._entry[nodes, length - 1]
        state = grammar.NEXT[old_state, slot]
        is_noun = state == grammar.NOUN
        is_second = (old_counts & grammar.COUNT_MASK) == 1
        is_particle_of_noun = (old_state == grammar.NOUN) & (state == grammar.PARTICLE)
        counts = old_counts + grammar.ADDED[old_state, slot]
        is_unknown = is_noun & ~self._is_known_noun(nodes, length)[rows]
        counts += np.where(is_unknown, grammar.unknown_noun(length), np.uint64(0))
        begins = self._tree.syllable[first]
        mismatch = grammar.is_mismatched(self._tree.syllable[before], begins, length)[rows] & is_particle_of_noun
        starts_ha = grammar.BEGINS_HA[begins][rows]
        is_ha = is_second & (state == grammar.VERB) & grammar.MAY_STAND_BEFORE_HA[old_state] & starts_ha
        counts |= grammar.FLAGS[old_state, slot] | mismatch * grammar.MISMATCHED | is_ha * grammar.NOUN_AND_HA
        novelty = self._novelty[source] + np.where(is_noun, self._words.novelty[entry][rows], np.float32(1))
        keys = grammar.sort_keys(rows, counts, novelty, is_second & is_particle_of_noun)
        back = (length * 8 + ranks).astype(np.uint8)
        return rows, state, counts, novelty, back, keys

    def _is_known_noun(self, nodes: Ints, length: int) -> Bools:
        """Tell which words of ``length`` syllables at the end of the nodes are nouns, names or numbers."""
        parent, syllable, words = self._tree.parent, self._tree.syllable, self._words
        entry = self._entry[nodes, length - 1]
        is_number = (self._n_numerals[parent[nodes]] >= length - 1) & grammar.ENDS_NUMBER[syllable[nodes]]
        known: Bools = ((words.pos[entry] & grammar.NOUN_BIT) != 0) | words.is_name(entry) | is_number
        if length in (3, 4):  # a given name has two syllables
            known |= words.is_full_name(self._entry[parent[parent[nodes]], length - 3], self._entry[nodes, 1])
        if 3 <= length <= 5:
            unclear = nodes[~known]
            unclear = unclear[grammar.may_be_name_variant(syllable[parent[unclear]], syllable[unclear])]
            known[np.searchsorted(nodes, unclear)] = self._is_name_variant(unclear, length)
        return known

    def _is_name_variant(self, nodes: Ints, length: int) -> Bools:
        """Tell which words are a name and 이 run together: 우혀니 of 우현이."""
        spelled = np.empty((len(nodes), length), np.int64)
        for column in range(length - 1, -1, -1):
            spelled[:, column] = self._tree.syllable[nodes]
            nodes = self._tree.parent[nodes]
        full = grammar.name_of_variant(spelled)
        found = np.zeros(len(full), bool)
        for name in (full, full[:, :-1]):
            found |= self._words.is_name(self._words.find(name))
            if name.shape[1] in (3, 4):
                family, given = self._words.find(name[:, :-2]), self._words.find(name[:, -2:])
                found |= self._words.is_full_name(family, given)
        return found

    def trace(self, node: Ints, end: Ints) -> Tokens:
        """Follow the best parse of each run back to its beginning."""
        run = np.arange(len(node))
        rank = np.zeros(len(node), np.int64)
        parts: list[tuple[Ints, Ints, Ints, Ints]] = []
        while len(run):
            back = self._back[node, rank].astype(np.int64)
            length, pos = back >> 3, grammar.POS_OF[self._state[node, rank]]
            end = end - length
            parts.append((run, end, length, pos))
            for n in range(MAX_WORD_LENGTH):
                node = np.where(length > n, self._tree.parent[node], node)
            is_open = end > 0
            run, node, end, rank = run[is_open], node[is_open], end[is_open], (back & 7)[is_open]
        run, start, length, pos = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((start, run))
        return Tokens(run[order], start[order], length[order], pos[order])
