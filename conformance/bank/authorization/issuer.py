"""Where the authorization server lives: its issuer and the URLs of its endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from conformance.bank.authorization.policy import AuthorizationPolicy

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PATHS = {
    "authorization_endpoint": "/oauth/authorize",
    "token_endpoint": "/oauth/token",
    "pushed_authorization_request_endpoint": "/oauth/par",
    "revocation_endpoint": "/oauth/revoke",
    "introspection_endpoint": "/oauth/introspect",
    "userinfo_endpoint": "/oauth/userinfo",
    "registration_endpoint": "/oauth/register",
    "backchannel_authentication_endpoint": "/oauth/backchannel",
    "jwks_uri": "/oauth/jwks",
}


def issuer_of(policy: AuthorizationPolicy, request: Request) -> str:
    """Give the issuer identifier: the fixed one, or the origin that the caller reached."""
    return policy.issuer or f"{request.scheme}://{request.host}"


def issuer(bank: Bank, request: Request) -> str:
    """Give the issuer identifier of the bank."""
    return issuer_of(bank.policy.authorization, request)


def url(bank: Bank, request: Request, name: str) -> str:
    """Give the URL of an endpoint by its metadata name."""
    return issuer(bank, request) + PATHS[name]


def resources(bank: Bank, request: Request) -> tuple[str, str]:
    """Give the two resource identifiers (RFC 8707): the account APIs and the userinfo endpoint."""
    base = issuer(bank, request)
    return f"{base}/accounts", f"{base}{PATHS['userinfo_endpoint']}"
