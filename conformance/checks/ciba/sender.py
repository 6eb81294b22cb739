"""Who may begin a backchannel request, and in which form (CIBA Core 1.0, 7.1; FAPI-CIBA, 4.1.1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.checks.ciba.backchannel import ENDPOINT, begun, form
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import BY_CERTIFICATE, asserted, assertion, header_of
from conformance.oauth.grant import members_of, told
from conformance.protected import tried
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED

LISTED = "backchannel_authentication_request_signing_alg_values_supported"


def _taken(answer: Answer | None) -> bool:
    return answer is not None and answer.ok and bool(members_of(answer).get("auth_req_id"))


def _refused(answer: Answer | None, expected: str, at: str) -> Findings:
    if answer is not None and _taken(answer):
        yield Finding(expected, told(answer), at, answer.exchange)


@check(requests=3)
def authentication_needed(access: Access) -> Findings:
    """Begins nothing for a client that does not authenticate itself."""
    access.server.endpoint(ENDPOINT)
    named = form(access, client_id=access.client.client_id)
    shown = UNCERTIFIED if access.client.method in BY_CERTIFICATE else None
    answer = tried(access.post, ENDPOINT, named, authenticated=False, certified=shown)
    yield from _refused(answer, "a backchannel request without client authentication refused", ENDPOINT)
    begun(access)


@check(requests=4)
def one_hint(access: Access) -> Findings:
    """Begins nothing for a request that names its customer twice, or not at all."""
    access.server.endpoint(ENDPOINT)
    name = str(form(access)["login_hint"])
    wrong: dict[str, dict[str, Any]] = {
        "two hints": {"login_hint_token": name},
        "no hint": {"login_hint": None},
    }
    for what, changes in wrong.items():
        answer = tried(access.post, ENDPOINT, form(access, **changes))
        yield from _refused(answer, f"a backchannel request with {what} refused", "hints")
    begun(access)


@check(requests=5)
def assertion_for_issuer(access: Access) -> Findings:
    """Takes the client's assertion at the backchannel endpoint only when it was made for the issuer alone."""
    client, url = access.client, access.server.endpoint(ENDPOINT)
    if client.method != "private_key_jwt":
        raise NotApplicable("the TSP does not authenticate by private_key_jwt")
    for what, audience in (("another server", "https://elsewhere.example"), ("the endpoint", url),
                           ("a list", [access.audience, "https://elsewhere.example"])):  # fmt: skip
        text = assertion(client, access.audience, access.now(), claims={"aud": audience})
        answer = tried(access.post, ENDPOINT, form(access, **asserted(text)))
        found = list(_refused(answer, f"an assertion for {what} refused", f"aud at {ENDPOINT}"))
        yield from found
        if found:
            break
    begun(access)


def _signed(
    access: Access, header: Mapping[str, Any] | None = None, key: Any = None, algorithm: str | None = None,
    **claims: Any,
) -> str:  # fmt: skip
    """A signed backchannel request, right unless changed; a change of None leaves a claim out."""
    client, now = access.client, int(access.now())
    told_claims: dict[str, Any] = {
        **form(access), "iss": client.client_id, "client_id": client.client_id, "aud": access.audience,
        "iat": now, "nbf": now, "exp": now + 300, "jti": secrets.token_urlsafe(16), **claims,
    }  # fmt: skip
    kept = {name: value for name, value in told_claims.items() if value is not None}
    return jose.signed(kept, key or client.signing_key, header_of(client, header), algorithm=algorithm)


def _sent(access: Access, request: str) -> Answer | None:
    return tried(access.post, ENDPOINT, {"request": request})


def _supported(access: Access) -> None:
    """Raises ``NotApplicable`` without signed requests, ``Inconclusive`` when a right one is refused."""
    access.server.endpoint(ENDPOINT)
    if not access.server.listed(LISTED) or access.client.key is None:
        raise NotApplicable(f"the metadata have no {LISTED}, or the TSP has no key")
    answer = _sent(access, _signed(access))
    if not _taken(answer):
        said = "no answer" if answer is None else told(answer)
        raise Inconclusive(f"control request refused: a right signed request was answered {said}")


@check(requests=6)
def signature_verified(access: Access) -> Findings:
    """Begins nothing for a signed request whose signature is not its client's."""
    _supported(access)
    for what, text in {
        "one bit of its signature changed": jose.flipped(_signed(access), 2),
        "alg none": _signed(access, {"alg": "none"}, algorithm="none"),
        "another key": _signed(access, {"alg": "ES256", "kid": None}, key=jose.fresh_key()),
    }.items():
        answer = _sent(access, text)
        if answer is not None and _taken(answer):
            expected = f"a signed backchannel request with {what} refused"
            yield Finding(expected, told(answer), "request", answer.exchange)
            return


@check(requests=8)
def signed_for_an_hour(access: Access) -> Findings:
    """Begins nothing for a signed request that is for another server, or not for an hour at most."""
    _supported(access)
    now = int(access.now())
    wrong: dict[str, dict[str, Any]] = {
        "for another server": {"aud": "https://elsewhere.example"},
        "that never ends": {"exp": None},
        "that ended": {"exp": now - 300, "nbf": now - 600, "iat": now - 600},
        "without a beginning": {"nbf": None},
        "that began 70 minutes ago": {"nbf": now - 4200, "iat": now - 4200},
        "that is good for 70 minutes": {"exp": now + 4200},
    }
    for what, claims in wrong.items():
        answer = _sent(access, _signed(access, **claims))
        if answer is not None and _taken(answer):
            expected = f"a signed backchannel request {what} refused"
            yield Finding(expected, told(answer), "request", answer.exchange)
            return
