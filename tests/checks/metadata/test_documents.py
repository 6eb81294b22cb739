"""Metadata and key sets of other makers, and hostile ones: judged, or said to be unreadable."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

import pytest

from conformance.bank.rewriting import Sent, rewritten
from conformance.model import Verdict
from tests.checks.authorize.judged import found, judged, open_cases
from tests.oauth.reference import policy_of

STATIC = ("metadata.*", "keys.*")
JWKS = "/oauth/jwks"
METADATA = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def answering(paths: tuple[str, ...], body: Callable[[dict[str, Any]], bytes]) -> Any:
    """Wraps the bank so that documents at some paths have another body."""

    def wrap(app: WSGIApplication) -> WSGIApplication:
        def changed(sent: Sent, environ: WSGIEnvironment) -> Sent:
            if environ["PATH_INFO"] not in paths or sent.status != 200:
                return sent
            return sent.with_body(body(json.loads(sent.body)))

        return rewritten(app, changed)

    return wrap


def with_members(**members: Any) -> Any:
    return answering(METADATA, lambda given: json.dumps({**given, **members}).encode())


RSA_KEY = {"kty": "RSA", "kid": "enc", "use": "enc", "alg": "RSA-OAEP-256", "e": "AQAB"}


@pytest.mark.parametrize(
    "members",
    [
        {"x_bank_extension": {"a": 1}, "signed_metadata": "e30.e30.x"},
        {"response_types_supported": ["code", "id_token code", "code id_token"]},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth"]},
        {"scopes_supported": ["openid", "https://bank.example/scopes/accounts:read", "accounts.read"]},
        {"ui_locales_supported": ["en", "zh-Hant", "zh-Hans-HK", "zh-hk"]},
        {"service_documentation": "http://developers.bank.example/"},
    ],
)
def test_what_the_standards_admit_is_not_blamed(members: dict[str, Any]) -> None:
    results = judged(policy_of("openid"), checks=STATIC, wrap=with_members(**members))
    assert not found(results)
    assert not open_cases(results)


def test_encryption_keys_and_other_curves_beside_signing_keys_are_not_blamed() -> None:
    def more(given: dict[str, Any]) -> bytes:
        others = [
            {**RSA_KEY, "n": "x" * 342},
            {"kty": "EC", "crv": "secp256k1", "kid": "k1", "x": "AQ", "y": "AQ"},
            {"kty": "OKP", "crv": "X25519", "kid": "x1", "x": "AQ", "use": "enc"},
        ]
        return json.dumps({"keys": [*given["keys"], *others]}).encode()

    results = judged(policy_of("openid"), checks=STATIC, wrap=answering((JWKS,), more))
    assert not found(results)
    assert not open_cases(results)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"keys": {}}', b'{"keys": [7, null, "x", [], {}]}', b"\xff\xfe", b"[" * 10_000,
     b'{"keys": [{"kty": "RSA", "n": 5, "e": {}}]}',
     b'{"keys": [{"kty": ["RSA"], "kid": {}, "alg": 7, "crv": []}]}',
     json.dumps({"keys": [{"kty": "RSA", "n": "_" * 400_000, "e": "AQAB"}] * 3}).encode()],
    ids=range(9),
)  # fmt: skip
def test_no_key_set_breaks_a_check(body: bytes) -> None:
    results = judged(policy_of("openid"), checks=STATIC, wrap=answering((JWKS,), lambda _: body))
    assert not [r for r in results if r.verdict is Verdict.ERROR]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff\xfe", b"[" * 10_000, b'{"issuer": [], "token_endpoint": 7}',
     b'{"issuer": "https://bank.example", "token_endpoint": "http://[", "authorization_endpoint": "\\u0000"}',
     b'{"issuer": {"a": 1}, "response_types_supported": {}, "mtls_endpoint_aliases": [1], "jwks_uri": "x"}',
     json.dumps(dict.fromkeys(("token_endpoint", "authorization_endpoint", "jwks_uri"), "http://[")
                | {"grant_types_supported": ["client_credentials"]}).encode(),
     b'{"token_endpoint": "https://bank.example/t", "scopes_supported": [1, null, {}], "jwks_uri": [1]}'],
    ids=range(10),
)  # fmt: skip
def test_no_metadata_break_a_check(body: bytes) -> None:
    results = judged(policy_of("fapi2-mutual"), wrap=answering(METADATA, lambda _: body))
    assert not [(r.case.check, r.traceback) for r in results if r.verdict is Verdict.ERROR]


def test_endpoints_on_hosts_that_the_file_does_not_name_are_not_asked() -> None:
    wrap = with_members(token_endpoint="https://elsewhere.example/token")
    results = judged(policy_of("openid"), checks=("token.*", "client.*"), wrap=wrap)
    assert not found(results)
    assert any(
        "elsewhere.example" in reason and "hosts:" in reason for reason in open_cases(results).values()
    )
