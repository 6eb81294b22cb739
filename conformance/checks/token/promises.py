"""What a token response says beside its token, as the request asked (OpenID Connect Core; FAPI 1.0)."""

from __future__ import annotations

import json
import math

from conformance import jose
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import Jws
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import Asked, Code, Tokens
from conformance.registry import Findings, check

SKEW = 60.0


def _tokens(access: Access, asked: Asked) -> Tokens:
    code = access.code(asked)
    return access.tokens(access.redeem(code), code.client)


def _id_token(tokens: Tokens) -> Jws:
    if tokens.id_token.count(".") == 4:
        raise Inconclusive("the ID token is encrypted; its claims are not read")
    try:
        return jose.taken_apart(tokens.id_token)
    except jose.BadJws as problem:
        raise Inconclusive(f"the ID token {problem}") from None


@check(requests=8, logins=("grant",))
def scope_told(access: Access) -> Findings:
    """Tells the scope that was granted, where the request came unsigned through the browser."""
    if access.pushes() or access.signs():
        raise NotApplicable("requests are pushed or signed")
    tokens = access.grant().tokens
    if tokens.scope is None:
        yield Finding("the scope that was granted", "none", "/scope", tokens.answer.exchange)


@check(requests=8, logins=("grant",))
def bearer_short_lived(access: Access, *, longest: int = 600) -> Findings:
    """Ends an access token that is bound to nobody soon."""
    if access.constraint != "none":
        raise NotApplicable("tokens are bound to their holder")
    tokens = access.grant().tokens
    life = tokens.expires_at - tokens.received
    if life > longest and not math.isinf(life):
        yield Finding(f"at most {longest} s", f"{life:.0f} s", "/expires_in", tokens.answer.exchange)


@check(requests=10, logins=(1,))
def login_time_told(access: Access) -> Findings:
    """Tells when the customer logged in, where the request bounds how long ago that may be (max_age)."""
    access.needs_openid()
    tokens = _tokens(access, access.ask(max_age="3600"))
    time = _id_token(tokens).claims.get("auth_time")
    if isinstance(time, bool) or not isinstance(time, int | float):
        yield Finding("a time in auth_time", str(time)[:40], "ID token, auth_time", tokens.answer.exchange)
    elif not -3600 - SKEW <= time - tokens.received <= SKEW:
        actual = f"{time - tokens.received:+.0f} s"
        yield Finding("a login within the hour", actual, "ID token, auth_time", tokens.answer.exchange)


@check(requests=10, logins=(1,))
def nonce_not_invented(access: Access) -> Findings:
    """Takes a request for a code without nonce, and puts none into the ID token."""
    access.needs_openid()
    attempt = access.attempt(access.probe(nonce=None))
    if not attempt.accepted:
        access.control()
        if not {"fapi1", "fapi1-baseline"} & set(access.target.capabilities):  # they want one: 5.2.2.2
            yield Finding("a request without nonce accepted", attempt.words, "nonce", attempt.answer.exchange)
        return
    tokens = _tokens(access, access.ask(nonce=None))
    if "nonce" in _id_token(tokens).claims:
        yield Finding("no nonce, since none was sent", "one", "ID token, nonce", tokens.answer.exchange)


@check(requests=12, logins=(1,))
def context_class_told(access: Access) -> Findings:
    """Tells in the ID token the authentication context (acr) that the request calls essential, of its own."""
    access.needs_openid()
    listed = access.server.listed("acr_values_supported")
    if access.server.metadata.get("claims_parameter_supported") is not True or not listed:
        raise NotApplicable("the authorization server lists no acr, or does not take the parameter claims")
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": list(listed)}}})
    if not access.attempt(access.probe(claims=claims)).accepted:
        access.control()
        return
    landing, _ = access.landing(asked := access.ask(claims=claims))
    parameters = access.response_of(landing)
    if not parameters.get("code"):
        return  # no context could be met
    code = Code(parameters["code"], asked, landing, parameters)
    tokens = access.tokens(access.redeem(code), code.client)
    told = _id_token(tokens).claims.get("acr")
    if told not in listed:
        yield Finding(
            f"one of {', '.join(listed)}"[:200], str(told)[:60], "ID token, acr", tokens.answer.exchange
        )


@check(requests=12)
def context_class_true(access: Access) -> Findings:
    """Lets nobody in by less than the authentication context (acr) that the request calls essential."""
    access.needs_openid()
    if access.server.metadata.get("claims_parameter_supported") is not True:
        raise NotApplicable("the authorization server does not take the parameter claims")
    wanted = "urn:conformance:unknown"
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": [wanted]}}})
    if not access.attempt(access.probe(claims=claims)).accepted:
        access.control()
        return
    landing, _ = access.landing(access.ask(claims=claims))
    if access.response_of(landing).get("code"):
        expected = "an error, since the server cannot know the context that is essential"
        yield Finding(expected, "a code", "acr", landing.answer.exchange)
