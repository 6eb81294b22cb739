"""Token introspection, plain (RFC 7662) and signed (RFC 9701)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import client, consent, form, keys
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.records import AccessToken, Client, RefreshToken
from conformance.bank.authorization.refusal import OAuthError, endpoint, json_answer
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

SIGNED = "application/token-introspection+jwt"


@endpoint
def introspect(bank: Bank, request: Request) -> Response:
    """Tell the state of one of the client's own tokens; every other token is not active."""
    policy = bank.policy.authorization
    given = form.body(bank, request)
    caller = client.authenticated(bank, request, given, "introspection")
    value = given.get("token")
    if not value:
        raise OAuthError("invalid_request", "The token is missing.")
    told = _state(bank, request, caller, value)
    if SIGNED not in request.headers.get("Accept", ""):
        return json_answer(told)
    claims = {
        "iss": issuer(bank, request),
        "aud": caller.client_id if policy.introspection_aud_right else "another-client",
        "iat": int(bank.now()),
        "token_introspection": told,
    }
    algorithm = "ES256" if policy.introspection_signed else "none"
    signed = keys.signed(bank, claims, algorithm, typ=policy.introspection_typ)
    return Response(signed, content_type=SIGNED, headers={"Cache-Control": "no-store"})


def _state(bank: Bank, request: Request, caller: Client, value: str) -> dict[str, Any]:
    policy, store = bank.policy.authorization, stores(bank)
    with store.lock:
        found = store.access.get(value) or store.refresh.get(value)
    if found is None or (found.grant.client_id != caller.client_id and policy.introspection_client_bound):
        return {"active": False}
    revoked = found.revoked or found.grant.revoked or _consent_ended(bank, found)
    expired = found.expires_at <= bank.now()
    active = not (revoked and not policy.introspection_revoked_active)
    active = active and not (expired and not policy.introspection_expired_active)
    told: dict[str, Any] = {
        "active": active,
        "scope": " ".join(found.scopes),
        "client_id": found.grant.client_id,
        "sub": found.grant.customer_id or found.grant.client_id,
        "exp": int(found.expires_at),
        "iat": int(found.issued_at),
        "iss": issuer(bank, request),
    }
    if found.grant.consent:
        named, consent_id = found.grant.consent
        told["authorization_details"] = [{"type": named, "consent_id": consent_id}]
    if isinstance(found, AccessToken):
        told["aud"] = list(found.audience)
        told["jti"] = found.identifier
        if found.bound:
            told["cnf"] = dict([found.bound])
            told["token_type"] = "DPoP" if found.bound[0] == "jkt" else "Bearer"
        else:
            told["token_type"] = "Bearer"
    return told if active or policy.introspection_inactive_detailed else {"active": False}


def _consent_ended(bank: Bank, found: AccessToken | RefreshToken) -> bool:
    if found.grant.consent is None:
        return False
    named, consent_id = found.grant.consent
    return not consent.KINDS[named].active(bank, consent_id)
