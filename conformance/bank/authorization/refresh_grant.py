"""Using a refresh token (RFC 6749 6; RFC 9700 4.14; FAPI 2.0 5.3.2.1 item 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import consent, issue
from conformance.bank.authorization.binding import bound_to
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.records import Client, RefreshToken
from conformance.bank.authorization.refusal import OAuthError
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def refresh(bank: Bank, request: Request, client: Client, given: dict[str, str]) -> Response:
    """Give a new access token; rotate the refresh token only where the policy does."""
    policy, store = bank.policy.authorization, stores(bank)
    value = given.get("refresh_token")
    if not value:
        raise OAuthError("invalid_request", "The refresh_token is missing.")
    bound = bound_to(bank, request, needed=not policy.refresh_without_possession)
    with store.lock:
        found = _judged(bank, client, value)
        scopes = _scopes(policy, found, given.get("scope"))
        renewed = None
        if policy.refresh_rotation:
            found.rotated_at = found.rotated_at if found.rotated_at is not None else bank.now()
            renewed = issue.refresh_token(bank, found.grant, found.scopes)
    if policy.refresh_same_access_token:
        token = next(each for each in reversed(store.access.values()) if each.grant is found.grant)
    else:
        token = issue.access_token(bank, request, found.grant, scopes, bound)
    return issue.token_answer(bank, request, client, token, renewed, refreshed=True)


def _judged(bank: Bank, client: Client, value: str) -> RefreshToken:
    policy, store, now = bank.policy.authorization, stores(bank), bank.now()
    found = store.refresh.get(value)
    fault = OAuthError("invalid_grant", "The refresh token is not valid.")
    if found is None or (found.grant.client_id != client.client_id and policy.refresh_client_bound):
        raise fault
    if found.revoked or found.grant.revoked:
        raise fault
    if found.expires_at <= now and policy.refresh_expiry_checked:
        raise fault
    if found.rotated_at is not None and now > found.rotated_at + policy.refresh_rotated_grace:
        if policy.refresh_reuse_revokes:
            store.end(found.grant)
        raise fault
    if found.grant.consent and policy.refresh_stops_with_consent:
        named, consent_id = found.grant.consent
        if not consent.KINDS[named].active(bank, consent_id):
            raise fault
    return found


def _scopes(policy: AuthorizationPolicy, found: RefreshToken, asked: str | None) -> tuple[str, ...]:
    if not asked:
        return found.scopes
    scopes = tuple(dict.fromkeys(asked.split()))
    if policy.refresh_scope_widened:
        return scopes
    if not set(scopes) <= set(found.scopes):
        raise OAuthError("invalid_scope", "The scope is wider than the one granted.")
    return scopes if policy.refresh_scope_narrowed else found.scopes
