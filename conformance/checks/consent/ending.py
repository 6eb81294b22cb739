"""When a consent is over, and what shows it."""

from __future__ import annotations

from typing import Any

from conformance.answer import Answer
from conformance.checks.consent.rule import revoked, rule_of, sent
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.consent import instant
from conformance.protected import Protected, texts, tried
from conformance.registry import Findings, check


@check(requests=14, logins=(1, "grant of all"))
def revocation_stops_access(protected: Protected) -> Findings:
    """Opens nothing from the next call on when its consent was revoked."""
    rule_of(protected)
    operation, grant = protected.probe(), protected.fresh()
    protected.control(operation, grant.tokens)
    revoked(protected, grant.consent)
    answer = tried(lambda: protected.access.call(grant, protected.request(operation)))
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal after the consent's revocation", f"status {answer.status}",
            f"function {operation.id}", answer.exchange,
        )  # fmt: skip


@check(requests=14, logins=(1, "grant of all"))
def expiry_stops_access(protected: Protected, *, seconds: float = 8.0) -> Findings:
    """Opens nothing after the end that its consent names."""
    rule_of(protected, "expires_at", by_day=False)
    access, operation = protected.access, protected.probe()
    ends = access.now() + seconds
    try:
        consent = access.consent(protected.permissions, expires_at=instant(ends))
    except Inconclusive:
        raise NotApplicable(f"the bank makes no consent that ends in {seconds:.0f} s") from None
    tokens = protected.fresh(consent=consent).tokens
    protected.control(operation, tokens)
    access.tsp.wait(max(0.0, ends - access.now()) + 1.5)
    answer = tried(lambda: access.call(tokens, protected.request(operation)))
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal after the consent's end", f"status {answer.status}", f"function {operation.id}",
            answer.exchange,
        )  # fmt: skip
    protected.control(operation)


@check(requests=16, logins=(1,))
def state_told(protected: Protected) -> Findings:
    """Tells of a consent that its customer has approved it, and that it was revoked."""
    rule = rule_of(protected)
    consent = protected.access.consent(protected.permissions)
    before = _state(sent(protected, rule.read, consent))
    protected.fresh(consent=consent)
    approved = sent(protected, rule.read, consent)
    if _state(approved) == before:
        yield Finding("another state once the customer approved", "the same", "state", approved.exchange)
        return
    revoked(protected, consent)
    ended = sent(protected, rule.read, consent)
    if ended.ok and _state(ended) == _state(approved):
        yield Finding("another state once it was revoked", "the same", "state", ended.exchange)


def _state(answer: Answer) -> tuple[str, ...]:
    """All that is told of a consent, in words."""
    try:
        value: Any = answer.json()
    except ValueError:
        raise Inconclusive("the answer with the consent is no JSON") from None
    return texts(value)
