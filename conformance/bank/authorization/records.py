"""What the authorization server remembers; mutable records change only under the lock of their stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.bank.authorization.jws import Key


@dataclass(frozen=True, slots=True)
class Client:
    """A registered TSP. `certificates` are SHA-256 thumbprints of its self-signed certificates."""

    client_id: str
    name: str
    authentication: str
    keys: tuple[Key, ...]
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    subject: str | None = None
    certificates: frozenset[str] = frozenset()
    id_token_encryption: tuple[str, str] | None = None
    encryption_jwk: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    registration_token: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A validated authorization request."""

    client_id: str
    redirect_uri: str
    redirect_uri_sent: bool
    response_type: str
    response_mode: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str | None
    challenge_method: str
    consent: tuple[str, str] | None
    resources: tuple[str, ...]
    dpop_jkt: str | None
    prompt: str | None


@dataclass(slots=True)
class Pushed:
    """A pushed request under its request_uri."""

    client_id: str
    request: AuthorizationRequest
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class Interaction:
    """One customer's way through the pages; `error` is set when all that is left is to return."""

    identifier: str
    cookie: str
    csrf: str
    request: AuthorizationRequest
    pushed: str | None
    expires_at: float
    customer_id: str | None = None
    auth_time: int = 0
    attempts: int = 0
    done: bool = False
    error: str | None = None


@dataclass(slots=True)
class Grant:
    """What one customer allowed one TSP, or what a TSP may do in its own name (no customer)."""

    identifier: str
    client_id: str
    customer_id: str | None
    scopes: tuple[str, ...]
    consent: tuple[str, str] | None
    auth_time: int
    nonce: str | None = None
    resources: tuple[str, ...] = ()
    auth_req_id: str | None = None
    revoked: bool = False


@dataclass(slots=True)
class Code:
    """An authorization code."""

    grant: Grant
    request: AuthorizationRequest
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class AccessToken:
    """An access token; `bound` is the confirmation method (`jkt` or `x5t#S256`) with its value."""

    value: str
    identifier: str
    grant: Grant
    scopes: tuple[str, ...]
    issued_at: int
    expires_at: int
    audience: tuple[str, ...]
    bound: tuple[str, str] | None
    revoked: bool = False


@dataclass(slots=True)
class RefreshToken:
    """A refresh token; `rotated_at` is when a newer one took its place."""

    value: str
    grant: Grant
    scopes: tuple[str, ...]
    issued_at: float
    expires_at: float
    rotated_at: float | None = None
    revoked: bool = False


@dataclass(slots=True)
class Backchannel:
    """A CIBA request."""

    grant: Grant
    csrf: str
    message: str
    expires_at: float
    interval: int
    polled_at: float | None = None
    decision: bool | None = None
    used: bool = False
