"""What a refusal tells the caller (RFC 6750, 3; RFC 9110, 15.5.2; RFC 9449, 7.1)."""

from __future__ import annotations

import secrets

from conformance.answer import Answer
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.protected import Protected
from conformance.registry import Findings, check

CHALLENGE = "header WWW-Authenticate"


def _invented(protected: Protected) -> tuple[str, Answer]:
    """A token that the bank cannot know, and its refusal, asked once in a round."""
    operation = protected.probe()
    client = protected.tokens(operation).client

    def fetch() -> tuple[str, Answer]:
        value = secrets.token_urlsafe(32)
        return value, protected.access.call(value, protected.request(operation), client=client)

    value, answer = protected.access.memory.once(("resource", "invented token"), fetch)
    protected.tsp.exchanges.append(answer.exchange)
    if answer.ok:
        raise NotApplicable("the invented token was not refused, which is judged elsewhere")
    return value, answer


def _bare(protected: Protected) -> Answer:
    operation = protected.probe()
    answer: Answer = protected.access.memory.once(
        ("resource", "no token"),
        lambda: protected.access.call("", protected.request(operation), scheme="", proof=None),
    )
    protected.tsp.exchanges.append(answer.exchange)
    return answer


@check(requests=2, logins=("grant of all",))
def challenge_sent(protected: Protected) -> Findings:
    """Names in a 401 the scheme by which to come back."""
    word = "dpop" if protected.access.constraint == "dpop" else "bearer"
    for answer in (_bare(protected), _invented(protected)[1]):
        said = " ".join(answer.values("WWW-Authenticate")).lower()
        if answer.status == 401 and word not in said:
            yield Finding(
                f"a challenge for {word} with the 401", said[:80] or "none", CHALLENGE, answer.exchange
            )
            break
    protected.control(protected.probe())


@check(requests=2, logins=("grant of all",))
def invalid_token_named(protected: Protected) -> Findings:
    """Says of an invalid token that it is invalid, so that the TSP fetches another one."""
    answer = _invented(protected)[1]
    said = " ".join(answer.values("WWW-Authenticate"))
    if answer.status == 401 and said and "invalid_token" not in said:
        yield Finding('error="invalid_token" in the challenge', said[:80], CHALLENGE, answer.exchange)
    protected.control(protected.probe())


@check(requests=2, logins=("grant of all",))
def invalid_token_status(protected: Protected) -> Findings:
    """Answers a call without a token, and one with an invalid token, with 401."""
    for answer in (_bare(protected), _invented(protected)[1]):
        if not answer.ok and answer.status not in (401, 429, 503):
            yield Finding("status 401", f"status {answer.status}", "status", answer.exchange)
            break
    protected.control(protected.probe())


@check(requests=2, logins=("grant of all",))
def token_not_echoed(protected: Protected) -> Findings:
    """Repeats no token in a refusal, where logs would keep it."""
    value, answer = _invented(protected)
    places = [("body", answer.text()), *((f"header {name}", told) for name, told in answer.headers)]
    for at, told in places:
        if value in told:
            yield Finding("a refusal without the token", "the token that was sent", at, answer.exchange)
            break
    protected.control(protected.probe())
