"""Proofs of possession (RFC 9449), right or with parts changed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from conformance import jose


def target_of(url: str) -> str:
    """A URL as ``htu`` has it: without query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", ""))


def token_hash(token: str) -> str:
    """``ath``: the hash of an access token."""
    return jose.encoded(hashlib.sha256(token.encode()).digest())


def proof(
    key: Any,
    method: str,
    url: str,
    now: float,
    *,
    token: str | None = None,
    nonce: str | None = None,
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    algorithm: str | None = None,
    signing_key: Any = None,
) -> str:
    """A DPoP proof. A change of None leaves a member out; ``signing_key`` signs instead of the key shown.

    ``algorithm`` is what is really done where the header's ``alg`` is to say something else.
    """
    named = {"typ": "dpop+jwt", "alg": jose.algorithm_of(key), "jwk": jose.jwk_of(key), **(header or {})}
    told = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": target_of(url),
        "iat": int(now),
        "ath": token_hash(token) if token is not None else None,
        "nonce": nonce,
        **(claims or {}),
    }
    return jose.signed(
        {name: value for name, value in told.items() if value is not None},
        key if signing_key is None else signing_key,
        {name: value for name, value in named.items() if value is not None},
        algorithm=algorithm,
    )
