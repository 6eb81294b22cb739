"""What comes back to the TSP: code, state, nonce, issuer (RFC 6749, 4.1.2; RFC 9207; OpenID Connect Core)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from conformance import jose
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import Asked, place_of
from conformance.oauth.login import Landing
from conformance.registry import Findings, check

PRINTABLE = frozenset(map(chr, (0x20, 0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F))))


@dataclass(frozen=True, slots=True)
class Denied:
    """What came back when the customer said no."""

    asked: Asked
    landing: Landing
    parameters: Mapping[str, str]


def denied(access: Access) -> Denied:
    """A login that the customer ends by refusing, made once in a round."""

    def fetch() -> Denied:
        asked = access.ask()
        landing, _ = access.landing(asked, decision="deny")
        return Denied(asked, landing, access.response_of(landing))

    found: Denied = access.memory.once(("authorize", "denied"), fetch)
    return found


def text_of(length: int) -> str:
    """A random value of exactly a length."""
    return secrets.token_urlsafe(length)[:length]


def names_issuer(access: Access) -> bool:
    """Whether the server says that its responses name their issuer outside a signed response."""
    metadata = access.server.metadata
    return metadata.get("authorization_response_iss_parameter_supported") is True


@check(requests=24, logins=(3,))
def state_intact(access: Access, *, lengths: tuple[int, ...] = (64, 128, 384)) -> Findings:
    """Gives the state back as it was sent, whatever its length."""
    for length in lengths:
        state = text_of(length)
        if not access.attempt(access.probe(state=state)).accepted:
            access.control()
            continue  # refused in the open, not cut
        landing, _ = access.landing(access.ask(state=state))
        came = access.response_of(landing).get("state")
        if came != state:
            actual = "none" if came is None else f"another value of {len(came)} characters"
            yield Finding(
                f"the state of {length} characters that was sent", actual, "state", landing.answer.exchange
            )


@check(requests=8, logins=(1,))
def long_state(access: Access, *, length: int = 1000) -> Findings:
    """Gives even a long state back whole, or says that it is too long."""
    state = text_of(length)
    attempt = access.attempt(access.probe(state=state))
    if not attempt.accepted:
        return
    landing, _ = access.landing(access.ask(state=state))
    came = access.response_of(landing).get("state")
    if came != state and not (came is None and landing.error):
        actual = "none" if came is None else f"another value of {len(came)} characters"
        yield Finding(
            f"the state of {length} characters, or an error", actual, "state", landing.answer.exchange
        )


@check(requests=8, logins=(1,))
def no_state_invented(access: Access) -> Findings:
    """Takes a request without state, and sends none back."""
    attempt = access.attempt(access.probe(state=None))
    if not attempt.accepted:
        access.control()
        if "fapi1" not in access.target.capabilities:  # FAPI 1.0 Baseline, 5.2.2.3, wants a state
            yield Finding("a request without state accepted", attempt.words, "state", attempt.answer.exchange)
        return
    landing, _ = access.landing(access.ask(state=None))
    if "state" in access.response_of(landing):
        yield Finding("no state, since none was sent", "a state", "state", landing.answer.exchange)


@check(requests=8, logins=(2,))
def nonce_intact(access: Access, *, lengths: tuple[int, ...] = (1, 64)) -> Findings:
    """Puts the nonce into the ID token as it was sent, up to 64 characters."""
    access.needs_openid()
    for length in lengths:
        nonce = text_of(length)
        code = access.code(access.ask(nonce=nonce))
        tokens = access.tokens(access.redeem(code), code.client)
        came = _nonce(tokens.id_token)
        if came != nonce:
            actual = "none" if came is None else f"another value of {len(str(came))} characters"
            yield Finding(
                f"the nonce of {length} characters that was sent",
                actual,
                "nonce of the ID token",
                tokens.answer.exchange,
            )


@check(requests=8, logins=(1,))
def long_nonce(access: Access, *, length: int = 384) -> Findings:
    """Puts even a long nonce into the ID token whole, or says that it is too long."""
    access.needs_openid()
    nonce = text_of(length)
    if not access.attempt(access.probe(nonce=nonce)).accepted:
        return
    code = access.code(access.ask(nonce=nonce))
    tokens = access.tokens(access.redeem(code), code.client)
    if _nonce(tokens.id_token) != nonce:
        at, exchange = "nonce of the ID token", tokens.answer.exchange
        yield Finding(f"the nonce of {length} characters, or an error", "another value", at, exchange)


def _nonce(token: str) -> object:
    try:
        return jose.taken_apart(token).claims.get("nonce")
    except jose.BadJws:
        raise Inconclusive("the ID token cannot be read") from None


@check(requests=8, logins=("grant",))
def issuer_named(access: Access) -> Findings:
    """Names its issuer in the authorization response."""
    code = access.grant().code
    if "response" in code.landing.parameters:
        raise NotApplicable("the response is signed and names its issuer inside (JARM)")
    if not names_issuer(access):
        raise NotApplicable("the authorization server does not say that its responses name their issuer")
    came = code.landing.parameters.get("iss")
    if came != access.server.issuer:
        actual = came[:120] if came else "none"
        yield Finding(f"iss {access.server.issuer}", actual, "iss", code.landing.answer.exchange)


@check(requests=8, logins=("denied",))
def issuer_named_in_error(access: Access) -> Findings:
    """Names its issuer in an authorization response that is an error, too."""
    end = denied(access)
    if "response" in end.landing.parameters:
        raise NotApplicable("the response is signed and names its issuer inside (JARM)")
    if not names_issuer(access):
        raise NotApplicable("the authorization server does not say that its responses name their issuer")
    came = end.parameters.get("iss")
    if end.parameters.get("error") and came != access.server.issuer:
        actual = came[:120] if came else "none"
        yield Finding(f"iss {access.server.issuer}", actual, "iss", end.landing.answer.exchange)


@check(requests=8, logins=("grant",))
def code_in_query(access: Access) -> Findings:
    """Sends a code in the query, never in the fragment, of the redirect URI."""
    landing = access.grant().code.landing
    if landing.fragment and not landing.posted:
        yield Finding("the response in the query", "in the fragment", "redirect", landing.answer.exchange)


@check(requests=8, logins=("denied",))
def denial_honoured(access: Access) -> Findings:
    """Gives no code when the customer refuses."""
    end = denied(access)
    if end.parameters.get("code"):
        yield Finding("an error, since the customer refused", "a code", "code", end.landing.answer.exchange)


@check(requests=8, logins=("denied",))
def denial_told(access: Access) -> Findings:
    """Tells the TSP with access_denied, and its state, that the customer refused."""
    end = denied(access)
    if end.parameters.get("code"):
        return  # denial_honoured tells of it
    exchange = end.landing.answer.exchange
    if end.parameters.get("error") != "access_denied":
        yield Finding("error access_denied", str(end.parameters.get("error"))[:80], "error", exchange)
    elif end.asked.state is not None and "state" not in end.parameters:
        yield Finding("the state that was sent", "none", "state", exchange)


@check(requests=8, logins=("denied",))
def error_text(access: Access) -> Findings:
    """Writes error descriptions in the characters that RFC 6749 admits."""
    end = denied(access)
    text = end.parameters.get("error_description", "")
    wrong = sorted({c for c in text if c not in PRINTABLE})
    if wrong:
        expected = "printable ASCII without quotes and backslash"
        yield Finding(expected, f"U+{ord(wrong[0]):04X}", "error_description", end.landing.answer.exchange)


@check(requests=8, logins=("grant",))
def redirect_status(access: Access) -> Findings:
    """Never redirects a request that carries the customer's credentials with 307 or 308."""
    for answer in access.grant().code.trail:
        if answer.request.method == "POST" and answer.status in (307, 308):
            place = place_of(answer.header("Location") or "")
            actual = f"{answer.status} to {place}"
            yield Finding("303, or 302, after a form was sent", actual, "status", answer.exchange)
