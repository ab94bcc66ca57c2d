"""Words, decisions, disputes and progress by the API."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from curator.review.filters import load, words_in_order
from curator.review.opinions import agreement, disputed
from curator.review.statistics import by_confidence, by_person_and_day
from curator.review.words import relations_of
from curator.store.models import Decision, Member, Role, Word
from curator.store.queries import category_frequencies
from curator.web.api import other_schemas as schemas
from curator.web.api.base import blueprint, existing, group_value, refuses
from curator.web.api.groups import decision_value
from curator.web.api.schemas import DecisionSchema
from curator.web.auth import current_user, needs
from curator.web.cards import examples_of, groups_of_words, words_by_key
from curator.web.counts import facet_counts
from curator.web.database import engine_of_app, reading
from curator.web.groups import decisions_on


@blueprint.route("/words", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.WordQuerySchema, location="query")
@blueprint.response(200, schemas.WordSchema(many=True))
@refuses(422)
def list_words(query: dict[str, Any]) -> Sequence[Word]:
    """List words in code-point order."""
    statement = words_in_order(query.get("search", ""), query.get("after", "")).limit(query["limit"])
    with reading() as session:
        return session.scalars(statement).all()


@blueprint.route("/words/<int:word_id>", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.WordDetailSchema)
@refuses(404)
def get_word(word_id: int) -> dict[str, Any]:
    """Get a word with its groups, its sentences, and what holds for later runs."""
    with reading() as session:
        word = existing(session, Word, word_id)
        counted = words_by_key(session, [word_id], None)[word_id]
        relations = relations_of(session, word_id)
        categories = {}
        if counted.run_id is not None:
            categories = category_frequencies(session.connection(), word_id, counted.run_id)
        names = ("frequency", "is_oov", "pieces")
        return {
            **{name: getattr(word, name) for name in ("id", "text", "pos")},
            **{name: getattr(counted, name) for name in names},
            "frequency_by_category": categories,
            "group_ids": [group.id for group in groups_of_words(session, [word_id])[word_id]],
            "sentences": [example.sentence for example in examples_of(session, word_id)],
            "together": sorted(relations.together),
            "apart": sorted(relations.apart),
        }


@blueprint.route("/words/<int:word_id>/decisions", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.DecisionQuerySchema, location="query")
@blueprint.response(200, DecisionSchema(many=True))
@refuses(404, 422)
def list_word_decisions(query: dict[str, Any], word_id: int) -> list[dict[str, Any]]:
    """List what was decided on the groups of a word, the last first."""
    with reading() as session:
        existing(session, Word, word_id)
        groups = select(Member.group_id).where(Member.word_id == word_id)
        return decision_values(session, Decision.group_id.in_(groups), query)


@blueprint.route("/decisions", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.arguments(schemas.DecisionQuerySchema, location="query")
@blueprint.response(200, DecisionSchema(many=True))
@refuses(422)
def list_own_decisions(query: dict[str, Any]) -> list[dict[str, Any]]:
    """List one's own decisions, the last first, with what can be undone."""
    with reading() as session:
        return decision_values(session, Decision.user_id == current_user().id, query)


@blueprint.route("/disputes", methods=["GET"])
@needs(Role.APPROVER)
@blueprint.response(200, schemas.DisputeSchema(many=True))
@refuses(403)
def list_disputes() -> list[dict[str, Any]]:
    """List the first hundred groups of which people think differently; an approver's verdict settles one."""
    with reading() as session:
        found = dict(disputed(session, current_app.config["N_OPINIONS"]))
        return [{"group": group_value(group), "opinions": found[group.id]} for group in load(session, list(found))]


@blueprint.route("/progress", methods=["GET"])
@needs(Role.REVIEWER)
@blueprint.response(200, schemas.ProgressSchema)
@refuses()
def get_progress() -> dict[str, Any]:
    """Get the numbers of groups, of the last two weeks' decisions, of acceptance by confidence, and agreement."""
    with reading() as session:
        pairs, fleiss_kappa, n_groups = agreement(session)
        return {
            "agreement": {"pairs": pairs, "fleiss_kappa": fleiss_kappa, "n_groups": n_groups},
            "by_status": facet_counts(engine_of_app()).by_status,
            "by_person_and_day": by_person_and_day(session),
            "by_confidence": by_confidence(session),
        }


def decision_values(
    session: Session, condition: ColumnElement[bool], query: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return a page of decisions as ``DecisionSchema`` has them."""
    if "before" in query:
        condition &= Decision.id < query["before"]
    return [decision_value(item) for item in decisions_on(session, condition, query["limit"])]
