"""On which day a payment is made: business days, cut-off times, and days that are still to come."""

from __future__ import annotations

from typing import Any

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing import calendar
from conformance.writing.agreement import finding
from conformance.writing.payments import Payment, Payments, refused
from conformance.writing.rules import DayRules

PAUSES = (0.0, 0.5)
"""Seconds before each look at a payment that should wait for its day."""
MADE = ("completed", "settled", "paid")
"""Statuses of a payment that was made."""


def _rule(payments: Payments) -> DayRules:
    rule = payments.settings.days
    if rule is None:
        raise NotApplicable("the bank's file declares no business days (writes.days)")
    return rule


def later(payments: Payments, operation: Operation, member: str, days: int) -> dict[str, Any]:
    """An instruction for a business day at least so many days ahead.

    Raises ``NotApplicable`` where the bank takes none for a later day.
    """
    payments.knows(operation.id, member)
    today = calendar.moment(payments.access.now()).date()
    day = calendar.business_after(today, payments.settings.days or DayRules(), days)
    instruction = payments.instruction(operation.id, **{member: day.isoformat()})
    if not payments.proposed(operation.id, instruction).ok:
        raise NotApplicable("the bank takes no payment for a later day")
    return instruction


def _tidied(payments: Payments, payment: Payment) -> None:
    """Cancels what waits for its day, where the bank has a way."""
    if payments.settings.cancel is not None and payments.cancelled(payment).ok:
        payments.cleaned(payment)


@check(writes=True, requests=14, creates=1)
def holiday_is_no_business_day(payments: Payments, operation: Operation) -> Findings:
    """Carries out on no general holiday in Hong Kong what it carries out on business days."""
    rule = _rule(payments)
    if operation.id not in rule.functions:
        raise NotApplicable(f"the bank's file does not say that {operation.id} waits for business days")
    payments.knows(operation.id, rule.member)
    today = calendar.moment(payments.access.now()).date()
    holiday = calendar.holiday_after(today)
    if holiday is None or not calendar.known(calendar.business_after(holiday, rule)):
        raise NotApplicable("no general holiday to come is known yet")
    following = calendar.business_after(holiday, rule)
    name = calendar.holidays()[holiday]
    wanted = payments.instruction(operation.id, **{rule.member: holiday.isoformat()})
    answer = payments.proposed(operation.id, wanted)
    if rule.on_holiday == "refused":
        right = payments.instruction(operation.id, **{rule.member: following.isoformat()})
        control = payments.proposed(operation.id, right)
        if not control.ok:
            raise Inconclusive(f"control request refused: {following} was answered {told(control)}")
        if not refused(answer):
            yield finding(f"a refusal of {holiday} ({name})", answer, rule.member)
        return
    payment = payments.paid(payments.agreed(operation.id, wanted))
    shown = payment.row.text("execution_date")
    if shown is not None and shown[:10] != following.isoformat():
        yield Finding(
            expected=f"{following}, since {holiday} is a general holiday ({name})",
            actual=shown[:40],
            at=payment.row.place("execution_date"),
            exchange=payment.answer.exchange,
        )
    _tidied(payments, payment)


@check(writes=True, requests=12, creates=1)
def cut_off_is_kept(payments: Payments, operation: Operation) -> Findings:
    """Carries out on the next business day what comes after the cut-off time that it declares."""
    rule = _rule(payments)
    if not rule.cut_off or operation.id not in rule.cut_off_functions:
        raise NotApplicable(f"the bank's file declares no cut-off time of {operation.id}")
    agreed = payments.agreed(operation.id)
    before = calendar.moment(payments.access.now())
    payment = payments.paid(agreed)
    after = calendar.moment(payments.access.now())
    days = [calendar.executed(now, rule, operation.id) for now in (before, after)]
    if not all(map(calendar.known, days)):
        raise NotApplicable(f"the general holidays of {days[-1].year} are not known yet")
    shown = payment.row.text("execution_date")
    if shown is None:
        raise Inconclusive("the bank does not tell on which day it carries the payment out (execution_date)")
    if shown[:10] not in {day.isoformat() for day in days}:
        yield Finding(
            expected=f"{days[0]} for a payment at {before:%Y-%m-%d %H:%M} with cut-off {rule.cut_off}",
            actual=shown[:40],
            at=payment.row.place("execution_date"),
            exchange=payment.answer.exchange,
        )
    _tidied(payments, payment)


@check(writes=True, requests=12, creates=1)
def later_payment_waits(payments: Payments, operation: Operation, *, member: str) -> Findings:
    """Makes a payment for a later day on that day, and not before."""
    instruction = later(payments, operation, member, 5)
    payment = payments.paid(payments.agreed(operation.id, instruction))
    seen = [payment.status]
    for pause in PAUSES:
        payments.access.tsp.wait(pause)
        seen.append(payments.standing(payment).text("status") or "")
    made = next((status for status in seen if status in MADE), None)
    if made is not None:
        yield Finding(
            expected=f"a payment that waits for {instruction[member]}",
            actual=f"status {made}",
            at="status",
            exchange=payment.answer.exchange,
        )
        return
    _tidied(payments, payment)
