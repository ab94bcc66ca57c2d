"""What a review refuses, in words that can be translated, and what its caller has to tell apart."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a change is not made: the English text, which is also the key of its translations."""

    STALE = (
        "group {group_id} is at version {current_version}, and the change was made on version {seen_version};"
        " look at the group as it is now, then decide again"
    )
    NO_GROUP = "there is no group {group_id}"
    NO_WORD = "there is no word {word_id}"
    NO_DECISION = "there is no decision {decision_id}"
    NO_OPERATION = "there is no operation {operation}"
    NO_VERDICT = "the status {status} is not one to decide on; expected accepted, rejected or deferred"
    DECIDED_SO = "group {group_id} is {status} already"
    NOT_MEMBER = "group {group_id} has no word {word_id}; choose one of its members"
    MEMBER = "group {group_id} has the word {word_id} already"
    ONE_WORD_LEFT = "group {group_id} would be left with fewer than 2 words; reject the group instead"
    SMALL_PART = "a new group needs two words or more; to part with one word, take it out"
    SAME_GROUP = "group {group_id} is named twice; name two groups"
    CANONICAL = "the word {word_id} stands for group {group_id} already"
    EMPTY_COMMENT = "the comment is empty; write something"
    TAKEN = (
        "the word {word} is in the accepted group {group_id} already; take it out of one of the two, or merge"
        " the groups"
    )
    NOT_OWN = "decision {decision_id} is somebody else's; decide on the group anew instead"
    IS_UNDO = "decision {decision_id} is an undo; decide on the group anew instead"
    UNDONE = "decision {decision_id} is undone already"
    DEPENDED_ON = "group {group_id} has changed since decision {decision_id}; undo the later changes first"
    ALL_CHANGED = "each group of it has changed since; undo the later changes first"
    BULK_CHANGED = (
        "the filter matches {n_groups} groups now, and {n_expected} were confirmed; look at the preview again"
    )
    BULK_STATUS = "a bulk decision is on groups of one status; name it in the filter"
    BULK_DECIDED_SO = "these groups are {status} already"


class ReviewError(ValueError):
    """A change that cannot be made; nothing was changed.

    :ivar refusal: why.
    :ivar values: what stands in the text for the names in braces.
    """

    def __init__(self, refusal: Refusal, **values: object) -> None:
        self.refusal = refusal
        self.values = values
        super().__init__(refusal.format(**values))


class StaleVersionError(ReviewError):
    """Somebody has changed the group since the caller saw it.

    :ivar group_id: key of the group.
    :ivar seen_version: version that the caller saw.
    :ivar current_version: version that the group has now.
    """

    def __init__(self, group_id: int, seen_version: int, current_version: int) -> None:
        self.group_id = group_id
        self.seen_version = seen_version
        self.current_version = current_version
        super().__init__(
            Refusal.STALE, group_id=group_id, seen_version=seen_version, current_version=current_version
        )


class NoSuchRowError(ReviewError):
    """There is no such group, word or decision."""


class WordTakenError(ReviewError):
    """A word would stand in two accepted groups; it has one embedding, so it can share with one group only.

    :ivar group_id: the other accepted group.
    :ivar word: text of the word.
    """

    def __init__(self, word: str, group_id: int) -> None:
        self.word = word
        self.group_id = group_id
        super().__init__(Refusal.TAKEN, word=word, group_id=group_id)


class NotUndoableError(ReviewError):
    """Something later depends on the decision, or it is not the caller's to undo."""


class BulkChangedError(ReviewError):
    """The filter no longer matches the number of groups that was confirmed.

    :ivar n_expected: number that was confirmed.
    :ivar n_groups: number that the filter matches now.
    """

    def __init__(self, n_expected: int, n_groups: int) -> None:
        self.n_expected = n_expected
        self.n_groups = n_groups
        super().__init__(Refusal.BULK_CHANGED, n_expected=n_expected, n_groups=n_groups)
