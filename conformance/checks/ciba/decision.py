"""What a TSP gets once the customer has decided on a backchannel request (CIBA Core 1.0, 10 and 11)."""

from __future__ import annotations

from conformance import jose
from conformance.checks.ciba.backchannel import Begun, begun, gave_token, interval, polled
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import Jws
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.device import decided_on
from conformance.oauth.grant import error_of, members_of, told
from conformance.registry import Findings, check

NAMED = "urn:openid:params:jwt:claim:auth_req_id"
PLACE = "token endpoint"
SOON = 30.0
"""Seconds to the end of a request that are waited for."""


def _approved(access: Access, **changes: str) -> tuple[Begun, Jws | None]:
    """A request that its customer has approved and that gave tokens, with the ID token among them."""
    started = begun(access, **changes)
    decided_on(access, started.message)
    answer = polled(access, started.value)
    if answer is None or not gave_token(answer):
        said = "no answer" if answer is None else told(answer)
        raise Inconclusive(f"control request refused: after the approval a poll was answered {said}")
    tokens = access.tokens(answer, access.client)
    try:
        return started, jose.taken_apart(tokens.id_token)
    except jose.BadJws:
        return started, None


@check(requests=6, logins=(1,))
def token_given_once(access: Access) -> Findings:
    """Gives tokens once the customer has approved, and once only."""
    started, _ = _approved(access)
    access.tsp.wait(interval(started))
    again = polled(access, started.value)
    if again is not None and gave_token(again):
        yield Finding("invalid_grant for a request that was answered", "a token", PLACE, again.exchange)


@check(requests=5, logins=(1,))
def request_named(access: Access) -> Findings:
    """Names no other request in the ID token, where it names one, so that answers cannot be exchanged."""
    started, jws = _approved(access)
    if jws is None:
        raise Inconclusive("the ID token cannot be read")
    came = jws.claims.get(NAMED)
    if came is not None and came != started.value:
        yield Finding("the identifier of the request", "another", f"ID token, {NAMED}", None)


@check(requests=5, logins=(1,))
def denial_told(access: Access) -> Findings:
    """Gives no token when the customer refuses, and tells so."""
    started = begun(access)
    decided_on(access, started.message, decision="deny")
    answer = polled(access, started.value)
    if answer is not None and error_of(answer) != "access_denied":
        yield Finding("access_denied", told(answer), PLACE, answer.exchange)


@check(requests=5)
def request_ends(access: Access) -> Findings:
    """Gives nothing for a request after the time that it asked for has passed."""
    started = begun(access, requested_expiry="5")
    life = members_of(started.answer).get("expires_in")
    if isinstance(life, bool) or not isinstance(life, int | float) or life <= 0:
        yield Finding("a positive number of seconds", str(life)[:40], "/expires_in", started.answer.exchange)
        return
    if life > SOON:
        raise Inconclusive(f"the request ends after {life:.0f} s, which is too long to wait for")
    access.tsp.wait(float(life) + 1.0)
    answer = polled(access, started.value)
    if answer is not None and (
        gave_token(answer) or error_of(answer) in ("authorization_pending", "slow_down")
    ):
        yield Finding("expired_token", told(answer), PLACE, answer.exchange)


@check(requests=5, logins=(1,))
def context_class_told(access: Access) -> Findings:
    """Tells the authentication context (acr) that was asked for, where the bank lists any."""
    listed = access.server.listed("acr_values_supported")
    if not listed:
        raise NotApplicable("the metadata list no acr_values_supported")
    _, jws = _approved(access, acr_values=listed[0])
    if jws is not None and not jws.claims.get("acr"):
        yield Finding("an acr", "none", "ID token, acr", None)
