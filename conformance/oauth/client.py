"""A TSP as the authorization server knows it: its identifier, keys, certificate, and how it authenticates."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from conformance import jose
from conformance.authorization import Client as Registered
from conformance.errors import ConfigurationError, Inconclusive
from conformance.jose import PrivateKey
from conformance.secret import Secret
from conformance.wire import Certified

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")
LIFE = 60
"""Seconds that an assertion of ours is good for."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Client:
    """One registration. ``certified`` is the certificate that it shows in TLS; ``name`` is for messages."""

    name: str
    client_id: str
    method: str
    redirect_uri: str
    other_redirect_uris: tuple[str, ...] = ()
    scope: str = ""
    key_id: str = ""
    algorithm: str = ""
    key: PrivateKey | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)
    certified: Certified | None = field(default=None, repr=False)
    proof_key: Any = field(default_factory=jose.fresh_key, repr=False)

    @property
    def signing_key(self) -> PrivateKey:
        """The key that the bank has registered for signatures; raises ``Inconclusive`` without one."""
        if self.key is None:
            raise Inconclusive(f"{self.name} has no client_key to sign with; give it in bank.yaml")
        return self.key


def client_of(registered: Registered, name: str) -> Client:
    """The client that a target file describes. Raises ``Inconclusive`` for what cannot be used."""
    key = None
    if registered.client_key is not None:
        try:
            key = jose.load_private(registered.client_key.reveal())
        except (ValueError, ConfigurationError) as error:
            raise Inconclusive(f"{name}: client_key: {error}") from None
    certified = None
    if registered.client_certificate is not None:
        secret = registered.certificate_key or registered.client_key
        try:
            certified = Certified(
                name, registered.client_certificate.read_text("ascii"), secret.reveal() if secret else ""
            )
        except (OSError, ValueError, ConfigurationError) as error:
            raise Inconclusive(f"{name}: client_certificate: {error}") from None
    return Client(
        name=name,
        client_id=revealed(registered.client_id),
        method=registered.client_authentication,
        redirect_uri=registered.redirect_uri,
        other_redirect_uris=registered.other_redirect_uris,
        scope=registered.scope,
        key_id=registered.client_key_id,
        algorithm=registered.signing_algorithm or (jose.algorithm_of(key) if key else ""),
        key=key,
        secret=registered.client_secret.reveal() if registered.client_secret else "",
        certified=certified,
    )


def revealed(value: str | Secret) -> str:
    """The text of a value that may be a secret."""
    return value.reveal() if isinstance(value, Secret) else value


def without(members: Mapping[str, Any], omit: tuple[str, ...]) -> dict[str, Any]:
    """Members but for some."""
    return {name: value for name, value in members.items() if name not in omit}


def header_of(client: Client, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The header of what a client signs; a change of None leaves a member out."""
    named = {"alg": client.algorithm, "typ": "JWT", "kid": client.key_id or None, **(changes or {})}
    return {name: value for name, value in named.items() if value is not None}


def assertion_claims(client: Client, audience: str, now: float) -> dict[str, Any]:
    """The claims of a right client assertion (RFC 7523, 3)."""
    return {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": int(now),
        "exp": int(now) + LIFE,
    }


def assertion(
    client: Client,
    audience: str,
    now: float,
    *,
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    key: Any = None,
    algorithm: str | None = None,
) -> str:
    """A client assertion, right unless changed; a change of None leaves a member out."""
    told = {**assertion_claims(client, audience, now), **(claims or {})}
    told = {name: value for name, value in told.items() if value is not None}
    if client.method == "client_secret_jwt" and key is None:
        return jose.signed(
            told, client.secret.encode(), header_of(client, {"alg": "HS256", **(header or {})})
        )
    return jose.signed(
        told, client.signing_key if key is None else key, header_of(client, header), algorithm=algorithm
    )


def asserted(token: str) -> dict[str, str]:
    """The form members that carry an assertion."""
    return {"client_assertion": token, "client_assertion_type": ASSERTION_TYPE}


def credentials(client: Client, audience: str, now: float) -> tuple[dict[str, str], Pairs]:
    """The form members and header fields by which a client authenticates itself, beside its certificate."""
    form = {"client_id": client.client_id}
    if client.method in ("private_key_jwt", "client_secret_jwt"):
        return {**form, **asserted(assertion(client, audience, now))}, ()
    if client.method == "client_secret_post":
        return {**form, "client_secret": client.secret}, ()
    if client.method == "client_secret_basic":
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.secret)}"
        return {}, (("Authorization", "Basic " + b64encode(pair.encode()).decode()),)
    return form, ()
