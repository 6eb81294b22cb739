"""Keys come before use and stay while what they signed is valid (OpenID Connect Core, 10.1.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance import jose
from conformance.errors import Inconclusive
from conformance.jose import Jws
from conformance.model import Finding, Request
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.registry import Findings, check

ACCEPTED = (("Accept", "application/jwk-set+json, application/json"),)


def keys_now(access: Access) -> tuple[list[Any], int]:
    """The key set as it is now, and its exchange."""
    answer = access.tsp.send(Request("GET", access.server.endpoint("jwks_uri"), ACCEPTED))
    keys = members_of(answer).get("keys")
    if not isinstance(keys, list) or not keys:
        raise Inconclusive("the key set cannot be read, or is empty")
    return keys, answer.exchange


def _signed(access: Access) -> Jws:
    """The ID token of a new login. Raises ``NotApplicable`` where there is none to verify."""
    access.needs_openid()
    try:
        return jose.taken_apart(access.fresh().tokens.id_token)
    except jose.BadJws as problem:
        raise Inconclusive(f"the ID token {problem}") from None


def _ends(jws: Jws) -> float:
    value = jws.claims.get("exp")
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else 0.0


def _fault(jws: Jws, keys: list[Any]) -> str:
    """Why no key of a set verifies a token; empty where one does, or has its name."""
    kid = jws.header.get("kid")
    if kid is not None:
        named = any(isinstance(key, dict) and key.get("kid") == kid for key in keys)
        return "" if named else f"names no published key (kid {str(kid)[:60]!r})"
    try:
        jose.verified(jws, keys)
    except jose.BadJws as problem:
        return str(problem)
    return ""


@check(requests=10, logins=(1,))
def new_key_published(access: Access) -> Findings:
    """Publishes a key at the latest when it signs with it."""
    jws = _signed(access)
    keys, exchange = keys_now(access)
    fault = _fault(jws, keys)
    if fault:
        yield Finding("the key of a token just signed in the key set", f"it {fault}", "/keys", exchange)


@check(requests=10, logins=(1,))
def old_key_kept(access: Access, *, after: float = 2.0) -> Findings:
    """Keeps a key published for as long as a token that it signed is valid."""
    jws = _signed(access)
    if _fault(jws, keys_now(access)[0]):
        return  # new_key_published tells of it
    access.tsp.wait(after)
    keys, exchange = keys_now(access)
    fault = _fault(jws, keys) if _ends(jws) > access.now() else ""
    if fault:
        yield Finding(
            "the key of a token that is still valid in the key set", f"it {fault}", "/keys", exchange
        )


@check(requests=8, logins=("grant",))
def addresses_unnamed(access: Access) -> Findings:
    """Names in the header of what it signs no address to fetch a key from (jku, x5u)."""
    grant = access.grant()
    signed = {
        "ID token": grant.tokens.id_token,
        "access token": grant.access_token,
        "response": grant.code.landing.parameters.get("response", ""),
    }
    for what, text in signed.items():
        try:
            header = jose.taken_apart(text).header
        except jose.BadJws:
            continue
        named = [name for name in ("jku", "x5u") if name in header]
        if named:
            yield Finding(f"no {named[0]}", "an address", f"{what}, header", grant.tokens.answer.exchange)
            return
