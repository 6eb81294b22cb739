"""Sealing an application as a bank wants it, right or with one flaw: encrypted, hashed and signed."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from conformance import jose
from conformance.writing import jwe
from conformance.writing.applying import Seal

JSON, FORM, JOSE = "application/json", "application/x-www-form-urlencoded", "application/jose"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a seal; as it is made without arguments, nothing.

    ``part`` of the encryption is altered by one bit. ``key`` signs instead of the TSP's own, under its
    ``key_id``; ``signed`` is
    signed instead of what the signature should be over, ``algorithm`` of the signature is ``none``.
    ``checksum`` is that of another payload. ``without`` names a field that is left out.
    """

    part: jwe.Part | Literal[""] = ""
    key: Any = None
    key_id: str = ""
    algorithm: str = ""
    signed: str = ""
    checksum: bool = False
    without: str = ""


RIGHT = Flaw()


@dataclass(frozen=True, slots=True)
class Keys:
    """The bank's key to encrypt for, with its identifier, and the TSP's key to sign with."""

    bank: rsa.RSAPublicKey
    bank_id: str
    own: Any
    own_id: str


def sealed(seal: Seal, payload: bytes, keys: Keys, flaw: Flaw = RIGHT) -> tuple[str, bytes]:
    """The media type and the bytes of a sealed payload."""
    if seal.kind == "form":
        return _fields(seal, payload, keys, flaw)
    token = _encrypted(seal, _signed(seal, payload, keys, flaw) if seal.signed else payload, keys)
    token = jwe.altered(token, flaw.part) if flaw.part else token
    if seal.member:
        return JSON, json.dumps({seal.member: token}).encode()
    return JOSE, token.encode()


def _signed(seal: Seal, payload: bytes, keys: Keys, flaw: Flaw) -> bytes:
    own = keys.own if flaw.key is None else flaw.key
    real = seal.signature or jose.algorithm_of(own)
    header = {"alg": flaw.algorithm or real, "kid": flaw.key_id or keys.own_id or None}
    protected = jose.encoded(jose.compact({k: v for k, v in header.items() if v is not None}))
    over = f"{protected}.{jose.encoded(flaw.signed or payload)}"
    made = jose.signature(over, own, flaw.algorithm or real)
    return f"{protected}.{jose.encoded(payload)}.{jose.encoded(made)}".encode()


def _encrypted(seal: Seal, plain: bytes, keys: Keys) -> str:
    nested = "JWT" if seal.kind == "jwe" and seal.signed else ""
    header = {"kid": keys.bank_id, "cty": nested}
    return jwe.encrypted(
        plain, keys.bank, algorithm=seal.algorithm, encryption=seal.encryption, header=header
    )


def _fields(seal: Seal, payload: bytes, keys: Keys, flaw: Flaw) -> tuple[str, bytes]:
    token = _encrypted(seal, payload, keys)
    token = jwe.altered(token, flaw.part) if flaw.part else token
    hashed = payload if seal.checksum_over == "payload" else token.encode()
    checksum = _written(seal, hashlib.new(seal.hash, hashed + b" " * flaw.checksum).digest())
    over = {"payload": payload.decode(), "token": token, "checksum": checksum}[seal.digest_over]
    own = keys.own if flaw.key is None else flaw.key
    made = jose.signature(flaw.signed or over, own, seal.signature or jose.algorithm_of(own))
    told = {
        seal.token: token,
        seal.checksum: checksum,
        seal.digest: base64.b64encode(made).decode(),
    }
    told = {name: value for name, value in told.items() if name != flaw.without}
    if seal.as_json:
        return JSON, json.dumps(told).encode()
    return FORM, urlencode(told).encode()


def _written(seal: Seal, digest: bytes) -> str:
    return digest.hex() if seal.text == "hex" else base64.b64encode(digest).decode()


def unknown_key(own: Any) -> Any:
    """A new key of the same kind, which no bank has registered."""
    if isinstance(own, rsa.RSAPrivateKey):
        return rsa.generate_private_key(65537, max(2048, own.key_size))
    if isinstance(own, ec.EllipticCurvePrivateKey):
        return ec.generate_private_key(own.curve)
    return ed25519.Ed25519PrivateKey.generate()
