"""Servers that ask who the customer is before they look at what the TSP asks for (OpenID Connect Core, 3.1).

Their login page says nothing of a request: only what follows the login does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.errors import Inconclusive
from conformance.oauth.grant import Attempt
from conformance.oauth.login import Browser, Landing, Step, taken
from conformance.oauth.settings import steps_of
from conformance.oauth.strategy import customer_values, sees_pages

if TYPE_CHECKING:
    from conformance.oauth.front import Front

IMPOSSIBLE = (("client_id", "conformance-nobody"), ("response_type", "conformance-nothing"))
"""A request that no server can accept."""


def asks_first(front: Front) -> bool:
    """Whether the server shows its login page whatever the request is; looked at once in a round."""

    def fetch() -> bool:
        window = Browser(front.tsp.knows)
        shown: Step = front.run(window.open(front.address(IMPOSSIBLE)), None)
        return not isinstance(shown, Landing) and front.is_login(shown)

    found: bool = front.memory.once(("oauth", "asks first"), fetch)
    return found


def after_login(front: Front, attempt: Attempt, window: Browser) -> Attempt:
    """What becomes of a request when the customer logs in and approves: accepted where a code comes.

    Where consents are made beforehand, of which probes share one, the page of the last step is the end.
    Raises ``Inconclusive`` where the suite does not go from page to page itself.
    """
    if not sees_pages(front.configured):
        raise Inconclusive(
            "the bank shows its login page whatever is asked for; only with login.strategy form can the "
            "suite see what comes after it"
        )
    steps = steps_of(front.configured, "approve")
    last = len(steps) if front.settings.consent is not None and len(steps) > 1 else 0
    values = customer_values(front.customer(0))
    assert attempt.shown is not None
    front.logs_in(0)
    current: Step = attempt.shown
    for number, step in enumerate(steps, 1):
        if isinstance(current, Landing):
            break
        fits = current.answer.status < 400 and step.fits(current.page)
        if not fits and step.optional:
            continue
        if not fits or number == last:
            return replace(attempt, stage="after login", accepted=fits, answer=current.answer, shown=current)
        current = front.run(taken(window, current.page, step, values), None)
    if isinstance(current, Landing):
        came = "code" in front.response_of(current)
        return replace(
            attempt, stage="returned", accepted=came, answer=current.answer, shown=None, landing=current
        )
    return replace(attempt, stage="after login", accepted=False, answer=current.answer, shown=current)
