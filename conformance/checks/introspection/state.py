"""What introspection tells, and to whom (RFC 7662, RFC 9701)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.client import BY_CERTIFICATE
from conformance.oauth.ended import LEEWAY, ended
from conformance.oauth.grant import members_of, told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED

PLACE = "introspection endpoint"
SIGNED = "application/token-introspection+jwt"


def _asked(protected: Protected, value: str) -> tuple[Mapping[str, Any], Answer]:
    """What the TSP is told of a token; raises ``NotApplicable`` without an introspection endpoint."""
    protected.access.server.endpoint("introspection_endpoint")
    answer = protected.access.introspect(value)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right introspection was answered {told(answer)}")
    return members_of(answer), answer


@check(requests=3, logins=("grant of all",))
def active_token_described(protected: Protected) -> Findings:
    """Calls a good token active, and tells its TSP and an end to come."""
    tokens = protected.tokens(protected.probe())
    members, answer = _asked(protected, tokens.access_token)
    if members.get("active") is not True:
        yield Finding("active true for a good token", str(members.get("active"))[:40], PLACE, answer.exchange)
        return
    if members.get("client_id", tokens.client.client_id) != tokens.client.client_id:
        yield Finding("the TSP's own client_id", "another one", "member client_id", answer.exchange)
    ends = members.get("exp")
    if isinstance(ends, int) and not isinstance(ends, bool) and ends <= protected.access.now():
        yield Finding("an end to come", "one that is past", "member exp", answer.exchange)


@check(requests=3)
def unknown_token_inactive(protected: Protected) -> Findings:
    """Says of a token that it does not know that it is not active, and nothing else."""
    members, answer = _asked(protected, secrets.token_urlsafe(32))
    if members.get("active") is not False:
        yield Finding("active false", str(members.get("active"))[:40], PLACE, answer.exchange)


@check(requests=4, logins=("ended", "grant of all"))
def expired_token_inactive(protected: Protected) -> Findings:
    """Calls a token not active after the time that it was given for."""
    protected.access.server.endpoint("introspection_endpoint")
    tokens = ended(protected.access, lambda: protected.fresh().tokens)
    members, answer = _asked(protected, tokens.access_token)
    if members.get("active") is True:
        protected.tsp.wait(LEEWAY)
        members, answer = _asked(protected, tokens.access_token)
    if members.get("active") is True:
        yield Finding("active false a minute after expires_in", "active true", PLACE, answer.exchange)
    control, _ = _asked(protected, protected.tokens(protected.probe()).access_token)
    if control.get("active") is not True:
        raise Inconclusive("control request refused: a good token is not active")


@check(requests=4, logins=("grant of all",))
def other_tsp_told_nothing(protected: Protected) -> Findings:
    """Tells a TSP nothing of another one's token."""
    other = protected.access.second
    tokens = protected.tokens(protected.probe())
    members, _ = _asked(protected, tokens.access_token)
    if members.get("active") is not True:
        raise Inconclusive("control request refused: the TSP's own token is not active")
    answer = tried(protected.access.introspect, tokens.access_token, client=other)
    if answer is not None and answer.ok and members_of(answer).get("active") is True:
        yield Finding("active false for another TSP's token", "active true", PLACE, answer.exchange)


@check(requests=5, logins=("grant of all",))
def authentication_needed(protected: Protected) -> Findings:
    """Tells nothing of a token to whoever does not authenticate."""
    access = protected.access
    tokens = protected.tokens(protected.probe())
    if tokens.client.method == "none":
        raise NotApplicable("the TSP is one that does not authenticate itself")
    members, _ = _asked(protected, tokens.access_token)
    if members.get("active") is not True:
        raise Inconclusive("control request refused: the TSP's own token is not active")
    certified = UNCERTIFIED if tokens.client.method in BY_CERTIFICATE else None
    for form in ({}, {"client_id": tokens.client.client_id}):
        told_ = {"token": tokens.access_token, **form}
        answer = tried(access.post, "introspection_endpoint", told_, authenticated=False, certified=certified)
        if answer is not None and answer.ok and members_of(answer).get("active") is True:
            yield Finding("a refusal without client authentication", "active true", PLACE, answer.exchange)
            return


@check(requests=12, logins=(1, "grant of all"))
def revoked_token_inactive(protected: Protected) -> Findings:
    """Says of a revoked token that it is not active."""
    members, answer = _revoked(protected)
    if members.get("active") is True:
        yield Finding("active false for a revoked token", "active true", PLACE, answer.exchange)


@check(requests=12, logins=(1, "grant of all"))
def inactive_token_bare(protected: Protected) -> Findings:
    """Tells of a token that is not active nothing else."""
    members, answer = _revoked(protected)
    if members.get("active") is False and (more := sorted(set(members) - {"active"})):
        yield Finding("active false alone", ", ".join(more)[:80], PLACE, answer.exchange)


def _revoked(protected: Protected) -> tuple[Mapping[str, Any], Answer]:
    """What is told of a token that was revoked and opens nothing any more, asked once in a round."""
    access, operation = protected.access, protected.probe()
    access.server.endpoint("introspection_endpoint")
    access.server.endpoint("revocation_endpoint")

    def fetch() -> tuple[Mapping[str, Any], Answer]:
        tokens = protected.fresh().tokens
        if not access.revoke(tokens.access_token).ok:
            raise Inconclusive("the token was not revoked")
        answer = tried(lambda: access.call(tokens, protected.request(operation)))
        if answer is not None and answer.ok:
            raise NotApplicable("the revoked token still opens, which is judged elsewhere")
        return _asked(protected, tokens.access_token)

    members, answer = access.memory.once(("introspection", "revoked"), fetch)
    protected.tsp.exchanges.append(answer.exchange)
    return members, answer


@check(requests=4, logins=("grant of all",))
def signed_answer_holds(protected: Protected) -> Findings:
    """Signs what it tells of a token, for the TSP that asked, and says that it is an introspection."""
    access = protected.access
    tokens = protected.tokens(protected.probe())
    _asked(protected, tokens.access_token)
    answer = access.introspect(tokens.access_token, accept=SIGNED)
    if answer.media_type != SIGNED:
        raise NotApplicable("the bank does not sign introspections (RFC 9701)")
    try:
        jws = jose.taken_apart(answer.text().strip())
    except jose.BadJws as fault:
        yield Finding("a signed JWT", f"one that {fault}", PLACE, answer.exchange)
        return
    keys = members_of(access.tsp.get(access.server.endpoint("jwks_uri"))).get("keys")
    try:
        jose.verified(jws, keys if isinstance(keys, list) else [])
    except jose.BadJws as fault:
        yield Finding("a signature by a published key", f"a token that {fault}", PLACE, answer.exchange)
    if jws.header.get("typ") != "token-introspection+jwt":
        yield Finding(
            "typ token-introspection+jwt", str(jws.header.get("typ"))[:40], "header typ", answer.exchange
        )
    audience = jws.claims.get("aud")
    if tokens.client.client_id not in (audience if isinstance(audience, list) else [audience]):
        yield Finding("the TSP as audience", str(audience)[:60], "claim aud", answer.exchange)
    if jws.claims.get("iss") != access.server.issuer:
        yield Finding("the issuer", str(jws.claims.get("iss"))[:60], "claim iss", answer.exchange)
