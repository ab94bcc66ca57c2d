"""Distribution: words that stand among the same words (Harris 1954), for words that the corpus has often.

Each word is a row of positive pointwise mutual information with the words up to three eojeols away, contexts
smoothed to the power of .75 (Levy, Goldberg & Dagan 2015); two rows are compared by their cosine.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from miner.evidence.mentions import MentionFinder
from miner.evidence.word_rows import Floats, WordRows

# Of a word. In 688,233 reviews labelled synonyms lie 2.2 deviations above random words, and other pairs looked at
# .9, where the rarer word is there 10 to 50 times; 3.5 and 1.5 where it is more frequent, 1.2 and .5 where less.
MIN_OCCURRENCES = 10
N_CONTEXTS = 10_000  # most frequent words that count as contexts
_WINDOW = 3  # eojeols to each side
_CONTEXT_SMOOTHING = 0.75
_TYPICAL_MARGIN = 2.0  # deviations at which a pair is as likely among the synonyms as among the others
_LEAST_MARGIN, _MOST_MARGIN = -3.0, 2.0  # beyond -1 and 4 deviations there are too few pairs to tell more
_MIN_DEVIATION_SHARE = 0.25  # of the average one
_DEVIATION_OF_MEAN_ERROR = np.sqrt(np.pi / 2)  # of a normal distribution

Ids = npt.NDArray[np.int64]


def find_distribution(eojeols_path: Path, sentences_path: Path, words: Sequence[str]) -> WordRows:
    """Count what stands around each word.

    :param eojeols_path: Parquet file of distinct eojeols, with their ``surface``, ``texts`` of morphemes and
        ``count``.
    :param sentences_path: Parquet file of sentences, with the numbers of their ``eojeols``.
    :param words: NFC, distinct.
    :return: rows of the words that occur ``MIN_OCCURRENCES`` times or more.
    """
    table = pq.read_table(eojeols_path, columns=["surface", "texts", "count"])
    contexts = most_frequent(count_first_texts(table))
    return rows_of(count_neighbours(table, sentences_path, words, contexts, min_occurrences=MIN_OCCURRENCES))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What stands around words, in some of the sentences or in all.

    :ivar counts: float64, shape (n_words, N_CONTEXTS), whole numbers.
    :ivar n_occurrences: int64, shape (n_words,).
    """

    counts: sparse.csr_array
    n_occurrences: Ids


def count_first_texts(eojeols: pa.Table) -> Counter[str]:
    """Count the eojeols by the text of their first morpheme.

    :param eojeols: distinct, with ``texts`` of morphemes and ``count``.
    """
    counts: Counter[str] = Counter()
    for text, count in zip(_first_texts(eojeols), eojeols.column("count").to_pylist(), strict=True):
        if text:
            counts[text] += count
    return counts


def most_frequent(counts: Mapping[str, int]) -> list[str]:
    """Return the words that count as contexts, the most frequent first."""
    return sorted(counts, key=lambda text: (-counts[text], text))[:N_CONTEXTS]


def count_neighbours(
    eojeols: pa.Table,
    sentences_path: Path,
    words: Sequence[str],
    contexts: Sequence[str],
    *,
    min_occurrences: int = 0,
) -> Neighbourhood:
    """Count the contexts around each word in sentences.

    :param eojeols: in the order of their numbers in the sentences.
    :param min_occurrences: in these sentences; words below it, of which nothing would come, are left out.
    """
    word_of, context_of = _number_eojeols(eojeols, words, contexts)
    is_word = word_of >= 0
    n_each = np.bincount(word_of[is_word], eojeols.column("count").to_numpy()[is_word], len(words))
    word_of[is_word] = np.where(n_each[word_of[is_word]] >= min_occurrences, word_of[is_word], -1)
    counts = sparse.csr_array((len(words), N_CONTEXTS), dtype=np.float64)
    n_occurrences = np.zeros(len(words), np.int64)
    for ids, sentence_of in _sentences(sentences_path):
        owners, around = word_of[ids], context_of[ids]
        n_occurrences += np.bincount(owners[owners >= 0], minlength=len(words))
        for step in range(1, _WINDOW + 1):
            same = sentence_of[step:] == sentence_of[:-step]
            counts += _pairs(owners[:-step][same], around[step:][same], counts.shape)
            counts += _pairs(owners[step:][same], around[:-step][same], counts.shape)
    return Neighbourhood(counts, n_occurrences)


def rows_of(all_sentences: Neighbourhood) -> WordRows:
    """Return the rows of the words that occur ``MIN_OCCURRENCES`` times or more."""
    has_row = all_sentences.n_occurrences >= MIN_OCCURRENCES
    counts = sparse.csr_array(sparse.diags_array(has_row.astype(np.float64)) @ all_sentences.counts)
    counts.sum_duplicates()  # in the order of contexts, on which sums depend
    return WordRows(_unit_ppmi(counts), has_row, all_sentences.n_occurrences)


