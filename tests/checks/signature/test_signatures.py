"""Signatures of instructions: held against another library, and judged where a bank wants them otherwise."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Response

from conformance.model import Request, Verdict
from conformance.wire import WSGIApplication
from conformance.writing.settings import Signing
from conformance.writing.signature import Twist, signed
from tests.checks.paying_bank import blamed, found, judged

KEY = ec.generate_private_key(ec.SECP256R1())
ASK = Request("POST", "https://bank.example/pay?a=1", (("Idempotency-Key", "k"),), b'{"amount":"0.10"}')


def test_a_detached_jws_verifies_in_another_library() -> None:
    made = signed(ASK, Signing(kind="jws"), KEY, "k1", 1_800_000_000.0)
    header, inside, value = (made.header("x-jws-signature") or "").split(".")
    assert inside == ""
    body = base64.urlsafe_b64encode(ASK.body).decode().rstrip("=")
    claims = jwt.decode(
        f"{header}.{body}.{value}", KEY.public_key(), algorithms=["ES256"], options={"verify_iat": False}
    )
    assert claims == json.loads(ASK.body)


def test_a_jws_over_another_body_does_not() -> None:
    made = signed(ASK, Signing(kind="jws"), KEY, "k1", 1_800_000_000.0, Twist(body=b"{}", attached=True))
    header, inside, value = (made.header("x-jws-signature") or "").split(".")
    assert base64.urlsafe_b64decode(f"{inside}==") == b"{}"
    body = base64.urlsafe_b64encode(ASK.body).decode().rstrip("=")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{header}.{body}.{value}", KEY.public_key(), algorithms=["ES256"])


@pytest.mark.parametrize("kind", ["jws", "http-message", "cavage"])
def test_the_same_request_signed_by_a_bank_of_each_kind_is_right(kind: str) -> None:
    results, _ = judged("signature.*", policy={"signature": kind})
    assert not blamed(results)
    assert [r for r in results if r.verdict is Verdict.PASS]


def unencoded(data: dict[str, Any]) -> None:
    data["writes"]["signature"]["unencoded"] = True


def test_a_bank_that_signs_bodies_as_they_are_is_right() -> None:
    results, _ = judged("signature.*", policy={"signature_unencoded": True}, file=unencoded)
    assert not blamed(results)
    passed = {r.case.check for r in results if r.verdict is Verdict.PASS}
    assert {"signature.payload_encoding_is_honoured", "signature.body_is_signed"} <= passed


def covering_the_token(data: dict[str, Any]) -> None:
    parts = ["(request-target)", "date", "digest", "idempotency-key", "authorization"]
    data["writes"]["signature"]["components"] = parts


def test_a_draft_signature_that_covers_the_token_is_judged_by_it() -> None:
    results, _ = judged("signature.token_is_signed", policy={"signature": "cavage"}, file=covering_the_token)
    assert not blamed(results)
    assert {r.verdict for r in results} == {Verdict.PASS}


def refused_with(status: int) -> Callable[[WSGIApplication], WSGIApplication]:
    def around(app: WSGIApplication) -> WSGIApplication:
        def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            response = Response.from_app(app, environ)
            if response.status_code == 401 and "fund-transfers" in environ["PATH_INFO"]:
                response = Response(b"", status)
            return response(environ, start_response)

        return wrapped

    return around


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_signature_may_be_refused_by_other_statuses(status: int) -> None:
    results, _ = judged("signature.*", around=refused_with(status))
    assert not blamed(results)


def test_an_answer_of_500_is_no_refusal() -> None:
    results, _ = judged("signature.signature_is_needed", around=refused_with(500))
    assert found(results) == {"signature.signature_is_needed"}
