"""What becomes of a payment: what the bank tells of it, to whom, and that time only moves forward."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.checks.payment.days import later
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Resource
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.schema import Validator
from conformance.writing.agreement import Agreed, finding
from conformance.writing.payments import Payment, Payments, refused

LOOKS = 4
AT_ONCE = 4
SKEW, LONGEST = 3600.0, 2 * 86400.0
"""Seconds that a payment's time may be ahead of our clock, and behind it: some banks tell the day alone."""
FINAL = ("completed", "rejected", "cancelled", "expired", "failed", "settled")
ORDER = {
    "awaiting_customer": 0,
    "awaiting_otp": 0,
    "pending": 1,
    "received": 1,
    "accepted": 2,
    "scheduled": 2,
    "processing": 3,
    "active": 4,
    **dict.fromkeys(FINAL, 5),
}
"""How far along the statuses of the canonical resources are; a bank's own ones are left alone."""


@check(writes=True, requests=8, creates=1)
def row_fits_its_schema(payments: Payments, operation: Operation) -> Findings:
    """Tells of an instruction that it took what the canonical resource has."""
    resource: Resource | None = operation.resource
    if resource is None:
        raise NotApplicable(f"{operation.id} has no canonical resource")
    payment = payments.made(operation.id)
    for violation in Validator(_promised(operation, resource)).findings(payment.row.value, 10):
        found = violation.finding(payment.row.place(""))
        yield Finding(found.expected, found.actual, found.at, payment.answer.exchange)


def _promised(operation: Operation, resource: Resource) -> Mapping[str, Any]:
    """The canonical schema, without a time of creation where the bank's own shape has none."""
    fields = operation.mapping.fields
    needed = [n for n in resource.schema["required"] if n != "created_at" or fields is None or n in fields]
    return {**resource.schema, "required": needed}


