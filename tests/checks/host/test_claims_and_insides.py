"""What lies open, or is answered alike, is not taken for the inside of a server; a claim opens nothing."""

from __future__ import annotations

import time

import pytest
from werkzeug.wrappers import Request, Response

from conformance.model import Verdict
from tests.checks.other_bank import gated, judge, rates, serving

PAIR = gated(X_Client_Id="registered-id", X_Client_Secret="registered-secret")
INSIDES = "host.insides_hidden"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!doctype html><title>Bank</title><h1>Welcome</h1>", "text/html"),
        (b"<html><title>Index of rates</title></html>", "text/html"),
        (b'{"error":{"code":"not_found","message":"see /actuator/health"}}', "application/json"),
        (b'[{"code":"USD"}]', "application/json"),
        (b"", "text/plain"),
        (b"ref: the rates of today\n", "text/plain"),
        (b"HTTP_PROXY is not set\n", "text/plain"),
    ],
)
def test_a_bank_that_answers_every_path_with_200_shows_no_inside(body: bytes, kind: str) -> None:
    bank = serving(lambda _: rates(), lambda _: Response(body, content_type=kind))
    assert not judge(bank, [INSIDES]).found


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/.git/HEAD", b"ref: refs/heads/release/2.1\n"),
        ("/.git/HEAD", b"0123456789abcdef0123456789abcdef01234567\n"),
        ("/.env", b"\n# mail\nexport MAIL_HOST=smtp\n"),
        ("/actuator/env", b'{"activeProfiles":["prod"],"propertySources":[]}'),
        ("/server-status", b"<html><head>\n<title>Apache Status</title>\n</head></html>"),
        ("/rates/v1/", b'<h1>Index of /rates/v1</h1><a href="fx">fx</a>'),
        ("/rates/", b"<title>Directory listing for /rates/</title>"),
    ],
)
def test_what_a_server_shows_is_told(path: str, body: bytes) -> None:
    bank = serving(lambda _: rates(), lambda r: Response(body, 200 if r.path == path else 404))
    (said,) = judge(bank, [INSIDES]).found[INSIDES]
    assert said.startswith(f"path {path}: ")


def test_a_body_made_to_keep_the_patterns_busy_does_not() -> None:
    hostile = b"\n# \n" * 16384
    started = time.process_time()
    assert not judge(serving(lambda _: rates(), lambda _: Response(hostile)), [INSIDES]).found
    assert time.process_time() - started < 10


def test_data_that_lie_open_at_the_root_are_not_reached_by_a_claim() -> None:
    def gate(request: Request) -> Response:
        return rates() if "X-Client-Id" in request.headers else Response(status=401)

    bank = serving(gate, lambda r: rates() if r.path == "/" else Response(status=404))
    assert not judge(bank, ["host.claims_gated"], **PAIR).found


def test_a_claim_proves_nothing_where_the_right_credentials_do_not() -> None:
    asked: list[str] = []

    def gate(request: Request) -> Response:
        asked.append(request.headers.get("X-Client-Id", ""))
        return rates() if asked.count("registered-id") == 1 and asked[-1] else Response(status=401)

    judged = judge(serving(gate), ["host.claims_gated"], **PAIR)
    assert judged.verdicts("host.claims_gated") == {Verdict.INCONCLUSIVE}


def test_a_bank_without_credentials_is_asked_for_no_claim() -> None:
    judged = judge(serving(lambda _: rates()), ["host.claims_gated"])
    assert judged.verdicts("host.claims_gated") == {Verdict.NOT_APPLICABLE}
