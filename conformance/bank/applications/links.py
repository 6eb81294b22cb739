"""Links to the bank's own pages, the pages, and the values of enumerated members."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.applications.calls import caller, told
from conformance.bank.applications.form import REFERENCE
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.resource import protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PRODUCTS: dict[str, str] = {
    "deposits.savings-account-opening": "savings-accounts",
    "deposits.current-account-opening": "current-accounts",
    "deposits.time-deposit-creation": "time-deposits",
    "deposits.foreign-currency-account-opening": "foreign-currency-accounts",
    "loans.credit-card-application": "credit-cards",
    "loans.mortgage-application": "mortgages",
    "loans.unsecured-loan-application": "unsecured-loans",
    "loans.secured-loan-application": "secured-loans",
    "other.safe-deposit-box-application": "safe-deposit-boxes",
    "investments.fund-account-opening": "fund-accounts",
    "investments.precious-metal-account-opening": "precious-metal-accounts",
    "investments.stock-account-opening": "stock-accounts",
    "insurance.general-application": "general-insurances",
    "insurance.life-application": "life-insurances",
}
FUNCTIONS = {product: function for function, product in PRODUCTS.items()}
NOTICE = "privacy-notice"
PAGES = frozenset({*PRODUCTS.values(), NOTICE})


@protected
def link(bank: Bank, request: Request, product: str) -> Response:
    """Tell where on the bank's pages a product is applied for."""
    caller(bank, request)
    policy = bank.policy.applications
    if product not in PRODUCTS.values() or product == policy.link_absent:
        raise http.Refusal(404, "not_found", "There is no such product.")
    kind, host = policy.link, issuer(bank, request)
    if kind == "foreign":
        host = "https://apply.elsewhere.example"
    if kind == "http":
        host = host.replace("https://", "http://")
    query = "?customer_name=Chan+Tai+Man&phone=61234567" if kind == "personal" else ""
    return told(bank, {"product": product, "url": f"{host}/apply/{product}{query}"})


def page(bank: Bank, request: Request, product: str) -> Response:
    """Show the page of a product; it leads nowhere else."""
    policy = bank.policy.applications
    if product not in PAGES or (policy.page_absent and product != NOTICE):
        raise http.Refusal(404, "not_found", "There is no such page.")
    if product == NOTICE and not policy.privacy_notice_opens:
        raise http.Refusal(404, "not_found", "There is no such page.")
    target = request.args.get("next") or request.args.get("url")
    if target and policy.link_follows_parameter:
        return Response(status=302, headers={"Location": target})
    head = "<title>Apply</title>"
    if target and policy.page_refreshes_to_parameter:
        head += f'<meta http-equiv="refresh" content="0; url={escape(target)}">'
    text = f"<!DOCTYPE html><html lang=en>{head}<p>Apply for the product here.</p></html>"
    return Response(text, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


@protected
def reference(bank: Bank, request: Request) -> Response:
    """List the values of every enumerated member."""
    caller(bank, request)
    policy = bank.policy.applications
    values = {name: [] if policy.reference_data_empty else list(each) for name, each in REFERENCE.items()}
    data: dict[str, Any] = {"enumerations": values}
    if policy.privacy_notice:
        data["privacy_notice"] = f"{issuer(bank, request)}/apply/{NOTICE}"
    return told(bank, data)
