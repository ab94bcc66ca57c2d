"""What the API takes and gives of words, runs and progress."""

from marshmallow import Schema, validate
from marshmallow.fields import AwareDateTime, Boolean, Dict, Enum, Float, Integer, List, Nested, String

from curator.store.models import GroupStatus
from curator.web.api.schemas import MAX_PAGE, GroupSchema, address_key, text

MAX_MAP_POINTS = 10_000


class WordQuerySchema(Schema):
    """Which words."""

    search = text(100, metadata={"description": "Begins the word; with * before it, stands in it."})
    after = text(200, metadata={"description": "The last word of the page before."})
    limit = Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))


class WordSchema(Schema):
    """A word of the lexicon."""

    id = Integer()
    text = String()
    pos = String()


class CloseQuerySchema(Schema):
    """Which words beside a group; without a search, the close ones that were left out."""

    search = text(100, metadata={"description": "Begins the word; with * before it, stands in it."})


class CloseWordSchema(Schema):
    """A word that is not in a group and might be."""

    word_id = Integer()
    text = String()
    pos = String()
    frequency = Integer(allow_none=True)
    group_id = Integer(allow_none=True, metadata={"description": "A group that it can be moved from."})
    group_version = Integer(allow_none=True)
    is_removed = Boolean(metadata={"description": "Whether somebody took it out of the group."})


class WordDetailSchema(WordSchema):
    """A word with what is known of it."""

    frequency = Integer(allow_none=True)
    is_oov = Boolean(allow_none=True)
    pieces = List(String(), allow_none=True)
    frequency_by_category = Dict(
        keys=String(),
        values=Integer(),
        metadata={"description": "Empty if the run did not read its corpus by category; the key may be empty."},
    )
    group_ids = List(Integer())
    sentences = List(String())
    together = List(Integer(), metadata={"description": "Words that later runs keep with it."})
    apart = List(Integer(), metadata={"description": "Words that later runs keep apart from it."})


class DecisionQuerySchema(Schema):
    """Which decisions."""

    before = address_key()
    limit = Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))


class DisputeSchema(Schema):
    """A group of which people think differently."""

    group = Nested(GroupSchema)
    opinions = Dict(keys=String(), values=Enum(GroupStatus, by_value=True), metadata={"description": "By name."})


class RunSchema(Schema):
    """A mining run."""

    id = Integer()
    fingerprint = String()
    started_at = AwareDateTime()
    finished_at = AwareDateTime()


class FunnelStepSchema(Schema):
    """How many of what a step left."""

    step = String()
    n = Integer()


class RunDetailSchema(RunSchema):
    """A mining run with its funnel from sentences to groups, what became of these, and its manifest."""

    funnel = List(Nested(FunnelStepSchema))
    by_status = Dict(keys=String(), values=Integer())
    manifest = Dict()


class MapQuerySchema(Schema):
    """Which part of a run's map; all four sides, or none."""

    left = Float()
    right = Float()
    bottom = Float()
    top = Float()
    word = text(100, 1, metadata={"description": "Begins the word; with * before it, stands in it."})
    limit = Integer(load_default=1_000, validate=validate.Range(1, MAX_MAP_POINTS))


class MapPointSchema(Schema):
    """A word on the map."""

    word_id = Integer()
    text = String()
    x = Float()
    y = Float()
    frequency = Integer()
    group_id = Integer(allow_none=True)
    status = Enum(GroupStatus, by_value=True, allow_none=True)


class MapSchema(Schema):
    """A part of a run's map: its most frequent words."""

    run_id = Integer()
    n_words = Integer(metadata={"description": "Words in that part, given or not."})
    points = List(Nested(MapPointSchema))


class PersonDaySchema(Schema):
    """What one person decided on one day."""

    name = String()
    day = String()
    n_groups = Integer()
    groups_per_hour = Float()


class BandSchema(Schema):
    """Decided groups of one range of confidence."""

    low = Float()
    high = Float()
    n_accepted = Integer()
    n_rejected = Integer()


class PairAgreementSchema(Schema):
    """How far two people agree beyond chance."""

    names = List(String())
    n_groups = Integer()
    cohen_kappa = Float(allow_none=True)


class AgreementSchema(Schema):
    """How far people agree beyond chance."""

    pairs = List(Nested(PairAgreementSchema))
    fleiss_kappa = Float(allow_none=True)
    n_groups = Integer(metadata={"description": "Groups that Fleiss' kappa is over."})


class ProgressSchema(Schema):
    """How the review goes on."""

    agreement = Nested(AgreementSchema)

    by_status = Dict(keys=String(), values=Integer())
    by_person_and_day = List(Nested(PersonDaySchema))
    by_confidence = List(Nested(BandSchema))
