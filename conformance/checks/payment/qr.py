"""Payees by QR code: the EMVCo layout of the payload, and what it says besides who is paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing import qr
from conformance.writing.payments import Payments


def _declared(payments: Payments) -> tuple[dict[str, str], qr.Objects]:
    """The payee by QR code that bank.yaml names, and the objects of its payload."""
    found = next((dict(c) for c in payments.settings.creditors if c.get("scheme") == "qr"), None)
    if found is None:
        raise NotApplicable("the bank's file names no payee by QR code (writes.creditors)")
    parts = qr.objects(found["identification"])
    if parts is None:
        raise Inconclusive("the QR payload of bank.yaml does not have the EMVCo layout")
    return found, parts


def _proposed(payments: Payments, operation: Operation, payee: Mapping[str, str], payload: str) -> Any:
    instruction = payments.instruction(operation.id)
    creditor = {**payee, "identification": payload}
    return payments.proposed(operation.id, {**instruction, "creditor": creditor})


def _refuses(
    payments: Payments, operation: Operation, wrong: Mapping[str, str], right: str, optional: bool
) -> Findings:
    """Proposes wrong payloads, and one that is right; a bank may not know what is ``optional``."""
    payee, _ = _declared(payments)
    control = _proposed(payments, operation, payee, right)
    if not control.ok and optional:
        raise NotApplicable(f"the bank takes no such QR payload: a right one was answered {told(control)}")
    if not control.ok:
        raise Inconclusive(f"control request refused: a right QR payload was answered {told(control)}")
    instruction = payments.instruction(operation.id)
    for what, payload in wrong.items():
        creditor = {**payee, "identification": payload}
        refusal = payments.refusal(operation.id, {**instruction, "creditor": creditor})
        if not refusal.refused:
            yield Finding(
                expected=f"a refusal of {what}",
                actual=f"status {refusal.answer.status}",
                at="creditor",
                exchange=refusal.answer.exchange,
            )
            return


@check(writes=True, requests=4, creates=2)
def qr_layout_is_checked(payments: Payments, operation: Operation) -> Findings:
    """Refuses a QR payload that has a right checksum and is not in the layout, or says of nobody that they
    are paid."""
    payee, parts = _declared(payments)
    wrong: dict[str, str] = {}
    templates = tuple(each for each in parts if each[0] in qr.PAYEES)
    if templates:
        nobody = tuple(each for each in parts if each[0] not in qr.PAYEES)
        wrong["a QR payload that names no payee"] = qr.assembled(nobody)
        wrong["a QR payload in which a length is one too large"] = qr.assembled(parts, longer=templates[0][0])
    if not wrong:
        raise Inconclusive("the QR payload of bank.yaml names no payee")
    yield from _refuses(payments, operation, wrong, payee["identification"], False)


def _other(
    payments: Payments, name: str, right: str, wrong: str, says: Callable[[str], str]
) -> tuple[dict[str, str], str]:
    _, parts = _declared(payments)
    return (
        {says(wrong): qr.assembled(qr.changed(parts, name, wrong))},
        qr.assembled(qr.changed(parts, name, right)),
    )


@check(writes=True, requests=3, creates=1)
def qr_amount_is_that_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses another amount than the QR payload asks for."""
    amount = payments.instruction(operation.id).get("amount")
    if not isinstance(amount, str):
        raise NotApplicable(f"the instruction of {operation.id} has no amount that is a text")
    other = str(Decimal(amount) + 7)
    wrong, right = _other(
        payments, "54", amount, other, lambda v: f"{amount} where the QR payload asks for {v}"
    )
    yield from _refuses(payments, operation, wrong, right, True)


@check(writes=True, requests=3, creates=1)
def qr_currency_is_that_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses another currency than the QR payload asks for."""
    currency = payments.instruction(operation.id).get("currency")
    if currency not in qr.NUMBERS:
        raise NotApplicable(f"the instruction of {operation.id} has no currency that QR payloads name")
    other = next(number for code, number in qr.NUMBERS.items() if code != currency)
    wrong, right = _other(
        payments, "53", qr.NUMBERS[currency], other, lambda v: f"{currency} where the QR payload says {v}"
    )
    yield from _refuses(payments, operation, wrong, right, True)
