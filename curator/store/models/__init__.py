"""The tables of the store, as SQLAlchemy models."""

from curator.store.models.base import Base, UtcDateTime, utc_now
from curator.store.models.groups import Evidence, Group, GroupOrigin, GroupStatus, Member
from curator.store.models.imports import ImportedGroup, ImportedWord
from curator.store.models.mining import CategoryFrequency, Example, Neighbor, Run, Word, WordStatistics
from curator.store.models.release import Release, ReleaseGroup, ReleaseMember
from curator.store.models.review import (
    Action,
    Comment,
    Decision,
    Lease,
    Opinion,
    Role,
    Token,
    TokenKind,
    User,
)

__all__ = [
    "Action",
    "Base",
    "CategoryFrequency",
    "Comment",
    "Decision",
    "Evidence",
    "Example",
    "Group",
    "GroupOrigin",
    "GroupStatus",
    "ImportedGroup",
    "ImportedWord",
    "Lease",
    "Member",
    "Neighbor",
    "Opinion",
    "Release",
    "ReleaseGroup",
    "ReleaseMember",
    "Role",
    "Run",
    "Token",
    "TokenKind",
    "User",
    "UtcDateTime",
    "Word",
    "WordStatistics",
    "utc_now",
]
