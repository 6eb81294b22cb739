"""Payments of high risk: their customer confirms each of them by a further factor."""

from __future__ import annotations

from typing import Any

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import Agreed
from conformance.writing.payments import Payment, Payments
from conformance.writing.rules import StepUpRules


def _rule(payments: Payments) -> StepUpRules:
    rule = payments.settings.step_up
    if rule is None:
        raise NotApplicable("the bank's file declares no payments that need a password (writes.step_up)")
    return rule


def _high(payments: Payments, operation: Operation) -> dict[str, Any]:
    """An instruction of an amount for which a password is needed."""
    return payments.instruction(operation.id, amount=_rule(payments).amount)


def _control(payments: Payments, payment: Payment) -> None:
    """The customer's password lets the payment go on."""
    answer = payments.confirm(payment, payments.password(payment))
    if not answer.ok:
        raise Inconclusive(f"control request refused: the right password was answered {told(answer)}")
    if payments.standing(payment).text("status") in _rule(payments).waits:
        raise Inconclusive("the payment waits even when its customer has confirmed it")


@check(writes=True, requests=14, creates=1, each="step_up/amount")
def high_risk_payment_waits_for_its_customer(payments: Payments, operation: Operation) -> Findings:
    """Makes no payment of an amount that it declares as high before its customer gives a password."""
    rule = _rule(payments)
    payment = payments.paid(payments.agreed(operation.id, _high(payments, operation)))
    seen = [payment.status, payments.standing(payment).text("status") or ""]
    ahead = next((status for status in seen if status not in rule.waits), None)
    if ahead is not None:
        yield Finding(
            expected=f"a payment of {rule.amount} that waits for its customer's password",
            actual=f"status {ahead}",
            at=payment.row.place("status"),
            exchange=payment.answer.exchange,
        )
        return
    _control(payments, payment)


@check(writes=True, requests=24, creates=1, each="step_up/amount")
def waiting_payment_moves_nothing(payments: Payments, operation: Operation) -> Findings:
    """Charges no account while a payment waits for its customer's password."""
    rule, instruction = _rule(payments), _high(payments, operation)
    currency = str(instruction["currency"])
    agreed: Agreed = payments.agreed(operation.id, instruction)
    payments.funds(currency, booked=True)
    with payments.access.tsp.alone():
        before = payments.funds(currency, booked=True)
        payment = payments.paid(agreed)
        waits = payments.standing(payment).text("status") in rule.waits
        charged = before - payments.funds(currency, booked=True)
    if not waits:
        raise NotApplicable("the payment does not wait, of which another requirement tells")
    if charged:
        yield Finding(
            expected="nothing charged before the customer has confirmed",
            actual=f"{charged} less on the customer's accounts",
            at="accounts.balances",
            exchange=payment.answer.exchange,
        )
        return
    _control(payments, payment)
