"""The ID token (OpenID Connect Core, 2 and 3.1.3.7), and the signed authorization response (JARM)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance import jose
from conformance.checks.token.response import response
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import Jws
from conformance.model import Finding, Request
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check

SKEW = 60.0
PERSONAL = (
    "name", "given_name", "family_name", "birthdate", "email", "phone_number", "address", "hkid",
    "identity_card", "passport", "account_number", "national_id",
)  # fmt: skip


def keys_of(access: Access) -> list[Any]:
    """The server's published keys."""
    url = access.server.endpoint("jwks_uri")
    answer = access.tsp.get(url, headers=(("Accept", "application/jwk-set+json, application/json"),))
    keys = members_of(answer).get("keys")
    if not isinstance(keys, list) or not keys:
        raise Inconclusive("the key set cannot be read, or is empty")
    return keys


def id_token(access: Access) -> tuple[Jws, int]:
    """The ID token of the grant that checks share, and the exchange that brought it."""
    access.needs_openid()
    answer = response(access)
    token = access.grant().tokens.id_token
    if token.count(".") == 4:
        raise Inconclusive("the ID token is encrypted; its claims are not read")
    try:
        return jose.taken_apart(token), answer.exchange
    except jose.BadJws as problem:
        raise Inconclusive(f"the ID token {problem}") from None


def _number(claims: Any, name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value)


def judged_claims(jws: Jws, access: Access, exchange: int, what: str) -> Findings:
    """Issuer, audience and times of a JWT that the server made for the client."""
    claims, now, client = jws.claims, access.now(), access.client.client_id
    if claims.get("iss") != access.server.issuer:
        yield Finding(f"iss {access.server.issuer}", str(claims.get("iss"))[:120], f"{what}, iss", exchange)
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if client not in named:
        yield Finding("the client in aud", str(audience)[:120], f"{what}, aud", exchange)
    ends = _number(claims, "exp")
    if ends is None:
        yield Finding("a time in exp", str(claims.get("exp"))[:40], f"{what}, exp", exchange)
    elif ends < now - SKEW:
        yield Finding("an exp ahead", f"{now - ends:.0f} s ago", f"{what}, exp", exchange)


@check(requests=8, logins=("grant",))
def id_token_given(access: Access) -> Findings:
    """Gives an ID token to a TSP that asked for the scope openid."""
    access.needs_openid()
    answer = response(access)
    if not access.grant().tokens.id_token:
        yield Finding("an ID token", "none", "/id_token", answer.exchange)


@check(requests=10, logins=("grant without openid",))
def id_token_only_asked(access: Access) -> Findings:
    """Gives no ID token to a TSP that did not ask for the scope openid."""
    scopes = [s for s in access.scope_for(access.client).split() if s != "openid"]
    if "openid" not in access.scope_for(access.client).split() or not scopes:
        raise NotApplicable("the TSP does not ask for the scope openid and another")
    if not access.attempt(access.probe(scope=" ".join(scopes))).accepted:
        access.control()
        raise NotApplicable("the bank wants the scope openid in every request")
    grant = access.grant(scope=" ".join(scopes))
    if "openid" in (grant.tokens.scope or "").split():
        return  # scope_not_widened tells of it
    if grant.tokens.id_token:
        yield Finding("no ID token", "one", "/id_token", grant.tokens.answer.exchange)


@check(requests=8, logins=("grant",))
def id_token_signed(access: Access, *, allowed: tuple[str, ...] = ()) -> Findings:
    """Signs the ID token with a published key and an admitted algorithm."""
    jws, exchange = id_token(access)
    if allowed and jws.algorithm not in allowed:
        yield Finding(f"one of {', '.join(allowed)}", jws.algorithm or "none", "ID token, alg", exchange)
        return
    try:
        jose.verified(jws, keys_of(access))
    except jose.BadJws as problem:
        yield Finding("a signature of a published key", f"it {problem}", "ID token", exchange)


@check(requests=8, logins=("grant",))
def id_token_key_named(access: Access) -> Findings:
    """Names in the ID token's header which of several published keys signed it."""
    jws, exchange = id_token(access)
    if len(keys_of(access)) > 1 and not isinstance(jws.header.get("kid"), str):
        yield Finding("a kid", "none", "ID token, kid", exchange)


@check(requests=8, logins=("grant",))
def id_token_claims(access: Access) -> Findings:
    """Names itself, the client and an end still ahead in the ID token."""
    jws, exchange = id_token(access)
    yield from judged_claims(jws, access, exchange, "ID token")


