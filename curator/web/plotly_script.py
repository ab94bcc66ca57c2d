"""The plotting library's script, out of the installed package."""

import gzip
import re
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

# Where the script looks for an element of this name before it adds a style of its own to the page, which the
# content security policy forbids: with such an element on the page it does not try.
STYLE_NAME = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


def script_path() -> Path:
    """Return the file of the script."""
    return Path(str(resources.files("plotly") / "package_data" / "plotly.min.js"))


def script_version() -> str:
    """Return the version of the package, which changes the address of the script."""
    return version("plotly")


@cache
def compressed_script() -> bytes:
    """Return the script by gzip, a quarter of it; that takes a third of a second, once."""
    return gzip.compress(script_path().read_bytes(), mtime=0)


@cache
def style_names() -> tuple[str, ...]:
    """Return the names of the styles that the script would add to a page."""
    return tuple(dict.fromkeys(STYLE_NAME.findall(script_path().read_text(encoding="utf-8"))))
