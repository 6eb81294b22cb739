"""Signed request objects (RFC 9101; FAPI 1.0 Advanced 5.2.2; FAPI 2.0 Message Signing 5.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from conformance.bank.authorization import jws
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TYPES = (None, "jwt", "oauth-authz-req+jwt")
_OF_THE_TOKEN = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})


def opened(bank: Bank, request: Request, client: Client, text: str) -> dict[str, Any]:
    """Give the authorization parameters of a request object; raise jws.BadToken when it does not hold."""
    policy = bank.policy.authorization
    leniency = jws.Leniency(
        algorithms=policy.request_object_algs,
        signature_checked=policy.request_object_signature_checked,
        none_accepted=policy.request_object_none_accepted,
        hs256_with_public_key=policy.request_object_hs256_with_public_key,
        embedded_key_trusted=policy.request_object_embedded_key_trusted,
        crit_ignored=policy.request_object_crit_ignored,
    )
    everyone = stores(bank).clients.values() if policy.request_object_any_client_key else (client,)
    token = jws.verify(text, [key for each in everyone for key in each.keys], leniency)
    claims = token.claims
    kind = jws.text(token.header, "typ")
    if policy.request_object_typ_checked and (kind.lower() if kind else None) not in TYPES:
        raise jws.BadToken("another kind of JWT")
    if policy.request_object_iss_checked and claims.get("iss") != client.client_id:
        raise jws.BadToken("wrong iss")
    if policy.request_object_client_id_checked and claims.get("client_id") != client.client_id:
        raise jws.BadToken("wrong client_id")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if policy.request_object_aud_checked and issuer(bank, request) not in audiences:
        raise jws.BadToken("wrong aud")
    if "request" in claims or ("request_uri" in claims and not policy.request_object_request_uri_accepted):
        raise jws.BadToken("a request inside a request")
    _judge_times(bank, token)
    return {name: value for name, value in claims.items() if name not in _OF_THE_TOKEN}


def _judge_times(bank: Bank, token: jws.Token) -> None:
    policy, now = bank.policy.authorization, bank.now()
    ends, starts = jws.number(token.claims, "exp"), jws.number(token.claims, "nbf")
    limit, skew = policy.request_object_lifetime_limit, policy.clock_skew
    if ends is None and policy.request_object_exp_required:
        raise jws.BadToken("no exp")
    if starts is None and policy.request_object_nbf_required:
        raise jws.BadToken("no nbf")
    if ends is not None and policy.request_object_exp_checked and ends <= now - skew:
        raise jws.BadToken("expired")
    if starts is not None and policy.request_object_nbf_checked:
        if starts > now + skew:
            raise jws.BadToken("not yet valid")
        if starts < now - limit:
            raise jws.BadToken("nbf too long ago")
    if ends is not None and ends - (starts if starts is not None else now) > limit:
        raise jws.BadToken("valid for too long")
