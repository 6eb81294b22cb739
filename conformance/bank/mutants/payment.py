"""Defects of payments: what they match, what they hold, what becomes of them."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("payment.amount_is_that_of_the_consent")
def amount_changed_after_consent(policy: Policy) -> Policy:
    """The amount of a payment is not compared with the consent."""
    return policy.evolve("payments.amount_bound", False)


@mutant("payment.currency_is_that_of_the_consent")
def currency_changed_after_consent(policy: Policy) -> Policy:
    """The currency of a payment is not compared with the consent."""
    return policy.evolve("payments.currency_bound", False)


@mutant("payment.payee_is_that_of_the_consent")
def payee_changed_after_consent(policy: Policy) -> Policy:
    """The payee of a payment is not compared with the consent."""
    return policy.evolve("payments.creditor_bound", False)


@mutant("payment.consent_serves_one_function")
def consent_opens_every_function(policy: Policy) -> Policy:
    """A consent to one function pays with any other."""
    return policy.evolve("payments.function_bound", False)


@mutant("payment.consent_is_used_once", "payment.consent_is_used_once_at_the_same_time")
def consent_pays_again_and_again(policy: Policy) -> Policy:
    """A consent to one payment is never used up."""
    return policy.evolve("payments.consent_single_use", False)


@mutant(
    "payment.consent_is_used_once_at_the_same_time",
    "idempotency.requests_at_the_same_time_are_one",
)
def consent_is_used_without_a_lock(policy: Policy) -> Policy:
    """Instructions that come at the same moment all find the consent unused."""
    return policy.evolve("payments.consent_use_races", True)


@mutant("payment.consent_ends")
def payment_consent_outlives_its_end(policy: Policy) -> Policy:
    """The end of a payment consent is not looked at."""
    return policy.evolve("payments.consent_expiry_checked", False)


@mutant("payment.revoked_consent_pays_nothing")
def revoked_payment_consent_pays(policy: Policy) -> Policy:
    """The revocation of a payment consent changes nothing."""
    return policy.evolve("payments.consent_revocation_effective", False)


@mutant("payment.consent_of_another_tsp_is_refused")
def payment_consent_serves_every_tsp(policy: Policy) -> Policy:
    """A TSP has a customer approve the consent of another TSP."""
    return policy.evolve("authorization.consent_client_bound", False)


@mutant("payment.customer_must_have_agreed")
def own_token_pays(policy: Policy) -> Policy:
    """A TSP's own token is taken for a customer's."""
    return policy.evolve("payments.customer_needed", False)


@mutant("payment.token_is_needed")
def payment_without_a_token(policy: Policy) -> Policy:
    """An instruction without a token is carried out for the customer who came last."""
    return policy.evolve("payments.token_needed", False)
