"""Who may read the products: everybody, or registered clients (HKMA Open API Framework 2018, 35)."""

from __future__ import annotations

import hmac
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.http import Refusal
from conformance.bank.products import tokens
from conformance.bank.products.policy import ProductPolicy
from conformance.bank.spelling import SPELT_OTHERWISE

if TYPE_CHECKING:
    from conformance.bank.app import Bank

ID, SECRET = "ClientID", "ClientSecret"
_REFUSAL = "bank.refusal"


def admit(bank: Bank, request: Request, function: str, *, detail: bool) -> None:
    """Let the request pass or raise the refusal of an unregistered client."""
    policy = bank.policy.products
    if policy.access == "open" or any(fnmatchcase(function, name) for name in policy.unprotected):
        return
    if (detail and policy.detail_unprotected) or (request.method == "HEAD" and policy.head_unprotected):
        return
    if policy.conditional_unprotected and "If-None-Match" in request.headers:
        return
    if request.environ.get(SPELT_OTHERWISE):
        return
    if policy.access == "bearer":
        if tokens.shown(bank, request):
            return
        challenge = {"WWW-Authenticate": 'Bearer realm="products"'}
        raise Refusal(401, "unauthorized", "Ask for a token, and show it.", challenge)
    client, secret = (_credential(policy, request, name) for name in (ID, SECRET))
    if _registered(policy, client, secret):
        return
    refusal = _refusal(policy, client, secret)
    if not policy.refusal_carries_data:
        raise refusal
    request.environ[_REFUSAL] = refusal


def relabelled(request: Request, response: Response) -> Response:
    """Give the answer the status of the refusal that a faulty gate has let the data pass with."""
    refusal = request.environ.get(_REFUSAL)
    if refusal:
        response.status_code = refusal.status
        response.headers.update(refusal.headers)
    return response


def _credential(policy: ProductPolicy, request: Request, name: str) -> str | None:
    sent = request.headers.get(name)
    if sent is None and policy.credentials_in_query_accepted:
        return request.args.get(name)
    return sent


def _registered(policy: ProductPolicy, client: str | None, secret: str | None) -> bool:
    if client is None or (secret is None and not policy.secret_unchecked):
        return False
    if policy.credentials_unchecked:
        return True
    found = False
    for known, its_secret in policy.clients:
        id_fits = policy.client_unchecked or _equal(known, client)
        secret_fits = policy.secret_unchecked or _equal(its_secret, secret or "")
        if policy.secret_prefix_suffices and its_secret.startswith(secret or ""):
            secret_fits = True
        found |= id_fits and secret_fits
    return found


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _refusal(policy: ProductPolicy, client: str | None, secret: str | None) -> Refusal:
    message = "Register with the bank and send ClientID and ClientSecret."
    if policy.refusal_tells_which:
        known = any(_equal(each, client or "") for each, _ in policy.clients)
        message = "ClientSecret is wrong." if known else "ClientID is unknown."
    if policy.refusal_echoes_secret:
        message = f"{message} Received {client} {secret}."
    headers = {} if policy.challenge_absent else {"WWW-Authenticate": 'ClientCredentials realm="products"'}
    return Refusal(policy.refusal_status, "unauthorized", message, headers)
