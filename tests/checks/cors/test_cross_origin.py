"""Cross-origin headers that are allowed to be are not blamed."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

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
