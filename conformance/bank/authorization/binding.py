"""What a new access token is bound to: the key of a DPoP proof or the client certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from conformance.bank.authorization import dpop
from conformance.bank.authorization.certificate import presented
from conformance.bank.authorization.refusal import OAuthError

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Binding = tuple[str, str]


def bound_to(bank: Bank, request: Request, *, needed: bool = True) -> Binding | None:
    """Give the caller's confirmation method and value; raise OAuthError where it lacks what is `needed`."""
    policy = bank.policy.authorization
    found: Binding | None = None
    if policy.sender_constraint == "none":
        return None
    if policy.sender_constraint == "dpop":
        try:
            jkt = dpop.proved(bank, request)
        except dpop.BadProof as fault:
            raise OAuthError(fault.error, fault.description, 400, fault.headers) from fault
        found = ("jkt", jkt) if jkt else None
        missing = OAuthError("invalid_dpop_proof", "A DPoP proof is needed.")
    else:
        shown = presented(bank, request)
        found = ("x5t#S256", shown.thumbprint) if shown else None
        missing = OAuthError("invalid_request", "A client certificate is needed.")
    if found is None and needed and policy.token_binding_required:
        raise missing
    return found
