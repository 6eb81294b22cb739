"""A direct debit authorisation is in force when its customer has confirmed it, and until it is cancelled."""

from __future__ import annotations

from conformance.errors import Inconclusive
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.payments import Payments

IN_FORCE = "active"


@check(writes=True, requests=11)
def awaits_its_customer(payments: Payments, operation: Operation) -> Findings:
    """Puts no mandate into force before its customer has confirmed it."""
    payments.passwords  # noqa: B018 - raises where mandates are not confirmed by password
    payment = payments.paid(payments.agreed(operation.id))
    status = payments.standing(payment).text("status")
    if status == IN_FORCE:
        yield Finding(
            expected="a mandate that awaits its customer",
            actual=f"status {status}",
            at=payment.row.place("status"),
            exchange=payment.answer.exchange,
        )


@check(writes=True, requests=14)
def cancellation_ends_it(payments: Payments, operation: Operation) -> Findings:
    """Ends a mandate when it is cancelled."""
    payments.cancel  # noqa: B018 - raises where there is no way to cancel
    payment = payments.paid(payments.agreed(operation.id))
    confirmed = payments.confirm(payment, payments.password(payment))
    if not confirmed.ok and payments.standing(payment).text("status") != IN_FORCE:
        raise Inconclusive(f"control request refused: the confirmation was answered {told(confirmed)}")
    answer = payments.cancelled(payment)
    if not answer.ok:
        raise Inconclusive(f"control request refused: the cancellation was answered {told(answer)}")
    status = payments.standing(payment).text("status")
    if status == IN_FORCE:
        yield Finding(
            expected="a mandate that is no longer in force",
            actual=f"status {status}",
            at="status",
            exchange=answer.exchange,
        )
        return
    payments.cleaned(payment)
