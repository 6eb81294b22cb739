"""Signed authorization requests (RFC 9101), right or with parts changed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from conformance import jose
from conformance.oauth.client import header_of
from conformance.oauth.grant import Asked

PARSED = ("authorization_details", "claims")
"""Parameters that are JSON in a text, and in a request object are what it says (OpenID Connect Core, 6.1)."""


def signed_request(
    asked: Asked,
    audience: str,
    now: float,
    *,
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    key: Any = None,
    algorithm: str | None = None,
) -> str:
    """A request object (RFC 9101), right unless changed; a change of None leaves a member out."""
    client = asked.client
    parameters = dict(asked.parameters)
    for name in PARSED:
        if isinstance(parameters.get(name), str):
            parameters[name] = json.loads(parameters[name])
    told_claims = {
        **parameters,
        "iss": client.client_id,
        "aud": audience,
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + 300,
        "jti": secrets.token_urlsafe(16),
        **(claims or {}),
    }
    told_claims = {name: value for name, value in told_claims.items() if value is not None}
    named = header_of(client, {"typ": "oauth-authz-req+jwt", **(header or {})})
    return jose.signed(told_claims, client.signing_key if key is None else key, named, algorithm=algorithm)
