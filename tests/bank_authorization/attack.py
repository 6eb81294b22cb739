"""Attacks: what goes wrong on a bank when one of its decisions is changed."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import TestResponse

from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.presets import preset
from conformance.bank.policy import Policy
from tests.bank_authorization.provider import Provider, b64, private_key
from tests.bank_authorization.world import World, world

Run = Callable[[World], Any]


@dataclass(frozen=True)
class Attack:
    """`run` is true on the bank with `part.name` set to `value`, and false on the bank without it."""

    part: str
    name: str
    value: Any
    run: Run
    on: str = ""
    also: dict[str, Any] = field(default_factory=dict)

    def bank(self, *, faulty: bool) -> World:
        """Make the conformant bank of the attack, or the faulty one."""

        def change(policy: Policy) -> Policy:
            for name, value in self.also.items():
                policy = policy.evolve(name if "." in name else f"authorization.{name}", value)
            return policy.evolve(f"{self.part}.{self.name}", self.value) if faulty else policy

        return world(change, preset(self.on) if self.on else AuthorizationPolicy())


def fine(answered: TestResponse) -> bool:
    """Tell whether the bank did what it was asked."""
    return answered.status_code < 300


def form_shown(answered: TestResponse) -> bool:
    """Tell whether the login page is shown."""
    return answered.status_code == 200 and 'name="password"' in answered.text


def weak(values: list[str]) -> bool:
    """Tell whether values lack 128 bits: too short, or mostly alike."""
    shared = 0
    while len({value[: shared + 1] for value in values}) == 1:
        shared += 1
    return min(map(len, values)) - shared < 22


def rsa_signed(one: Provider) -> dict[str, Any]:
    """Give header and key for a signature with the client's RSA key by RS256."""
    return {"header": {"alg": "RS256", "kid": one.identity.rsa_kid}, "key": private_key(one.identity.rsa_key)}


def fresh_key() -> ec.EllipticCurvePrivateKey:
    """Give a key that nobody knows."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Give an RSA key that nobody knows."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def hs256(token: str, secret: bytes) -> str:
    """Sign the token's claims again, with HS256 and this secret."""
    head = b64(b'{"alg":"HS256"}')
    return keyed(f"{head}.{token.split('.')[1]}", secret)


def keyed(signed: str, secret: bytes) -> str:
    """Add the HMAC to header and claims."""
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), sha256).digest())}"


def public_pem(one: Provider) -> bytes:
    """Give the public half of the client's key as PEM."""
    public = private_key(one.identity.key).public_key()
    pem: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem
