"""Okt's dictionary as arrays: many words looked up at once, a syllable at a time."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from miner.morphology import okt_grammar as grammar
from miner.morphology.okt_dictionary import OktDictionary

MAX_WORD_LENGTH = 8  # syllables that the parser looks back

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Nodes = npt.NDArray[np.int32]

_FAMILY, _GIVEN, _FULL = (np.uint8(1 << bit) for bit in range(3))
_NAMES = {"family_name": _FAMILY, "given_name": _GIVEN, "full_name": _FULL}


class WordTree:
    """The words of up to ``MAX_WORD_LENGTH`` syllables, as a tree of their beginnings.

    Node 0 is the empty beginning; the last node stands for all that begins no word.

    :param dictionary: of Okt.
    :ivar pos: uint16, shape (n_nodes,): the parts of speech of the word that ends here, as bits.
    :ivar novelty: float32, shape (n_nodes,): 1, less the relative frequency of the noun that ends here.
    """

    def __init__(self, dictionary: OktDictionary) -> None:
        groups = [*dictionary.words.values(), *dictionary.names.values(), dictionary.frequencies]
        texts = sorted({word for group in groups for word in group if _is_looked_up(word)})
        self._keys, node = _branches(texts)
        n_nodes = len(self._keys) + 2
        self._nothing = n_nodes - 1
        number = dict(zip(texts, node.tolist(), strict=True))
        self.pos = np.zeros(n_nodes, np.uint16)
        for pos, words in dictionary.words.items():
            self.pos[_known(number, words)] |= np.uint16(1 << grammar.POS.index(pos))
        self._name = np.zeros(n_nodes, np.uint8)
        for kind, flag in _NAMES.items():
            self._name[_known(number, dictionary.names[kind])] |= flag
        self.novelty = np.ones(n_nodes, np.float32)
        frequencies = [dictionary.frequencies.get(word, 0.0) for word in texts]
        self.novelty[node] = np.float32(1) - np.array(frequencies, np.float32)

    def step(self, nodes: npt.NDArray[np.integer], syllables: Ints) -> Nodes:
        """Return the nodes that lie a syllable further."""
        keys = nodes.astype(np.int64) * grammar.N_SYLLABLES + syllables
        at = np.searchsorted(self._keys, keys)
        at[at == len(self._keys)] = 0
        return np.where(self._keys[at] == keys, at + 1, self._nothing).astype(np.int32)

    def find(self, words: Ints) -> Nodes:
        """Return the nodes of words of one length, given as syllables, shape (n_words, length)."""
        nodes = np.zeros(len(words), np.int32)
        for column in words.T:
            nodes = self.step(nodes, column)
        return nodes

    def is_name(self, nodes: Nodes) -> Bools:
        """Tell which words are personal names of the dictionary."""
        found: Bools = (self._name[nodes] & (_GIVEN | _FULL)) != 0
        return found

    def is_full_name(self, family: Nodes, given: Nodes) -> Bools:
        """Tell where a family name and a given name stand."""
        found: Bools = ((self._name[family] & _FAMILY) != 0) & ((self._name[given] & _GIVEN) != 0)
        return found


def _is_looked_up(word: str) -> bool:
    return 0 < len(word) <= MAX_WORD_LENGTH and all("가" <= syllable <= "힣" for syllable in word)


def _known(number: dict[str, int], words: Iterable[str]) -> list[int]:
    return [number[word] for word in words if word in number]


def _branches(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Give numbers to the beginnings of the texts, from 1, the shorter ones first.

    :param texts: in ascending order.
    :return: parent and syllable of each, in one number, ascending, and the number of each text.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    syllables = grammar.codes("".join(texts))
    begins = np.cumsum(lengths) - lengths
    number = np.zeros(len(texts), np.int64)
    keys: list[Ints] = []
    n_before = 0
    for level in range(int(lengths.max(initial=0))):
        alive = np.flatnonzero(lengths > level)
        key = number[alive] * grammar.N_SYLLABLES + syllables[begins[alive] + level]
        distinct, place = np.unique(key, return_inverse=True)
        number[alive] = n_before + 1 + place
        n_before += len(distinct)
        keys.append(distinct)
    return np.concatenate(keys), number
