"""Signed requests: what is signed, with which key, and where the signature goes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import ConfigurationError
from conformance.model import Request
from conformance.target import load_target
from tests.identities import (
    ASK,
    NOW,
    PAYME,
    SECRETS,
    giving,
    identity,
    nowhere,
    target,
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


# -- signed requests -------------------------------------------------------------------------------------


def test_a_signature_covers_the_listed_header_fields_in_order() -> None:
    bank = giving(accessToken="token-", expiresOn="2027-01-15T09:00:00Z")
    client = identity(PAYME)
    body = b'{"amount":10}'
    sent = client.apply(
        Request("POST", "https://bank.example/pay?x=1", (("Accept", "application/json"),), body), bank, NOW
    )
    assert sent.header("Digest") == "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert sent.header("Request-Date-Time") == "2027-01-15T08:00:00Z"
    names = "(request-target) api-version request-date-time digest accept trace-id authorization"
    lines = ["(request-target): post /pay?x=1"]
    lines += [f"{name}: {sent.header(name)}" for name in names.split()[1:]]
    signature = base64.b64encode(
        hmac.new(b"key-abcdefghij", "\n".join(lines).encode(), "sha256").digest()
    ).decode()
    assert sent.header("Signature") == (
        f'keyId="key-1",algorithm="hmac-sha256",headers="{names}",signature="{signature}"'
    )
    assert target(PAYME).authentication.carriers == ("Authorization", "Signature")


PAOB = """
  kind: signed-request
  algorithm: rsa-sha256
  key: "env:SIGNING"
  key_id: "env:BANK_ID"
  headers: {X-Request-Id: {generate: uuid4}, X-App-Id: "env:BANK_ID", X-Timestamp: {generate: now-epoch-ms}}
  payload: "{header:X-Request-Id}{key_id}{header:X-Timestamp}{body}"
  send: {header: X-Signature, value: "{signature}"}
"""


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def test_a_signature_over_a_template_of_header_fields_and_body(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(65537, 2048)
    monkeypatch.setenv("SIGNING", pem(key))
    body = "金額".encode()
    sent = identity(PAOB).apply(Request("POST", "https://bank.example/x", (), body), nowhere, NOW)
    signed = f"{sent.header('X-Request-Id')}{SECRETS['BANK_ID']}1800000000000".encode() + body
    raw = base64.b64decode(sent.header("X-Signature") or "")
    key.public_key().verify(raw, signed, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("rsa-sha256", lambda: rsa.generate_private_key(65537, 2048)),
        ("rsa-sha512", lambda: rsa.generate_private_key(65537, 2048)),
        ("rsa-pss-sha256", lambda: rsa.generate_private_key(65537, 2048)),
        ("ecdsa-sha256", lambda: ec.generate_private_key(ec.SECP256R1())),
        ("ecdsa-sha384", lambda: ec.generate_private_key(ec.SECP384R1())),
        ("ed25519", ed25519.Ed25519PrivateKey.generate),
    ],
)
def test_every_algorithm_signs_what_its_public_key_verifies(
    monkeypatch: pytest.MonkeyPatch, algorithm: str, make: Callable[[], Any]
) -> None:
    key = make()
    monkeypatch.setenv("SIGNING", pem(key))
    text = (
        f'{{kind: signed-request, algorithm: {algorithm}, key: "env:SIGNING", payload: '
        f'"{{method}} {{target}}", send: {{value: "{{signature}}"}}}}'
    )
    raw = base64.b64decode(identity(text).apply(ASK, nowhere, NOW).header("Signature") or "")
    signed, public = b"GET /v1/fx?currency=USD", key.public_key()
    sizes = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
    digest = sizes.get(algorithm[-3:], hashes.SHA256())
    if algorithm == "ed25519":
        public.verify(raw, signed)
    elif algorithm.startswith("ecdsa"):
        public.verify(raw, signed, ec.ECDSA(digest))
    elif "pss" in algorithm:
        public.verify(raw, signed, padding.PSS(padding.MGF1(digest), 32), digest)
    else:
        public.verify(raw, signed, padding.PKCS1v15(), digest)


@pytest.mark.parametrize(
    ("encoding", "key"), [("text", "key-abcdefghij"), ("hex", "00ff10"), ("base64", "AP8Q")]
)
@pytest.mark.parametrize("out", ["base64", "base64url", "hex"])
def test_a_shared_key_and_a_signature_have_their_encodings(
    monkeypatch: pytest.MonkeyPatch, encoding: str, key: str, out: str
) -> None:
    monkeypatch.setenv("SIGNING", key)
    text = (
        f'{{kind: signed-request, algorithm: hmac-sha512, key: "env:SIGNING", key_encoding: '
        f"{encoding}, encoding: {out}, "
        'payload: "{method}", send: {header: X-S, value: "v1={signature}"}}'
    )
    raw = b"key-abcdefghij" if encoding == "text" else b"\x00\xff\x10"
    digest = hmac.new(raw, b"GET", "sha512").digest()
    spelt = {
        "hex": digest.hex(),
        "base64": base64.b64encode(digest).decode(),
        "base64url": base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    assert identity(text).apply(ASK, nowhere, NOW).header("X-S") == f"v1={spelt[out]}"


@pytest.mark.parametrize(
    ("algorithm", "key", "said"),
    [
        ("rsa-sha256", "nonsense", "is not an unencrypted private key in PEM form"),
        ("rsa-sha256", pem(ed25519.Ed25519PrivateKey.generate()), "does not fit the algorithm rsa-sha256"),
        ("ed25519", pem(ec.generate_private_key(ec.SECP256R1())), "does not fit the algorithm ed25519"),
    ],
)
def test_a_signing_key_that_cannot_sign_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str, key: str, said: str
) -> None:
    monkeypatch.setenv("SIGNING", key)
    path = tmp_path / "bank.yaml"
    path.write_text(
        "bank: {name: B}\nbase_url: https://b.example\nauthentication:\n  kind: signed-request\n"
        f'  algorithm: {algorithm}\n  payload: "{{body}}"\n  key: "env:SIGNING"\n'
    )
    with pytest.raises(ConfigurationError, match=rf"bank\.yaml:7:8: authentication\.key: .*{said}"):
        load_target(path)


@settings(max_examples=100)
@given(st.binary(max_size=80), st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=20))
def test_a_template_signs_bodies_byte_by_byte(body: bytes, query: str) -> None:
    text = (
        '{kind: signed-request, algorithm: hmac-sha256, key: "env:BANK_KEY", payload: '
        '"{query}|{body}", send: {value: "{signature}"}, encoding: hex}'
    )
    sent = identity(text).apply(Request("POST", f"https://bank.example/?{query}", (), body), nowhere, NOW)
    assert (
        sent.header("Signature")
        == hmac.new(b"key-abcdefghij", query.encode() + b"|" + body, "sha256").hexdigest()
    )