@check(requests=8, logins=("grant",))
def id_token_issue_time(access: Access) -> Findings:
    """Tells in the ID token when it was made, and that was just now."""
    jws, exchange = id_token(access)
    made = _number(jws.claims, "iat")
    tokens = access.grant().tokens
    if made is None:
        yield Finding("a time in iat", str(jws.claims.get("iat"))[:40], "ID token, iat", exchange)
    elif abs(made - tokens.received) > SKEW:
        yield Finding("the present in iat", f"{made - tokens.received:+.0f} s", "ID token, iat", exchange)


@check(requests=8, logins=("grant",))
def id_token_subject(access: Access) -> Findings:
    """Names the customer in the ID token's sub: ASCII, not longer than 255 characters, the same each time."""
    jws, exchange = id_token(access)
    subject = jws.claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > 255 or not subject.isascii():
        yield Finding("a sub of 1 to 255 ASCII characters", str(subject)[:60], "ID token, sub", exchange)
        return
    if access.server.has("userinfo_endpoint"):
        url = access.server.endpoint("userinfo_endpoint", mutual=access.constraint == "mtls")
        answer = access.call(access.grant(), Request("GET", url, (("Accept", "application/json"),)))
        told = members_of(answer).get("sub")
        if answer.ok and answer.is_json and told != subject:
            yield Finding("the same sub as userinfo", "another", "ID token, sub", answer.exchange)


@check(requests=8, logins=("grant",))
def id_token_hash(access: Access) -> Findings:
    """Binds the ID token to the access token that it came with, where it has a hash of it."""
    jws, exchange = id_token(access)
    value = jws.claims.get("at_hash")
    right = jose.half_hash(access.grant().access_token, jws.algorithm)
    if value is not None and value != right:
        yield Finding("the hash of the access token", "another", "ID token, at_hash", exchange)


@check(requests=8, logins=("grant",))
def id_token_private(access: Access) -> Findings:
    """Puts nothing about the person into the ID token that was not asked for."""
    jws, exchange = id_token(access)
    scopes = set(access.scope_for(access.client).split())
    asked = scopes & {"profile", "email", "phone", "address"}
    found = [name for name in PERSONAL if name in jws.claims]
    if found and not asked:
        yield Finding("no personal data", f"the claims {', '.join(found)}", "ID token", exchange)


@check(requests=8, logins=("grant",))
def response_signed(access: Access, *, allowed: tuple[str, ...] = ()) -> Findings:
    """Signs its authorization response with a published key, for this client, for a short time (JARM)."""
    code = access.grant().code
    exchange = code.landing.answer.exchange
    text = code.landing.parameters.get("response")
    if text is None and "jwt" not in str(code.asked.parameters.get("response_mode")):
        raise NotApplicable(
            "the TSP does not ask for a signed response (authorization.settings.response_mode)"
        )
    if text is None:
        yield Finding("a signed response", "plain parameters", "response", exchange)
        return
    try:
        jws = jose.taken_apart(text)
        if allowed and jws.algorithm not in allowed and jws.algorithm.lower() != "none":
            yield Finding(f"one of {', '.join(allowed)}", jws.algorithm, "response, alg", exchange)
        jose.verified(jws, keys_of(access))
    except jose.BadJws as problem:
        yield Finding("a signature of a published key", f"it {problem}", "response", exchange)
        return
    yield from judged_claims(jws, access, exchange, "response")


@check(requests=8, logins=("grant",))
def response_signed_whole(access: Access) -> Findings:
    """Puts all of a signed authorization response inside the JWT (JARM)."""
    code = access.grant().code
    parameters = code.landing.parameters
    beside = sorted(set(parameters) - {"response"})
    if "response" in parameters and beside:
        at = "redirect"
        yield Finding("the parameter response alone", ", ".join(beside), at, code.landing.answer.exchange)


@check(requests=8, logins=("grant",))
def response_signed_lifetime(access: Access, *, longest: int = 600) -> Findings:
    """Ends a signed authorization response after ten minutes at the latest (JARM)."""
    code = access.grant().code
    try:
        jws = jose.taken_apart(code.landing.parameters.get("response"))
    except jose.BadJws:
        return
    ends = _number(jws.claims, "exp")
    if ends is not None and ends - code_time(access) > longest + SKEW:
        yield Finding(f"at most {longest} s", f"{ends - code_time(access):.0f} s", "response, exp", None)


def code_time(access: Access) -> float:
    """About when the code of the shared grant was given."""
    return access.grant().tokens.received
