"""Who calls an OAuth endpoint: clients and their authentication (RFC 6749 2.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.wrappers import Request

from conformance.bank.authorization import jws
from conformance.bank.authorization.assertion import TYPE, asserted
from conformance.bank.authorization.certificate import authenticates, certificate_thumbprint, presented
from conformance.bank.authorization.fixture import Identity
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.refusal import OAuthError
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Place = Literal["token", "par", "revocation", "introspection", "backchannel"]
BY_CERTIFICATE = ("tls_client_auth", "self_signed_tls_client_auth")


def keys_of(jwks: dict[str, Any]) -> tuple[jws.Key, ...]:
    """Read a client's signing keys; certificate and encryption keys are left out."""
    return tuple(jws.public_key(jwk) for jwk in jwks["keys"] if jwk.get("use", "sig") == "sig")


def fixture_client(policy: AuthorizationPolicy, identity: Identity) -> Client:
    """Give the registration of a TSP of the fixture."""
    chains = [jwk["x5c"][0] for jwk in identity.jwks["keys"] if "x5c" in jwk]
    return Client(
        client_id=identity.client_id,
        name=identity.name,
        authentication=identity.authentication,
        keys=keys_of(identity.jwks),
        redirect_uris=identity.redirect_uris,
        scopes=policy.scopes,
        subject=identity.subject,
        certificates=frozenset(certificate_thumbprint(chain) for chain in chains),
    )


def authenticated(bank: Bank, request: Request, form: dict[str, str], place: Place) -> Client:
    """Give the authenticated client; raise OAuthError (invalid_client) for everyone else."""
    policy, basic = bank.policy.authorization, request.authorization
    secret = form.get("client_secret") or (basic.password if basic and basic.type == "basic" else None)
    assertion = form.get("client_assertion")
    if assertion and secret and not policy.several_authentications_accepted:
        raise OAuthError("invalid_request", "One client authentication at a time.")
    client = None
    if assertion:
        client = _by_assertion(bank, request, form, assertion)
    elif secret:
        named = form.get("client_id") or (basic.username if basic else None)
        client = stores(bank).client(named) if policy.client_secret_accepted else None
    else:
        client = _by_certificate(bank, request, form) or _unauthenticated(bank, form, place)
    if client is None:
        raise refused(bank, request, "The client is not authenticated.")
    if form.get("client_id", client.client_id) != client.client_id and not policy.client_id_mismatch_accepted:
        raise refused(bank, request, "The client_id is another client's.")
    return client


def refused(bank: Bank, request: Request, description: str) -> OAuthError:
    """Give the invalid_client error of RFC 6749 5.2."""
    status = bank.policy.authorization.invalid_client_status
    scheme = request.authorization.type if request.authorization else None
    known = scheme and re.fullmatch(r"[a-z]+", scheme)
    headers = {"WWW-Authenticate": f'{scheme.title()} realm="oauth"'} if known and scheme else {}
    return OAuthError("invalid_client", description, status, headers)


def _by_assertion(bank: Bank, request: Request, form: dict[str, str], assertion: str) -> Client:
    policy = bank.policy.authorization
    if form.get("client_assertion_type") != TYPE:
        raise refused(bank, request, "The client_assertion_type is not known.")
    try:
        client = asserted(bank, request, assertion, form.get("client_id"))
    except jws.BadToken as fault:
        raise refused(bank, request, f"The client assertion is refused: {fault}.") from fault
    if client.authentication != "private_key_jwt" and not policy.other_method_accepted:
        raise refused(bank, request, "The client is registered for another authentication method.")
    return client


def _by_certificate(bank: Bank, request: Request, form: dict[str, str]) -> Client | None:
    policy = bank.policy.authorization
    client, shown = stores(bank).client(form.get("client_id")), presented(bank, request)
    if client is None or shown is None:
        return None
    method = client.authentication
    if method not in BY_CERTIFICATE:
        if not policy.other_method_accepted:
            return None
        method = "tls_client_auth"
    return client if authenticates(bank, client, shown, method) else None


def _unauthenticated(bank: Bank, form: dict[str, str], place: Place) -> Client | None:
    policy = bank.policy.authorization
    refreshes = form.get("grant_type") == "refresh_token" and policy.refresh_without_authentication
    without = {
        "token": policy.token_without_authentication or refreshes,
        "par": policy.par_without_authentication,
        "revocation": policy.revocation_without_authentication,
        "introspection": policy.introspection_without_authentication,
        "backchannel": policy.backchannel_without_authentication,
    }
    return stores(bank).client(form.get("client_id")) if without[place] else None
