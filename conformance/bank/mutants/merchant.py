"""Defects of payments to merchants."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("merchant.launch_url_is_secure")
def launch_by_plain_http(policy: Policy) -> Policy:
    """The customer is sent to plain http."""
    return policy.evolve("payments.launch_url", "http")


@mutant("merchant.launch_url_is_the_banks")
def launch_on_a_foreign_host(policy: Policy) -> Policy:
    """The customer is sent to a host that is not the bank's."""
    return policy.evolve("payments.launch_url", "foreign")


@mutant("merchant.launch_url_is_impersonal")
def launch_tells_amount_and_customer(policy: Policy) -> Policy:
    """The launch URL holds the amount and the customer's number."""
    return policy.evolve("payments.launch_url", "personal")


@mutant("merchant.result_is_settled_by_the_bank")
def browser_settles_the_payment(policy: Policy) -> Policy:
    """A browser that comes with status=success settles the payment."""
    return policy.evolve("payments.result_from_browser", True)


@mutant("merchant.return_url_is_registered")
def customer_returns_anywhere(policy: Policy) -> Policy:
    """The address to return to may be any."""
    return policy.evolve("payments.return_url_checked", False)


@mutant("payment.row_fits_its_schema")
def launch_url_is_absent(policy: Policy) -> Policy:
    """A merchant's payment has no launch URL."""
    return policy.evolve("payments.launch_url", "absent")
