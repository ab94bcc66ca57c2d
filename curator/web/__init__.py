"""The review page and its API, on Flask."""

from curator.web.application import create_app
from curator.web.configuration import WebSettings

__all__ = ["WebSettings", "create_app"]
