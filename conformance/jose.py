"""JSON Web Signatures and Keys (RFC 7515, 7517, 7518, 7638): made right, made wrong on purpose, and verified.

Tokens are put together byte by byte, so that a hostile one is exactly what the check meant it to be.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey

CURVES = {"P-256": ("ES256", 32), "P-384": ("ES384", 48), "P-521": ("ES512", 66)}
LONGEST = 1 << 20
"""Characters of a token that is read; a longer one is taken for no token."""
_TEXT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class BadJws(ValueError):
    """A text is no JWS, or its signature does not hold; the message says which rule it breaks."""


def encoded(data: bytes | str) -> str:
    """base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of a base64url text without padding; raises ``BadJws``."""
    if not _TEXT.fullmatch(text):
        raise BadJws("is not base64url without padding")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise BadJws("is not base64url") from None


def compact(value: Any) -> bytes:
    """A JSON value as short as it can be written."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def signing_input(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """The first two parts of a JWS, as they are signed."""
    return f"{encoded(compact(dict(header)))}.{encoded(compact(dict(claims)))}"


def signature(text: str, key: Any, algorithm: str) -> bytes:
    """The signature of an algorithm over a text; empty for ``none`` in any spelling."""
    if algorithm.lower() == "none":
        return b""
    if algorithm.startswith("HS"):
        digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
        return hmac.new(key, text.encode(), digest).digest()
    made: bytes = jwt.get_algorithm_by_name(algorithm).sign(text.encode(), key)
    return made


def signed(
    claims: Mapping[str, Any], key: Any, header: Mapping[str, Any], *, algorithm: str | None = None
) -> str:
    """A compact JWS. ``algorithm`` is what is really done, where the header is to say something else."""
    text = signing_input(header, claims)
    return f"{text}.{encoded(signature(text, key, algorithm or str(header.get('alg', 'none'))))}"


def flipped(token: str, part: int, at: int = -2) -> str:
    """The token with one bit changed in the bytes of a part: 0 header, 1 claims, 2 signature."""
    parts = token.split(".")
    data = bytearray(decoded(parts[part]))
    data[at] ^= 1
    parts[part] = encoded(bytes(data))
    return ".".join(parts)


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS taken apart; nothing in it is to be believed before ``verified`` has said so."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    text: str
    signature: bytes

    @property
    def algorithm(self) -> str:
        """The header's ``alg``, empty when it is no string."""
        value = self.header.get("alg")
        return value if isinstance(value, str) else ""


def taken_apart(token: Any) -> Jws:
    """A compact JWS with JSON claims, unverified; raises ``BadJws``."""
    if not isinstance(token, str) or len(token) > LONGEST:
        raise BadJws("is no compact JWS")
    parts = token.split(".")
    if len(parts) != 3:
        raise BadJws(f"has {len(parts)} parts where a signed JWT has 3")
    members = []
    for part in parts[:2]:
        try:
            value = json.loads(decoded(part).decode())
        except (ValueError, RecursionError):
            raise BadJws("has a part that is no JSON in UTF-8") from None
        if not isinstance(value, dict):
            raise BadJws("has a part that is no JSON object")
        members.append(value)
    return Jws(members[0], members[1], f"{parts[0]}.{parts[1]}", decoded(parts[2]))


