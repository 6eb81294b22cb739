"""A payment that its bank has taken waits until the customer has approved it, and ends when they deny it."""

from __future__ import annotations

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.payments import MADE, Payment, Payments

LOOKS = 3


def _made(payments: Payments, payment: Payment) -> str:
    """The status by which a payment was carried out, looked at for a while; else empty."""
    if payment.status in MADE:
        return payment.status
    for look in range(LOOKS):
        status = payments.standing(payment).text("status") or ""
        if status in MADE:
            return status
        payments.access.tsp.wait(0.25 * 4**look)
    return ""


def _finding(expected: str, status: str, payment: Payment) -> Finding:
    return Finding(expected, f"status {status}", payment.row.place("status"), payment.answer.exchange)


@check(writes=True, requests=16, creates=1)
def approval_is_awaited(payments: Payments, operation: Operation) -> Findings:
    """Carries no payment out before its customer has approved it."""
    payments.approval  # noqa: B018 - raises where customers are asked beforehand
    payment = payments.waiting(payments.agreed(operation.id))
    made = _made(payments, payment)
    if made:
        yield _finding("a payment that waits for its customer", made, payment)
        return
    payments.decided(payment)
    if not _made(payments, payment):
        raise Inconclusive("control request refused: the approved payment was not carried out meanwhile")


@check(writes=True, requests=16, creates=1)
def denied_payment_is_not_made(payments: Payments, operation: Operation) -> Findings:
    """Carries no payment out that its customer has denied."""
    payments.approval  # noqa: B018 - raises where customers are asked beforehand
    payment = payments.waiting(payments.agreed(operation.id))
    if _made(payments, payment):
        raise NotApplicable("the payment waits for nobody, of which another requirement tells")
    payments.decided(payment, "deny")
    made = _made(payments, payment)
    if made:
        yield _finding("a payment that is never made, since its customer has denied it", made, payment)
        return
    if payments.made(operation.id).status in ("rejected", "failed", "cancelled"):
        raise Inconclusive("control request refused: an approved payment was not made either")


@check(writes=True, requests=14, creates=1)
def approval_is_asked_for_by_its_tsp(payments: Payments, operation: Operation) -> Findings:
    """Lets no TSP ask a customer for the payment that another TSP has made."""
    if payments.approval.link:
        raise NotApplicable("the customer is sent to a page of the bank, and not by a TSP's request")
    second = payments.access.second
    payment = payments.waiting(payments.agreed(operation.id))
    attempt = payments.foreign_approval(payment, second)
    if attempt.accepted:
        yield Finding(
            expected="a refusal of a payment that another TSP has made",
            actual=attempt.words,
            at="authorization request",
            exchange=attempt.answer.exchange,
        )
        return
    payments.decided(payment)
