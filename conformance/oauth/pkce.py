"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

import hashlib
import secrets

from conformance.jose import encoded


def verifier() -> str:
    """A fresh code verifier of 43 characters."""
    return secrets.token_urlsafe(32)


def challenge(value: str) -> str:
    """The S256 challenge of a verifier."""
    return encoded(hashlib.sha256(value.encode()).digest())
