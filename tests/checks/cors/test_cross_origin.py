"""Cross-origin headers that are allowed to be are not blamed."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

from conformance.wire import WSGIApplication
from tests.checks.other_bank import PATH, judge, rates, serving


@pytest.mark.parametrize("allowed", ["*", "https://developer.bank.example"])
def test_an_asterisk_or_one_fixed_origin_without_credentials_is_not_blamed(allowed: str) -> None:
    assert not judge(serving(lambda _: rates(Access_Control_Allow_Origin=allowed)), ["cors.*"]).found


def test_an_origin_that_is_repeated_with_vary_is_not_blamed() -> None:
    def read(request: Request) -> Response:
        response = rates(Vary="Accept-Language, origin")
        if origin := request.headers.get("Origin"):
            response.headers["Access-Control-Allow-Origin"] = origin
        return response

    assert not judge(serving(read), ["cors.*"]).found


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 405, 501])
def test_a_preflight_may_be_answered_or_refused(status: int) -> None:
    def otherwise(request: Request) -> Response:
        preflight = (request.method, request.path) == ("OPTIONS", PATH)
        headers = {"Access-Control-Allow-Methods": "GET, POST, OPTIONS"} if status < 300 else {}
        return Response(status=status if preflight else 404, headers=headers)

    assert not judge(serving(lambda _: rates(), otherwise), ["cors.*"]).found


def trusting(suffix: str) -> WSGIApplication:
    """A bank that lets the origins that end so read with the user's credentials."""

    def read(request: Request) -> Response:
        response, origin = rates(), request.headers.get("Origin", "")
        if origin.endswith(suffix):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers["Vary"] = "Origin"
        return response

    return serving(read)


@pytest.mark.parametrize("host", ["bank.example", "api.bank.example", "bank.com.hk", "a.sandbox.bank.com.hk"])
def test_the_subdomains_of_the_bank_may_be_trusted_and_no_other_name(host: str) -> None:
    check, domain = (
        "cors.no_credentials_for_strangers",
        "bank.com.hk" if host.endswith("hk") else "bank.example",
    )
    own = {"base_url": f"https://{host}"}
    assert not judge(trusting(f".{domain}"), [check], **own).found
    assert judge(trusting(domain), [check], **own).found


def test_an_address_has_no_names_like_its_own() -> None:
    judged = judge(trusting("192.0.2.7"), ["cors.no_credentials_for_strangers"], base_url="https://192.0.2.7")
    assert not judged.found
