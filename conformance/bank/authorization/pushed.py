"""The pushed authorization request endpoint (RFC 9126)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import authorization_request, client, dpop, form
from conformance.bank.authorization.records import AuthorizationRequest, Client, Pushed
from conformance.bank.authorization.refusal import OAuthError, endpoint, json_answer
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PREFIX = "urn:ietf:params:oauth:request_uri:"


@endpoint
def push(bank: Bank, request: Request) -> Response:
    """Keep the request of an authenticated client and give its request_uri."""
    policy = bank.policy.authorization
    given = form.body(bank, request)
    caller = client.authenticated(bank, request, given, "par")
    if "request_uri" in given and not policy.par_request_uri_accepted:
        raise OAuthError("invalid_request", "A request_uri has no place here.", policy.par_error_status)
    try:
        jkt = dpop.proved(bank, request) if policy.sender_constraint == "dpop" else None
        asked = authorization_request.judged(bank, request, caller, given, pushed=True, jkt=jkt)
    except dpop.BadProof as fault:
        raise OAuthError(fault.error, fault.description, 400, fault.headers) from fault
    except authorization_request.BadRequest as fault:
        raise authorization_request.oauth_error(fault, policy.par_error_status) from fault
    store = stores(bank)
    request_uri = PREFIX + store.mint(policy.request_uri_entropy)
    with store.lock:
        store.pushed[request_uri] = Pushed(caller.client_id, asked, bank.now() + policy.par_lifetime)
    reported = policy.par_expires_in_reported
    told = {"request_uri": request_uri, "expires_in": policy.par_lifetime if reported is None else reported}
    return json_answer(told, policy.par_status)


def taken(bank: Bank, caller: Client, request_uri: str) -> AuthorizationRequest:
    """Give the request behind a request_uri; raise BadRequest for an unknown, foreign or spent one."""
    policy, store = bank.policy.authorization, stores(bank)
    with store.lock:
        found = store.pushed.get(request_uri)
        fault = authorization_request.BadRequest("invalid_request_uri", "The request_uri is not valid.")
        if found is None:
            raise fault
        if found.client_id != caller.client_id and policy.par_client_bound:
            raise fault
        if found.expires_at < bank.now() and policy.par_expiry_checked:
            raise fault
        if found.used and policy.par_single_use:
            raise fault
        if policy.par_consumed_at_load:
            found.used = True
        return found.request
