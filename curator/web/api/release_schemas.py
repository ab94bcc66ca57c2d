"""What the API takes and gives of releases and exports."""

from marshmallow import Schema, validate
from marshmallow.fields import AwareDateTime, Dict, Float, Integer, List, Nested, String

from curator.web.api.schemas import MAX_KEY, MAX_PAGE, text
from curator.web.releases import MAX_NOTE_LENGTH


class NewReleaseSchema(Schema):
    """What a release is made with."""

    note = text(MAX_NOTE_LENGTH, metadata={"description": "What the release is for."})


class ReleaseSchema(Schema):
    """A numbered, frozen set of accepted groups."""

    number = Integer()
    digest = String(metadata={"description": "SHA-256 of the content."})
    note = String(allow_none=True)
    created_by = String(allow_none=True)
    created_at = AwareDateTime()
    n_groups = Integer()
    n_words = Integer()


class ReleasedPageSchema(Schema):
    """Which groups of a release."""

    limit = Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    after = Integer(
        load_default=0,
        validate=validate.Range(0, MAX_KEY),
        metadata={"description": "The field `after` of the page before."},
    )


class WordsQuerySchema(Schema):
    """Which words."""

    run = Integer(
        validate=validate.Range(0, MAX_KEY),
        metadata={"description": "Only those of this run."},
    )


class ReleasedMemberSchema(Schema):
    """A word of a released group."""

    word = String()
    pos = String(allow_none=True)
    weight = Float(allow_none=True, metadata={"description": "Frequency in the corpus."})


class ReleasedGroupSchema(Schema):
    """A group as it was when the release was made; the canonical word is the first member."""

    group_id = Integer()
    decided_by = String(allow_none=True)
    decided_at = String(allow_none=True)
    members = List(Nested(ReleasedMemberSchema))


class ReleasedGroupsSchema(Schema):
    """A page of released groups."""

    groups = List(Nested(ReleasedGroupSchema))
    after = Integer(allow_none=True, metadata={"description": "Where the next page begins; null at the end."})


class DifferenceQuerySchema(Schema):
    """With which release to compare, and which part of the lists to give."""

    since = Integer(required=True, validate=validate.Range(0, MAX_KEY))
    offset = Integer(load_default=0, validate=validate.Range(0, MAX_KEY))
    limit = Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))


class ChangedGroupSchema(Schema):
    """A group of the older release, and the groups of the newer one that hold words of it."""

    before = Nested(ReleasedGroupSchema)
    after = List(Nested(ReleasedGroupSchema))


class DifferenceSchema(Schema):
    """What a release has that another has not."""

    n_added = Integer()
    n_removed = Integer()
    n_changed = Integer()
    added = List(Nested(ReleasedGroupSchema))
    removed = List(Nested(ReleasedGroupSchema))
    changed = List(Nested(ChangedGroupSchema))


class FormatSchema(Schema):
    """A format of files."""

    name = String()
    suffix = String()
    media_type = String()


class ExportReportSchema(Schema):
    """What a file holds, and what not."""

    n_groups = Integer()
    n_words = Integer()
    n_left_out_words = Integer()
    n_left_out_groups = Integer()
    left_out = List(String(), metadata={"description": "The first words that are left out, with the reason."})
    notes = Dict(keys=String(), values=Integer(), metadata={"description": "What to know -> number of groups."})
