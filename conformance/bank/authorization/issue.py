"""Making codes and tokens, and the answers that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import consent, keys
from conformance.bank.authorization.answer import answered
from conformance.bank.authorization.binding import Binding
from conformance.bank.authorization.id_token import id_token
from conformance.bank.authorization.issuer import issuer, resources
from conformance.bank.authorization.records import (
    AccessToken,
    AuthorizationRequest,
    Client,
    Code,
    Grant,
    RefreshToken,
)
from conformance.bank.authorization.refusal import json_answer
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def code_answer(bank: Bank, request: Request, asked: AuthorizationRequest, grant: Grant) -> Response:
    """Send the customer back with the code, and with tokens where the policy still does such a thing."""
    policy, store = bank.policy.authorization, stores(bank)
    types = asked.response_type.split(" ")
    result: dict[str, str] = {}
    if "code" in types:
        result["code"] = store.mint(policy.code_entropy)
        with store.lock:
            store.codes[result["code"]] = Code(grant, asked, bank.now() + policy.code_lifetime)
    if "token" in types:
        token = access_token(bank, request, grant, asked.scopes, None)
        result |= {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": str(policy.token_lifetime),
        }
    if "id_token" in types:
        client = store.clients[asked.client_id]
        hashed = {"c": result.get("code"), "s": asked.state, "at": result.get("access_token")}
        result["id_token"] = id_token(bank, request, client, grant, hashed)
    return answered(bank, request, asked, result, front=asked.response_mode == "fragment")


def access_token(
    bank: Bank, request: Request, grant: Grant, scopes: tuple[str, ...], bound: Binding | None
) -> AccessToken:
    """Make and keep an access token; it ends no later than the consent behind it."""
    policy, store, now = bank.policy.authorization, stores(bank), int(bank.now())
    ends = now + policy.token_lifetime
    if grant.consent:
        named, consent_id = grant.consent
        limit = consent.KINDS[named].expires(bank, consent_id)
        ends = min(ends, int(limit)) if limit is not None else ends
    audience = grant.resources or resources(bank, request)
    value = identifier = store.mint(policy.access_token_entropy)
    kept = bound if policy.token_bound else None
    if policy.access_token_format == "jwt":
        claims: dict[str, Any] = {
            "iss": issuer(bank, request),
            "sub": grant.customer_id or grant.client_id,
            "client_id": grant.client_id,
            "aud": list(audience),
            "scope": " ".join(scopes),
            "iat": now,
            "exp": ends,
            "jti": identifier,
        }
        value = keys.signed(bank, claims | ({"cnf": dict([kept])} if kept else {}), typ="at+jwt")
    token = AccessToken(value, identifier, grant, scopes, now, ends, audience, kept)
    with store.lock:
        store.access[value] = token
    return token


def refresh_token(bank: Bank, grant: Grant, scopes: tuple[str, ...]) -> RefreshToken:
    """Make and keep a refresh token."""
    policy, store, now = bank.policy.authorization, stores(bank), bank.now()
    value = store.mint(policy.refresh_token_entropy)
    token = RefreshToken(value, grant, scopes, now, now + policy.refresh_lifetime)
    with store.lock:
        store.refresh[value] = token
    return token


def token_answer(
    bank: Bank,
    request: Request,
    client: Client,
    token: AccessToken,
    refresh: RefreshToken | None = None,
    *,
    refreshed: bool = False,
) -> Response:
    """Give the token response (RFC 6749 5.1; OpenID Connect Core 3.1.3.3)."""
    policy = bank.policy.authorization
    kind = policy.token_type or ("DPoP" if token.bound and token.bound[0] == "jkt" else "Bearer")
    told: dict[str, Any] = {"access_token": token.value, "token_type": kind}
    if policy.token_expires_in_reported == "real":
        told["expires_in"] = max(0, token.expires_at - int(bank.now()))
    elif policy.token_expires_in_reported is not None:
        told["expires_in"] = policy.token_expires_in_reported
    if policy.token_scope_told:
        told["scope"] = " ".join(token.scopes)
    if token.grant.consent:
        named, consent_id = token.grant.consent
        told["authorization_details"] = [{"type": named, "consent_id": consent_id}]
    if refresh is not None:
        told["refresh_token"] = refresh.value
    if token.grant.customer_id and ("openid" in token.scopes or policy.id_token_without_openid):
        told["id_token"] = id_token(
            bank, request, client, token.grant, {"at": token.value}, refreshed=refreshed
        )
    response = json_answer(told, headers={"Cache-Control": policy.token_cache_control})
    response.content_type = policy.token_content_type
    return response
