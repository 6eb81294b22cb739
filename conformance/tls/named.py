"""The hosts that a bank names of itself: in its API description and in its authorization server's metadata.

What is read was written by the bank: any value may be of any type, and what makes no sense is passed over.
Sources: OpenAPI 3.1 section 4.8.5 and Swagger 2.0 (host, schemes); RFC 8414 section 2; RFC 8705 section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.document import mapping

Named = tuple[str, str]
"""What a place is used for, and its URL."""
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MANY = 1000


def described(document: Any) -> Iterator[Named]:
    """The servers of an OpenAPI or Swagger document: its own, and those of a path or an operation."""
    whole = mapping(document)
    if isinstance(whole.get("swagger"), str):
        host, schemes = whole.get("host"), whole.get("schemes")
        if isinstance(host, str) and (not isinstance(schemes, list) or "https" in schemes or not schemes):
            yield "server", f"https://{host}"
        return
    yield from _servers(whole)
    for item in list(mapping(whole.get("paths")).values())[:_MANY]:
        yield from _servers(mapping(item))
        for method in _METHODS:
            yield from _servers(mapping(mapping(item).get(method)))


def _servers(holder: Mapping[str, Any]) -> Iterator[Named]:
    servers = holder.get("servers")
    for server in servers[:_MANY] if isinstance(servers, list) else ():
        url = mapping(server).get("url")
        if isinstance(url, str):
            for name, variable in mapping(server.get("variables")).items():
                url = url.replace(f"{{{name}}}", str(mapping(variable).get("default", "")))
            yield "server", url


def published(metadata: Any) -> Iterator[Named]:
    """The issuer, each endpoint, the key set, and each alias for mutual TLS."""
    members = mapping(metadata)
    for prefix, holder in (("", members), ("mtls ", mapping(members.get("mtls_endpoint_aliases")))):
        for name, value in list(holder.items())[:_MANY]:
            if isinstance(value, str) and (name in ("issuer", "jwks_uri") or str(name).endswith("_endpoint")):
                yield f"{prefix}{name}", value
