"""What a request must have, or need not have (FAPI 1.0; OpenID Connect Core; RFC 9700, 4.11.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import place_of
from conformance.registry import Findings, check


@check(requests=4)
def nonce_needed(access: Access) -> Findings:
    """Refuses a request with the scope openid that has no nonce."""
    access.needs_openid()
    attempt = access.attempt(access.probe(nonce=None))
    if attempt.accepted:
        yield Finding("a request without nonce refused", attempt.words, "nonce", attempt.answer.exchange)
    access.control()


@check(requests=4)
def state_needed(access: Access) -> Findings:
    """Refuses a request without the scope openid that has no state."""
    others = [each for each in access.scope_for(access.client).split() if each != "openid"]
    if not others:
        raise NotApplicable("the TSP asks for the scope openid alone")
    attempt = access.attempt(access.probe(scope=" ".join(others), state=None))
    if attempt.accepted:
        yield Finding("a request without state refused", attempt.words, "state", attempt.answer.exchange)
    control = access.attempt(access.probe(scope=" ".join(others)))
    if not control.accepted:
        access.control()
        raise NotApplicable("the server wants the scope openid")


@check(requests=10)
def plain_response_refused(access: Access) -> Findings:
    """Sends no code in an unsigned authorization response, whatever response mode is asked for."""
    if "jwt" not in access.settings.response_mode:
        raise NotApplicable(
            "the TSP does not ask for signed responses (authorization.settings.response_mode)"
        )
    for mode in ("query", None):
        asked = access.probe(response_mode=mode)
        if not access.attempt(asked).accepted:
            continue
        landing, _ = access.landing(access.ask(response_mode=mode))
        if landing.parameters.get("code"):
            what = f"response_mode {mode}" if mode else "no response_mode"
            yield Finding(
                f"a request with {what} refused, or its response signed",
                "a code in plain parameters",
                "response_mode",
                landing.answer.exchange,
            )
            break
    access.control()


@check(requests=3)
def unknown_claims(access: Access) -> Findings:
    """Takes a request for claims that it does not know, since it may leave claims out."""
    access.needs_openid()
    asked = access.probe()
    attempt = access.attempt(access.probe(claims=json.dumps(_with_unknown(asked.parameters.get("claims")))))
    if not attempt.accepted:
        access.control()
        yield Finding("unknown claims passed over", attempt.words, "claims", attempt.answer.exchange)


def _with_unknown(claims: object) -> dict[str, Any]:
    """A request for claims, with the ones that the bank wants asked, and one that nobody knows."""
    try:
        known = json.loads(claims) if isinstance(claims, str) else claims
    except ValueError:
        known = None
    given = known if isinstance(known, Mapping) else {}
    inner = {name: given.get(name) for name in ("userinfo", "id_token")}
    unknown = {"conformance_unknown": None}
    return {**given, **{n: {**(v if isinstance(v, Mapping) else {}), **unknown} for n, v in inner.items()}}


@check(requests=4)
def login_before_redirect(access: Access) -> Findings:
    """Sends nobody away who has not logged in, except where the request asks for silence."""
    if access.server.metadata.get("require_pushed_authorization_requests") is True:
        raise NotApplicable("faulty requests are refused where they are pushed")
    asked = access.probe(scope="conformance_unknown")
    attempt = access.attempt(asked, push=False)
    at_once = attempt.landing is not None and attempt.stage == "landed"
    if at_once and attempt.landing is not None and attempt.landing.at(asked.redirect_uri):
        yield Finding(
            "a page before a customer is sent away from a faulty request",
            f"a redirect to {place_of(attempt.landing.url)} with {attempt.landing.error or 'no error'}",
            "Location",
            attempt.answer.exchange,
        )
    access.control()
