"""The endpoint for pushed authorization requests (RFC 9126)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, Unreachable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.chance import guessable
from conformance.oauth.grant import members_of, told
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED

ENDPOINT = "pushed_authorization_request_endpoint"


def pushed(access: Access, **options: Any) -> Answer:
    """The answer to a right pushed request, or one with other ways of sending it."""
    asked = access.probe()
    form: Any = dict(asked.parameters)
    if access.signs():
        form = {"client_id": asked.client.client_id, "request": access.request_object(asked)}
    return access.push({**form, **options.pop("form", {})}, client=asked.client, **options)


def control(access: Access) -> Answer:
    """A right pushed request, once in a round; raises ``Inconclusive`` when it is refused."""
    access.server.endpoint(ENDPOINT)
    answer: Answer = access.memory.once(("par", "control"), lambda: pushed(access))
    if not answer.ok or not isinstance(members_of(answer).get("request_uri"), str):
        access.control()
        raise Inconclusive(f"control request refused: a right pushed request was answered {told(answer)}")
    return answer


def took(answer: Answer) -> bool:
    """Whether a pushed request was taken."""
    return answer.ok and isinstance(members_of(answer).get("request_uri"), str)


@check(requests=3)
def answer_form(access: Access) -> Findings:
    """Answers a pushed request with 201 and JSON."""
    answer = control(access)
    if answer.status != 201:
        yield Finding("201 Created", str(answer.status), "status", answer.exchange)
    if not answer.is_json:
        yield Finding("JSON", answer.media_type or "no media type", "Content-Type", answer.exchange)


@check(requests=3)
def lifetime(access: Access, *, longest: int = 600) -> Findings:
    """Tells how long the request can be used: a positive number of seconds below the profile's limit."""
    answer = control(access)
    value = members_of(answer).get("expires_in")
    whole = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not whole or not 0 < int(value or 0) < longest:
        shown = str(value)[:40] if value is not None else "none"
        yield Finding(f"from 1 to {longest - 1} seconds", shown, "/expires_in", answer.exchange)


@check(requests=3)
def authentication_needed(access: Access) -> Findings:
    """Refuses a pushed request of a client that does not authenticate itself."""
    control(access)
    try:
        answer = pushed(
            access,
            authenticated=False,
            form={"client_id": access.client.client_id},
            certified=None if access.client.method == "private_key_jwt" else UNCERTIFIED,
        )
    except Unreachable:
        return
    if took(answer):
        yield Finding("refused without client authentication", told(answer), "client", answer.exchange)


@check(requests=3)
def request_uri_refused(access: Access) -> Findings:
    """Refuses a request_uri in a pushed request."""
    control(access)
    answer = pushed(access, form={"request_uri": "urn:ietf:params:oauth:request_uri:conformance"})
    if took(answer):
        yield Finding("a pushed request_uri refused", told(answer), "request_uri", answer.exchange)


@check(requests=3)
def get_refused(access: Access) -> Findings:
    """Takes pushed requests by POST only."""
    control(access)
    answer = pushed(access, method="GET")
    if took(answer):
        yield Finding("a request by GET refused", told(answer), "method", answer.exchange)


@check(requests=3)
def refusal_form(access: Access) -> Findings:
    """Refuses a faulty pushed request with 400 and an error code in JSON."""
    control(access)
    asked = access.probe(response_type="conformance")
    form: Any = dict(asked.parameters)
    if access.signs():
        form = {"client_id": asked.client.client_id, "request": access.request_object(asked)}
    answer = access.push(form)
    if took(answer):
        return
    if answer.status != 400:
        yield Finding("status 400", str(answer.status), "status", answer.exchange)
    elif not members_of(answer).get("error"):
        yield Finding("an error code in JSON", "none", "/error", answer.exchange)


@check(requests=26)
def unguessable(access: Access, *, count: int = 24) -> Findings:
    """Makes request URIs that nobody can guess: long, random, never the same."""
    control(access)
    values = []
    answer = None
    for _ in range(count):
        answer = pushed(access)
        value = members_of(answer).get("request_uri")
        if not answer.ok or not isinstance(value, str):
            raise Inconclusive(f"a right pushed request was answered {told(answer)}")
        values.append(value)
    problem = guessable(values)
    if problem and answer is not None:
        yield Finding("request URIs with 128 bits of entropy", problem, "/request_uri", answer.exchange)
