"""What becomes of a backchannel request before the customer has decided."""

from __future__ import annotations

from conformance.checks.ciba.backchannel import ENDPOINT, begun, form, polled
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import error_of, members_of, told
from conformance.protected import tried
from conformance.registry import Findings, check

SHORTEST = 16
"""Characters that 96 bits need in base64url."""


@check(requests=3)
def unknown_customer_refused(access: Access) -> Findings:
    """Begins nothing for a customer whom it does not know."""
    access.server.endpoint(ENDPOINT)
    answer = tried(lambda: access.post(ENDPOINT, form(access, login_hint="nobody-of-conformance")))
    if answer is not None and answer.ok:
        yield Finding("a refusal of an unknown customer", told(answer), "login_hint", answer.exchange)
    begun(access)


@check(requests=4)
def context_needed(access: Access) -> Findings:
    """Begins nothing that the customer could not tell from another request: without a binding message."""
    access.server.endpoint(ENDPOINT)
    answer = tried(lambda: access.post(ENDPOINT, form(access, binding_message=None)))
    if answer is not None and answer.ok:
        yield Finding("a refusal without binding_message", told(answer), "binding_message", answer.exchange)
    begun(access)


@check(requests=3)
def customer_waited_for(access: Access) -> Findings:
    """Gives no token before the customer has decided."""
    access.server.endpoint(ENDPOINT)
    value = begun(access).value
    answer = polled(access, value)
    if answer is not None and answer.ok and b"access_token" in answer.body:
        yield Finding("authorization_pending", "a token", "token endpoint", answer.exchange)


@check(requests=4)
def haste_slowed_down(access: Access) -> Findings:
    """Tells a TSP that polls too often to slow down."""
    access.server.endpoint(ENDPOINT)
    started = begun(access)
    first = polled(access, started.value)
    if first is None or error_of(first) != "authorization_pending":
        return
    if members_of(started.answer).get("interval") == 0:
        return
    answer = polled(access, started.value)
    if answer is not None and answer.status not in (429, 503) and error_of(answer) != "slow_down":
        yield Finding("slow_down", told(answer), "token endpoint", answer.exchange)


@check(requests=4)
def client_compared(access: Access) -> Findings:
    """Tells another TSP nothing of a request but that it is not valid."""
    other = access.second
    access.server.endpoint(ENDPOINT)
    value = begun(access).value
    answer = polled(access, value, other)
    if answer is not None and (answer.ok or error_of(answer) in ("authorization_pending", "slow_down")):
        yield Finding("invalid_grant", told(answer), "token endpoint", answer.exchange)


@check(requests=4)
def identifier_unguessable(access: Access) -> Findings:
    """Names requests by identifiers that cannot be guessed."""
    access.server.endpoint(ENDPOINT)
    made = [begun(access) for _ in range(2)]
    one, two = (each.value for each in made)
    shared = next(
        (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    if len(one) - shared < SHORTEST:
        yield Finding(f"{SHORTEST} characters of chance at least", f"{len(one) - shared}", "auth_req_id",
                      made[1].answer.exchange)  # fmt: skip


@check(requests=1)
def tokens_not_pushed(access: Access) -> Findings:
    """Offers to be polled, and does not push tokens to where a TSP says."""
    access.server.endpoint(ENDPOINT)
    modes = access.server.listed("backchannel_token_delivery_modes_supported")
    if "poll" not in modes or "push" in modes:
        yield Finding("the delivery modes poll and perhaps ping", " ".join(modes)[:60] or "none",
                      "backchannel_token_delivery_modes_supported")  # fmt: skip
