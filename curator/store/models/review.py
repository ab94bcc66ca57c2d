"""People and what they do: accounts, tokens, leases, decisions, second opinions, comments."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.models.base import Base, enum_by_value, utc_now
from curator.store.models.groups import GroupStatus


class Role(StrEnum):
    """What a user may do; each role may do what the ones before it may."""

    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"


class TokenKind(StrEnum):
    """What a token opens."""

    LOGIN = "login"  # the page, once
    API = "api"


class Action(StrEnum):
    """What a decision did to a group."""

    ACCEPT = "accept"
    REJECT = "reject"
    DEFER = "defer"
    REMOVE = "remove"
    ADD = "add"
    MOVE = "move"
    SPLIT = "split"
    MERGE = "merge"
    RENAME = "rename"  # another canonical word
    UNDO = "undo"


class User(Base):
    """Somebody who decides."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True, comment="Login name")
    role: Mapped[Role] = mapped_column(enum_by_value(Role), comment="What the user may do")
    password_hash: Mapped[str | None] = mapped_column(comment="Argon2; none where login is by link or OpenID")
    oidc_subject: Mapped[str | None] = mapped_column(unique=True, comment="Issuer and subject of OpenID Connect")
    is_active: Mapped[bool] = mapped_column(default=True, comment="Whether the user may log in")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="Language, theme, keys")
    created_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")


class Token(Base):
    """A secret that stands for a user; only its digest is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True, comment="The user it stands for"
    )
    kind: Mapped[TokenKind] = mapped_column(enum_by_value(TokenKind), comment="What it opens")
    digest: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the token, which is random")
    name: Mapped[str | None] = mapped_column(comment="What the user calls an API token")
    created_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")
    expires_at: Mapped[datetime | None] = mapped_column(comment="UTC; none = until revoked")
    used_at: Mapped[datetime | None] = mapped_column(comment="Last use, UTC; a login token is used once")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="UTC")


class Lease(Base):
    """A group that one reviewer has before them. A lease past its time counts for nothing."""

    __tablename__ = "leases"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True, comment="Who has the group"
    )
    expires_at: Mapped[datetime] = mapped_column(comment="Moved on by each heartbeat, UTC")


class Decision(Base):
    """One change to one group by one person. Never deleted; an undo is a decision of its own."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "user_id", "decided_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[UUID] = mapped_column(
        Uuid,
        index=True,
        comment="Same for all groups that one action changed: a move, a merge, a bulk accept",
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True, comment="The group")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), comment="Who decided")
    decided_at: Mapped[datetime] = mapped_column(default=utc_now, index=True, comment="UTC")
    action: Mapped[Action] = mapped_column(enum_by_value(Action), comment="What was done")
    before: Mapped[dict[str, Any]] = mapped_column(comment="The group before")
    after: Mapped[dict[str, Any]] = mapped_column(comment="The group after")
    group_version: Mapped[int] = mapped_column(comment="Version of the group that the decision made")
    undone_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id"), index=True, comment="The decision that undid this one"
    )


class Opinion(Base):
    """What one reviewer said of a group, blind to the others; two that differ wait for an approver."""

    __tablename__ = "opinions"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    verdict: Mapped[GroupStatus] = mapped_column(enum_by_value(GroupStatus), comment="What they would decide")
    group_version: Mapped[int] = mapped_column(comment="Version of the group that they saw")
    stated_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")


class Comment(Base):
    """A remark on a group."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), index=True, comment="The group"
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True, comment="Who wrote it")
    text: Mapped[str] = mapped_column(comment="The remark")
    created_at: Mapped[datetime] = mapped_column(default=utc_now, comment="UTC")
