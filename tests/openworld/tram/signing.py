"""Signatures as Tram Bank takes and makes them: draft-cavage-12 with RSA, and RS256 tokens for notices."""

from __future__ import annotations

import base64
import json
import re
import time
from email.utils import parsedate_to_datetime
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.wrappers import Request

COVERED = ["(request-target)", "date", "digest", "authorization"]
FRESH = 45


@cache
def key_of(name: str) -> rsa.RSAPrivateKey:
    """The key of one party, made once in a process."""
    assert name
    return rsa.generate_private_key(65537, 2048)


def pem(name: str) -> str:
    """A party's private key as PEM."""
    return key_of(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwks() -> dict[str, Any]:
    """The bank's published keys."""
    numbers = key_of("tram").public_key().public_numbers()
    n, e = numbers.n.to_bytes(256), numbers.e.to_bytes(3)
    return {"keys": [{"kty": "RSA", "kid": "n1", "use": "sig", "alg": "RS256", "n": _b64(n), "e": _b64(e)}]}


def notice(claims: dict[str, Any], signer: str = "tram") -> str:
    """A notice as a compact JWS; without a signer it is not signed."""
    header = {"alg": "RS256" if signer else "none", "kid": "n1", "typ": "secevent+jwt"}
    text = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    if not signer:
        return f"{text}."
    return f"{text}.{_b64(key_of(signer).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def fault_of(request: Request, client: str, faults: frozenset[str], ahead: float) -> str:
    """What is wrong with the signature of a request; empty when nothing is."""
    told = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("Signature", "")))
    if not told:
        return "no signature"
    covered = told.get("headers", "").split()
    missing = [each for each in COVERED if each not in covered]
    if missing and not ("token_may_be_uncovered" in faults and missing == ["authorization"]):
        return "not all is covered"
    digest = "SHA-256=" + base64.b64encode(sha256(request.get_data()).digest()).decode()
    if request.headers.get("Digest") != digest and "digest_is_not_compared" not in faults:
        return "another digest"
    try:
        made = parsedate_to_datetime(request.headers.get("Date", "")).timestamp()
    except ValueError:
        return "no date"
    if abs(time.time() + ahead - made) > FRESH and "old_dates_are_taken" not in faults:
        return "not of now"
    lines = []
    for name in covered:
        target = f"{request.method.lower()} {request.path}"
        value = target if name == "(request-target)" else request.headers.get(name, "")
        lines.append(f"{name}: {value}")
    if "signature_is_not_verified" in faults:
        return ""
    try:
        given = base64.b64decode(told.get("signature", ""))
        key = key_of(client).public_key()
        key.verify(given, "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return "it does not fit"
    return "" if told.get("keyId") == f"{client}-k" else "another key"
