"""Which consents a bank refuses to make."""

from __future__ import annotations

from conformance.answer import Answer
from conformance.checks.consent.rule import control, made, rule_of, sent
from conformance.model import Finding
from conformance.oauth.consent import instant
from conformance.oauth.grant import told
from conformance.protected import Protected
from conformance.registry import Findings, check
from conformance.writing.agreement import at

DAY = 86400
UNKNOWN = "ReadConformanceUnknown"


def _accepted(expected: str, answer: Answer, at: str) -> Finding:
    return Finding(expected, told(answer), at, answer.exchange)


@check(requests=3)
def past_expiry_refused(protected: Protected) -> Findings:
    """Makes no consent that has ended already."""
    rule_of(protected, "expires_at")
    answer = made(protected, expires_at=instant(protected.access.now() - DAY))
    if answer.ok:
        yield _accepted("a refusal of an end that is past", answer, "member expires_at")
    control(protected)


@check(requests=3)
def absurd_expiry_refused(protected: Protected) -> Findings:
    """Makes no consent for thousands of years."""
    rule = rule_of(protected, "expires_at")
    answer = made(protected, expires_at="9999-06-30T12:00:00Z")
    if answer.ok and "9999-06-30" not in answer.text() and rule.read is not None:
        name = at(answer, rule.id)
        answer = sent(protected, rule.read, name) if name else answer
    if answer.ok and "9999-06-30" in answer.text():
        yield _accepted("a refusal of an end in the year 9999, or a nearer one", answer, "member expires_at")
    control(protected)


@check(requests=3)
def unknown_permission_refused(protected: Protected) -> Findings:
    """Makes no consent for a permission that it does not know."""
    rule_of(protected, "permissions")
    answer = made(protected, permissions=[UNKNOWN])
    if answer.ok and UNKNOWN in answer.text():
        yield _accepted("a refusal of an unknown permission", answer, "member permissions")
    control(protected)


@check(requests=3)
def empty_permissions_refused(protected: Protected) -> Findings:
    """Makes no consent for nothing."""
    rule_of(protected, "permissions")
    answer = made(protected, permissions=[])
    if answer.ok:
        yield _accepted("a refusal of a consent without permissions", answer, "member permissions")
    control(protected)


@check(requests=3)
def inverted_window_refused(protected: Protected) -> Findings:
    """Makes no consent for transactions from a day after the last one."""
    rule_of(protected, "transaction_from", "transaction_to")
    now = protected.access.now()
    answer = made(protected, transaction_from=instant(now - DAY), transaction_to=instant(now - 10 * DAY))
    if answer.ok:
        yield _accepted("a refusal of a window that ends before it begins", answer, "member transaction_to")
    control(protected)
