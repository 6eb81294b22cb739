"""Defects of direct debit authorisations."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("mandate.awaits_its_customer")
def mandate_is_in_force_at_once(policy: Policy) -> Policy:
    """A mandate is in force before its customer has confirmed it."""
    return policy.evolve("payments.mandate_active_at_once", True)


@mutant("mandate.cancellation_ends_it")
def cancelled_mandate_stays(policy: Policy) -> Policy:
    """The cancellation of a mandate changes nothing."""
    return policy.evolve("payments.mandate_cancellation_effective", False)
