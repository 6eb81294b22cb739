"""Other spellings of a path, which a gate and the router behind it may read differently."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote

SPELT_OTHERWISE = "bank.spelt_otherwise"
"""Set in the environ of a request whose path the gate did not recognise and the router did."""


def usual(path: str, spellings: Collection[str]) -> str:
    """Give the usual spelling of a decoded path, undoing case, slashes, dots, encoding or parameters."""
    if "encoding" in spellings:
        path = unquote(path).rstrip(" \0")
    if "parameters" in spellings:
        path = re.sub(r"/[^/]+/\.\.;[^/]*", "", path)
        path = re.sub(r";[^/]*", "", path).removesuffix(".json")
    if "slashes" in spellings:
        path = re.sub(r"/+", "/", path).rstrip("/") or "/"
    if "dots" in spellings:
        path = posixpath.normpath(path)
    return path.lower() if "case" in spellings else path
