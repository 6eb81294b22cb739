"""How a customer's decision comes about: by scripted forms, in a browser, by a person, or beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from conformance.authorization import Authorization, Customer
from conformance.errors import Inconclusive
from conformance.oauth.client import revealed
from conformance.oauth.login import Browser, Landing, Shown, scripted
from conformance.oauth.settings import steps_of

if TYPE_CHECKING:
    from conformance.oauth.front import Front
    from conformance.oauth.grant import Asked


def customer_values(customer: Customer) -> Mapping[str, str]:
    """What login steps can fill in for a customer."""
    return {
        "username": revealed(customer.username),
        "password": customer.password.reveal() if customer.password else "",
        **{name: revealed(value) for name, value in customer.fields.items()},
    }


def sees_pages(configured: Authorization) -> bool:
    """Whether the suite itself goes from page to page, so that it sees every one of them."""
    return configured.login.strategy == "form"


def entered(configured: Authorization, shown: Shown) -> bool:
    """Whether a page is the one on which the customer begins, as far as can be told without a customer.

    With scripted steps it has what the first of them needs; otherwise it has something to fill in.
    """
    if configured.login.strategy == "form":
        for step in steps_of(configured, "approve"):
            if step.fits(shown.page):
                return True
            if not step.optional:
                return False
        return False
    kinds = {field.kind for form in shown.page.forms for field in form.fields}
    return bool(kinds & {"password", "text", "email", "tel", "number"})


def decided(
    configured: Authorization,
    shown: Shown,
    browser: Browser,
    values: Mapping[str, str],
    decision: str,
    run: Callable[[Any], Any],
) -> Landing:
    """Where the customer's decision leads to, by scripted steps. Raises ``Inconclusive`` without any."""
    if not sees_pages(configured):
        raise Inconclusive(f"login.strategy {configured.login.strategy} cannot be followed page by page")
    steps, whole = steps_of(configured, decision), decision != "approve"
    landing: Landing = run(scripted(browser, shown, steps, values, whole=whole))
    return landing


def walked_alone(front: Front, asked: Asked, customer: int, decision: str) -> Landing:
    """Where a login ends that the suite does not follow page by page."""
    strategy = front.configured.login.strategy
    if strategy == "tokens":
        raise Inconclusive("login.strategy is tokens: there is no login, so that no code can be had")
    url = front.link(asked)
    if strategy == "manual":
        from conformance.oauth.manual import landed

        patience = float(front.configured.login.settings.get("patience", 300))
        return landed(url, asked.redirect_uri, front.customer(customer).name, decision, patience)
    from conformance.oauth.browser import landed as driven

    return driven(front, url, asked, customer_values(front.customer(customer)), decision)
