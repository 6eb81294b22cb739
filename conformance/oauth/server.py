"""The authorization server as its metadata and the target file have it (RFC 8414; OpenID Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from conformance.address import url_parts
from conformance.answer import Answer
from conformance.authorization import Authorization
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request

T = TypeVar("T")
Flow = Generator[Request, Answer, T]
"""Yields requests, takes their answers, returns what they came to."""

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True, slots=True)
class Published:
    """A metadata document as it was fetched; ``members`` is None when it is no JSON object."""

    kind: str
    url: str
    answer: Answer
    members: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Server:
    """An authorization server. ``metadata`` are the members of its best document, then those of the file."""

    issuer: str
    metadata: Mapping[str, Any]
    published: tuple[Published, ...] = ()

    def endpoint(self, name: str, *, mutual: bool = False) -> str:
        """The URL of an endpoint by its name in RFC 8414, an mTLS alias where ``mutual`` and there is one.

        Raises ``NotApplicable`` when the server has none, ``Inconclusive`` when what it names is no URL.
        """
        aliases = self.metadata.get("mtls_endpoint_aliases")
        url = self.metadata.get(name)
        if mutual and isinstance(aliases, Mapping) and isinstance(aliases.get(name), str):
            url = aliases[name]
        if not isinstance(url, str) or not url:
            raise NotApplicable(f"the authorization server names no {name}")
        if not _usable(url):
            raise Inconclusive(f"the authorization server names {url[:100]!r} as its {name}, which is no URL")
        return url

    def has(self, name: str) -> bool:
        """Whether the server names an endpoint, or sets a flag."""
        return bool(self.metadata.get(name))

    def listed(self, name: str) -> tuple[str, ...]:
        """The strings of a list member; empty when it is absent or no list."""
        value = self.metadata.get(name)
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()

    @property
    def urls(self) -> tuple[str, ...]:
        """Every URL that the metadata name as an endpoint or a key set."""
        aliases = self.metadata.get("mtls_endpoint_aliases")
        named = {**self.metadata, **{f"alias.{k}": v for k, v in _items(aliases)}}
        return tuple(
            value
            for name, value in named.items()
            if isinstance(value, str) and (name.endswith(("_endpoint", "jwks_uri")))
        )


def _usable(url: str) -> bool:
    parts = url_parts(url)
    whole = parts is not None and bool(parts.scheme and parts.hostname)
    return whole and url.isprintable() and " " not in url


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def well_known(issuer: str, kind: str) -> str:
    """The place of a metadata document: appended for OpenID, inserted for RFC 8414 (3.1)."""
    if kind == "openid":
        return issuer.rstrip("/") + OPENID
    parts = urlsplit(issuer)
    return urlunsplit((parts.scheme, parts.netloc, OAUTH + parts.path.rstrip("/"), "", ""))


def discovered(configured: Authorization) -> Flow[Server]:
    """Fetches what the server publishes about itself; raises ``Inconclusive`` when that is nothing."""
    issuer = configured.issuer
    places: dict[str, str] = {}
    if issuer:
        places = {well_known(issuer, kind): kind for kind in ("openid", "oauth")}
    if configured.discovery and configured.discovery not in places:
        kind = "openid" if "openid-configuration" in configured.discovery else "oauth"
        places = {configured.discovery: kind, **places}
    published = []
    for url, kind in places.items():
        answer = yield Request("GET", url, (("Accept", "application/json"),))
        published.append(Published(kind, url, answer, _members(answer)))
    best = next((p.members for p in published if p.members is not None), None)
    metadata = {**(best or {}), **configured.endpoints}
    if "token_endpoint" not in metadata and "authorization_endpoint" not in metadata:
        tried = ", ".join(f"{p.url} answered {p.answer.status}" for p in published) or "no issuer is given"
        raise Inconclusive(
            f"the authorization server's metadata are not to be had ({tried}); "
            "give authorization.issuer, or authorization.endpoints"
        )
    return Server(issuer or str(metadata.get("issuer", "")), metadata, tuple(published))


def _members(answer: Answer) -> Mapping[str, Any] | None:
    if not answer.ok:
        return None
    try:
        value = answer.json()
    except (NotJson, ValueError):
        return None
    return value if isinstance(value, Mapping) else None
