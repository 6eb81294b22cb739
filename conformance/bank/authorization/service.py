"""The paths of the authorization server."""

from __future__ import annotations

from collections.abc import Iterable

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


class AuthorizationService:
    """Discovery, the OAuth endpoints and the customers' pages."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        return (
            Route("/.well-known/openid-configuration", ("GET",), discovery.openid_configuration),
            Route("/.well-known/oauth-authorization-server", ("GET",), discovery.oauth_metadata),
            Route("/oauth/jwks", ("GET",), discovery.jwks),
            Route("/oauth/par", ("GET", "POST"), pushed.push),
            Route("/oauth/authorize", ("GET", "POST"), authorize.authorize),
            Route("/oauth/authorize/login", ("GET", "POST"), interaction.log_in),
            Route("/oauth/authorize/consent", ("GET",), interaction.show_consent),
            Route("/oauth/authorize/consent", ("POST",), interaction.decide),
            Route("/oauth/authorize/return", ("POST",), interaction.return_to_provider),
            Route("/oauth/token", ("GET", "POST"), token.token),
            Route("/oauth/revoke", ("POST",), revocation.revoke),
            Route("/oauth/introspect", ("POST",), introspection.introspect),
            Route("/oauth/userinfo", ("GET", "POST"), userinfo.userinfo),
            Route("/oauth/register", ("POST",), registration.register),
            Route("/oauth/register/<client_id>", ("GET", "PUT", "DELETE"), registration.manage),
            Route("/oauth/backchannel", ("POST",), backchannel.begin),
            Route("/oauth/device", ("GET", "POST"), backchannel.device),
        )