def verified(jws: Jws, keys: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The JWK of a set that made the signature; raises ``BadJws`` when none did.

    A key is tried when its ``kid`` is the header's, its type can make the algorithm and its ``use`` and
    ``alg`` do not forbid it (RFC 8725, 3.1).
    """
    if jws.algorithm.lower() in ("", "none"):
        raise BadJws("is not signed")
    if jws.algorithm.startswith("HS"):
        raise BadJws(f"is signed by {jws.algorithm}, which no published key can verify")
    kid = jws.header.get("kid")
    tried = False
    for jwk in keys:
        if not isinstance(jwk, Mapping) or (kid is not None and jwk.get("kid") not in (None, kid)):
            continue
        if jwk.get("use", "sig") != "sig" or jwk.get("alg", jws.algorithm) != jws.algorithm:
            continue
        public = public_key(jwk)
        if public is None or not fits(public, jws.algorithm):
            continue
        tried = True
        if _holds(jws, public):
            return jwk
    raise BadJws("has a signature that does not hold" if tried else f"names no published key (kid {kid!r})")


def _holds(jws: Jws, public: PublicKey) -> bool:
    try:
        algorithm: Any = jwt.get_algorithm_by_name(jws.algorithm)
        return bool(algorithm.verify(jws.text.encode(), public, jws.signature))
    except (InvalidSignature, ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm):
        return False


def fits(public: PublicKey, algorithm: str) -> bool:
    """Whether a key can make signatures of an algorithm."""
    if isinstance(public, rsa.RSAPublicKey):
        return algorithm[:2] in ("RS", "PS")
    if isinstance(public, ec.EllipticCurvePublicKey):
        return algorithm.startswith("ES")
    return algorithm in ("EdDSA", "Ed25519")


def public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The public key of a JWK; None when its members do not make one."""
    try:
        kind, curve = jwk.get("kty"), jwk.get("crv")
        if kind == "RSA":
            return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
        if kind == "EC":
            curves: dict[Any, ec.EllipticCurve] = {
                "P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(),
            }  # fmt: skip
            return ec.EllipticCurvePublicNumbers(
                _number(jwk["x"]), _number(jwk["y"]), curves[curve]
            ).public_key()
        if kind == "OKP" and curve == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(decoded(jwk["x"]))
    except (KeyError, TypeError, ValueError, OverflowError, UnsupportedAlgorithm):
        return None
    return None


def _number(text: Any) -> int:
    if not isinstance(text, str) or len(text) > 4096:
        raise BadJws("is no number in base64url")
    return int.from_bytes(decoded(text), "big")


def _text(number: int, size: int = 0) -> str:
    return encoded(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))


def jwk_of(key: PrivateKey | PublicKey) -> dict[str, str]:
    """The public JWK of a key, with the members that RFC 7638 counts and no other."""
    public = key if hasattr(key, "public_bytes") else key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"e": _text(numbers.e), "kty": "RSA", "n": _text(numbers.n)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        name, size = {"secp256r1": ("P-256", 32), "secp384r1": ("P-384", 48), "secp521r1": ("P-521", 66)}[
            public.curve.name
        ]
        return {"crv": name, "kty": "EC", "x": _text(point.x, size), "y": _text(point.y, size)}
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": encoded(raw)}


def private_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """A JWK with the private part, for the proof that no receiver may take."""
    return {**jwk_of(key), "d": _text(key.private_numbers().private_value, 32)}


def thumbprint(key: PrivateKey | PublicKey) -> str:
    """The SHA-256 thumbprint of a key (RFC 7638)."""
    canonical = json.dumps(jwk_of(key), separators=(",", ":"), sort_keys=True)
    return encoded(hashlib.sha256(canonical.encode()).digest())


def load_private(pem: str) -> PrivateKey:
    """A private key from PEM; raises ValueError for what is none or of no use for signing."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except TypeError:
        raise ValueError("the private key is encrypted; decrypt it") from None
    except UnsupportedAlgorithm:
        raise ValueError("the private key is of a kind that is not supported") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise ValueError("the private key is neither RSA nor EC nor Ed25519")  # noqa: TRY004 - it is the value of a file
    return key


def algorithm_of(key: PrivateKey) -> str:
    """The algorithm that FAPI 2.0 (5.4.1) admits for a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return "PS256"
    return "EdDSA" if isinstance(key, ed25519.Ed25519PrivateKey) else CURVES[jwk_of(key)["crv"]][0]


def public_pem(key: PrivateKey) -> bytes:
    """The public half as PEM: what a confused verifier takes for a shared secret."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def half_hash(value: str, algorithm: str = "ES256") -> str:
    """The left half of a hash, as in ``at_hash``, ``c_hash``, ``s_hash`` (OpenID Connect Core, 3.3.2.11)."""
    name = {"384": "sha384", "512": "sha512"}.get(algorithm[-3:], "sha256")
    digest = hashlib.new(name, value.encode()).digest()
    return encoded(digest[: len(digest) // 2])


def fresh_key() -> ec.EllipticCurvePrivateKey:
    """A new P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())
