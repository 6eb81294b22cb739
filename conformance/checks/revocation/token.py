"""Revocation of tokens (RFC 7009)."""

from __future__ import annotations

import secrets

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.client import BY_CERTIFICATE
from conformance.oauth.grant import Grant, error_of, told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED

PLACE = "revocation endpoint"


def _revoked(protected: Protected, value: str, kind: str) -> Answer:
    answer = protected.access.revoke(value, token_type_hint=kind)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right revocation was answered {told(answer)}")
    return answer


def _begun(protected: Protected) -> Grant:
    """A grant of one's own whose token opens; raises ``NotApplicable`` without a revocation endpoint."""
    protected.access.server.endpoint("revocation_endpoint")
    grant = protected.fresh()
    protected.control(protected.probe(), grant.tokens)
    return grant


def _renewable(protected: Protected) -> Grant:
    grant = _begun(protected)
    if not grant.tokens.refresh_token:
        raise NotApplicable("the bank gives no refresh tokens")
    return grant


def _opens(protected: Protected, grant: Grant) -> Answer | None:
    answer = tried(lambda: protected.access.call(grant, protected.request(protected.probe())))
    return answer if answer is not None and answer.ok else None


def _refreshes(protected: Protected, grant: Grant) -> Answer | None:
    answer = tried(protected.access.refresh, grant.tokens)
    return answer if answer is not None and answer.ok else None


@check(requests=11, logins=(1, "grant of all"))
def access_token_stops(protected: Protected) -> Findings:
    """Opens nothing to an access token that was revoked."""
    grant = _begun(protected)
    _revoked(protected, grant.access_token, "access_token")
    if (answer := _opens(protected, grant)) is not None:
        yield Finding(
            "a refusal of a revoked token", f"status {answer.status}", "header Authorization", answer.exchange
        )


@check(requests=11, logins=(1, "grant of all"))
def refresh_token_stops(protected: Protected) -> Findings:
    """Gives nothing for a refresh token that was revoked."""
    grant = _renewable(protected)
    _revoked(protected, grant.tokens.refresh_token, "refresh_token")
    if (answer := _refreshes(protected, grant)) is not None:
        yield Finding("a refusal of a revoked refresh token", told(answer), "token endpoint", answer.exchange)


@check(requests=12, logins=(1, "grant of all"))
def refresh_token_takes_access_along(protected: Protected) -> Findings:
    """Ends the access tokens of a grant with its refresh token."""
    grant = _renewable(protected)
    _revoked(protected, grant.tokens.refresh_token, "refresh_token")
    if _refreshes(protected, grant) is not None:
        return
    answer = _opens(protected, grant)
    _revoked(protected, grant.access_token, "access_token")
    if answer is not None and _opens(protected, grant) is None:
        yield Finding(
            "the access token to end with its refresh token", f"status {answer.status}",
            "header Authorization", answer.exchange,
        )  # fmt: skip


@check(requests=12, logins=(1, "grant of all"))
def client_compared(protected: Protected) -> Findings:
    """Leaves a token alone that another TSP asks to revoke."""
    other = protected.access.second
    grant = _begun(protected)
    answer = tried(protected.access.revoke, grant.access_token, client=other)
    if _opens(protected, grant) is None:
        exchange = answer.exchange if answer is not None else None
        yield Finding("the token to work on", "refused after another TSP's revocation", PLACE, exchange)


@check(requests=2)
def unknown_token_is_no_error(protected: Protected) -> Findings:
    """Answers the revocation of a token that it does not know with 200."""
    protected.access.server.endpoint("revocation_endpoint")
    answer = protected.access.revoke(secrets.token_urlsafe(32))
    if error_of(answer) in ("invalid_client", "unauthorized_client"):
        raise Inconclusive(f"control request refused: the TSP was turned away: {told(answer)}")
    if answer.status != 200:
        yield Finding("status 200 for an unknown token", told(answer), PLACE, answer.exchange)


@check(requests=14, logins=(1, "grant of all"))
def authentication_needed(protected: Protected) -> Findings:
    """Ends no token at the word of whoever does not authenticate."""
    grant, access = _begun(protected), protected.access
    client = grant.client
    if client.method == "none":
        raise NotApplicable("the TSP is one that does not authenticate itself")
    certified = UNCERTIFIED if client.method in BY_CERTIFICATE else None
    for form in ({}, {"client_id": client.client_id}):
        told_ = {"token": grant.access_token, **form}
        answer = tried(access.post, "revocation_endpoint", told_, authenticated=False, certified=certified)
        if answer is not None and _opens(protected, grant) is None:
            expected = "the token to stay good without client authentication"
            yield Finding(expected, "its end", PLACE, answer.exchange)
            protected.control(protected.probe())
            return
    _revoked(protected, grant.access_token, "access_token")
