"""How long the token by which a bank knows its TSP is said to be good, and how long it is."""

from __future__ import annotations

import base64
import json
from decimal import Decimal, InvalidOperation

from conformance import probe
from conformance.authentication import Token
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

LONGEST = 400 * 86_400
"""Seconds; a longer life is that of another unit."""
SLACK = 60.0
"""Seconds that clocks and the way to the bank may take."""
OAUTH = "oauth2-client-credentials"


@check(requests=13)
def token_lives_as_told(tsp: Tsp, operations: tuple[Operation, ...], *, times: int) -> Findings:
    """Tells in seconds how long the TSP's token is good for, and honours it for as long."""
    operation = probe.sample(tsp, operations)
    token = tsp.standing.token
    if token is None:
        raise NotApplicable("the bank gives its TSP no token")
    for _ in range(times):
        tsp.send(tsp.request(operation))
    problem = _problem(token) if tsp.standing.kind == OAUTH else ""
    life = _number(token.life)
    if problem:
        yield Finding("a number of seconds (RFC 6749, 5.1)", problem, "expires_in of the token")
    elif life is not None and (own := _own_life(token)) is not None and abs(own - float(life)) > SLACK:
        said = f"{token.life}, and {own:.0f} s to the exp of the token"
        yield Finding("the life that the token itself has", said, "expires_in of the token")
    early = [one for one in tsp.standing.early if SLACK < one.early < LONGEST]
    if early:
        yield Finding(
            "a token that is honoured until the end that was told",
            f"{len(early)} refused before, one of them {early[0].early:.0f} s",
            "token of the TSP",
            early[0].exchange,
        )


def _problem(token: Token) -> str:
    """What is wrong with a life that was told; nothing where none was."""
    if not token.life:
        return ""
    life = _number(token.life)
    if life is None or life <= 0:
        return token.life
    return f"{token.life}, which is {life / 86_400 / 365:.1f} years" if life > LONGEST else ""


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _own_life(token: Token) -> float | None:
    """Seconds from its arrival to the end that stands in the token itself, where it is a readable JWT."""
    parts = token.value.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    end = claims.get("exp") if isinstance(claims, dict) else None
    return float(end) - token.fetched if isinstance(end, int) and not isinstance(end, bool) else None