def distribution_margins(rows: WordRows, pairs: Ids, similarity: Floats) -> Floats:
    """Tell how much more two words stand among the same words than two random words that are as frequent.

    The cosine of sparse rows grows with the counts behind them. Its square root, which is nearly normal among
    random pairs, is compared with what a quadratic of the logarithms of both counts expects.

    :param rows: that were compared, with their ``n_occurrences``.
    :param pairs: int64, shape (n_pairs, 2).
    :param similarity: of the pairs, float32, shape (n_pairs,), NaN where a word has no row.
    :return: float32, shape (n_pairs,): standard deviations beyond ``_TYPICAL_MARGIN``, clipped; 0 stands for what
        is not known, and for all pairs where too few words have rows to tell what is usual.
    """
    assert rows.n_occurrences is not None
    drawn, there = rows.drawn_pairs(), np.flatnonzero(np.isfinite(similarity))
    found = np.zeros(len(pairs), np.float32)
    if not len(drawn):
        return found
    usual, terms = _root(rows.cosine_similarity(drawn)), _count_terms(rows.n_occurrences[drawn])
    of_mean = np.linalg.lstsq(terms, usual)[0]
    errors = np.abs(usual - terms @ of_mean) * _DEVIATION_OF_MEAN_ERROR
    of_deviation, least = np.linalg.lstsq(terms, errors)[0], _MIN_DEVIATION_SHARE * errors.mean()
    terms = _count_terms(rows.n_occurrences[pairs[there]])
    deviations = (_root(similarity[there]) - terms @ of_mean) / np.maximum(terms @ of_deviation, least or 1.0)
    found[there] = (deviations - _TYPICAL_MARGIN).clip(_LEAST_MARGIN, _MOST_MARGIN)
    return found


def _root(similarity: Floats) -> npt.NDArray[np.float64]:
    return np.sqrt(np.maximum(similarity, 0.0, dtype=np.float64))  # rounding may leave less than 0


def _count_terms(n_occurrences: Ids) -> npt.NDArray[np.float64]:
    """Return what is expected from: shape (n_pairs, 6), of counts of shape (n_pairs, 2)."""
    rarer, commoner = np.log(n_occurrences.min(axis=1)), np.log(n_occurrences.max(axis=1))
    return np.column_stack([np.ones(len(rarer)), rarer, commoner, rarer**2, commoner**2, rarer * commoner])


def _first_texts(eojeols: pa.Table) -> list[str]:
    return [texts[0] if texts else "" for texts in eojeols.column("texts").to_pylist()]


def _number_eojeols(eojeols: pa.Table, words: Sequence[str], contexts: Sequence[str]) -> tuple[Ids, Ids]:
    """Return the word and the context that each distinct eojeol begins with, -1 for none."""
    number, finder = {word: i for i, word in enumerate(words)}, MentionFinder(words)
    first_texts = _first_texts(eojeols)
    word_of = np.full(len(first_texts), -1)
    for i, (surface, first) in enumerate(zip(eojeols.column("surface").to_pylist(), first_texts, strict=True)):
        mentions = finder.find(surface)
        word = mentions[0].word if mentions and mentions[0].start == 0 else first
        word_of[i] = number.get(word, -1)
    rank = {text: i for i, text in enumerate(contexts)}
    context_of = np.fromiter((rank.get(text, -1) for text in first_texts), np.int64, len(first_texts))
    return word_of, context_of


def _sentences(path: Path) -> Iterator[tuple[Ids, Ids]]:
    """Yield, by part of the corpus, the numbers of all eojeols in order and the sentence that each stands in."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            column = file.read_row_group(group, columns=["eojeols"]).column("eojeols").combine_chunks()
            lengths = np.diff(column.offsets.to_numpy())
            yield column.flatten().to_numpy().astype(np.int64), np.repeat(np.arange(len(lengths)), lengths)


def _pairs(owners: Ids, contexts: Ids, shape: tuple[int, int]) -> sparse.csr_array:
    there = (owners >= 0) & (contexts >= 0)
    ones = np.ones(int(there.sum()))
    return sparse.csr_array(sparse.coo_array((ones, (owners[there], contexts[there])), shape))


def _unit_ppmi(counts: sparse.csr_array) -> sparse.csr_array:
    of_context = np.asarray(counts.sum(axis=0)).ravel() ** _CONTEXT_SMOOTHING
    kept = sparse.coo_array(counts)
    of_word = np.asarray(kept.sum(axis=1)).ravel()
    rows, columns = kept.coords
    expected = of_word[rows] * of_context[columns] / max(of_context.sum(), 1.0)
    information = np.log(np.maximum(kept.data, np.finfo(float).tiny) / np.maximum(expected, np.finfo(float).tiny))
    positive = information > 0
    values = sparse.csr_array(
        (information[positive].astype(np.float32), (rows[positive], columns[positive])), shape=kept.shape
    )
    lengths = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
    return sparse.csr_array(
        sparse.diags_array((1 / np.where(lengths > 0, lengths, 1)).astype(np.float32)) @ values
    )
