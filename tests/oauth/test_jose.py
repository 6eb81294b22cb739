"""Tokens: right ones are taken by two libraries of others, wrong ones are exactly as wrong as meant."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jws as other_jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from conformance import jose
from conformance.oauth import dpop, pkce
from conformance.oauth.chance import guessable

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "PS256": RSA,
    "RS256": RSA,
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
KINDS: dict[str, Any] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


@pytest.mark.parametrize("algorithm", KEYS)
def test_what_we_sign_two_libraries_verify(algorithm: str) -> None:
    key = KEYS[algorithm]
    token = jose.signed({"sub": "陳"}, key, {"alg": algorithm})
    assert jwt.decode(token, key.public_key(), algorithms=[algorithm]) == {"sub": "陳"}
    jwk = jose.jwk_of(key)
    if algorithm == "EdDSA":
        return  # joserfc knows the newer name of it only
    seen = other_jws.deserialize_compact(token, KINDS[jwk["kty"]].import_key(jwk), algorithms=[algorithm])
    assert json.loads(seen.payload) == {"sub": "陳"}
    assert KINDS[jwk["kty"]].import_key(jwk).thumbprint() == jose.thumbprint(key)


@pytest.mark.parametrize("algorithm", KEYS)
def test_what_others_sign_we_verify_and_one_bit_changed_we_do_not(algorithm: str) -> None:
    key = KEYS[algorithm]
    token = jwt.encode({"a": 1}, key, algorithm, headers={"kid": "k"})
    keys = [{**jose.jwk_of(key), "kid": "k"}]
    assert jose.verified(jose.taken_apart(token), list(keys))["kid"] == "k"
    with pytest.raises(jose.BadJws, match="does not hold"):
        jose.verified(jose.taken_apart(jose.flipped(token, 2)), list(keys))


def test_a_key_is_not_used_for_what_it_is_not_for() -> None:
    token = jose.taken_apart(jose.signed({}, KEYS["ES256"], {"alg": "ES256", "kid": "a"}))
    jwk = {**jose.jwk_of(KEYS["ES256"]), "kid": "a"}
    for wrong in ({"use": "enc"}, {"alg": "ES384"}, {"kid": "b"}):
        with pytest.raises(jose.BadJws, match="names no published key"):
            jose.verified(token, [{**jwk, **wrong}])


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "", 7])
def test_unsigned_and_shared_are_no_signatures(algorithm: object) -> None:
    text = jose.signing_input({"alg": algorithm}, {"a": 1}) + "."
    with pytest.raises(jose.BadJws):
        jose.verified(jose.taken_apart(text), [jose.jwk_of(KEYS["ES256"])])


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c.d", "....", "e30.e30.=", "e30.e30.\n", "e30.W10.x", "!.!.!", "e30.AAAAA.", None, 7,
     "a" * (jose.LONGEST + 1), base64.urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=") + ".e30."],
)  # fmt: skip
def test_what_is_no_token_is_said_to_be_none(text: object) -> None:
    with pytest.raises(jose.BadJws):
        jose.taken_apart(text)


@pytest.mark.parametrize(
    "jwk",
    [{}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"},
     {"kty": "RSA", "n": "AQ", "e": 3}, {"kty": "RSA", "n": "", "e": ""}, {"kty": []},
     {"kty": "OKP", "crv": "Ed25519", "x": "AQ"},
     {"kty": "RSA", "n": "A" * 100_000, "e": "AQAB"}, {"kty": "EC", "crv": ["P-256"], "x": "AQ", "y": "AQ"}],
)  # fmt: skip
def test_no_hostile_key_breaks_the_reader(jwk: dict[str, object]) -> None:
    assert jose.public_key(jwk) is None


def test_a_proof_shows_its_key_and_leaves_out_what_it_is_told_to() -> None:
    key = jose.fresh_key()
    made = jose.taken_apart(dpop.proof(key, "GET", "https://b.example/a?x=1#f", 100.0, token="t"))
    assert made.header["jwk"] == jose.jwk_of(key)
    assert made.claims["htu"] == "https://b.example/a"
    assert made.claims["ath"] == dpop.token_hash("t")
    bare = jose.taken_apart(
        dpop.proof(key, "GET", "https://b.example/", 1.0, header={"typ": None}, claims={"jti": None})
    )
    assert "typ" not in bare.header
    assert "jti" not in bare.claims


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("values", "guessed"),
    [
        ([f"{n:032d}" for n in range(20)], True),
        (["0123456789abcdef" * 2 + f"{n * 7919:06x}" for n in range(20)], True),
        (["a1b2c3", "d4e5f6", "0a9b8c"], True),
        (["same", "same"], True),
        (
            [jose.encoded(bytes([n * 37 % 256, n * 91 % 256] * 16)) + pkce.verifier() for n in range(20)],
            False,
        ),
        ([pkce.verifier() for _ in range(6)], False),
        (["urn:ietf:params:oauth:request_uri:" + pkce.verifier() for _ in range(6)], False),
        ([f"6f1ed002-ab56-4f8c-9a3d-0242ac1200{n:02x}" for n in range(20)], True),
    ],
)
def test_chance_is_told_from_counting(values: list[str], guessed: bool) -> None:
    assert bool(guessable(values)) is guessed
