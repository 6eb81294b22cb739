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


@mutant("mandate.debit_awaits_its_customer")
def debit_before_the_customer_confirms(policy: Policy) -> Policy:
    """A mandate that nobody has confirmed can be debited."""
    return policy.evolve("payments.debit_state_checked", False)


@mutant("mandate.debit_ends_with_its_mandate")
def debit_after_the_cancellation(policy: Policy) -> Policy:
    """A cancelled mandate can be debited."""
    return policy.evolve("payments.debit_end_checked", False)


@mutant("mandate.debit_keeps_to_the_limit")
def debit_above_the_limit(policy: Policy) -> Policy:
    """The limit of a mandate is not looked at."""
    return policy.evolve("payments.debit_limit_checked", False)


@mutant("mandate.debit_keeps_to_the_currency")
def debit_in_any_currency(policy: Policy) -> Policy:
    """The currency of a mandate is not looked at."""
    return policy.evolve("payments.debit_currency_checked", False)


@mutant("mandate.debit_keeps_to_the_frequency")
def debit_at_any_time(policy: Policy) -> Policy:
    """The frequency of a mandate is not looked at."""
    return policy.evolve("payments.debit_period_checked", False)


@mutant("mandate.debit_is_of_its_tsp")
def debit_by_any_tsp(policy: Policy) -> Policy:
    """Every TSP debits every mandate."""
    return policy.evolve("payments.debit_client_bound", False)


@mutant("mandate.debit_is_made_once")
def repeated_debit_is_another(policy: Policy) -> Policy:
    """A repeated debit is made again."""
    return policy.evolve("payments.debit_key_honoured", False)
