"""Refunds of payments to merchants: of what was paid, at most that, once, by the one who was paid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import at, finding
from conformance.writing.payments import Payment, Payments, refused
from conformance.writing.rules import RefundRules

AT_ONCE = 4
PAID = ("completed", "settled", "paid")


def _rule(payments: Payments) -> RefundRules:
    rule = payments.settings.refund
    if rule is None:
        raise NotApplicable("the bank's file declares no refunds (writes.refund)")
    if rule.approve is None:
        raise NotApplicable("the bank's file tells no way to approve a payment (writes.refund.approve)")
    return rule


def _ordered(payments: Payments, operation: Operation) -> Payment:
    _rule(payments)
    return payments.paid(payments.agreed(operation.id))


def _settled(payments: Payments, operation: Operation) -> Payment:
    """A payment that its customer has approved."""
    payment = _ordered(payments, operation)
    payments.approved(payment)
    return payment


def _amount(payment: Payment) -> Decimal:
    return Decimal(str(payment.agreed.instruction["amount"]))


def _control(payments: Payments, payment: Payment, amount: Decimal) -> None:
    answer = payments.refunded(payment, str(amount))
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right refund was answered {told(answer)}")


def _finding(what: str, answer: Answer) -> Finding:
    return finding(f"a refusal of {what}", answer, "refund")


@check(writes=True, requests=12, creates=1)
def result_is_told_by_the_bank(payments: Payments, operation: Operation) -> Findings:
    """Tells a merchant who asks it that the customer has approved the payment."""
    payment = _settled(payments, operation)
    status = payments.standing(payment).text("status") or ""
    if status not in PAID:
        yield Finding("a payment that was made", f"status {status}", "status")


@check(writes=True, requests=14, creates=1)
def refund_needs_a_payment(payments: Payments, operation: Operation) -> Findings:
    """Refuses to give back what no customer has paid."""
    payment = _ordered(payments, operation)
    answer = payments.refunded(payment, str(_amount(payment)))
    if not refused(answer):
        yield _finding("a refund of a payment that was not made", answer)
        return
    payments.approved(payment)
    _control(payments, payment, _amount(payment))


@check(writes=True, requests=14, creates=1)
def refund_is_at_most_what_was_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses to give back more than was paid."""
    payment = _settled(payments, operation)
    answer = payments.refunded(payment, str(_amount(payment) + Decimal("0.01")))
    if not refused(answer):
        yield _finding("a refund of more than was paid", answer)
        return
    _control(payments, payment, _amount(payment))


@check(writes=True, requests=14, creates=1)
def refunds_together_are_at_most_what_was_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses a refund that gives back, with those before it, more than was paid."""
    payment = _settled(payments, operation)
    part = _amount(payment) - Decimal("0.01")
    if part <= 0:
        raise Inconclusive("writes.amount is too small to be given back in parts")
    first = payments.refunded(payment, str(part))
    if not first.ok:
        raise NotApplicable(f"the bank gives back no part of a payment: it answered {told(first)}")
    answer = payments.refunded(payment, str(part))
    if not refused(answer):
        yield _finding("refunds that are more than was paid together", answer)
        return
    _control(payments, payment, Decimal("0.01"))


@check(writes=True, requests=18, creates=1)
def refunds_at_the_same_time_are_at_most_what_was_paid(payments: Payments, operation: Operation) -> Findings:
    """Gives a payment back once when it is asked for several times at the same moment."""
    payment = _settled(payments, operation)
    amount = str(_amount(payment))

    def give(_: int) -> Answer:
        return payments.refunded(payment, amount)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(give, range(AT_ONCE)))
    taken = [answer for answer in answers if answer.ok]
    if not taken:
        raise Inconclusive(f"control request refused: {told(answers[0])}")
    if len({at(answer, _rule(payments).id) for answer in taken}) > 1:
        yield Finding("one refund", f"{len(taken)} refunds", "refund", taken[-1].exchange)


@check(writes=True, requests=14, creates=1)
def refund_is_made_once(payments: Payments, operation: Operation) -> Findings:
    """Makes one refund of a request that is repeated under its key."""
    payments.idempotency  # noqa: B018 - raises where the bank has no keys
    payment, key, rule = _settled(payments, operation), payments.key(), _rule(payments)
    part = str(min(_amount(payment), Decimal("0.01")))
    first = payments.refunded(payment, part, key=key)
    if not first.ok:
        raise Inconclusive(f"control request refused: a right refund was answered {told(first)}")
    again = payments.refunded(payment, part, key=key)
    if not again.ok or at(again, rule.id) != at(first, rule.id):
        yield Finding(
            expected="the first refund again",
            actual=f"status {again.status}" if not again.ok else "another refund",
            at="refund",
            exchange=again.exchange,
        )


@check(writes=True, requests=14, creates=1)
def refund_is_of_its_merchant(payments: Payments, operation: Operation) -> Findings:
    """Refuses a refund that another TSP asks for."""
    second = payments.access.second
    payment = _settled(payments, operation)
    answer = payments.refunded(payment, str(_amount(payment)), client=second)
    if not refused(answer):
        yield _finding("another TSP's refund", answer)
        return
    _control(payments, payment, _amount(payment))


@check(writes=True, requests=24, creates=1)
def refund_reaches_the_account(payments: Payments, operation: Operation) -> Findings:
    """Gives the customer's accounts exactly what is given back."""
    payment = _ordered(payments, operation)
    currency = str(payment.agreed.instruction["currency"])
    payments.funds(currency)  # all logins are done before the others are held back
    with payments.access.tsp.alone():
        held = payments.funds(currency)
        payments.approved(payment)
        before = payments.funds(currency)
        if before == held:
            raise Inconclusive("the balances do not move with a payment, as in a sandbox with fixed data")
        _control(payments, payment, _amount(payment))
        gained = payments.funds(currency) - before
    if gained != held - before:
        yield Finding(
            expected=f"{held - before} more on the customer's accounts, as were charged",
            actual=f"{gained} more",
            at="accounts.balances",
        )
