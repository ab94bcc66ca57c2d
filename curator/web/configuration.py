"""How the web application is told what it may do, and what it refuses to start with."""

import ipaddress
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

MIN_SECRET_LENGTH = 32
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What ``curator serve`` is told.

    :ivar secret_key: signs the sessions; a random one if empty, so that sessions end with the server.
    :ivar hosts: names under which the server is reached, beside the loopback ones.
    :ivar is_behind_tls: whether a proxy in front speaks TLS; cookies are then sent over TLS only.
    :ivar oidc_issuer: address of the OpenID Connect provider; empty where people log in by password.
    :ivar oidc_client_id: what the provider calls this application.
    :ivar oidc_client_secret: what the application proves itself with.
    :ivar n_opinions: how many people judge a group before it is decided, each blind to the others.
    :ivar session_time: after which a session ends.
    :ivar login_limit: failed tries to log in that one address has, in the notation of Flask-Limiter.
    """

    secret_key: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    is_behind_tls: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    n_opinions: int = 1
    session_time: timedelta = timedelta(hours=12)
    login_limit: str = "10 per minute; 50 per hour"
    random_key: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


def check_exposed(settings: WebSettings, address: str) -> None:
    """Check that a server on this address is safe to be reached by others.

    :param address: that the server listens on.
    :raises ValueError: if others can reach it and the secret is missing, short or a placeholder, or its
        own name is not given.
    """
    if is_loopback(address):
        return
    key = settings.secret_key
    if len(key) < MIN_SECRET_LENGTH or len(set(key)) < MIN_SECRET_LENGTH // 4:
        raise ValueError(
            f"on {address} others can reach the server, and the secret has {len(key)} characters; set"
            f" DONGUI_SECRET_KEY to {MIN_SECRET_LENGTH} or more random ones, e.g. of `openssl rand -base64 48`"
        )
    if not settings.hosts:
        raise ValueError(
            f"on {address} others can reach the server; say under which name, e.g. --host-name words.example.org"
        )


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
