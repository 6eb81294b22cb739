"""The bank's own keys: made once per process for each period of rotation, and published as a JWKS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from conformance.bank.authorization import jws
from conformance.bank.authorization.policy import AuthorizationPolicy

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@cache
def _ec_key(_period: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _rsa_key(_period: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _weak_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def _period(bank: Bank) -> int:
    return int(bank.now() // bank.policy.authorization.key_rotation)


def _key(algorithm: str, period: int) -> jws.PrivateKey:
    return _ec_key(period) if algorithm.startswith("ES") else _rsa_key(period)


def _kid(algorithm: str, period: int) -> str:
    return f"{algorithm.lower()}-{period}"


def algorithms(policy: AuthorizationPolicy) -> tuple[str, ...]:
    """Give the algorithms that this bank signs with."""
    return ("ES256", "PS256") if "PS256" in (policy.id_token_alg, policy.jarm_alg) else ("ES256",)


def signed(bank: Bank, claims: Mapping[str, Any], algorithm: str = "ES256", **header: str) -> str:
    """Sign with the current key of the algorithm; further header members as keywords."""
    period = _period(bank)
    key_alg = "PS256" if algorithm == "RS256" else algorithm
    address = {"jku": bank.policy.authorization.jws_key_address}
    named = {"alg": algorithm, "kid": _kid(key_alg, period), **address, **header}
    return jws.sign(claims, _key(key_alg, period), {name: value for name, value in named.items() if value})


def jwks(bank: Bank) -> dict[str, Any]:
    """Give the key set: for each algorithm the current key and the one before it."""
    policy, period = bank.policy.authorization, _period(bank)
    periods = (period,) if policy.jwks_old_key_dropped else (period, period - 1)
    if policy.jwks_new_key_late:
        periods = (period - 1,)
    published: list[dict[str, Any]] = []
    for algorithm in algorithms(policy):
        for each in periods:
            key = _key(algorithm, each)
            named = {"use": "sig", "alg": algorithm, "kid": _kid(algorithm, each)}
            published.append({**jws.jwk_of(key.public_key()), **named})
    if policy.jwks_private_member:
        secret = _ec_key(period).private_numbers().private_value
        published[0]["d"] = jws.encoded(secret.to_bytes(32))
    if policy.jwks_symmetric_key:
        published.append(
            {"kty": "oct", "k": jws.encoded(bytes(range(32))), "kid": "symmetric", "alg": "HS256"}
        )
    if policy.jwks_weak_key:
        weak = jws.jwk_of(_weak_key().public_key())
        published.append({**weak, "use": "sig", "alg": "PS256", "kid": "weak"})
    if policy.jwks_malformed_key:
        published.append({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "malformed"})
    if policy.jwks_unknown_key_type:
        published.append({"kty": "XYZ", "use": "sig", "kid": "unknown"})
    for each_key in published:
        if policy.jwks_kid_missing:
            del each_key["kid"]
        elif policy.jwks_kid_duplicated:
            each_key["kid"] = "key"
    return {"keys": published}
