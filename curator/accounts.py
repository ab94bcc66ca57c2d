"""People: passwords by argon2, one-time links for the login, tokens for programs."""

import getpass
import hashlib
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from curator.store.models import Role, Token, TokenKind, User, utc_now

LOGIN_LINK_TIME = timedelta(hours=1)
MIN_PASSWORD_LENGTH = 10
ROLES = list(Role)  # each may do what the ones before it may

hasher = PasswordHasher()


def add_user(session: Session, name: str, role: Role, password: str | None = None) -> User:
    """Add a user.

    :raises ValueError: if the name is empty or taken, or the password is too short.
    """
    name = name.strip()
    if not name or len(name) > 64:
        raise ValueError(f"the name has {len(name)} characters; expected 1 to 64")
    if find_user(session, name) is not None:
        raise ValueError(f"there is a user {name} already; choose another name")
    user = User(name=name, role=role, password_hash=None, settings={})
    if password is not None:
        set_password(user, password)
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, name: str) -> User | None:
    """Return the user of a name, or None."""
    return session.scalars(select(User).where(User.name == name)).one_or_none()


def set_password(user: User, password: str) -> None:
    """Give a user another password; sessions that began with the old one end.

    :raises ValueError: if the password is too short.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise ValueError(f"the password has {len(password)} characters; expected {MIN_PASSWORD_LENGTH} or more")
    user.password_hash = hasher.hash(password)


@cache
def unknown_hash() -> str:
    """Return a hash that no password has: checking it takes as long as for a user who is there."""
    return hasher.hash(secrets.token_urlsafe(32))


def check_password(session: Session, name: str, password: str) -> User | None:
    """Return the active user of the name and password, or None, after the same time in each case."""
    user = find_user(session, name)
    kept = user.password_hash if user is not None else None
    try:
        hasher.verify(kept or unknown_hash(), password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user if user is not None and user.is_active and kept else None


def session_stamp(user: User) -> str:
    """Return what a session keeps of the account: it changes with the password and the role."""
    return digest(f"{user.id} {user.password_hash} {user.role} {user.is_active}")[:16]


def may(user: User, role: Role) -> bool:
    """Return whether a user may do what a role may."""
    return ROLES.index(user.role) >= ROLES.index(role)


def new_login_token(session: Session, user: User) -> str:
    """Return a token that logs a user in once, within an hour."""
    return new_token(session, user, TokenKind.LOGIN, None, LOGIN_LINK_TIME)


def new_api_token(session: Session, user: User, name: str, lifetime: timedelta | None = None) -> str:
    """Return a token for programs; it is shown once, as only its digest is kept."""
    return new_token(session, user, TokenKind.API, name, lifetime)


def new_token(session: Session, user: User, kind: TokenKind, name: str | None, lifetime: timedelta | None) -> str:
    """Store a token's digest and return the token, of 256 random bits."""
    text = secrets.token_urlsafe(32)
    expires_at = None if lifetime is None else utc_now() + lifetime
    session.add(Token(user_id=user.id, kind=kind, digest=digest(text), name=name, expires_at=expires_at))
    session.flush()
    return text


def redeem_login_token(session: Session, text: str) -> User | None:
    """Return the user of a login token and use it up, or None if it is not valid any more."""
    now = utc_now()
    used = (
        update(Token)
        .where(Token.digest == digest(text), Token.kind == TokenKind.LOGIN, Token.used_at.is_(None))
        .where(Token.revoked_at.is_(None), Token.expires_at > now)
        .values(used_at=now)
        .returning(Token.user_id)
    )
    user_id = session.scalar(used)
    return None if user_id is None else active_user(session, user_id)


def user_of_api_token(session: Session, text: str) -> User | None:
    """Return the active user of an API token, or None."""
    query = select(Token).where(Token.digest == digest(text), Token.kind == TokenKind.API)
    token = session.scalars(query.where(Token.revoked_at.is_(None))).one_or_none()
    if token is None or (token.expires_at is not None and token.expires_at <= utc_now()):
        return None
    return active_user(session, token.user_id)


def active_user(session: Session, user_id: int) -> User | None:
    """Return a user who may log in, or None."""
    user = session.get(User, user_id)
    return user if user is not None and user.is_active else None


def local_admin(session: Session) -> User:
    """Return the administrator for the one-time link of the terminal: the first, or a new one.

    A new one has the name that the system calls the person at the terminal.
    """
    admins = select(User).where(User.role == Role.ADMIN, User.is_active).order_by(User.id)
    found = session.scalars(admins).first()
    if found is not None:
        return found
    name = getpass.getuser()
    return add_user(session, name if find_user(session, name) is None else f"{name}-admin", Role.ADMIN)


def digest(text: str) -> str:
    """Return the SHA-256 of a token; a token is random, so it needs no slow hash."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
