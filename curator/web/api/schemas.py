"""What the API takes and gives, as schemas that its document is derived from."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow.fields import UUID, AwareDateTime, Boolean, Dict, Enum, Float, Integer, List, Nested, String

from curator.review.filters import Order
from curator.store.models import Action, GroupOrigin, GroupStatus
from curator.web.changes import MAX_COMMENT_LENGTH

MAX_KEY = 2**63 - 1
MAX_PAGE = 200
VERDICTS = [GroupStatus.ACCEPTED, GroupStatus.REJECTED, GroupStatus.DEFERRED]


def key(**options: Any) -> Integer:  # noqa: ANN401 - marshmallow's own options
    """Return a field for the key of a row or a version."""
    return Integer(strict=True, validate=validate.Range(0, MAX_KEY), **options)


class AddressInteger(Integer):
    """A whole number that an address has as text; in JSON it is a number, and 1.5 is none."""

    def _deserialize(self, value: object, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ANN401 - marshmallow's
        if isinstance(value, str) and value.isdecimal() and len(value) <= len(str(MAX_KEY)):
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


def address_key() -> Integer:
    """Return a field for the key of a row, or a number of rows, in an address."""
    return AddressInteger(strict=True, validate=validate.Range(0, MAX_KEY))


def text(longest: int, shortest: int = 0, **options: Any) -> String:  # noqa: ANN401 - marshmallow's own options
    """Return a field for a text without control characters that a database refuses."""
    limits = validate.And(validate.Length(shortest, longest), validate.Regexp(r"^[^\x00\ud800-\udfff]*$"))
    return String(validate=limits, **options)


def share(**options: Any) -> Float:  # noqa: ANN401 - marshmallow's own options
    """Return a field for a number in [0, 1]."""
    return Float(validate=validate.Range(0.0, 1.0), **options)


class FilterSchema(Schema):
    """Which groups."""

    status = Enum(GroupStatus, by_value=True)
    run_id = address_key()
    pos = text(100, metadata={"description": "Part of speech of the canonical word."})
    min_members = address_key()
    max_members = address_key()
    min_confidence = share()
    max_confidence = share()
    word = text(100, 1, metadata={"description": "Begins a word of the group; with * before it, stands in one."})


class PageSchema(FilterSchema):
    """Which groups, in which order, from where."""

    order = Enum(Order, by_value=True, load_default=Order.CONFIDENCE)
    limit = Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    after = text(100, metadata={"description": "The field `after` of the page before."})


class MemberSchema(Schema):
    """A word of a group."""

    word_id = Integer()
    text = String()
    pos = String()
    is_canonical = Boolean()
    is_removed = Boolean()
    cosine_similarity = Float(allow_none=True)


class GroupSchema(Schema):
    """A group of words."""

    id = Integer()
    version = Integer(metadata={"description": "A change names the version that it was made on."})
    status = Enum(GroupStatus, by_value=True)
    origin = Enum(GroupOrigin, by_value=True)
    run_id = Integer(allow_none=True)
    confidence = Float()
    min_pair_cosine_similarity = Float(allow_none=True)
    n_occurrences = Integer()
    n_affected_pieces = Integer()
    members = List(Nested(MemberSchema))


class GroupPageSchema(Schema):
    """A page of groups."""

    groups = List(Nested(GroupSchema))
    after = String(allow_none=True, metadata={"description": "Where the next page begins; null at the end."})


class EvidenceSchema(Schema):
    """One reason why two words stand together."""

    word_a_id = Integer()
    word_b_id = Integer()
    kind = String()
    value = Float()
    sentence = String(allow_none=True)


class CommentSchema(Schema):
    """A remark on a group."""

    user = String()
    text = String()
    created_at = AwareDateTime()


class DecisionSchema(Schema):
    """One change to a group by one person."""

    id = Integer()
    operation = UUID()
    group_id = Integer()
    user = String()
    decided_at = AwareDateTime()
    action = Enum(Action, by_value=True)
    before = Dict()
    after = Dict()
    group_version = Integer()
    undone_by_id = Integer(allow_none=True)
    can_undo = Boolean()


class GroupDetailSchema(GroupSchema):
    """A group with its reasons, comments and decisions."""

    evidence = List(Nested(EvidenceSchema))
    comments = List(Nested(CommentSchema))
    decisions = List(Nested(DecisionSchema))


class ChangeSchema(Schema):
    """What every change names."""

    version = key(required=True, metadata={"description": "Version of the group that the change is made on."})
    operation = UUID(metadata={"description": "Made up by the client: what is sent twice is stored once."})


class VerdictSchema(ChangeSchema):
    """Accept, reject or defer."""

    status = Enum(GroupStatus, by_value=True, required=True, validate=validate.OneOf(VERDICTS))


class WordChangeSchema(ChangeSchema):
    """A change of one word."""

    word_id = key(required=True)


class MergeSchema(ChangeSchema):
    """The words of another group into this one."""

    target_id = key(required=True)
    target_version = key(required=True)


class MoveSchema(MergeSchema):
    """A word to another group."""

    word_id = key(required=True)


class SplitSchema(ChangeSchema):
    """Words that go to a new group."""

    word_ids = List(key(), required=True, validate=validate.Length(1, 1000))


class NewCommentSchema(Schema):
    """A remark."""

    text = text(MAX_COMMENT_LENGTH, 1, required=True)


class ChangedSchema(Schema):
    """The groups that a change has left."""

    groups = List(Nested(GroupSchema))


class LeaseQuerySchema(FilterSchema):
    """Which groups to take."""

    status = Enum(GroupStatus, by_value=True, load_default=GroupStatus.PROPOSED)
    order = Enum(Order, by_value=True, load_default=Order.CONFIDENCE)
    n_groups = Integer(load_default=1, validate=validate.Range(1, 50))


class HeldSchema(Schema):
    """Groups to hold on to."""

    group_ids = List(key(), required=True, validate=validate.Length(max=50))


class ExpirySchema(Schema):
    """When the leases end."""

    expires_at = AwareDateTime(allow_none=True, metadata={"description": "Null if a group has gone to another."})


class ReleasedSchema(Schema):
    """How many groups were given back."""

    n_released = Integer()


class BulkSchema(Schema):
    """One decision on all groups that a filter matches."""

    filter = Nested(FilterSchema, required=True)
    status = Enum(GroupStatus, by_value=True, required=True, validate=validate.OneOf(VERDICTS))
    n_expected = key(required=True, metadata={"description": "Number of groups that the preview has shown."})


class BulkPreviewSchema(Schema):
    """What a bulk decision would be on."""

    n_groups = Integer()
    sample = List(Nested(GroupSchema))


class BulkOutcomeSchema(Schema):
    """What came of a bulk decision."""

    operation = UUID()
    n_decided = Integer()
    n_taken = Integer()
    n_held = Integer()


class UndoneSchema(Schema):
    """What came of undoing an operation."""

    n_undone = Integer()
    n_kept = Integer()


class RefusalSchema(Schema):
    """Why a request was refused."""

    error = String()
    current_version = Integer(metadata={"description": "With 409: the version that the group has now."})
    errors = Dict(metadata={"description": "With 422: what is wrong, field by field."})
