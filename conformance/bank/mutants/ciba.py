"""Defects of backchannel authentication."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("ciba.unknown_customer_refused", base="ciba")
def backchannel_for_nobody(policy: Policy) -> Policy:
    """A request may be for a customer whom nobody knows."""
    return policy.evolve("authorization.ciba_unknown_customer_refused", False)


@mutant("ciba.context_needed", base="ciba")
def backchannel_without_message(policy: Policy) -> Policy:
    """A request needs no binding message."""
    return policy.evolve("authorization.ciba_binding_message_required", False)


@mutant("ciba.customer_waited_for", base="ciba")
def backchannel_does_not_wait(policy: Policy) -> Policy:
    """The TSP gets its token before the customer has decided."""
    return policy.evolve("authorization.ciba_waits_for_customer", False)


@mutant("ciba.haste_slowed_down", base="ciba")
def backchannel_polled_at_will(policy: Policy) -> Policy:
    """A TSP may poll as often as it likes."""
    return policy.evolve("authorization.ciba_slow_down", False)


@mutant("ciba.client_compared", base="ciba")
def backchannel_of_any_client(policy: Policy) -> Policy:
    """Any TSP may poll."""
    return policy.evolve("authorization.ciba_client_bound", False)


@mutant("ciba.identifier_unguessable", base="ciba")
def backchannel_counted(policy: Policy) -> Policy:
    """Requests are counted."""
    return policy.evolve("authorization.ciba_entropy", "sequential")


@mutant("ciba.tokens_not_pushed", base="ciba")
def backchannel_pushes(policy: Policy) -> Policy:
    """The metadata offer to push tokens."""
    modes = ("backchannel_token_delivery_modes_supported", ["poll", "push"])
    return policy.evolve("authorization.metadata_replaces", (modes,))
