"""Sealed applications, opened by another implementation; members by path; identifiers from Location."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwe as other
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.answer import Answer
from conformance.model import Request
from conformance.writing import jwe, member
from conformance.writing.agreement import located
from conformance.writing.applying import Seal
from conformance.writing.sealing import RIGHT, Flaw, Keys, sealed, unknown_key

PAYLOAD = json.dumps({"name": "陳大文", "phone": "+852-61234567"}).encode()


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """A key of each name, made once."""
    assert name
    return rsa.generate_private_key(65537, 2048)


def keys() -> Keys:
    return Keys(key("bank").public_key(), "bank-1", key("own"), "own-1")


def opened(token: str) -> bytes:
    algorithms = ["RSA-OAEP-256", "RSA-OAEP", "A256GCM", "A128GCM"]
    found = other.decrypt_compact(token, RSAKey.import_key(key("bank")), algorithms=algorithms)
    return found.plaintext or b""


@pytest.mark.parametrize("algorithm", ["RSA-OAEP-256", "RSA-OAEP"])
@pytest.mark.parametrize("encryption", ["A256GCM", "A128GCM"])
def test_an_encrypted_application_is_read_by_another_implementation(algorithm: Any, encryption: Any) -> None:
    seal = Seal(kind="jwe", signed=False, algorithm=algorithm, encryption=encryption)
    media_type, body = sealed(seal, PAYLOAD, keys())
    assert media_type == "application/jose"
    assert opened(body.decode()) == PAYLOAD


def test_a_signed_and_encrypted_application_is_read_by_another_implementation() -> None:
    media_type, body = sealed(Seal(kind="jwe", member="payload"), PAYLOAD, keys())
    assert media_type == "application/json"
    inner = opened(json.loads(body)["payload"])
    token = jws.deserialize_compact(inner, RSAKey.import_key(key("own").public_key()), algorithms=["PS256"])
    assert token.payload == PAYLOAD


@pytest.mark.parametrize("part", jwe.PARTS)
def test_an_altered_part_is_the_only_one_that_differs_and_is_noticed(part: jwe.Part) -> None:
    token = jwe.encrypted(PAYLOAD, key("bank").public_key())
    wrong = jwe.altered(token, part)
    assert [a == b for a, b in zip(token.split("."), wrong.split("."), strict=True)].count(False) == 1
    with pytest.raises(JoseError):
        opened(wrong)


def _form(seal: Seal, flaw: Flaw = RIGHT) -> dict[str, str]:
    media_type, body = sealed(seal, PAYLOAD, keys(), flaw)
    if media_type == "application/json":
        found: dict[str, str] = json.loads(body)
        return found
    return dict(parse_qsl(body.decode(), strict_parsing=True))


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("checksum_over", ["payload", "token"])
@pytest.mark.parametrize("digest_over", ["payload", "token", "checksum"])
@pytest.mark.parametrize("text", ["hex", "base64"])
def test_three_fields_are_over_what_the_bank_says(
    as_json: bool, checksum_over: Any, digest_over: Any, text: Any
) -> None:
    seal = Seal(
        kind="form",
        as_json=as_json,
        checksum_over=checksum_over,
        digest_over=digest_over,
        text=text,
        signature="RS256",
    )
    fields = _form(seal)
    assert opened(fields["token"]) == PAYLOAD
    hashed = hashlib.sha256(PAYLOAD if checksum_over == "payload" else fields["token"].encode()).digest()
    assert fields["checksum"] == (hashed.hex() if text == "hex" else base64.b64encode(hashed).decode())
    over = PAYLOAD if digest_over == "payload" else fields[digest_over].encode()
    made = base64.b64decode(fields["digest"])
    key("own").public_key().verify(made, over, padding.PKCS1v15(), hashes.SHA256())


def test_a_wrong_checksum_has_a_right_digest_so_that_it_is_the_only_fault() -> None:
    seal = Seal(kind="form", digest_over="checksum", signature="RS256")
    fields = _form(seal, Flaw(checksum=True))
    assert fields["checksum"] != hashlib.sha256(PAYLOAD).hexdigest()
    made = base64.b64decode(fields["digest"])
    key("own").public_key().verify(made, fields["checksum"].encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("name", ["token", "checksum", "digest"])
def test_a_field_is_left_out(name: str) -> None:
    assert set(_form(Seal(kind="form"), Flaw(without=name))) == {"token", "checksum", "digest"} - {name}


def test_an_unknown_key_is_of_the_same_kind_and_another_one() -> None:
    made = unknown_key(key("own"))
    assert isinstance(made, rsa.RSAPrivateKey)
    assert made.private_numbers() != key("own").private_numbers()


def test_the_key_for_encryption_is_found_among_others() -> None:
    numbers = key("bank").public_key().public_numbers()
    jwk = {"kty": "RSA", "kid": "e1", "use": "enc"} | {
        name: base64.urlsafe_b64encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
        for name, n in (("n", numbers.n), ("e", numbers.e))
    }
    found, kid = jwe.published({"keys": [{"kty": "EC"}, {**jwk, "use": "sig", "kid": "s1"}, jwk]})
    assert kid == "e1"
    assert found.public_numbers() == numbers


@pytest.mark.parametrize(
    "keys", [None, [], {}, {"keys": None}, {"keys": [7, {"kty": "RSA", "n": "!", "e": 5}]}]
)
def test_a_set_without_a_key_is_told_as_such(keys: Any) -> None:
    with pytest.raises(ValueError, match="no RSA key"):
        jwe.published(keys)


def test_members_are_changed_by_path_in_a_copy() -> None:
    whole = {"people": [{"name": "A", "phone": "1"}], "agreed": True}
    made = member.changed(
        whole, {"people.0.name": "B", "people.0.phone": None, "job.title": "x", "agreed": None}
    )
    assert made == {"people": [{"name": "B"}], "job": {"title": "x"}}
    assert whole["agreed"] is True
    assert member.found(whole, "people.0.name") == "A"
    assert member.found(whole, "people.7.name") is None
    assert member.found(whole, "agreed.deep") is None
    assert member.last_name("people.0") == "people"


@pytest.mark.parametrize(
    ("location", "pattern", "found"),
    [
        ("/forms/17", "/forms/{id}", "17"),
        ("https://bank.example/v1/forms/17?x=1", "/forms/{id}", "17"),
        ("https://bank.example/forms/17/status", "/forms/{id}/status", "17"),
        ("/forms/a%2Fb", "/forms/{id}", "a/b"),
        ("/other/17/", "/forms/{id}", "17"),
        ("/forms/17", "/forms/status", "17"),
        ("", "/forms/{id}", ""),
        ("//[::1", "/forms/{id}", ""),
        ("/", "/forms/{id}", ""),
    ],
)
def test_an_identifier_is_read_from_location(location: str, pattern: str, found: str) -> None:
    headers = (("Location", location),) if location else ()
    answer = Answer(Request("POST", "https://bank.example/forms"), 201, headers, b"", 0.0, 1)
    assert located(answer, pattern) == found
