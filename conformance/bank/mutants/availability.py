"""Defects of availability and of the envelope."""

from __future__ import annotations

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
def comma_too_many(app: WSGIApplication) -> WSGIApplication:
    """The list of mortgages has a comma after its last member."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "GET" and request.path == "/products/mortgages" and response.status_code == 200:
            response.set_data(response.get_data()[:-1] + b",}")

    return answering(app, amend)


@mutant("availability.can_be_parsed")
def not_utf_8(app: WSGIApplication) -> WSGIApplication:
    """The list of mortgages in Traditional Chinese is sent in Big5."""

    def amend(request: Request, response: Response) -> None:
        if request.method == "GET" and request.path == "/products/mortgages" and response.status_code == 200:
            response.set_data(response.get_data().decode().encode("big5", "replace"))

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
