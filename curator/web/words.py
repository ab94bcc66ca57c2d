"""Words: a list to search, and all that is known of one."""

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from curator.review.filters import words_in_order
from curator.review.words import relations_of
from curator.store.models import Decision, ImportedWord, Member, Role, Run, Word, WordStatistics
from curator.store.queries import category_frequencies
from curator.web.auth import needs
from curator.web.cards import examples_of, groups_of_words, words_by_key
from curator.web.database import reading
from curator.web.groups import decisions_on

blueprint = Blueprint("words", __name__)

N_ON_PAGE = 50


@blueprint.get("/words")
@needs(Role.REVIEWER)
def index() -> str:
    """List words in code-point order, those that a search finds if there is one."""
    search = request.args.get("search", "").strip()[:100]
    after = request.args.get("after", "")[:200]
    with reading() as session:
        found = words_in_order(search, after).with_only_columns(Word.id, Word.text)  # the index alone answers
        rows = session.execute(found.limit(N_ON_PAGE + 1)).all()
        keys = [row.id for row in rows[:N_ON_PAGE]]
        words = words_by_key(session, keys, None)
        return render_template(
            "words.html",
            words=[words[key] for key in keys],
            groups=groups_of_words(session, keys),
            search=search,
            after=rows[N_ON_PAGE - 1].text if len(rows) > N_ON_PAGE else "",
        )


@blueprint.get("/words/<int:word_id>")
@needs(Role.REVIEWER)
def show(word_id: int) -> str:
    """Show a word: its groups, sentences and decisions, and what holds for later runs."""
    with reading() as session:
        word = session.get(Word, word_id)
        if word is None:
            abort(404)
        counted = select(WordStatistics, Run).join(Run, Run.id == WordStatistics.run_id)
        rows = session.execute(counted.where(WordStatistics.word_id == word_id).order_by(Run.id.desc())).all()
        groups = select(Member.group_id).where(Member.word_id == word_id)
        newest = rows[0][1].id if rows else None
        return render_template(
            "word.html",
            word=word,
            imported=session.get(ImportedWord, word_id),
            statistics=rows,
            categories={} if newest is None else category_frequencies(session.connection(), word_id, newest),
            groups=groups_of_words(session, [word_id])[word_id],
            examples=examples_of(session, word_id),
            relations=relations_of(session, word_id),
            decisions=decisions_on(session, Decision.group_id.in_(groups)),
        )
