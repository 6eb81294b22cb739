"""Defects of payments that sequences of steps find, whichever of them comes first."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy

INVARIANTS = "sequence.payments_keep_their_invariants"


@mutant(INVARIANTS)
def money_goes_with_every_retry(policy: Policy) -> Policy:
    """Each repetition of a payment charges the account, while its TSP is told of one."""
    return policy.evolve("payments.booked_twice", True)


@mutant(INVARIANTS)
def lost_answer_is_paid_again(policy: Policy) -> Policy:
    """Neither the key nor the consent keeps a repeated payment from being made again."""
    return policy.evolve("payments.key_honoured", False).evolve("payments.consent_single_use", False)


@mutant(INVARIANTS)
def every_payment_costs_more(policy: Policy) -> Policy:
    """The account is charged ten times what was paid."""
    return policy.evolve("payments.booked_amount_wrong", True)


@mutant(INVARIANTS)
def consent_pays_under_every_key(policy: Policy) -> Policy:
    """A consent pays as often as there are keys."""
    return policy.evolve("payments.consent_single_use", False)


@mutant(INVARIANTS)
def revoked_consent_goes_on(policy: Policy) -> Policy:
    """A consent pays after it was revoked."""
    return policy.evolve("payments.consent_revocation_effective", False)


@mutant(INVARIANTS)
def cancelled_payment_goes_on(policy: Policy) -> Policy:
    """A payment that was cancelled before its day is made."""
    return policy.evolve("payments.cancellation_forgotten", True)


@mutant(INVARIANTS)
def payment_needs_no_customer(policy: Policy) -> Policy:
    """A TSP's own token pays before a customer has allowed it."""
    return policy.evolve("payments.customer_needed", False)
