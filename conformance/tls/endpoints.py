"""From what a bank names (URLs of configuration, description and metadata, authorities) to endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from conformance.tls.facts import Endpoint

HTTPS = 443


def endpoints(named: Iterable[tuple[str, str]]) -> tuple[Endpoint, ...]:
    """Endpoints of pairs of a use (``token_endpoint``) and a URL or authority (``host:port``), each once.

    Uses of the same host and port are joined. What is neither https nor an authority is left out: it has no
    TLS to look at, and that it is named at all is for others to judge.
    """
    uses: dict[tuple[str, int], list[str]] = {}
    for use, place in named:
        found = _place(place)
        if found is not None:
            known = uses.setdefault(found, [])
            if use not in known:
                known.append(use)
    return tuple(Endpoint(host, port, uses=tuple(known)) for (host, port), known in uses.items())


def _place(text: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host, port = parts.hostname, parts.port or HTTPS
    except ValueError:
        return None
    return (host.rstrip("."), port) if parts.scheme == "https" and host else None
