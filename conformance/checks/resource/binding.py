"""Whether a bound token opens anything in other hands (RFC 8705, 3; RFC 9449, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Request
from conformance.oauth.grant import Tokens
from conformance.protected import Protected, tried
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED


def bound(protected: Protected) -> str:
    """How tokens are bound; raises ``NotApplicable`` where they are not."""
    constraint = protected.access.constraint
    if constraint == "none":
        raise NotApplicable("the bank does not bind tokens to their holder")
    return constraint


def bare(protected: Protected, request: Request, tokens: Tokens) -> Answer | None:
    """The answer to a call with the token and nothing that it is bound to."""
    shown = UNCERTIFIED if protected.access.constraint == "mtls" else None
    return tried(protected.access.call, tokens, request, proof=None, certified=shown)


def _found(expected: str, answer: Answer | None, at: str) -> Iterator[Finding]:
    if answer is not None and answer.ok:
        yield Finding(expected, f"status {answer.status}", at, answer.exchange)


@check(requests=3, logins=("grant of all",))
def holder_shown(protected: Protected) -> Findings:
    """Refuses a bound token that comes without the proof or the certificate that it is bound to."""
    constraint = bound(protected)
    operation = protected.probe()
    answer = bare(protected, protected.request(operation), protected.tokens(operation))
    missing = "a DPoP proof" if constraint == "dpop" else "a client certificate"
    yield from _found(f"a refusal of a bound token without {missing}", answer, "proof of possession")
    protected.control(operation)


@check(requests=3, logins=("grant of all",))
def holder_compared(protected: Protected) -> Findings:
    """Refuses a bound token that comes with another key's proof or another TSP's certificate."""
    constraint = bound(protected)
    operation = protected.probe()
    tokens, request = protected.tokens(operation), protected.request(operation)
    if constraint == "dpop":
        stranger = replace(tokens.client, proof_key=jose.fresh_key())
        answer = tried(protected.access.call, tokens, request, client=stranger)
        whose = "key"
    else:
        other = protected.access.second.certified
        if other is None:
            raise Inconclusive("the second TSP has no client certificate to show")
        answer = tried(protected.access.call, tokens, request, certified=other)
        whose = "certificate"
    yield from _found(f"a refusal of a token bound to another {whose}", answer, "proof of possession")
    protected.control(operation)


@check(requests=3, logins=("grant of all",))
def bearer_downgrade_refused(protected: Protected) -> Findings:
    """Refuses a token bound by DPoP that is shown as a mere bearer token."""
    if bound(protected) != "dpop":
        raise NotApplicable("tokens are not bound by DPoP")
    operation = protected.probe()
    tokens, request = protected.tokens(operation), protected.request(operation)
    for proof in (None, True):
        answer = tried(protected.access.call, tokens, request, scheme="Bearer", proof=proof)
        if answer is not None and answer.ok:
            yield from _found("a refusal of the scheme Bearer", answer, "header Authorization")
            break
    protected.control(operation)
