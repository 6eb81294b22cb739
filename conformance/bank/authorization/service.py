"""The paths of the authorization server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import gateway
from conformance.bank.authorization import (
    authorize,
    backchannel,
    discovery,
    interaction,
    introspection,
    pushed,
    registration,
    revocation,
    token,
    userinfo,
)
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def _posted(rule: str, handler: Callable[[Bank, Request], Response], by_get: str) -> Iterable[Route]:
    """Give the routes of an endpoint for POST, and for GET where the decision `by_get` is true."""

    def read(bank: Bank, request: Request) -> Response:
        if request.method == "GET" and getattr(bank.policy.authorization, by_get):
            return handler(bank, request)
        return gateway.other_method(bank, request, ("POST",))

    yield Route(rule, ("POST",), handler)
    yield Route(rule, ("GET", "HEAD", "OPTIONS"), read)


class AuthorizationService:
    """Discovery, the OAuth endpoints and the customers' pages."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        return (
            Route("/.well-known/openid-configuration", ("GET",), discovery.openid_configuration),
            Route("/.well-known/oauth-authorization-server", ("GET",), discovery.oauth_metadata),
            Route("/oauth/jwks", ("GET",), discovery.jwks),
            *_posted("/oauth/par", pushed.push, "par_get_allowed"),
            Route("/oauth/authorize", ("GET", "POST"), authorize.authorize),
            Route("/oauth/authorize/login", ("GET", "POST"), interaction.log_in),
            Route("/oauth/authorize/consent", ("GET",), interaction.show_consent),
            Route("/oauth/authorize/consent", ("POST",), interaction.decide),
            Route("/oauth/authorize/return", ("POST",), interaction.return_to_provider),
            *_posted("/oauth/token", token.token, "token_get_allowed"),
            Route("/oauth/revoke", ("POST",), revocation.revoke),
            Route("/oauth/introspect", ("POST",), introspection.introspect),
            Route("/oauth/userinfo", ("GET", "POST"), userinfo.userinfo),
            Route("/oauth/register", ("POST",), registration.register),
            Route("/oauth/register/<client_id>", ("GET", "PUT", "DELETE"), registration.manage),
            Route("/oauth/backchannel", ("POST",), backchannel.begin),
            Route("/oauth/device", ("GET", "POST"), backchannel.device),
        )
