"""Defects of revocation."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("revocation.access_token_stops", "token.replay_ends_grant")
def revoked_token_opens(policy: Policy) -> Policy:
    """Protected functions do not ask whether a token was revoked."""
    return policy.evolve("authorization.revoked_token_accepted", True)


@mutant("revocation.access_token_stops", "revocation.refresh_token_stops")
def revocation_does_nothing(policy: Policy) -> Policy:
    """The revocation endpoint says yes and does nothing."""
    return policy.evolve("authorization.revocation_effective", False)


@mutant("revocation.refresh_token_takes_access_along")
def access_token_outlives_its_refresh_token(policy: Policy) -> Policy:
    """The access token works on when its refresh token is revoked."""
    return policy.evolve("authorization.revocation_of_refresh_ends_grant", False)


@mutant("revocation.client_compared")
def any_client_revokes(policy: Policy) -> Policy:
    """A TSP may revoke another one's tokens."""
    return policy.evolve("authorization.revocation_client_bound", False)


@mutant("revocation.unknown_token_is_no_error")
def unknown_token_is_an_error(policy: Policy) -> Policy:
    """The revocation of an unknown token is refused."""
    return policy.evolve("authorization.revocation_unknown_is_error", True)


@mutant("revocation.authentication_needed")
def revocation_for_everybody(policy: Policy) -> Policy:
    """Whoever names a TSP ends its tokens."""
    return policy.evolve("authorization.revocation_without_authentication", True)
