"""Who calls the application services, and how they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.authorization.resource import access

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def told(bank: Bank, data: object, status: int = 200) -> Response:
    """Give an answer of the application services."""
    response = http.answer({"data": data}, status)
    response.headers["Cache-Control"] = bank.policy.applications.cache_control
    return response


def caller(bank: Bank, request: Request) -> str:
    """Give the identifier of the provider who calls; refuse one who does not say who it is."""
    paging.judge_names(bank, request)
    if not bank.policy.applications.token_needed and "Authorization" not in request.headers:
        return bank.authorization_fixture.tsps[0].client_id
    return access(bank, request, "applications").client_id
