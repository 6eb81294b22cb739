"""Debits under a direct debit authorisation: what its customer has allowed, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import at, finding
from conformance.writing.payments import Payment, Payments, refused
from conformance.writing.rules import DebitRules

IN_FORCE = "active"


def _rule(payments: Payments) -> DebitRules:
    rule = payments.settings.debit
    if rule is None:
        raise NotApplicable("the bank's file declares no debits under an authorisation (writes.debit)")
    return rule


def _begun(payments: Payments, operation: Operation, **members: Any) -> Payment:
    _rule(payments)
    return payments.paid(payments.agreed(operation.id, payments.instruction(operation.id, **members)))


def _confirmed(payments: Payments, mandate: Payment) -> Payment:
    answer = payments.confirm(mandate, payments.password(mandate))
    if not answer.ok:
        raise Inconclusive(f"control request refused: the confirmation was answered {told(answer)}")
    return mandate


def _shared(payments: Payments, operation: Operation) -> Payment:
    """A mandate in force that all checks of a round share, since none of them ends it."""
    _rule(payments)
    mandate: Payment = payments.access.memory.once(
        ("payments", "mandate", operation.id), lambda: _confirmed(payments, _begun(payments, operation))
    )
    return mandate


def _debit(payments: Payments, mandate: Payment, amount: str = "", **options: Any) -> Answer:
    settings = payments.settings
    currency = str(options.pop("currency", settings.currency))
    return payments.debited(mandate.id, amount or settings.amount, currency, **options)


def _control(payments: Payments, mandate: Payment) -> None:
    answer = _debit(payments, mandate)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right debit was answered {told(answer)}")


def _finding(what: str, answer: Answer) -> Finding:
    return finding(f"a refusal of {what}", answer, "debit")


@check(writes=True, requests=14, creates=2)
def debit_awaits_its_customer(payments: Payments, operation: Operation) -> Findings:
    """Refuses a debit under a mandate that its customer has not confirmed."""
    payments.passwords  # noqa: B018 - raises where mandates are not confirmed by password
    mandate = _begun(payments, operation)
    if payments.standing(mandate).text("status") == IN_FORCE:
        raise NotApplicable("the mandate awaits nobody, of which another requirement tells")
    answer = _debit(payments, mandate)
    if not refused(answer):
        yield _finding("a debit before the mandate is confirmed", answer)
        return
    _control(payments, _confirmed(payments, mandate))


@check(writes=True, requests=14, creates=2)
def debit_ends_with_its_mandate(payments: Payments, operation: Operation) -> Findings:
    """Refuses a debit under a mandate that was cancelled."""
    payments.cancel  # noqa: B018 - raises where there is no way to cancel
    mandate = _confirmed(payments, _begun(payments, operation))
    _control(payments, mandate)
    ended = payments.cancelled(mandate)
    if not ended.ok:
        raise Inconclusive(f"control request refused: the cancellation was answered {told(ended)}")
    payments.cleaned(mandate)
    if payments.standing(mandate).text("status") == IN_FORCE:
        raise NotApplicable("the cancellation changes nothing, of which another requirement tells")
    answer = _debit(payments, mandate)
    if not refused(answer):
        yield _finding("a debit under a cancelled mandate", answer)


@check(writes=True, requests=4, creates=2, each="values/other.direct-debit-authorisation/limit")
def debit_keeps_to_the_limit(payments: Payments, operation: Operation) -> Findings:
    """Refuses a debit above the amount that the customer has allowed."""
    mandate = _shared(payments, operation)
    limit = mandate.agreed.instruction.get("limit")
    if not isinstance(limit, str):
        raise NotApplicable("the instruction of a mandate has no limit")
    answer = _debit(payments, mandate, str(Decimal(limit) + Decimal("0.01")))
    if not refused(answer):
        yield _finding(f"a debit above the limit of {limit}", answer)
        return
    _control(payments, mandate)


@check(writes=True, requests=4, creates=2)
def debit_keeps_to_the_currency(payments: Payments, operation: Operation, *, other: str) -> Findings:
    """Refuses a debit in another currency than the customer has allowed."""
    mandate = _shared(payments, operation)
    if payments.settings.currency == other:
        raise NotApplicable(f"mandates are in {other} already")
    answer = _debit(payments, mandate, currency=other)
    if not refused(answer):
        yield _finding(f"a debit in {other}", answer)
        return
    _control(payments, mandate)


@check(writes=True, requests=14, creates=2)
def debit_keeps_to_the_frequency(payments: Payments, operation: Operation) -> Findings:
    """Refuses a second debit in a period for which the customer has allowed one."""
    members = _rule(payments).once_a_period
    if not members:
        raise NotApplicable("the bank's file declares no frequency of debits (writes.debit.once_a_period)")
    for member in members:
        payments.knows(operation.id, member)
    mandate = _confirmed(payments, _begun(payments, operation, **members))
    _control(payments, mandate)
    answer = _debit(payments, mandate)
    if not refused(answer):
        yield _finding("a second debit in the period", answer)


@check(writes=True, requests=6, creates=2)
def debit_is_of_its_tsp(payments: Payments, operation: Operation) -> Findings:
    """Refuses a debit by another TSP than the one that the customer has allowed."""
    second = payments.access.second
    mandate = _shared(payments, operation)
    answer = _debit(payments, mandate, client=second)
    if not refused(answer):
        yield _finding("another TSP's debit", answer)
        return
    _control(payments, mandate)


@check(writes=True, requests=5, creates=2)
def debit_is_made_once(payments: Payments, operation: Operation) -> Findings:
    """Makes one debit of a request that is repeated under its key."""
    payments.idempotency  # noqa: B018 - raises where the bank has no keys
    rule, mandate, key = _rule(payments), _shared(payments, operation), payments.key()
    first = _debit(payments, mandate, key=key)
    if not first.ok:
        raise Inconclusive(f"control request refused: a right debit was answered {told(first)}")
    again = _debit(payments, mandate, key=key)
    if not again.ok or at(again, rule.id) != at(first, rule.id):
        yield Finding(
            expected="the first debit again",
            actual=f"status {again.status}" if not again.ok else "another debit",
            at="debit",
            exchange=again.exchange,
        )
