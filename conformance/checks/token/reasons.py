"""Why no token was given, as the error code tells it (RFC 6749, 5.2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from conformance.answer import Answer
from conformance.checks.token.experiment import gave_token, redemptions
from conformance.checks.token.redemption import replayed
from conformance.errors import Outcome
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check

BUSY = (429, 503)


@check(requests=14, logins=("redemptions", "replayed", "grant"))
def error_code_fits(access: Access, operations: tuple[Operation, ...]) -> Findings:
    """Tells by status 400 and by the code of the standard why it gives no token."""
    first = redemptions(access).of("wrong verifier")
    if first is not None and not gave_token(first) and told(first) != "400 invalid_grant":
        return  # refusal_code tells of it
    for what, answer, expected in _refusals(access, operations):
        if gave_token(answer) or answer.status in BUSY:
            continue  # other checks tell of it
        if answer.ok and expected != "invalid_grant":
            continue  # as unknown_grant_refused tells
        if told(answer) != f"400 {expected}":
            yield Finding(f"400 {expected} for {what}", told(answer), "/error", answer.exchange)
            return


def _refusals(access: Access, operations: tuple[Operation, ...]) -> Iterator[tuple[str, Answer, str]]:
    """What was wrong with a token request, its answer, and the code that RFC 6749 has for it."""
    tries = ["other redirect_uri"]
    if access.constraint == "none":  # else the code may be bound to a key or certificate, which is told first
        tries.append("other client")
    for name in tries:
        try:
            answer = redemptions(access).of(name)
        except Outcome:
            continue
        if answer is not None:
            yield f"a code with {name.replace('other', 'another')}", answer, "invalid_grant"
    yield "a used code", replayed(access, operations).answers[1], "invalid_grant"
    invented = {"grant_type": "authorization_code", "code": secrets.token_urlsafe(32)}
    form = {"redirect_uri": access.client.redirect_uri, "code_verifier": secrets.token_urlsafe(48)}
    yield "a code that never was", access.token({**invented, **form}), "invalid_grant"
    if access.grant().tokens.refresh_token:
        never = {"grant_type": "refresh_token", "refresh_token": secrets.token_urlsafe(32)}
        yield "a refresh token that never was", access.token(never), "invalid_grant"
    yield "an unknown grant type", access.token({"grant_type": "conformance"}), "unsupported_grant_type"