@check(writes=True, requests=8, creates=1)
def amount_told_is_that_paid(payments: Payments, operation: Operation) -> Findings:
    """Tells the amount and currency of the payment that was instructed."""
    payment = payments.made(operation.id)
    amount, currency = payment.row.decimal("amount"), payment.row.text("currency")
    wanted = Decimal(str(payment.agreed.instruction["amount"]))
    if amount is not None and amount != wanted:
        yield Finding(
            expected=f"amount {wanted}",
            actual=f"amount {amount}",
            at=payment.row.place("amount"),
            exchange=payment.answer.exchange,
        )
    if currency is not None and currency != payment.agreed.instruction["currency"]:
        yield Finding(
            expected=f"currency {payment.agreed.instruction['currency']}",
            actual=f"currency {currency}",
            at=payment.row.place("currency"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=8, creates=1)
def time_told_is_that_of_the_payment(payments: Payments, operation: Operation) -> Findings:
    """Tells as the time of a payment no time to come, and none of days before."""
    payment = payments.made(operation.id)
    told_ = payment.row.instant("created_at")
    if told_ is None:
        raise NotApplicable("the bank does not tell when it took a payment (created_at)")
    late = told_.timestamp() - payments.access.now()
    if not -LONGEST < late < SKEW:
        yield Finding(
            expected="the time at which the payment was taken",
            actual=f"a time about {abs(late) / 3600:.0f} hours {'ahead of' if late > 0 else 'before'} it",
            at=payment.row.place("created_at"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=12, creates=1)
def status_moves_forward(payments: Payments, operation: Operation) -> Findings:
    """Never takes a payment's status back, and leaves a final one as it is."""
    payment = payments.made(operation.id)
    seen = [payment.status]
    for _ in range(LOOKS):
        now = payments.standing(payment).text("status") or ""
        before = seen[-1]
        back = before in ORDER and now in ORDER and ORDER[now] < ORDER[before]
        final = before in FINAL and now != before
        if now and (back or final):
            yield Finding(
                expected=f"{before}, or what comes after it",
                actual=now,
                at="status",
            )
            return
        seen.append(now or before)


@check(writes=True, requests=10, creates=1)
def status_is_its_tsps_alone(payments: Payments, operation: Operation) -> Findings:
    """Tells another TSP nothing of a payment."""
    second = payments.access.second
    payment = payments.made(operation.id)
    payments.standing(payment)
    answer = payments.status(payment, client=second)
    if not refused(answer):
        yield finding("a refusal of another TSP's question", answer, "path")


@check(writes=True, requests=10, creates=1)
def foreign_payment_is_like_none(payments: Payments, operation: Operation) -> Findings:
    """Answers for another TSP's payment as for one that does not exist."""
    second = payments.access.second
    payment = payments.made(operation.id)
    payments.standing(payment)
    foreign = payments.status(payment, client=second)
    unknown = payments.status(payment, client=second, id=payment.id[::-1])
    if refused(foreign) and refused(unknown) and foreign.status != unknown.status:
        yield finding(f"status {unknown.status}, as for an unknown one", foreign, "path")


@check(writes=True, requests=12, creates=1)
def completed_payment_stays(payments: Payments, operation: Operation) -> Findings:
    """Refuses to cancel a payment that has been made."""
    payments.cancel  # noqa: B018 - raises where there is no way to cancel
    payment = payments.paid(payments.agreed(operation.id))
    _completed(payments, payment)
    answer = payments.cancelled(payment)
    after = payments.standing(payment).text("status")
    if answer.ok or after == "cancelled":
        yield Finding(
            expected="a refusal to cancel a completed payment",
            actual=f"status {answer.status}; the payment is {after}",
            at="status",
            exchange=answer.exchange,
        )


@check(writes=True, requests=12, creates=1)
def cancelled_payment_is_not_made(payments: Payments, operation: Operation, *, member: str) -> Findings:
    """Leaves a payment cancelled that was cancelled before its day."""
    payments.cancel  # noqa: B018 - raises where there is no way to cancel
    instruction = later(payments, operation, member, 5)
    payment = payments.paid(payments.agreed(operation.id, instruction))
    answer = payments.cancelled(payment)
    if not answer.ok:
        raise Inconclusive(f"control request refused: the cancellation was answered {told(answer)}")
    payments.cleaned(payment)
    after = [payments.standing(payment).text("status") for _ in range(2)]
    if any(status != "cancelled" for status in after):
        yield Finding(
            expected="cancelled",
            actual=str(next(status for status in after if status != "cancelled")),
            at="status",
        )


def _completed(payments: Payments, payment: Payment) -> None:
    """Waits until a payment is carried out; raises ``Inconclusive`` when that is not told."""
    for look in range(LOOKS):
        if payments.standing(payment).text("status") in FINAL:
            return
        payments.access.tsp.wait(0.25 * 4**look)
    raise Inconclusive("the payment was not completed while the suite looked")


def _moved(charged: Decimal) -> Decimal:
    """What accounts were charged; raises ``Inconclusive`` for a sandbox whose balances never move."""
    if not charged:
        raise Inconclusive("the balances do not move with a payment, as in a sandbox with fixed data")
    return charged


@check(writes=True, requests=20, creates=2)
def account_is_charged_once(payments: Payments, operation: Operation) -> Findings:
    """Charges the customer's accounts exactly what was paid, however often the request is repeated."""
    agreed = payments.agreed(operation.id)
    wanted = Decimal(str(agreed.instruction["amount"]))
    payments.funds(agreed.instruction["currency"])  # all logins are done before the others are held back
    payments.made(operation.id)
    payments.standing(payments.made(operation.id))
    with payments.access.tsp.alone():
        before = payments.funds(agreed.instruction["currency"])
        payment = payments.paid(agreed)
        payments.sent(agreed, key=payment.key)
        _completed(payments, payment)
        payments.sent(agreed, key=payment.key)
        charged = _moved(before - payments.funds(agreed.instruction["currency"]))
    if charged != wanted:
        yield Finding(
            expected=f"{wanted} less on the customer's accounts",
            actual=f"{charged} less",
            at="accounts.balances",
        )


@check(writes=True, requests=24, creates=2)
def movements_add_up(payments: Payments, operation: Operation) -> Findings:
    """Tells movements of the customer's accounts whose sum is the change of their booked balances."""
    agreed = payments.agreed(operation.id)
    currency = str(agreed.instruction["currency"])
    payments.funds(currency, booked=True)  # all logins are done before the others are held back
    payments.movements(currency)
    with payments.access.tsp.alone():
        held, before = payments.funds(currency, booked=True), payments.movements(currency)
        _completed(payments, payments.paid(agreed))
        for look in range(LOOKS):
            changed = payments.funds(currency, booked=True) - held
            after = payments.movements(currency)
            added = sum((after[each] for each in after.keys() - before.keys()), Decimal(0))
            if changed and added == changed:
                return
            payments.access.tsp.wait(0.25 * 4**look)
    if added != _moved(changed):
        yield Finding(
            expected=f"movements of {changed}, as the balances have changed",
            actual=f"movements of {added}",
            at="accounts.transactions",
        )


def _sent(payments: Payments, agreed: Agreed) -> Answer:
    """The answer to an instruction, which its customer has approved where the bank asks afterwards."""
    if payments.settings.approval is None:
        return payments.sent(agreed)
    return payments.paid(agreed).answer


@check(writes=True, requests=75, creates=AT_ONCE + 1)
def parallel_payments_add_up(payments: Payments, operation: Operation) -> Findings:
    """Charges the customer's accounts for payments at the same moment as for each of them by itself."""
    customer = 1 if len(payments.access.configured.customers) > 1 else 0
    currency = str(payments.instruction(operation.id)["currency"])
    with payments.undisturbed():
        alone, *orders = [payments.agreed(operation.id, customer=customer) for _ in range(AT_ONCE + 1)]
        held = payments.funds(currency, customer)
        _completed(payments, payments.paid(alone))
        before = payments.funds(currency, customer)
        one = _moved(held - before)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(_sent, [payments] * len(orders), orders))
        taken = [(order, answer) for order, answer in zip(orders, answers, strict=True) if answer.ok]
        if not taken:
            raise Inconclusive(f"control request refused: {told(answers[0])}")
        for order, answer in taken:
            _completed(payments, payments.payment(order, answer))
        charged = before - payments.funds(currency, customer)
    if charged != one * len(taken):
        yield Finding(
            expected=f"{one * len(taken)} less on the customer's accounts, for {len(taken)} payments",
            actual=f"{charged} less",
            at="accounts.balances",
        )
