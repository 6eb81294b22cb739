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


@mutant("merchant.launch_url_answers")
def launch_leads_nowhere(policy: Policy) -> Policy:
    """The launch URL answers 404."""
    return policy.evolve("payments.launch_served", False)


@mutant("merchant.result_is_told_by_the_bank")
def approval_is_never_told(policy: Policy) -> Policy:
    """An approved payment goes on awaiting its customer for whoever asks."""
    return policy.evolve("payments.approval_told", False)


@mutant("merchant.refund_needs_a_payment")
def refund_of_what_was_not_paid(policy: Policy) -> Policy:
    """A payment that was not made is given back."""
    return policy.evolve("payments.refund_state_checked", False)


@mutant(
    "merchant.refund_is_at_most_what_was_paid",
    "merchant.refunds_together_are_at_most_what_was_paid",
    "merchant.refunds_at_the_same_time_are_at_most_what_was_paid",
)
def refund_of_any_amount(policy: Policy) -> Policy:
    """The amount of a refund is not compared with that paid."""
    return policy.evolve("payments.refund_amount_checked", False)


@mutant(
    "merchant.refunds_together_are_at_most_what_was_paid",
    "merchant.refunds_at_the_same_time_are_at_most_what_was_paid",
)
def refunds_are_not_added_up(policy: Policy) -> Policy:
    """Each refund is compared with the payment by itself."""
    return policy.evolve("payments.refunds_added_up", False)


@mutant("merchant.refunds_at_the_same_time_are_at_most_what_was_paid")
def refund_is_made_without_a_lock(policy: Policy) -> Policy:
    """Refunds at the same moment all find nothing given back."""
    return policy.evolve("payments.refund_races", True)


@mutant("merchant.refund_is_made_once")
def repeated_refund_is_another(policy: Policy) -> Policy:
    """A repeated refund is made again."""
    return policy.evolve("payments.refund_key_honoured", False)


@mutant("merchant.refund_is_of_its_merchant")
def refund_by_any_tsp(policy: Policy) -> Policy:
    """Every TSP gives every payment back."""
    return policy.evolve("payments.refund_client_bound", False)


@mutant("merchant.refund_reaches_the_account")
def refund_goes_nowhere(policy: Policy) -> Policy:
    """A refund is told and not booked."""
    return policy.evolve("payments.refund_booked", False)


@mutant("merchant.launch_url_is_an_apps")
def no_app_is_named(policy: Policy) -> Policy:
    """No app is named for the links of the bank's host."""
    return policy.evolve("payments.app_links", "absent")


@mutant("merchant.launch_url_is_an_apps")
def a_page_names_no_app(policy: Policy) -> Policy:
    """A page stands where apps look for their links."""
    return policy.evolve("payments.app_links", "page")


@mutant("merchant.launch_url_is_an_apps")
def the_list_of_apps_is_empty(policy: Policy) -> Policy:
    """The list of apps for the bank's links is empty."""
    return policy.evolve("payments.app_links", "nobody")
