"""A backchannel request, right or with parts changed, and what polling for it gives."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.oauth.access import Access
from conformance.oauth.client import Client, revealed
from conformance.oauth.grant import members_of, told
from conformance.protected import tried

ENDPOINT = "backchannel_authentication_endpoint"
GRANT = "urn:openid:params:grant-type:ciba"


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that was accepted: its identifier, the message that the customer sees, its answer."""

    value: str
    message: str
    answer: Answer


def form(access: Access, **changes: Any) -> dict[str, Any]:
    """A right request for the first customer; a change of None leaves a member out."""
    person = access.customer(0)
    return {
        "scope": "openid",
        "login_hint": revealed(person.username),
        "binding_message": f"CT-{secrets.token_hex(3)}",
        **changes,
    }


def begun(access: Access, **changes: Any) -> Begun:
    """A right request; raises ``NotApplicable`` without an endpoint, ``Inconclusive`` when it is refused."""
    access.server.endpoint(ENDPOINT)
    given = form(access, **changes)
    answer = access.post(ENDPOINT, given)
    value = members_of(answer).get("auth_req_id")
    if not answer.ok or not isinstance(value, str) or not value:
        raise Inconclusive(
            f"control request refused: a right backchannel request was answered {told(answer)}"
        )
    return Begun(value, str(given.get("binding_message") or ""), answer)


def polled(access: Access, value: str, client: Client | None = None) -> Answer | None:
    """The answer to a TSP that asks whether the customer has decided."""
    return tried(access.token, {"grant_type": GRANT, "auth_req_id": value}, client=client)


def interval(started: Begun) -> float:
    """Seconds between two polls, five where the bank names none (CIBA Core 1.0, 7.3)."""
    value = members_of(started.answer).get("interval")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(float(value), 0.0), 30.0) if number and value is not None else 5.0


def gave_token(answer: Answer | None) -> bool:
    """Whether an answer has an access token."""
    return answer is not None and answer.ok and bool(members_of(answer).get("access_token"))
