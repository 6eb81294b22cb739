"""Whether a redirect URI is a registered one (RFC 9700 2.1: by exact comparison)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import SplitResult, unquote, urlsplit

from conformance.bank.authorization.policy import RedirectMatch


def registered(given: str, known: Iterable[str], match: RedirectMatch) -> bool:
    """Tell whether the URI is a registered one, or as like it as `match` is content with."""
    if match == "exact":
        return given in known
    if match == "any":
        return True
    try:
        return any(_alike(given, each, match) for each in known)
    except ValueError:
        return False


def _alike(given: str, known: str, match: RedirectMatch) -> bool:
    if match == "prefix":
        return given.startswith(known)
    if match == "suffix":
        return given.endswith(known.partition("://")[2])
    if match == "case_insensitive":
        return given.lower() == known.lower()
    if match == "ignore_trailing_slash":
        return given.rstrip("/") == known.rstrip("/")
    one, other = urlsplit(given), urlsplit(known)
    if match == "host":
        return one.hostname == other.hostname
    if match == "subdomain":
        inside = (one.hostname or "").endswith(f".{other.hostname}")
        return (inside or one.hostname == other.hostname) and one.path == other.path
    if match == "loopback" and one.hostname in ("localhost", "127.0.0.1"):
        return True
    return _reduced(one, match) == _reduced(other, match)


def _reduced(parts: SplitResult, match: RedirectMatch) -> SplitResult:
    if match == "ignore_scheme":
        return parts._replace(scheme="")
    if match == "ignore_port":
        return parts._replace(netloc=parts.netloc.rpartition(":")[0] if parts.port else parts.netloc)
    if match == "ignore_query":
        return parts._replace(query="")
    if match == "ignore_fragment":
        return parts._replace(fragment="")
    if match == "ignore_userinfo":
        return parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return parts._replace(path=posixpath.normpath(unquote(parts.path)), netloc=parts.netloc.lower())
