"""What an authorization request may and may not ask for (RFC 6749, 4.1.1; RFC 7636; RFC 9126; RFC 9700)."""

from __future__ import annotations

from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth import pkce
from conformance.oauth.access import Access
from conformance.oauth.grant import Attempt
from conformance.registry import Findings, check

UNKNOWN_SCOPE = "conformance-unknown-scope"


def accepted(attempt: Attempt, expected: str, at: str) -> Findings:
    """A finding when a request that is to be refused was not."""
    if attempt.accepted:
        yield Finding(expected, attempt.words, at, attempt.answer.exchange)


def registered_type(access: Access, wanted: str) -> bool:
    """Whether the server lists a response type."""
    listed = access.server.listed("response_types_supported")
    return " ".join(sorted(wanted.split())) in {" ".join(sorted(each.split())) for each in listed}


@check(requests=8)
def unlisted_response_type(access: Access) -> Findings:
    """Refuses a response type that it does not list, and a request without any."""
    for wanted in (None, "conformance", "none", "code id_token", "id_token"):
        if wanted is None or not registered_type(access, wanted):
            what = f"response_type {wanted}" if wanted else "no response_type"
            attempt = access.attempt(access.probe(response_type=wanted, response_mode=None))
            yield from accepted(attempt, f"a request with {what} refused", "response_type")
    access.control()


@check(requests=6)
def implicit_refused(access: Access) -> Findings:
    """Gives no access token in an authorization response."""
    for wanted in ("token", "code token"):
        attempt = access.attempt(access.probe(response_type=wanted, response_mode=None))
        yield from accepted(attempt, f"a request with response_type {wanted} refused", "response_type")
    access.control()


@check(requests=4)
def challenge_needed(access: Access) -> Findings:
    """Refuses a request without code challenge."""
    asked = access.probe(code_challenge=None, code_challenge_method=None)
    yield from accepted(access.attempt(asked), "a request without code_challenge refused", "code_challenge")
    access.control()


@check(requests=4)
def plain_challenge_refused(access: Access) -> Findings:
    """Refuses the code challenge method plain, expressly asked for or by default."""
    for method in ("plain", None):
        verifier = pkce.verifier() + pkce.verifier()
        asked = access.probe(code_challenge=verifier, code_challenge_method=method)
        what = "the method plain" if method else "no method, which means plain,"
        yield from accepted(
            access.attempt(asked), f"a code challenge with {what} refused", "code_challenge_method"
        )
    access.control()


@check(requests=6)
def malformed_challenge_refused(access: Access) -> Findings:
    """Refuses a code challenge that is no SHA-256 hash in base64url."""
    right = pkce.challenge(pkce.verifier())
    for what, wrong in {
        "of 42 characters": right[:42],
        "with a character outside base64url": right[:42] + "+",
        "of 200 characters": right * 5,
    }.items():
        attempt = access.attempt(access.probe(code_challenge=wrong))
        yield from accepted(attempt, f"a code challenge {what} refused", "code_challenge")
    access.control()


@check(requests=4)
def pushing_needed(access: Access) -> Findings:
    """Refuses an authorization request that was not pushed, where it says that requests must be."""
    if access.server.metadata.get("require_pushed_authorization_requests") is not True:
        raise NotApplicable("the authorization server does not require pushed requests")
    attempt = access.attempt(access.probe(), push=False)
    yield from accepted(attempt, "a request that was not pushed refused", "authorization endpoint")
    access.control()


@check(requests=8)
def unknown_scope(access: Access) -> Findings:
    """Refuses a scope that it does not know, or leaves it out of what is granted."""
    scope = f"{access.scope_for(access.client)} {UNKNOWN_SCOPE}".strip()
    attempt = access.attempt(access.probe(scope=scope))
    if attempt.accepted:
        granted = access.fresh(scope=scope).tokens
        if UNKNOWN_SCOPE in (granted.scope or scope).split():
            expected = "an unknown scope refused or left out"
            yield Finding(expected, "the unknown scope was granted", "scope", granted.answer.exchange)
    access.control()


@check(requests=3)
def scope_order(access: Access) -> Findings:
    """Takes the values of scope in any order."""
    values = access.scope_for(access.client).split()
    if len(values) < 2:
        raise NotApplicable("the TSP asks for one scope only")
    access.control()
    attempt = access.attempt(access.probe(scope=" ".join(reversed(values))))
    if not attempt.accepted:
        yield Finding(
            "the same scope in another order accepted", attempt.words, "scope", attempt.answer.exchange
        )


@check(requests=3)
def unknown_parameter(access: Access) -> Findings:
    """Ignores a parameter that it does not know."""
    access.control()
    attempt = access.attempt(access.probe(conformance_unknown="1"))
    if not attempt.accepted:
        expected = "a request with an unknown parameter accepted"
        yield Finding(expected, attempt.words, "conformance_unknown", attempt.answer.exchange)


@check(requests=4)
def prompt_none(access: Access) -> Findings:
    """Gives no code without a page to a customer who has not logged in."""
    asked = access.ask(prompt="none")
    attempt = access.attempt(asked)
    if attempt.landing is not None and access.response_of(attempt.landing).get("code"):
        yield Finding("an error such as login_required", "a code", "prompt=none", attempt.answer.exchange)
    access.control()


@check(requests=4)
def prompt_none_quiet(access: Access) -> Findings:
    """Shows no page to a customer whose TSP asks for none."""
    access.needs_openid()
    attempt = access.attempt(access.probe(prompt="none"))
    if attempt.accepted and attempt.shown is not None:
        expected = "an error such as login_required at once"
        yield Finding(expected, attempt.words, "prompt=none", attempt.answer.exchange)
    access.control()


@check(requests=6)
def own_consent_only(access: Access) -> Findings:
    """Refuses a request that refers to another TSP's consent."""
    if access.settings.consent is None:
        raise NotApplicable("the bank makes no consent before the authorization request")
    foreign = access.consent(client=access.second)
    attempt = access.attempt(access.ask(consent=foreign))
    yield from accepted(attempt, "a request with another TSP's consent refused", "consent")
    access.control()
