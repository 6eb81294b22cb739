"""Defects of availability and of the envelope."""

from __future__ import annotations

import re
from collections.abc import Callable
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering

MORTGAGES = "loans.mortgage-product"


@mutant("availability.answers")
def function_missing(policy: Policy) -> Policy:
    """The mortgages that the bank lists answer 404."""
    return policy.evolve("products.missing", (MORTGAGES,))


@mutant("availability.answers")
def function_fails(policy: Policy) -> Policy:
    """Exchange rates answer 500."""
    return policy.evolve("products.failing", ("other.fx-rate",))


@mutant("availability.answers")
def chinese_fails(app: WSGIApplication) -> WSGIApplication:
    """Mortgages in Traditional Chinese answer 500."""

    def amend(request: Request, response: Response) -> Response | None:
        asked = request.headers.get("Accept-Language", "")
        if request.path != "/products/mortgages" or not asked.startswith("zh-Hant"):
            return None
        body = '{"error":{"code":"internal_error","message":"The bank has a fault."}}'
        return Response(body, 500, response.headers, content_type="application/json")

    return answering(app, amend)


@mutant("availability.can_be_parsed")
def comma_for_brace(app: WSGIApplication) -> WSGIApplication:
    """The list of mortgages ends in a comma where its last brace belongs."""
    return _rewritten(app, lambda body: body[:-1] + b",")


@mutant("availability.can_be_parsed")
def not_utf_8(app: WSGIApplication) -> WSGIApplication:
    """The Chinese lists of mortgages begin in another encoding than UTF-8."""
    return _rewritten(app, lambda body: re.sub(rb"[\xe4-\xe9]", b"\xa4", body, count=1))


def _rewritten(app: WSGIApplication, rewrite: Callable[[bytes], bytes]) -> WSGIApplication:
    """The bank with the bytes of its list of mortgages changed, and their number kept."""

    def amend(request: Request, response: Response) -> None:
        if request.path == "/products/mortgages" and response.status_code == 200 and request.method == "GET":
            response.set_data(rewrite(response.get_data()))

    return answering(app, amend)


@mutant("availability.rows_found")
def envelope_misspelt(policy: Policy) -> Policy:
    """Mortgages stand under dtaa."""
    return policy.evolve("products.data_name", "dtaa").evolve("products.misshapen", (MORTGAGES,))


@mutant("availability.rows_found")
def bare_list(policy: Policy) -> Policy:
    """Mortgages are a list without the envelope."""
    return policy.evolve("products.envelope", "array").evolve("products.misshapen", (MORTGAGES,))


@mutant("availability.rows_found")
def object_for_list(policy: Policy) -> Policy:
    """Mortgages are one object where a list is defined."""
    return policy.evolve("products.envelope", "row").evolve("products.misshapen", (MORTGAGES,))


@mutant("availability.list_not_empty")
def empty_list(policy: Policy) -> Policy:
    """There is no mortgage in the list."""
    return policy.evolve("products.empty", (MORTGAGES,))
