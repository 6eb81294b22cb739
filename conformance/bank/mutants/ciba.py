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


@mutant("ciba.token_given_once", base="ciba")
def backchannel_pays_out_again(policy: Policy) -> Policy:
    """An approved request gives tokens again and again."""
    return policy.evolve("authorization.ciba_single_use", False)


@mutant("ciba.request_ends", base="ciba")
def backchannel_never_ends(policy: Policy) -> Policy:
    """A request is waited for after its end."""
    return policy.evolve("authorization.ciba_expiry_checked", False)


@mutant("ciba.request_named", base="ciba")
def backchannel_names_another_request(policy: Policy) -> Policy:
    """The ID token names another request."""
    return policy.evolve("authorization.ciba_id_token_request_claim", "wrong")


@mutant("ciba.denial_told", base="ciba")
def backchannel_denial_is_passed_over(policy: Policy) -> Policy:
    """The TSP gets a token although the customer has refused."""
    return policy.evolve("authorization.ciba_denial_told", False)


@mutant("ciba.context_class_told", "token.context_class_told", base="ciba")
def backchannel_hides_the_context(policy: Policy) -> Policy:
    """The ID token does not tell how the customer was authenticated."""
    return policy.evolve("authorization.id_token_acr", False)


@mutant("ciba.authentication_needed", base="ciba")
def backchannel_for_everybody(policy: Policy) -> Policy:
    """Whoever names a TSP may begin a request for it."""
    return policy.evolve("authorization.backchannel_without_authentication", True)


@mutant("ciba.one_hint", base="ciba")
def backchannel_with_two_hints(policy: Policy) -> Policy:
    """A request may name two customers, of whom the bank takes one."""
    return policy.evolve("authorization.ciba_hints_counted", False)


@mutant("ciba.assertion_for_issuer", "client.audience_issuer_only", base="ciba")
def backchannel_assertion_for_the_endpoint(policy: Policy) -> Policy:
    """An assertion that was made for an endpoint is taken."""
    return policy.evolve("authorization.assertion_aud", "issuer_or_endpoint")


@mutant("ciba.signature_verified", "authorize.request_object_verified", base="ciba")
def backchannel_request_is_not_verified(policy: Policy) -> Policy:
    """The signature of a signed request is not verified."""
    return policy.evolve("authorization.request_object_signature_checked", False)


@mutant("ciba.signed_for_an_hour", base="ciba")
def backchannel_request_for_a_day(policy: Policy) -> Policy:
    """A signed request may be good for a day."""
    return policy.evolve("authorization.request_object_lifetime_limit", 86400)
