"""Token revocation (RFC 7009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import client, form
from conformance.bank.authorization.records import AccessToken
from conformance.bank.authorization.refusal import OAuthError, endpoint
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@endpoint
def revoke(bank: Bank, request: Request) -> Response:
    """Revoke one of the client's own tokens; an unknown token is no error."""
    policy, store = bank.policy.authorization, stores(bank)
    given = form.body(bank, request)
    caller = client.authenticated(bank, request, given, "revocation")
    value = given.get("token")
    if not value:
        raise OAuthError("invalid_request", "The token is missing.")
    with store.lock:
        found = store.access.get(value) or store.refresh.get(value)
        foreign = found is not None and found.grant.client_id != caller.client_id
        if found is None and policy.revocation_unknown_is_error:
            raise OAuthError("invalid_request", "The token is not known.")
        if found is None or (foreign and policy.revocation_client_bound) or not policy.revocation_effective:
            return Response(status=200, headers={"Cache-Control": "no-store"})
        found.revoked = True
        if not isinstance(found, AccessToken) and policy.revocation_of_refresh_ends_grant:
            store.end(found.grant)
    return Response(status=200, headers={"Cache-Control": "no-store"})
