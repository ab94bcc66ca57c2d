"""Lists of groups, one group, what was decided on it, and two versions of it side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from curator.review.filters import page_of_keys
from curator.review.undo import is_standing
from curator.store.models import Decision, Group, GroupStatus, ImportedGroup, Member, Role, Run, User, Word
from curator.web.auth import current_user, needs
from curator.web.cards import card_of, examples_of
from curator.web.counts import facet_counts
from curator.web.database import engine_of_app, reading
from curator.web.i18n import CHANGE_NAMES
from curator.web.parameters import cursor_argument, cursor_text, natural, read_value, view_of

blueprint = Blueprint("groups", __name__)

N_ON_PAGE = 50

# A page of the list shows these columns of fifty groups: whole rows with their objects took half of its time.
# There is a row for each word beside the main one, and at least one for each group.
other_word = aliased(Word)
LISTED = (
    select(Group.id, Word.text, Group.status, Group.confidence, Group.n_occurrences, Group.n_affected_pieces)
    .add_columns(other_word.text.label("other"))
    .join(Word, Word.id == Group.canonical_word_id)
    .outerjoin(
        Member,
        (Member.group_id == Group.id) & ~Member.is_removed & (Member.word_id != Group.canonical_word_id),
    )
    .outerjoin(other_word, other_word.id == Member.word_id)
    .where(Group.id.in_(bindparam("group_ids", expanding=True)))
    .order_by(Group.id, Member.position)
)


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A line of the list.

    :ivar word: text of the canonical word.
    :ivar others: texts of the other members that nobody took out.
    """

    id: int
    word: str
    status: GroupStatus
    confidence: float
    n_occurrences: int
    n_affected_pieces: int
    others: list[str]


@blueprint.get("/groups")
@needs(Role.REVIEWER)
def index() -> str:
    """List groups, by pages that begin where the last one ended."""
    view = view_of(request.args, current_user().id, status=None)
    with reading() as session:
        keys, rest = page_of_keys(session, view.wanted, view.order, N_ON_PAGE, cursor_argument())
        runs = session.execute(select(Run.id, Run.started_at).order_by(Run.id.desc()).limit(50)).all()
        return render_template(
            "groups.html",
            view=view,
            groups=listed(session, keys),
            after=cursor_text(rest),
            counts=facet_counts(engine_of_app()),
            runs=runs,
        )


def listed(session: Session, group_ids: Sequence[int]) -> list[ListedGroup]:
    """Return the lines of groups, in the order of the keys."""
    lines: dict[int, ListedGroup] = {}
    for row in session.execute(LISTED, {"group_ids": group_ids}) if group_ids else ():
        line = lines.get(row.id)
        if line is None:
            numbers = (row.confidence, row.n_occurrences, row.n_affected_pieces)
            line = lines[row.id] = ListedGroup(row.id, row.text, row.status, *numbers, others=[])
        if row.other is not None:
            line.others.append(row.other)
    return [lines[group_id] for group_id in group_ids if group_id in lines]


@blueprint.get("/groups/<int:group_id>")
@needs(Role.REVIEWER)
def show(group_id: int) -> str:
    """Show a group with all that is known of it."""
    with reading() as session:
        card = card_of(session, group_id, current_user().id)
        if card is None:
            abort(404)
        other = request.args.get("other", "").strip()
        return render_template(
            "group.html",
            card=card,
            group=card.group,
            other=session.get(Group, read_value("other", other, natural)) if other else None,
            imported=session.get(ImportedGroup, group_id),
            decisions=decisions_on(session, Decision.group_id == group_id),
        )


@blueprint.get("/decisions")
@needs(Role.REVIEWER)
def history() -> str:
    """List the user's decisions, the last first, with what can be undone."""
    before = request.args.get("before")
    condition = Decision.user_id == current_user().id
    if before:
        condition &= Decision.id < read_value("before", before, natural)
    with reading() as session:
        rows = decisions_on(session, condition, N_ON_PAGE + 1)
        return render_template("decisions.html", decisions=rows[:N_ON_PAGE], has_more=len(rows) > N_ON_PAGE)


@blueprint.get("/groups/<int:group_id>/conflict")
@needs(Role.REVIEWER)
def conflict(group_id: int) -> str:
    """Show what the user saw and what is there now, side by side, and keep what they wanted to do."""
    seen_version = read_value("seen", request.args.get("seen", ""), natural)
    with reading() as session:
        card = card_of(session, group_id, current_user().id)
        if card is None:
            abort(404)
        rows = decisions_on(session, (Decision.group_id == group_id) & (Decision.group_version > seen_version))
        kept = {
            name: values
            for name, values in request.args.to_dict(flat=False).items()
            if name not in ("seen", "change", "on")
        }
        on = session.get(Group, read_value("on", request.args.get("on", str(group_id)), natural))
        if on is None or request.args.get("change") not in CHANGE_NAMES:
            abort(400, "change")
        target = session.get(Group, read_value("target_id", kept.get("target_id", ["0"])[0], natural))
        return render_template(
            "conflict.html",
            card=card,
            group=card.group,
            seen_version=seen_version,
            seen=state_at(session, group_id, seen_version),
            now=None if not rows else rows[0]["after"],
            decisions=rows,
            change=request.args["change"],
            kept=kept,
            on=on.id,
            on_version=on.version,
            target_version=None if target is None else target.version,
            word=session.get(Word, read_value("word_id", kept.get("word_id", ["0"])[0], natural)),
        )


@blueprint.get("/words/<int:word_id>/examples")
@needs(Role.REVIEWER)
def examples(word_id: int) -> str:
    """Return all sentences of a word as a part of the page."""
    with reading() as session:
        return render_template("parts/examples.html", examples=examples_of(session, word_id))


def state_at(session: Session, group_id: int, version: int) -> dict[str, Any] | None:
    """Return what a group was at a version, or None if its decisions do not say."""
    rows = select(Decision).where(Decision.group_id == group_id)
    made = session.scalars(rows.where(Decision.group_version == version)).first()
    if made is not None:
        return made.after
    later = rows.where(Decision.group_version > version).order_by(Decision.group_version)
    following = session.scalars(later).first()
    return None if following is None else following.before


def decisions_on(session: Session, condition: Any, n_rows: int = 200) -> list[dict[str, Any]]:  # noqa: ANN401 - SQL
    """Return decisions, the last first, each with its user's name and whether it can be undone as things are."""
    query = select(Decision, User.name, is_standing().label("is_standing")).join(User, User.id == Decision.user_id)
    rows = session.execute(query.where(condition).order_by(Decision.id.desc()).limit(n_rows))
    return [
        {
            "row": decision,
            "name": name,
            "before": decision.before,
            "after": decision.after,
            "changes": changes(decision.before, decision.after),
            "can_undo": standing and decision.user_id == current_user().id,
        }
        for decision, name, standing in rows
    ]


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what differs between two states: status, main word, words that came and went."""
    there = {m["word_id"]: m["text"] for m in before["members"] if not m["is_removed"]}
    now = {m["word_id"]: m["text"] for m in after["members"] if not m["is_removed"]}
    texts = {m["word_id"]: m["text"] for m in (*before["members"], *after["members"])}
    main = after["canonical_word_id"]
    return {
        "status": (before["status"], after["status"]) if before["status"] != after["status"] else None,
        "canonical": texts.get(main) if before["canonical_word_id"] != main else None,
        "came": [text for key, text in now.items() if key not in there],
        "went": [text for key, text in there.items() if key not in now],
    }
