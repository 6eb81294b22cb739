"""The key set at ``jwks_uri`` (RFC 7517)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check

PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
KNOWN = ("RSA", "EC", "OKP")


def key_set(access: Access) -> tuple[Answer, list[Mapping[str, Any]]]:
    """The answer with the key set and its keys; raises ``Inconclusive`` where there is none."""
    url = access.server.endpoint("jwks_uri")
    headers = (("Accept", "application/jwk-set+json, application/json"),)
    answer = access.tsp.get(url, headers=headers)
    keys = members_of(answer).get("keys")
    if not answer.ok or not isinstance(keys, list):
        raise Inconclusive(f"the key set was answered {answer.status} and has no keys to judge")
    return answer, [key for key in keys if isinstance(key, Mapping)][:100]


def _at(index: int) -> str:
    return f"/keys/{index}"


@check()
def available(access: Access) -> Findings:
    """Publishes a key set with at least one key."""
    url = access.server.endpoint("jwks_uri")
    answer = access.tsp.get(url, headers=(("Accept", "application/jwk-set+json, application/json"),))
    keys = members_of(answer).get("keys")
    if answer.status != 200:
        yield Finding("status 200", str(answer.status), "jwks_uri", answer.exchange)
    elif not isinstance(keys, list) or not keys:
        yield Finding("a list of keys", "none", "/keys", answer.exchange)


@check()
def public_only(access: Access) -> Findings:
    """Publishes no private part and no shared secret."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        secret = [name for name in PRIVATE if name in key and not (name == "k" and key.get("kty") != "oct")]
        if key.get("kty") == "oct" or secret:
            actual = "a symmetric key" if key.get("kty") == "oct" else f"the members {', '.join(secret)}"
            yield Finding("public members only", actual, _at(index), answer.exchange)


@check()
def identified(access: Access) -> Findings:
    """Gives every key an identifier, where there is more than one."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        if len(keys) > 1 and not isinstance(key.get("kid"), str):
            yield Finding("a kid", "none", _at(index), answer.exchange)


@check()
def distinct(access: Access) -> Findings:
    """Gives no two keys the same identifier."""
    answer, keys = key_set(access)
    seen: dict[str, int] = {}
    for index, key in enumerate(keys):
        kid = key.get("kid")
        if isinstance(kid, str) and kid in seen:
            yield Finding("a kid of its own", f"the kid of /keys/{seen[kid]}", _at(index), answer.exchange)
        elif isinstance(kid, str):
            seen[kid] = index


@check()
def strong(access: Access, *, rsa_bits: int = 2048, ec_bits: int = 224) -> Findings:
    """Signs with keys of at least the given sizes."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        public = jose.public_key(key)
        if isinstance(public, rsa.RSAPublicKey) and public.key_size < rsa_bits:
            actual = f"{public.key_size} bits"
            yield Finding(f"an RSA key of {rsa_bits} bits or more", actual, _at(index), answer.exchange)
        elif isinstance(public, ec.EllipticCurvePublicKey) and public.key_size < ec_bits:
            actual = f"{public.key_size} bits"
            yield Finding(f"an EC key of {ec_bits} bits or more", actual, _at(index), answer.exchange)


@check()
def well_formed(access: Access) -> Findings:
    """Publishes keys that can be read: the members of their kind, in base64url, points on their curve."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        curve = key.get("crv", "P-256")
        readable = key.get("kty") == "RSA" or curve in (*jose.CURVES, "Ed25519")
        if key.get("kty") in KNOWN and readable and jose.public_key(key) is None:
            yield Finding(
                "a usable key", f"{key.get('kty')} with members that make none", _at(index), answer.exchange
            )


@check()
def known(access: Access) -> Findings:
    """Publishes only keys of kinds that RFC 7518 and RFC 8037 register."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        kind = key.get("kty")
        if kind not in (*KNOWN, "oct", "AKP"):
            yield Finding(f"a kty of {', '.join(KNOWN)}", str(kind)[:40], _at(index), answer.exchange)


@check()
def consistent(access: Access) -> Findings:
    """Gives a key no algorithm that it cannot make."""
    answer, keys = key_set(access)
    for index, key in enumerate(keys):
        algorithm, public = key.get("alg"), jose.public_key(key)
        if public is None or not isinstance(algorithm, str) or key.get("use") == "enc":
            continue
        if algorithm[:2] in ("RS", "PS", "ES", "HS", "Ed") and not _signs(public, algorithm):
            yield Finding(
                f"an algorithm of a {key.get('kty')} key", algorithm, f"{_at(index)}/alg", answer.exchange
            )


def _signs(public: jose.PublicKey, algorithm: str) -> bool:
    return algorithm.startswith("RSA-") or jose.fits(public, algorithm)
