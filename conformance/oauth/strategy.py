"""How a customer's decision comes about: by scripted forms, in a browser, by a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.authorization import Authorization, Customer
from conformance.errors import Inconclusive
from conformance.oauth.client import revealed
from conformance.oauth.login import Browser, Landing, Shown, scripted
from conformance.oauth.settings import steps_of


def customer_values(customer: Customer) -> Mapping[str, str]:
    """What login steps can fill in for a customer."""
    return {
        "username": revealed(customer.username),
        "password": customer.password.reveal() if customer.password else "",
        **{name: revealed(value) for name, value in customer.fields.items()},
    }


def entered(configured: Authorization, shown: Shown) -> bool:
    """Whether a page is the one on which the customer begins, as far as can be told without a customer."""
    login = configured.login
    if login.strategy == "form":
        steps = steps_of(configured, "approve")
        for step in steps:
            if step.form_on(shown.page) is not None:
                return True
            if not step.optional:
                return False
    return any(field.kind == "password" for form in shown.page.forms for field in form.fields) or (
        login.strategy in ("browser", "manual") and shown.answer.status == 200
    )


def decided(
    configured: Authorization,
    shown: Shown,
    browser: Browser,
    values: Mapping[str, str],
    decision: str,
    run: Callable[[Any], Any],
) -> Landing:
    """Where the customer's decision leads to."""
    strategy = configured.login.strategy
    if strategy == "form":
        steps, whole = steps_of(configured, decision), decision != "approve"
        landing: Landing = run(scripted(browser, shown, steps, values, whole=whole))
        return landing
    raise Inconclusive(f"login.strategy {strategy} cannot be followed page by page")
