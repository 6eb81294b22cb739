"""Payees by QR code: the EMVCo layout of the payload, and what it says besides who is paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.errors import Inconclusive, NotApplicable
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing import qr
from conformance.writing.agreement import finding
from conformance.writing.payments import Payments


def _declared(payments: Payments) -> tuple[dict[str, str], qr.Objects]:
    """The payee by QR code that bank.yaml names, and the objects of its payload."""
    found = payments.payee_by("qr")
    if found is None:
        raise NotApplicable("the bank's file names no payee by QR code (writes.creditors)")
    parts = qr.objects(found["identification"])
    if parts is None:
        raise Inconclusive("the QR payload of bank.yaml does not have the EMVCo layout")
    return found, parts


def _paying(payments: Payments, operation: Operation, payload: str) -> dict[str, Any]:
    """An instruction to pay by a QR payload."""
    payee, _ = _declared(payments)
    return payments.instruction(operation.id, creditor={**payee, "identification": payload})


def _refuses(
    payments: Payments, operation: Operation, wrong: Mapping[str, str], right: str, optional: bool
) -> Findings:
    """Proposes wrong payloads, and one that is right; a bank may not know what is ``optional``."""
    control = payments.proposed(operation.id, _paying(payments, operation, right))
    if not control.ok and optional:
        raise NotApplicable(f"the bank takes no such QR payload: a right one was answered {told(control)}")
    if not control.ok:
        raise Inconclusive(f"control request refused: a right QR payload was answered {told(control)}")
    for what, payload in wrong.items():
        refusal = payments.refusal(operation.id, _paying(payments, operation, payload))
        if not refusal.refused:
            yield finding(f"a refusal of {what}", refusal.answer, "creditor")
            return


@check(writes=True, requests=4, creates=2)
def qr_layout_is_checked(payments: Payments, operation: Operation) -> Findings:
    """Refuses a QR payload that has a right checksum and is not in the layout, or names nobody to pay."""
    payee, parts = _declared(payments)
    templates = [name for name, _ in parts if name in qr.PAYEES]
    if not templates:
        raise Inconclusive("the QR payload of bank.yaml names no payee")
    nobody = tuple(each for each in parts if each[0] not in qr.PAYEES)
    wrong = {
        "a QR payload that names no payee": qr.assembled(nobody),
        "a QR payload in which a length is one too large": qr.assembled(parts, longer=templates[0]),
    }
    yield from _refuses(payments, operation, wrong, payee["identification"], False)


def _saying(payments: Payments, name: str, value: str) -> str:
    """The payload with another value for one of its objects."""
    return qr.assembled(qr.changed(_declared(payments)[1], name, value))


@check(writes=True, requests=3, creates=1)
def qr_amount_is_that_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses another amount than the QR payload asks for."""
    amount = payments.instruction(operation.id).get("amount")
    if not isinstance(amount, str):
        raise NotApplicable(f"the instruction of {operation.id} has no amount that is a text")
    other = str(Decimal(amount) + 7)
    wrong = {f"{amount} where the QR payload asks for {other}": _saying(payments, "54", other)}
    yield from _refuses(payments, operation, wrong, _saying(payments, "54", amount), True)


@check(writes=True, requests=3, creates=1)
def qr_currency_is_that_paid(payments: Payments, operation: Operation) -> Findings:
    """Refuses another currency than the QR payload asks for."""
    currency = payments.instruction(operation.id).get("currency")
    if currency not in qr.NUMBERS:
        raise NotApplicable(f"the instruction of {operation.id} has no currency that QR payloads name")
    other = next(number for code, number in qr.NUMBERS.items() if code != currency)
    wrong = {f"{currency} where the QR payload says {other}": _saying(payments, "53", other)}
    right = _saying(payments, "53", qr.NUMBERS[currency])
    yield from _refuses(payments, operation, wrong, right, True)
