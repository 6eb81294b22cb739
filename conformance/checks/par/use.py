"""What a request URI is good for: one login, of one client, for a while (RFC 9126, 2.2, 4, 7)."""

from __future__ import annotations

from conformance.checks.par.endpoint import control, pushed
from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import Asked, Attempt, members_of, told
from conformance.oauth.login import Browser
from conformance.registry import Findings, check

LONGEST_WAIT = 120.0
"""Seconds that the end of a request URI is waited for; the profiles allow ten minutes."""


def push_for(access: Access, asked: Asked) -> str:
    """The request URI of a right request; raises ``Inconclusive`` when it was refused."""
    form = dict(asked.parameters)
    if access.signs():
        form = {"client_id": asked.client.client_id, "request": access.request_object(asked)}
    answer = access.push(form, client=asked.client)
    value = members_of(answer).get("request_uri")
    if not answer.ok or not isinstance(value, str):
        raise Inconclusive(f"control request refused: a right pushed request was answered {told(answer)}")
    return value


def open_uri(
    access: Access, asked: Asked, uri: str, client_id: str = "", browser: Browser | None = None
) -> Attempt:
    """The authorization endpoint opened with a request URI."""
    named = client_id or asked.client.client_id
    return access.opened(asked, [("client_id", named), ("request_uri", uri)], browser)


@check(requests=12, logins=(1,))
def single_use(access: Access) -> Findings:
    """Takes a request URI for one login only."""
    control(access)
    asked = access.ask()
    uri = push_for(access, asked)
    window = access.browser(asked)
    first = open_uri(access, asked, uri, browser=window)
    if not first.accepted:
        raise Inconclusive("control request refused: the request URI gave no login page")
    landing = access.decide(first, window)
    if not access.response_of(landing).get("code"):
        raise Inconclusive("control request refused: the login with the request URI gave no code")
    again = open_uri(access, asked, uri)
    if again.accepted:
        expected = "a request URI refused after its login"
        yield Finding(expected, again.words, "request_uri", again.answer.exchange)


@check(requests=4)
def bound_to_client(access: Access) -> Findings:
    """Takes a request URI only for the client that pushed the request."""
    control(access)
    asked = access.probe()
    uri = push_for(access, asked)
    attempt = open_uri(access, asked, uri, access.second.client_id)
    if attempt.accepted:
        expected = "another client's request URI refused"
        yield Finding(expected, attempt.words, "client_id", attempt.answer.exchange)
    control_attempt = open_uri(access, asked, uri)
    if not control_attempt.accepted:
        raise Inconclusive("control request refused: the request URI gave its own client no login page")


@check(requests=4)
def loads_twice(access: Access) -> Findings:
    """Shows the login page again when the customer loads it twice before logging in."""
    control(access)
    asked = access.probe()
    uri = push_for(access, asked)
    first = open_uri(access, asked, uri)
    if not first.accepted:
        raise Inconclusive("control request refused: the request URI gave no login page")
    second = open_uri(access, asked, uri)
    if not second.accepted:
        yield Finding("the login page again", second.words, "request_uri", second.answer.exchange)


@check(requests=4)
def foreign_uri_refused(access: Access) -> Findings:
    """Refuses a request URI that it did not give, and fetches none from elsewhere."""
    asked = access.probe()
    for uri in (
        "urn:ietf:params:oauth:request_uri:conformance-unknown",
        "https://elsewhere.example/request.jwt",
    ):
        attempt = open_uri(access, asked, uri)
        if attempt.accepted:
            yield Finding(
                "an unknown request URI refused", attempt.words, "request_uri", attempt.answer.exchange
            )
    access.control()


@check(requests=6)
def expires(access: Access) -> Findings:
    """Refuses a request URI after the time that it said."""
    told_seconds = members_of(control(access)).get("expires_in")
    try:
        seconds = float(told_seconds or 0)
    except (TypeError, ValueError, ArithmeticError):
        raise Inconclusive("the answer to the pushed request does not tell when it ends") from None
    if not 0 < seconds <= LONGEST_WAIT:
        raise Inconclusive(f"the request URI lives {seconds:.0f} s, which is too long to wait for")
    asked = access.probe()
    uri = push_for(access, asked)
    access.tsp.wait(seconds + 2)
    attempt = open_uri(access, asked, uri)
    if attempt.accepted:
        expected = f"the request URI refused after {seconds:.0f} s"
        yield Finding(expected, attempt.words, "request_uri", attempt.answer.exchange)
    if not pushed(access).ok:
        raise Inconclusive("control request refused: a right pushed request")
