"""Why a right request was refused: what in the configuration is most likely wrong, said in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime

from conformance.answer import Answer
from conformance.oauth.grant import Attempt, error_of, members_of, told

LIKELY = {
    "invalid_client": "check authorization.client_id, client_authentication, client_key and client_key_id "
    "(or client_secret, or the client certificate) against what the bank has registered, and this machine's "
    "clock",
    "unauthorized_client": "the bank has registered the client for another kind of use",
    "invalid_client_metadata": "the bank cannot use its own registration of the client; have it look there",
    "invalid_redirect_uri": "check authorization.redirect_uri: the bank has not registered it",
    "invalid_scope": "check authorization.scope",
    "invalid_request_object": "check client_key and signing_algorithm",
    "invalid_dpop_proof": "check sender_constraint, and this machine's clock",
    "invalid_authorization_details": "check authorization.settings.consent",
    "unsupported_response_type": "the bank does not offer the authorization code flow to this client",
}


SKEW = 5.0
"""Seconds by which clocks may differ before what we sign is in danger."""
ASTRAY = 60.0
"""Seconds from which on nothing that a server accepts or refuses about times proves anything."""


def apart(answer: Answer, now: float) -> float:
    """Seconds by which this machine's clock is ahead of the bank's; 0 when nothing is told of it."""
    try:
        made = parsedate_to_datetime(answer.header("Date") or "").timestamp()
        return now - made - float(answer.header("Age") or 0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def skewed(answer: Answer, now: float) -> str:
    """By how much this machine's clock differs from the bank's; empty when they agree or nothing is told."""
    ahead = apart(answer, now)
    return f"this machine's clock differs from the bank's by {ahead:+.0f} s; " if abs(ahead) > SKEW else ""


def astray(answers: Iterable[Answer], now: float) -> str:
    """What to do about a clock that is far from the bank's by every answer; empty when it is not."""
    dated = [answer for answer in answers if answer.header("Date")]
    if not dated or any(abs(apart(answer, now)) <= ASTRAY for answer in dated):
        return ""
    return skewed(dated[-1], now) + "set this machine's clock, since what ends and begins is judged by it"


def turned_away(answer: Answer, now: float) -> str:
    """Why a TSP's authentication did not hold; empty when the answer does not say that."""
    error = error_of(answer)
    if error not in ("invalid_client", "unauthorized_client"):
        return ""
    return (
        f"{skewed(answer, now)}the TSP was turned away by the token endpoint: {told(answer)}; {LIKELY[error]}"
    )


def explained(made: Attempt, now: float) -> str:
    """One reason for all cases that depend on a right request."""
    return skewed(made.answer, now) + _explained(made)


def _explained(made: Attempt) -> str:
    error = made.error or error_of(made.answer)
    said = str(members_of(made.answer).get("error_description", ""))[:160]
    if made.landing is not None and not said:
        said = made.landing.parameters.get("error_description", "")[:160]
    status = made.answer.status
    if made.shown is not None:
        text = made.shown.page.text[:160]
        return (
            f"a right authorization request gave no {'login page' if made.stage == 'page' else 'code'} but "
            f"{status}: {text!r}; check authorization.client_id, redirect_uri, scope and "
            f"login.settings.steps; the page offers {made.shown.page.offered()}"
        )
    hint = LIKELY.get(error, "check the authorization section")
    if "redirect" in said.lower():
        hint = LIKELY["invalid_redirect_uri"]
    where = "the pushed request endpoint" if made.stage == "pushed" else "the authorization endpoint"
    return f"a right authorization request was refused by {where}: {status} {error} {said}; {hint}".replace(
        "  ", " "
    )
