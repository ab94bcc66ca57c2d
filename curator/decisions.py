"""What people decided, as lines of JSON that another project imports, and gives back as they were."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from curator.store.models import (
    Comment,
    Decision,
    Group,
    GroupStatus,
    ImportedGroup,
    Member,
    User,
    Word,
)

GROUPS_PER_FETCH = 1_000


def decision_lines(connection: Connection) -> Iterator[str]:
    """Yield a JSON object for each group that people here, or in an earlier project, decided on.

    A group that was imported with its decisions, and not touched here, is the line that it was imported from,
    parsed and printed anew, or several where several had the same words. One that was decided here as well has the
    line, or a list of them, under ``earlier``.
    """
    touched = or_(
        Group.status.not_in([GroupStatus.PROPOSED, GroupStatus.SUPERSEDED]), _has(Decision), _has(Comment)
    )
    query = select(Group.id).where(or_(touched, _has(ImportedGroup)))
    keys = list(connection.scalars(query.order_by(Group.id)))
    for start in range(0, len(keys), GROUPS_PER_FETCH):
        part = keys[start : start + GROUPS_PER_FETCH]
        records = _records(connection, part)
        for key in part:
            yield from (json.dumps(record, ensure_ascii=False) for record in records.get(key, ()))


def _has(model: type[Decision] | type[Comment] | type[ImportedGroup]) -> Any:  # noqa: ANN401 - a clause
    return exists().where(model.group_id == Group.id)


def _records(connection: Connection, keys: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the records of some groups; none of what was imported without decisions and has none here."""
    imported = {
        row.group_id: row.content
        for row in connection.execute(
            select(ImportedGroup.group_id, ImportedGroup.content).where(ImportedGroup.group_id.in_(keys))
        )
    }
    acts = _acts(connection, keys)
    records: dict[int, list[dict[str, Any]]] = {}
    for key, record in _groups(connection, keys).items():
        record |= acts[key]
        is_open = record["status"] in (GroupStatus.PROPOSED, GroupStatus.SUPERSEDED)
        is_open &= not record["decisions"] and not record["comments"]
        earlier = imported.get(key)
        if key in imported and is_open:
            if earlier is not None:
                records[key] = earlier if isinstance(earlier, list) else [earlier]
            continue
        records[key] = [record | ({"earlier": earlier} if earlier is not None else {})]
    return records


def _groups(connection: Connection, keys: list[int]) -> dict[int, dict[str, Any]]:
    is_other = Word.id != Group.canonical_word_id
    query = (
        select(Group.id, Group.status, Group.origin, Word.text, Word.pos, Member.is_removed)
        .join(Member, Member.group_id == Group.id)
        .join(Word, Word.id == Member.word_id)
        .where(Group.id.in_(keys))
        .order_by(Group.id, is_other, Member.position)
    )
    groups: dict[int, dict[str, Any]] = {}
    for row in connection.execute(query):
        new = {"id": row.id, "status": row.status.value, "origin": row.origin.value, "members": [], "removed": []}
        group = groups.setdefault(row.id, new)
        group["removed" if row.is_removed else "members"].append({"word": row.text, "pos": row.pos})
    return groups


def _acts(connection: Connection, keys: list[int]) -> dict[int, dict[str, Any]]:
    acts: dict[int, dict[str, Any]] = {key: {"decisions": [], "comments": []} for key in keys}
    decisions = select(Decision, User.name).join(User, User.id == Decision.user_id)
    for row in connection.execute(decisions.where(Decision.group_id.in_(keys)).order_by(Decision.id)):
        act = {"action": row.action.value, "by": row.name, "at": row.decided_at.isoformat()}
        change = {"before": row.before, "after": row.after, "undone": row.undone_by_id is not None}
        acts[row.group_id]["decisions"].append(act | change)
    comments = select(Comment, User.name).join(User, User.id == Comment.user_id)
    for said in connection.execute(comments.where(Comment.group_id.in_(keys)).order_by(Comment.id)):
        comment = {"text": said.text, "by": said.name, "at": said.created_at.isoformat()}
        acts[said.group_id]["comments"].append(comment)
    return acts
