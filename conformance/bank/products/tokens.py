"""Tokens of registered clients, as gateways give them for open data: OAuth 2.0 client credentials."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.http import Refusal, answer
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PATH = "/registered-clients/token"


@dataclass
class Given:
    """The tokens of one bank: when each ends, and how often it may still be used where that is bounded."""

    ends: dict[str, float] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


class TokenService:
    """Gives registered clients a token for a while (RFC 6749, 4.4)."""

    def routes(self) -> Iterable[Route]:
        """Give the one path at which tokens are asked for."""
        yield Route(PATH, ("POST",), _token)


def _token(bank: Bank, request: Request) -> Response:
    policy = bank.policy.products
    if policy.access != "bearer":
        raise Refusal(404, "not_found", "There is nothing here.")
    client, secret = (request.form.get(name, "") for name in ("client_id", "client_secret"))
    if request.form.get("grant_type") != "client_credentials":
        raise Refusal(400, "unsupported_grant_type", "Ask for client_credentials.")
    known = [hmac.compare_digest(f"{client}:{secret}", ":".join(each)) for each in policy.clients]
    if not any(known) and not policy.secret_unchecked:
        raise Refusal(401, "invalid_client", "This client is not registered.")
    token = secrets.token_urlsafe(32)
    given = bank.state.of(Given)
    given.ends[token] = bank.now() + policy.token_life
    if policy.token_uses:
        given.left[token] = policy.token_uses
    told = policy.token_life * policy.token_life_unit
    response = answer({"access_token": token, "token_type": "Bearer", "expires_in": told})
    response.headers["Cache-Control"] = "no-store"
    return response


def shown(bank: Bank, request: Request) -> bool:
    """Whether a request shows a token that is in force."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = bank.state.of(Given)
    if scheme.lower() != "bearer" or given.ends.get(token, 0.0) <= bank.now():
        return False
    if token in given.left:
        given.left[token] -= 1
        return given.left[token] >= 0
    return True
