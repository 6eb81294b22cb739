"""Redeeming an authorization code (RFC 6749 4.1.3; RFC 7636 4.6; RFC 9700 2.1.1, 4.2.4)."""

from __future__ import annotations

import re
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import issue, jws
from conformance.bank.authorization.binding import Binding, bound_to
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.records import AuthorizationRequest, Client, Code
from conformance.bank.authorization.refusal import OAuthError
from conformance.bank.authorization.stores import stores
from conformance.bank.race import linger

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def redeem(bank: Bank, request: Request, client: Client, given: dict[str, str]) -> Response:
    """Give tokens for a code; raise OAuthError (invalid_grant) for one that does not hold."""
    policy, store = bank.policy.authorization, stores(bank)
    value = given.get("code")
    if not value:
        raise OAuthError("invalid_request", "The code is missing.")
    bound = bound_to(bank, request)
    if policy.code_redeemed_atomically:
        with store.lock:
            found = _judged(bank, client, given, value, bound)
            found.used = True
    else:
        found = _judged(bank, client, given, value, bound)
        linger()
        found.used = True
    token = issue.access_token(bank, request, found.grant, found.grant.scopes, bound)
    refresh = None
    if policy.refresh_token_issued:
        refresh = issue.refresh_token(bank, found.grant, found.grant.scopes)
    return issue.token_answer(bank, request, client, token, refresh)


def _judged(bank: Bank, client: Client, given: dict[str, str], value: str, bound: Binding | None) -> Code:
    policy, store = bank.policy.authorization, stores(bank)
    found = store.codes.get(value)
    fault = OAuthError("invalid_grant", "The code is not valid.")
    if found is None or (found.request.client_id != client.client_id and policy.code_client_bound):
        raise fault
    if found.used:
        if policy.code_reuse_revokes:
            store.end(found.grant)
        if not policy.code_reuse_allowed:
            raise fault
    if found.expires_at < bank.now() or (found.grant.revoked and not policy.code_reuse_allowed):
        raise fault
    asked = found.request
    redirect_uri = given.get("redirect_uri")
    if policy.code_redirect_uri_bound and redirect_uri != (
        asked.redirect_uri if asked.redirect_uri_sent else None
    ):
        raise OAuthError("invalid_grant", "The redirect_uri is not the one of the authorization request.")
    _judge_verifier(policy, asked, given.get("code_verifier"))
    if asked.dpop_jkt and (bound is None or bound[1] != asked.dpop_jkt):
        raise OAuthError("invalid_grant", "The code is bound to another DPoP key.")
    return found


def _judge_verifier(policy: AuthorizationPolicy, asked: AuthorizationRequest, verifier: str | None) -> None:
    if asked.challenge is None:
        if verifier and not policy.pkce_verifier_without_challenge_accepted:
            raise OAuthError("invalid_grant", "A code_verifier without a code_challenge.")
        return
    if verifier is None:
        if policy.pkce_verifier_required:
            raise OAuthError("invalid_grant", "The code_verifier is missing.")
        return
    if policy.pkce_verifier_format_checked and not _VERIFIER.fullmatch(verifier):
        raise OAuthError("invalid_grant", "The code_verifier is malformed.")
    plain = asked.challenge_method == "plain"
    derived = verifier if plain else jws.encoded(sha256(verifier.encode()).digest())
    if policy.pkce_verifier_checked and not compare_digest(derived.encode(), asked.challenge.encode()):
        raise OAuthError("invalid_grant", "The code_verifier does not match the code_challenge.")
