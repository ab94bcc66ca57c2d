"""The changes that one person makes to groups, each with a row of who, when, before and after."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from curator.review.errors import NoSuchRowError, Refusal, ReviewError, WordTakenError
from curator.review.state import active, copy_evidence, lock_groups, measure, settle, state_of
from curator.store.models import (
    Action,
    Comment,
    Decision,
    Group,
    GroupOrigin,
    GroupStatus,
    Lease,
    Member,
    Word,
)
from curator.store.queries import signature_of

MIN_MEMBERS = 2  # fewer words are no group

ACTIONS = {
    GroupStatus.ACCEPTED: Action.ACCEPT,
    GroupStatus.REJECTED: Action.REJECT,
    GroupStatus.DEFERRED: Action.DEFER,
}


class Seen(NamedTuple):
    """A group in the version that a person has seen and decides on."""

    group_id: int
    version: int


class Review:
    """One person's changes in one transaction, which the caller commits.

    Use a session that is for writing (``session_factory(engine, for_writing=True)``).

    :param session: the transaction.
    :param user_id: key of the user who decides.
    :param operation: what ties the rows of one action together; a new one if None.
    """

    def __init__(self, session: Session, user_id: int, operation: UUID | None = None) -> None:
        self.session = session
        self.user_id = user_id
        self.operation = operation or uuid4()

    def decide(self, seen: Seen, status: GroupStatus) -> Group:
        """Accept, reject or defer a group, and give it out of one's hands.

        :raises ReviewError: if the group is stale or not there, has that status already, or has a word of
            another accepted group.
        """
        if status not in ACTIONS:
            raise ReviewError(Refusal.NO_VERDICT, status=status)
        with self._changing(ACTIONS[status], seen) as (group,):
            if group.status == status:
                raise ReviewError(Refusal.DECIDED_SO, group_id=group.id, status=status)
            group.status = status
        self.session.execute(delete(Lease).where(Lease.group_id == group.id, Lease.user_id == self.user_id))
        return group

    def take_out(self, seen: Seen, word_id: int) -> Group:
        """Take a word out of a group: it is no synonym of the others, now and in later runs.

        :raises ReviewError: if the group is stale, lacks the word, or would be left with one word.
        """
        with self._changing(Action.REMOVE, seen) as (group,):
            self._remove(group, [word_id])
            self._keep_two(group)
            measure(self.session, group)
        return group

    def add(self, seen: Seen, word_id: int) -> Group:
        """Add a word to a group, or bring one back that was taken out.

        :raises ReviewError: if the group is stale or has the word, or there is no such word.
        """
        if self.session.get(Word, word_id) is None:
            raise NoSuchRowError(Refusal.NO_WORD, word_id=word_id)
        with self._changing(Action.ADD, seen) as (group,):
            if word_id in {member.word_id for member in active(group)}:
                raise ReviewError(Refusal.MEMBER, group_id=group.id, word_id=word_id)
            self._put_in(group, [word_id])
            measure(self.session, group)
        return group

    def move(self, seen: Seen, word_id: int, target: Seen) -> tuple[Group, Group]:
        """Move a word to another group. A group that is left with one word is rejected.

        :return: the group it left, the group it is in.
        :raises ReviewError: if a group is stale, or the word is not in the one or is in the other.
        """
        with self._changing(Action.MOVE, seen, target) as (source, goal):
            if word_id in {member.word_id for member in active(goal)}:
                raise ReviewError(Refusal.MEMBER, group_id=goal.id, word_id=word_id)
            self._remove(source, [word_id])
            if len(active(source)) < MIN_MEMBERS:
                source.status = GroupStatus.REJECTED
            self._put_in(goal, [word_id])
            copy_evidence(self.session, source.id, goal.id, [member.word_id for member in active(goal)])
            measure(self.session, source)
            measure(self.session, goal)
        return source, goal

    def split(self, seen: Seen, word_ids: Iterable[int]) -> tuple[Group, Group]:
        """Split a group in two: the words go to a new group with the same status.

        :return: the group with the words that stay, the new group.
        :raises ReviewError: if the group is stale, lacks a word, or one part would have fewer than two words.
        """
        leaving = list(dict.fromkeys(word_ids))
        if len(leaving) < MIN_MEMBERS:
            raise ReviewError(Refusal.SMALL_PART)
        with self._changing(Action.SPLIT, seen) as (group,):
            new = self._new_group(group, leaving)
            self._remove(group, leaving)
            self._keep_two(group)
            copy_evidence(self.session, group.id, new.id, leaving)
            measure(self.session, group)
            measure(self.session, new)
        after = state_of(new)
        # What was before the group is a closed one: rows that decisions name are never deleted.
        self._write_down(Action.SPLIT, new, {**after, "status": str(GroupStatus.SUPERSEDED)})
        return group, new

    def merge(self, seen: Seen, other: Seen) -> Group:
        """Bring the words of another group into this one, and close the other.

        :raises ReviewError: if a group is stale, the two are one, or a word is in another accepted group.
        """
        with self._changing(Action.MERGE, seen, other) as (group, merged):
            there = {member.word_id for member in active(group)}
            merged.status = GroupStatus.SUPERSEDED
            self._put_in(group, [m.word_id for m in active(merged) if m.word_id not in there])
            copy_evidence(self.session, merged.id, group.id, [member.word_id for member in active(group)])
            measure(self.session, group)
        return group

    def rename(self, seen: Seen, word_id: int) -> Group:
        """Choose the word that stands for the group.

        :raises ReviewError: if the group is stale or lacks the word, or the word stands for it already.
        """
        with self._changing(Action.RENAME, seen) as (group,):
            if word_id not in {member.word_id for member in active(group)}:
                raise ReviewError(Refusal.NOT_MEMBER, group_id=group.id, word_id=word_id)
            if group.canonical_word_id == word_id:
                raise ReviewError(Refusal.CANONICAL, group_id=group.id, word_id=word_id)
            group.canonical_word_id = word_id
        return group

    def comment(self, group_id: int, text: str) -> Comment:
        """Remark on a group; this needs no version, as it changes nothing.

        :raises ReviewError: if the text is empty, or there is no such group.
        """
        if not text.strip():
            raise ReviewError(Refusal.EMPTY_COMMENT)
        if self.session.get(Group, group_id) is None:
            raise NoSuchRowError(Refusal.NO_GROUP, group_id=group_id)
        comment = Comment(group_id=group_id, user_id=self.user_id, text=text.strip())
        self.session.add(comment)
        self.session.flush()
        return comment

    @contextmanager
    def _changing(self, action: Action, *seen: Seen) -> Iterator[Sequence[Group]]:
        versions = dict(seen)
        if len(versions) < len(seen):
            raise ReviewError(Refusal.SAME_GROUP, group_id=seen[0].group_id)
        locked = lock_groups(self.session, versions)
        groups = [locked[group_id] for group_id in versions]
        before = [state_of(group) for group in groups]
        with self.session.no_autoflush:  # each flush would count the version on
            yield groups
            for group in groups:
                settle(group)
        self.session.flush()
        check_not_taken(self.session, groups)
        for group, state in zip(groups, before, strict=True):
            self._write_down(action, group, state)

    def _write_down(self, action: Action, group: Group, before: dict[str, object]) -> None:
        self.session.add(
            Decision(
                operation=self.operation,
                group_id=group.id,
                user_id=self.user_id,
                action=action,
                before=before,
                after=state_of(group),
                group_version=group.version,
            )
        )
        self.session.flush()

    def _remove(self, group: Group, word_ids: Sequence[int]) -> None:
        members = {member.word_id: member for member in active(group)}
        for word_id in word_ids:
            if word_id not in members:
                raise ReviewError(Refusal.NOT_MEMBER, group_id=group.id, word_id=word_id)
            members[word_id].is_removed = True
        left = active(group)
        if left and group.canonical_word_id in word_ids:
            group.canonical_word_id = left[0].word_id

    def _keep_two(self, group: Group) -> None:
        if len(active(group)) < MIN_MEMBERS:
            raise ReviewError(Refusal.ONE_WORD_LEFT, group_id=group.id)

    def _put_in(self, group: Group, word_ids: Sequence[int]) -> None:
        there = {member.word_id: member for member in group.members}
        position = max((member.position for member in group.members), default=-1)
        for word_id in word_ids:
            if word_id in there:
                there[word_id].is_removed = False
                continue
            position += 1
            word = self.session.get_one(Word, word_id)
            group.members.append(Member(word_id=word_id, word=word, position=position, is_removed=False))

    def _new_group(self, like: Group, word_ids: Sequence[int]) -> Group:
        members = {member.word_id: member for member in active(like)}
        for word_id in word_ids:
            if word_id not in members:
                raise ReviewError(Refusal.NOT_MEMBER, group_id=like.id, word_id=word_id)
        new = Group(
            status=like.status,
            origin=GroupOrigin.BY_HAND,
            signature=signature_of(members[word_id].word.text for word_id in word_ids),
            run_id=like.run_id,
            canonical_word_id=word_ids[0],
            n_members=len(word_ids),
            confidence=like.confidence,
            n_occurrences=0,
            n_affected_pieces=0,
        )
        self.session.add(new)
        self._put_in(new, word_ids)
        for member in new.members:
            member.cosine_similarity = members[member.word_id].cosine_similarity
        self.session.flush()  # the evidence needs its key; nothing else has changed so far
        return new


def check_not_taken(session: Session, groups: Sequence[Group]) -> None:
    """Check that no word of an accepted one of the groups is in another accepted group.

    :raises WordTakenError: if one is.
    """
    accepted = [group for group in groups if group.status == GroupStatus.ACCEPTED]
    word_ids = sorted({member.word_id for group in accepted for member in active(group)})
    if not word_ids:
        return
    # Two people may accept two groups with the same word at one time: the second waits here for the first.
    session.execute(
        select(Word.id).where(Word.id.in_(word_ids)).order_by(Word.id).with_for_update(key_share=True)
    ).all()
    other = aliased(Member)
    query = (
        select(Word.text, func.min(Group.id), func.max(Group.id))
        .join(other, other.word_id == Word.id)
        .join(Group, Group.id == other.group_id)
        .where(other.word_id.in_(word_ids), ~other.is_removed, Group.status == GroupStatus.ACCEPTED)
        .group_by(Word.text)
        .having(func.count() > 1)
        .order_by(Word.text)
    )
    taken = session.execute(query).first()
    if taken is not None:
        text, first, last = taken
        own = {group.id for group in accepted}
        raise WordTakenError(text, first if first not in own else last)
