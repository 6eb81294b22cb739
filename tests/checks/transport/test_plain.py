"""Plain http as banks have it: closed, refused, redirected; and what of it is told."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

from conformance.errors import Dropped
from conformance.wire import WSGIApplication
from tests.checks.other_bank import PATH, gated, judge, rates, serving

REFUSED, KEPT = "transport.plain_http_refused", "transport.redirect_keeps_tls"
PAIR = gated(X_Client_Id="registered-id", X_Client_Secret="registered-secret")
WANTED = {"WWW-Authenticate": 'ApiKey realm="bank"'}


def by_plain(answer: Response | None, *ports: str, secure: Response | None = None) -> WSGIApplication:
    """A bank whose ports of plain http answer so; None for one that hangs up."""

    @Request.application
    def bank(request: Request) -> Response:
        if request.scheme == "https":
            return secure or (
                rates() if "X-Client-Id" in request.headers else Response(status=401, headers=WANTED)
            )
        if answer is None or request.host.partition(":")[2] not in ports:
            raise Dropped("reset")
        return answer

    return bank


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Response(status=301, headers={"Location": "https://other.example/"}),
        Response("The plain HTTP request was sent to HTTPS port", 400),
        Response(status=403),
        Response(status=401),
        Response(status=401, headers={"WWW-Authenticate": 'Basic realm="another server"'}),
        Response("<p>This server has moved.</p>", 200, content_type="text/html"),
    ],
)
def test_a_refusal_or_a_redirect_to_https_is_not_blamed(answer: Response | None) -> None:
    assert not judge(by_plain(answer, "", "443"), [REFUSED], **PAIR).found


@pytest.mark.parametrize(("port", "said"), [("", "port 80"), ("443", "port 443")])
def test_data_by_plain_http_are_found_at_either_port(port: str, said: str) -> None:
    (told,) = judge(by_plain(rates(), port, secure=rates()), [REFUSED]).found[REFUSED]
    assert told == f"{said}: status 200 with the data"


def test_a_gate_that_wants_credentials_by_plain_http_is_found() -> None:
    (told,) = judge(by_plain(Response(status=401, headers=WANTED), ""), [REFUSED], **PAIR).found[REFUSED]
    assert "credentials" in told


@pytest.mark.parametrize("location", ["https://other.example/x", "/rates/v1/fx", "//other.example/x"])
def test_a_redirect_that_stays_is_not_blamed(location: str) -> None:
    bank = serving(lambda _: rates(), lambda _: Response(status=308, headers={"Location": location}))
    assert not judge(bank, [KEPT]).found


def test_a_redirect_to_plain_http_is_told_wherever_it_leads() -> None:
    away = Response(status=302, headers={"Location": "HTTP://10.0.0.1:8080/rates"})
    bank = serving(lambda _: rates(), lambda r: away if r.path == f"{PATH}/" else Response(status=404))
    assert KEPT in judge(bank, [KEPT]).found
