"""Signed JWTs as the bank reads and writes them (RFC 7515, 7519, 8725).

Reading is strict: canonical base64url, three parts, no repeated member, valid UTF-8, an algorithm from the
caller's list, a key of the right type. `Leniency` takes single defences away.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SIZE_LIMIT = 16384
_ENCODED = re.compile(r"[A-Za-z0-9_-]*")
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256().digest_size)


class BadToken(Exception):
    """A JWT that the bank refuses; the text names the reason and no content."""


@dataclass(frozen=True, slots=True)
class Key:
    """One public key of a client or of the bank, with the JWK it came from."""

    jwk: Mapping[str, Any]
    public: PublicKey

    @property
    def kid(self) -> str | None:
        """The key's id, when it has one."""
        value = self.jwk.get("kid")
        return value if isinstance(value, str) else None

    def fits(self, algorithm: str) -> bool:
        """Tell whether a signature of this algorithm can be of this key (RFC 8725 3.1)."""
        if self.jwk.get("use", "sig") != "sig" or self.jwk.get("alg", algorithm) != algorithm:
            return False
        return isinstance(self.public, ec.EllipticCurvePublicKey) == algorithm.startswith("ES")


@dataclass(frozen=True, slots=True)
class Leniency:
    """The algorithms that are read, and the defences that are off."""

    algorithms: tuple[str, ...]
    signature_checked: bool = True
    none_accepted: bool = False
    hs256_with_public_key: bool = False
    embedded_key_trusted: bool = False
    crit_ignored: bool = False
    loose_encoding: bool = False
    size_unlimited: bool = False
    text_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT taken apart; nothing of it is trusted until `verify` has returned it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def encoded(data: bytes) -> str:
    """Give base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str, *, loose: bool = False) -> bytes:
    """Read base64url; strictly: no padding, no other character, no stray bits at the end."""
    if loose:
        return base64.urlsafe_b64decode(re.sub(r"[^A-Za-z0-9_-]", "", text) + "==")
    if not _ENCODED.fullmatch(text) or len(text) % 4 == 1:
        raise BadToken("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(data) != text:
        raise BadToken("not canonical base64url")
    return data


def members(data: bytes, *, repaired: bool = False) -> dict[str, Any]:
    """Read one JSON object: UTF-8, no member twice, no lone surrogate."""
    try:
        text = data.decode(errors="replace" if repaired else "strict")
        value = json.loads(text, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise BadToken("not a JSON object") from fault
    if not isinstance(value, dict):
        raise BadToken("not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def taken_apart(text: str, leniency: Leniency) -> Token:
    """Split and decode a compact JWS without judging its signature."""
    if len(text) > SIZE_LIMIT and not leniency.size_unlimited:
        raise BadToken("too long")
    parts = text.split(".")
    if len(parts) != 3 and not (leniency.loose_encoding and len(parts) > 3):
        raise BadToken("not three parts")
    loose = leniency.loose_encoding
    header, claims, signature = (decoded(part, loose=loose) for part in parts[:3])
    read = members(claims, repaired=leniency.text_repaired)
    return Token(members(header), read, f"{parts[0]}.{parts[1]}".encode(), signature)


def verify(text: str, keys: Iterable[Key], leniency: Leniency) -> Token:
    """Give the token when one of the keys signed it with a listed algorithm; raise BadToken otherwise."""
    token = taken_apart(text, leniency)
    algorithm = token.header.get("alg")
    if "crit" in token.header and not leniency.crit_ignored:
        raise BadToken("critical header members")
    if not leniency.signature_checked:
        return token
    if isinstance(algorithm, str) and algorithm.lower() == "none" and leniency.none_accepted:
        return token
    candidates = list(keys)
    if leniency.embedded_key_trusted and isinstance(token.header.get("jwk"), dict):
        candidates.append(public_key(token.header["jwk"]))
    if algorithm == "HS256" and leniency.hs256_with_public_key:
        if any(_keyed_with_public_half(token, key) for key in candidates):
            return token
        raise BadToken("wrong signature")
    if algorithm not in leniency.algorithms:
        raise BadToken("algorithm not accepted")
    kid = token.header.get("kid")
    named = [key for key in candidates if kid is None or key.kid in (None, kid)]
    if not any(key.fits(algorithm) and signed_by(key.public, algorithm, token) for key in named):
        raise BadToken("wrong signature")
    return token


def signed_by(public: PublicKey, algorithm: str, token: Token) -> bool:
    """Tell whether the signature is of this key and algorithm (ES256, PS256 or RS256)."""
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            if len(token.signature) != 64:
                return False
            r, s = (int.from_bytes(half) for half in (token.signature[:32], token.signature[32:]))
            public.verify(encode_dss_signature(r, s), token.signed, ec.ECDSA(hashes.SHA256()))
        else:
            scheme = _PSS if algorithm == "PS256" else padding.PKCS1v15()
            public.verify(token.signature, token.signed, scheme, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _keyed_with_public_half(token: Token, key: Key) -> bool:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key.public.public_bytes(encoding, form)
    secrets = (pem, pem.strip(), json.dumps(dict(key.jwk), separators=(",", ":")).encode())
    macs = (hmac.new(secret, token.signed, sha256).digest() for secret in secrets)
    return any(hmac.compare_digest(mac, token.signature) for mac in macs)


def public_key(jwk: Mapping[str, Any]) -> Key:
    """Read a public JWK: EC on P-256 or RSA of any size; raise BadToken for everything else."""
    try:
        shown = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            public: Any = ECAlgorithm(ECAlgorithm.SHA256).from_jwk(shown)
        elif jwk.get("kty") == "RSA":
            public = RSAAlgorithm(RSAAlgorithm.SHA256).from_jwk(shown)
        else:
            raise BadToken("key type not accepted")
    except (PyJWTError, ValueError, TypeError, KeyError) as fault:
        raise BadToken("not a usable key") from fault
    return Key(jwk, public)


def sign(claims: Mapping[str, Any], key: PrivateKey, header: Mapping[str, Any]) -> str:
    """Give the compact JWS of the claims; header["alg"] is ES256, PS256, RS256 or none (no signature)."""
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
    signed = ".".join(encoded(part) for part in parts)
    if header["alg"] == "none":
        return f"{signed}."
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"
    scheme = _PSS if header["alg"] == "PS256" else padding.PKCS1v15()
    return f"{signed}.{encoded(key.sign(signed.encode(), scheme, hashes.SHA256()))}"


def jwk_of(public: PublicKey) -> dict[str, str]:
    """Give the public JWK with no other members than RFC 7638 counts."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        return {
            "crv": "P-256",
            "kty": "EC",
            "x": encoded(point.x.to_bytes(32)),
            "y": encoded(point.y.to_bytes(32)),
        }
    numbers = public.public_numbers()
    return {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}


def _integer(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8))


def thumbprint(public: PublicKey) -> str:
    """Give the RFC 7638 thumbprint (SHA-256, base64url)."""
    canonical = json.dumps(jwk_of(public), separators=(",", ":"), sort_keys=True)
    return encoded(sha256(canonical.encode()).digest())


def number(claims: Mapping[str, Any], name: str) -> float | None:
    """Give a NumericDate claim, None when absent; raise BadToken when it is not a finite number."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise BadToken(f"{name} is not a time")
    return float(value)


def text(claims: Mapping[str, Any], name: str) -> str | None:
    """Give a string claim, None when absent; raise BadToken when it is anything else."""
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise BadToken(f"{name} is not a string")
    return value
