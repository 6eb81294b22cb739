"""Defects of idempotency keys."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant(
    "idempotency.same_request_is_one",
    "idempotency.other_request_is_refused",
    "idempotency.requests_at_the_same_time_are_one",
)
def key_does_nothing(policy: Policy) -> Policy:
    """The idempotency key is taken and forgotten, so that a repeated request meets a used consent."""
    return policy.evolve("payments.key_honoured", False)


@mutant("idempotency.other_request_is_refused")
def key_answers_another_request(policy: Policy) -> Policy:
    """Another request under a known key gets the first one's answer."""
    return policy.evolve("payments.key_body_compared", False)


@mutant("idempotency.requests_at_the_same_time_are_one")
def key_is_looked_up_without_a_lock(policy: Policy) -> Policy:
    """Requests that come under one key at the same moment are all carried out."""
    return policy.evolve("payments.key_races", True)


@mutant("idempotency.key_belongs_to_its_tsp")
def key_is_shared_by_all_tsps(policy: Policy) -> Policy:
    """A key that one TSP has used is known to all."""
    return policy.evolve("payments.key_client_bound", False)


@mutant("idempotency.key_is_needed")
def key_may_be_left_out(policy: Policy) -> Policy:
    """An instruction without a key is carried out."""
    return policy.evolve("payments.key_required", False)


@mutant("idempotency.same_request_is_one", "idempotency.requests_at_the_same_time_are_one")
def retry_is_a_conflict(policy: Policy) -> Policy:
    """A repeated request is refused, so that its TSP never learns what became of it."""
    return policy.evolve("payments.replay_status", 410)


@mutant("idempotency.other_key_is_another_request")
def equal_requests_are_one(policy: Policy) -> Policy:
    """Equal requests are one whatever their keys, where no money moves."""
    return policy.evolve("payments.key_of_content", True)


@mutant("idempotency.key_lives_as_long_as_declared")
def key_is_forgotten_early(policy: Policy) -> Policy:
    """A key is forgotten after half of its declared life."""
    return policy.evolve("payments.key_forgotten_early", True)


@mutant("idempotency.key_ends_as_declared")
def key_never_ends(policy: Policy) -> Policy:
    """A key is never free again."""
    return policy.evolve("payments.key_remembered_for_ever", True)
