"""Signing an instruction as a bank wants it: right, or wrong in one way.

Detached JWS over the body (RFC 7515, appendix F), HTTP message signatures (RFC 9421) with Content-Digest
(RFC 9530), and draft-cavage-http-signatures-12 with Digest (RFC 3230).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from conformance import jose
from conformance.model import Request
from conformance.writing.settings import Signing

MESSAGE = ("@method", "@target-uri", "authorization", "content-digest", "idempotency-key")
CAVAGE = ("(request-target)", "date", "digest", "idempotency-key")
BODY_HASH = ("content-digest", "digest")


@dataclass(frozen=True, slots=True)
class Twist:
    """What is wrong with a signature; as it is made without arguments, nothing.

    ``key`` signs instead of the TSP's own, ``header`` changes members of a JWS header (None leaves one out),
    ``body`` is signed instead of the one that is sent, ``age`` is added in seconds, ``without`` names a
    component that is not covered, ``absent`` sends no signature at all, ``attached`` a JWS with its
    payload inside.
    """

    key: Any = None
    key_id: str | None = None
    algorithm: str = ""
    header: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    age: float = 0.0
    without: str = ""
    absent: bool = False
    attached: bool = False


RIGHT = Twist()


def components(signing: Signing) -> tuple[str, ...]:
    """What a signature of this kind covers at this bank; nothing that can be named for a JWS."""
    if signing.kind == "jws":
        return ()
    return signing.components or (MESSAGE if signing.kind == "http-message" else CAVAGE)


def signed(
    request: Request, signing: Signing, key: Any, key_id: str, now: float, twist: Twist = RIGHT
) -> Request:
    """The request with its signature, and with the header fields that the signature needs."""
    if twist.absent:
        return request
    own = key if twist.key is None else twist.key
    name = key_id if twist.key_id is None else twist.key_id
    made = now - twist.age
    if signing.kind == "jws":
        usual = signing.algorithm if type(own) is type(key) else ""
        return _jws(request, signing, own, name, made, twist, usual)
    if signing.kind == "http-message":
        return _message(request, signing, own, name, made, twist)
    return _cavage(request, signing, own, name, made, twist)


def _jws(
    request: Request, signing: Signing, key: Any, key_id: str, made: float, twist: Twist, usual: str
) -> Request:
    algorithm = twist.algorithm or usual or jose.algorithm_of(key)
    header = {
        "alg": algorithm,
        "kid": key_id,
        signing.issued_at: int(made),
        "jti": secrets.token_urlsafe(12),
        **signing.members,
        **({"crit": list(signing.critical)} if signing.critical else {}),
        **({"b64": False, "crit": [*signing.critical, "b64"]} if signing.unencoded else {}),
        **twist.header,
    }
    if signing.unencoded and header["crit"] and "b64" not in header["crit"]:
        header["crit"] = ["b64", *header["crit"]]
    protected = jose.encoded(jose.compact({k: v for k, v in header.items() if v is not None}))
    body = request.body if twist.body is None else twist.body
    payload = body.decode("utf-8", "replace") if signing.unencoded else jose.encoded(body)
    value = jose.signature(f"{protected}.{payload}", key, algorithm)
    inside = jose.encoded(body) if twist.attached else ""
    return request.with_header(signing.header, f"{protected}.{inside}.{jose.encoded(value)}")


def _hash(request: Request, twist: Twist) -> str:
    body = request.body if twist.body is None else twist.body
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _message(request: Request, signing: Signing, key: Any, key_id: str, made: float, twist: Twist) -> Request:
    request = request.with_header("Content-Digest", f"sha-256=:{_hash(request, twist)}:")
    covered = [name for name in components(signing) if name != twist.without]
    nonce = secrets.token_urlsafe(12)
    parameters = f';created={int(made)};keyid="{key_id}";nonce="{nonce}"'
    inner = "(" + " ".join(f'"{name}"' for name in covered) + ")" + parameters
    lines = [f'"{name}": {_component(request, name)}' for name in covered]
    text = "\n".join([*lines, f'"@signature-params": {inner}'])
    algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
    value = base64.b64encode(jose.signature(text, key, algorithm)).decode()
    request = request.with_header("Signature-Input", f"sig1={inner}")
    return request.with_header("Signature", f"sig1=:{value}:")


def _cavage(request: Request, signing: Signing, key: Any, key_id: str, made: float, twist: Twist) -> Request:
    request = request.with_header("Digest", f"SHA-256={_hash(request, twist)}")
    request = request.with_header("Date", formatdate(made, usegmt=True))
    covered = [name for name in components(signing) if name != twist.without]
    text = "\n".join(f"{name}: {_component(request, name)}" for name in covered)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm, value = "ecdsa-sha256", key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        algorithm, value = "rsa-sha256", key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    told = base64.b64encode(value).decode()
    members = f'keyId="{key_id}",algorithm="{algorithm}",headers="{" ".join(covered)}",signature="{told}"'
    return request.with_header("Signature", members)


def _component(request: Request, name: str) -> str:
    parts = urlsplit(request.url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    derived = {
        "@method": request.method,
        "@target-uri": request.url,
        "@authority": parts.netloc.lower(),
        "@path": parts.path or "/",
        "@request-target": target,
        "(request-target)": f"{request.method.lower()} {target}",
        "host": parts.netloc,
    }
    return derived[name] if name in derived else (request.header(name) or "").strip()
