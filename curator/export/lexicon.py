"""The words of the lexicon out of the database, for formats that hold words and no groups."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from curator.export.base import GroupStream, with_digest
from curator.groups import GroupMember, SynonymGroup, digest_of
from curator.release import ROWS_PER_FETCH
from curator.store.models import Group, GroupStatus, ImportedWord, Member, Run, Word, WordStatistics


def stream_of_words(connection: Connection, run_id: int | None = None) -> GroupStream:
    """Return words that a tokenizer of search has to leave whole, by text; they are read as they are written.

    These are the words out of vocabulary, by the newest run that counted each; those that no run counted, since
    they were imported or added by hand; and the imported words and those of accepted groups, whatever the
    vocabulary has. Of one run, they are its words out of vocabulary.

    :param run_id: of the run, if only one is asked.
    :raises ValueError: if there is no such run, or no run and no import; while reading, if the words change.
    """
    query = _words_of_run(run_id) if run_id is not None else _all_words()
    source = _source(connection, run_id)
    digest = digest_of(_read(connection, query))
    return GroupStream(source, digest, with_digest(_read(connection, query), digest, source), is_of_words=True)


def _source(connection: Connection, run_id: int | None) -> str:
    if run_id is None:
        if connection.scalar(select(Word.id).limit(1)) is None:
            raise ValueError(
                "the database has no words yet; mine a corpus with `miner run`, or import words with "
                "`curator import nori`"
            )
        return "the lexicon"
    numbers = list(connection.scalars(select(Run.id).order_by(Run.id)))
    if run_id not in numbers:
        there = ", ".join(map(str, numbers)) or "none yet, make one with `miner run`"
        raise ValueError(f"there is no run {run_id}; there are: {there}")
    return f"run {run_id}"


def _words() -> Select[str, str, list[str] | None]:
    query = select(Word.text, Word.pos, ImportedWord.parts)
    query = query.outerjoin(ImportedWord, ImportedWord.word_id == Word.id)
    return query.order_by(Word.text).execution_options(yield_per=ROWS_PER_FETCH)


def _words_of_run(run_id: int) -> Select[str, str, list[str] | None]:
    counted = _words().join(WordStatistics, WordStatistics.word_id == Word.id)
    return counted.where(WordStatistics.run_id == run_id, WordStatistics.is_oov)


def _all_words() -> Select[str, str, list[str] | None]:
    newest = select(WordStatistics.is_oov).where(WordStatistics.word_id == Word.id)
    is_oov = newest.order_by(WordStatistics.run_id.desc()).limit(1).scalar_subquery()
    return _words().where(or_(func.coalesce(is_oov, True), ImportedWord.word_id.is_not(None), _is_accepted()))


def _is_accepted() -> ColumnElement[bool]:
    accepted = (Group.id == Member.group_id) & (Group.status == GroupStatus.ACCEPTED)
    return exists().where(Member.word_id == Word.id, ~Member.is_removed, accepted)


def _read(connection: Connection, query: Select[str, str, list[str] | None]) -> Iterator[SynonymGroup]:
    for text, pos, parts in connection.execute(query):
        yield SynonymGroup(text, (GroupMember(text, pos, parts=tuple(parts or ())),))
