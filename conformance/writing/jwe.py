"""JSON Web Encryption (RFC 7516, 7518): made right for a bank's key, and altered on purpose.

A compact JWE is put together here byte by byte, so that an altered one differs in one part alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from conformance import jose

Part = Literal["header", "vector", "ciphertext", "tag"]
PARTS: tuple[Part, ...] = ("header", "vector", "ciphertext", "tag")
SIZES = {"A256GCM": 32, "A128GCM": 16}
PADDINGS = {"RSA-OAEP-256": hashes.SHA256, "RSA-OAEP": hashes.SHA1}
TAG = 16
"""Bytes of the authentication tag of AES-GCM."""


def encrypted(
    plain: bytes,
    key: rsa.RSAPublicKey,
    *,
    algorithm: str = "RSA-OAEP-256",
    encryption: str = "A256GCM",
    header: Mapping[str, Any] | None = None,
) -> str:
    """A compact JWE of a text for a bank's key."""
    named = {"alg": algorithm, "enc": encryption, **(header or {})}
    protected = jose.encoded(jose.compact({k: v for k, v in named.items() if v}))
    content_key, vector = os.urandom(SIZES[encryption]), os.urandom(12)
    digest = PADDINGS[algorithm]
    wrapped = key.encrypt(content_key, padding.OAEP(padding.MGF1(digest()), digest(), None))
    sealed = AESGCM(content_key).encrypt(vector, plain, protected.encode())
    parts = (wrapped, vector, sealed[:-TAG], sealed[-TAG:])
    return ".".join((protected, *map(jose.encoded, parts)))


def altered(token: str, part: Part) -> str:
    """The token with one bit of a part changed; of its header a member more, which is authenticated too."""
    parts = token.split(".")
    if part == "header":
        text = jose.decoded(parts[0]).decode()
        parts[0] = jose.encoded(text[:-1] + ',"x-altered":1}')
        return ".".join(parts)
    number = 1 + PARTS.index(part)
    data = bytearray(jose.decoded(parts[number]))
    data[len(data) // 2] ^= 1
    parts[number] = jose.encoded(bytes(data))
    return ".".join(parts)


def key_of(pem: str) -> rsa.RSAPublicKey:
    """The RSA key of a certificate or public key in PEM; raises ValueError for another."""
    data = pem.encode()
    found = (
        x509.load_pem_x509_certificate(data).public_key()
        if b"BEGIN CERTIFICATE" in data
        else load_pem_public_key(data)
    )
    if not isinstance(found, rsa.RSAPublicKey):
        raise ValueError("the bank's key is no RSA key")  # noqa: TRY004 - it is the value of a file
    return found


def published(keys: Any) -> tuple[rsa.RSAPublicKey, str]:
    """The key of a JWK set that applications are encrypted for, with its ``kid``; raises ValueError."""
    listed = keys.get("keys") if isinstance(keys, Mapping) else None
    for jwk in listed if isinstance(listed, list) else ():
        if isinstance(jwk, Mapping) and jwk.get("use", "enc") == "enc":
            key = jose.public_key(jwk)
            if isinstance(key, rsa.RSAPublicKey):
                kid = jwk.get("kid")
                return key, kid if isinstance(kid, str) else ""
    raise ValueError("the JWK set has no RSA key for encryption")
