"""Authentication with a token that the bank hands out: OAuth 2.0 client credentials, and banks' own ways."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote_plus, urlencode

from pydantic import Field, field_validator, model_validator

from conformance.address import safe
from conformance.authentication import Reply, Scheme, Token, prefixed
from conformance.entry import HeaderValue, header_fields, refuse_literals
from conformance.errors import ConfigurationError, ConformanceError, Inconclusive
from conformance.model import Request
from conformance.path import compiled
from conformance.reference import Part, SecretRef, TextOrSecret
from conformance.secret import Secret

FORM = "application/x-www-form-urlencoded"
LONGEST = 400 * 86400.0
"""Seconds; a longer life is taken as a mistake of units and not relied on."""


def reveal(value: str | Secret) -> str:
    """Text as it is, a secret in the clear."""
    return value.reveal() if isinstance(value, Secret) else value


def basic(user: str, password: str) -> str:
    """The value of an ``Authorization`` field of scheme Basic (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def address(url: str) -> str:
    """A URL that credentials may go to; raises ValueError for any other."""
    if url.startswith("/"):
        return url
    try:
        return safe(url)
    except ValueError as error:
        raise ValueError(f"{error}; a path below base_url begins with /") from None


class TokenFields(Part):
    """Where the token's facts stand in the answer: member names, or JSONPaths that begin with ``$``."""

    token: str = "access_token"
    expires_in: str = "expires_in"
    expires_at: str = ""
    token_type: str = "token_type"

    @field_validator("*")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value.startswith("$"):
            try:
                compiled(value)
            except ConfigurationError as error:
                raise ValueError(str(error)) from None
        return value

    def read(self, reply: Reply, now: float) -> Token:
        """The token in an answer; ``Inconclusive`` says why there is none."""
        if not 200 <= reply.status < 300:
            raise Inconclusive(f"no token: the token endpoint answered {reply.status}{_error(reply)}")
        document = _json(reply)
        if document is None:
            raise Inconclusive("no token: the token endpoint's answer is not JSON")
        value = _found(document, self.token)
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            raise Inconclusive(f"no token: the token endpoint's answer has no usable {self.token}")
        told = _found(document, self.token_type)
        known = isinstance(told, str) and told.replace("-", "").isalnum() and told.isascii()
        life = _found(document, self.expires_in)
        written = "" if life is None else str(life)[:40]
        return Token(value, told if known else "", self._end(document, now), written, now)

    def _end(self, document: Any, now: float) -> float:
        lasting = _number(_found(document, self.expires_in))
        if lasting is not None and 0 < lasting <= LONGEST:
            return now + lasting
        moment = _found(document, self.expires_at) if self.expires_at else None
        if isinstance(moment, str) and not moment.isdigit():
            try:
                parsed = datetime.fromisoformat(moment.replace("Z", "+00:00"))
            except ValueError:
                return math.inf
            return parsed.timestamp() if parsed.tzinfo else math.inf
        seconds = _number(moment)
        if seconds is None:
            return math.inf
        seconds = seconds / 1000 if seconds > 1e11 else seconds
        return seconds if now < seconds <= now + LONGEST else math.inf


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except (ValueError, RecursionError, LookupError, ConformanceError):
        return None


def _found(document: Any, name: str) -> Any:
    if not name:
        return None
    if name.startswith("$"):
        return next((match.value for match in compiled(name).find(document)), None)
    return document.get(name) if isinstance(document, Mapping) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None or len(str(value)) > 40:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _error(reply: Reply) -> str:
    code = _found(_json(reply), "error")
    return f" ({code})" if isinstance(code, str) and len(code) <= 60 and code.isprintable() else ""


class ClientCredentials(Scheme):
    """OAuth 2.0 client credentials (RFC 6749, 4.4).

    ``style`` says where the client's id and secret go: into the form, into Basic, or both. ``prefix`` is what
    stands before the token; ``{token_type}`` takes what the bank answered.
    """

    kind: Literal["oauth2-client-credentials"]
    token_url: str
    client_id: TextOrSecret
    client_secret: SecretRef | None = None
    style: Literal["form", "basic", "both"] = "form"
    scope: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    token_headers: dict[str, HeaderValue] = Field(default_factory=dict)
    token_fields: TokenFields = Field(default_factory=TokenFields)
    header: str = "Authorization"
    prefix: str = "Bearer"
    headers: dict[str, HeaderValue] = Field(default_factory=dict)

    @field_validator("token_url")
    @classmethod
    def _url(cls, url: str) -> str:
        return address(url)

    @field_validator("headers", "token_headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)

    @model_validator(mode="after")
    def _with_secret(self) -> ClientCredentials:
        if self.client_secret is None and self.style != "form":
            raise ValueError("client_secret is missing; only style form goes without one, for mutual TLS")
        return self

    @property
    def wants_token(self) -> bool:
        return True

    @property
    def carriers(self) -> tuple[str, ...]:
        return (self.header, *(name for name, value in self.headers.items() if isinstance(value, Secret)))

    @property
    def hosts(self) -> tuple[str, ...]:
        return () if self.token_url.startswith("/") else (self.token_url,)

    def under(self, base_url: str) -> ClientCredentials:
        return self.model_copy(update={"token_url": absolute(base_url, self.token_url)})

    def pairs(self) -> Iterator[str]:
        if self.client_secret is not None:
            yield f"{quote_plus(reveal(self.client_id))}:{quote_plus(self.client_secret.reveal())}"

    def request(self, now: float) -> Request:
        form = {"grant_type": "client_credentials"}
        if self.scope:
            form["scope"] = self.scope
        form |= self.parameters
        fields = [
            ("Accept", "application/json"),
            ("Content-Type", FORM),
            *header_fields(self.token_headers, now),
        ]
        if self.style in ("form", "both"):
            form["client_id"] = reveal(self.client_id)
            if self.client_secret is not None:
                form["client_secret"] = self.client_secret.reveal()
        if self.style in ("basic", "both") and self.client_secret is not None:
            # RFC 6749, 2.3.1: both are form-encoded before they are joined
            secret_ = quote_plus(self.client_secret.reveal())
            fields.append(("Authorization", basic(quote_plus(reveal(self.client_id)), secret_)))
        return Request("POST", self.token_url, tuple(fields), urlencode(form).encode())

    def token(self, reply: Reply, now: float) -> Token:
        return self.token_fields.read(reply, now)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        for name, value in header_fields(self.headers, now):
            request = request.with_header(name, value)
        if token is None:
            return request
        prefix = self.prefix.replace("{token_type}", token.type or "Bearer")
        return request.with_header(self.header, prefixed(prefix, token.value))


def absolute(base_url: str, url: str) -> str:
    """A URL, or a path below the bank's base URL."""
    return base_url.rstrip("/") + url if url.startswith("/") else url
