"""Debits under a mandate and refunds of merchants' payments: what a TSP instructs in its own name."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts import paging
from conformance.bank.authorization.resource import access, protected
from conformance.bank.payments import events, ledger, signature
from conformance.bank.payments.consents import told, unknown
from conformance.bank.payments.forms import amount_of
from conformance.bank.payments.stores import Movement, Payment, stores
from conformance.bank.race import linger

if TYPE_CHECKING:
    from conformance.bank.app import Bank

KEY = "Idempotency-Key"
PERIODS = {"daily": 86400, "weekly": 7 * 86400, "monthly": 28 * 86400}


def _asked(bank: Bank, request: Request) -> tuple[str, str, dict[str, Any]]:
    """Give who asks, under which key, and what."""
    caller = access(bank, request, "consents")
    paging.judge_names(bank, request)
    signature.judge(bank, request, caller.client_id)
    key = request.headers.get(KEY, "")
    given = request.get_json(silent=True)
    if not key or not isinstance(given, dict):
        raise http.bad_request(bank, f"{KEY} and a JSON object are needed.")
    return caller.client_id, key, given


def _again(made: Iterable[Movement], key: str, honoured: bool) -> Movement | None:
    return next((each for each in made if each.key == key), None) if honoured else None


@protected
def debit(bank: Bank, request: Request) -> Response:
    """Debit an account under a mandate that is in force, within what its customer has allowed."""
    policy, store = bank.policy.payments, stores(bank)
    client_id, key, given = _asked(bank, request)
    mandate = store.payments.get(str(given.get("mandate")))
    if mandate is None or mandate.outcome != "mandate":
        raise unknown()
    if mandate.client_id != client_id and policy.debit_client_bound:
        raise unknown()
    amount = amount_of(bank, given)
    with store.lock:
        made = _again(mandate.debits, key, policy.debit_key_honoured)
        if made is not None and (made.amount, made.currency) != (amount, given.get("currency")):
            raise http.Refusal(422, "key_reused", f"The {KEY} belongs to another request.")
        if made is None:
            _judge_debit(bank, mandate, amount, given.get("currency"))
            made = Movement(secrets.token_hex(12), key, amount, str(given["currency"]), bank.now())
            mandate.debits.append(made)
            ledger.book(bank, mandate, amount)
    return told(bank, {"data": made.row}, 201)


def _judge_debit(bank: Bank, mandate: Payment, amount: str, currency: object) -> None:
    policy = bank.policy.payments
    ended = mandate.status == "cancelled" and policy.debit_end_checked
    awaited = mandate.status == "awaiting_otp" and policy.debit_state_checked
    if ended or awaited:
        raise http.Refusal(403, "mandate_not_active", "The mandate is not in force.")
    allowed = mandate.instruction
    if currency != allowed["currency"] and policy.debit_currency_checked:
        raise http.Refusal(403, "not_allowed", "The currency is not that of the mandate.")
    if Decimal(amount) > Decimal(allowed["limit"]) and policy.debit_limit_checked:
        raise http.Refusal(403, "not_allowed", "The amount is above the limit of the mandate.")
    period = PERIODS.get(allowed.get("frequency", ""), 0)
    recent = [each for each in mandate.debits if each.at > bank.now() - period]
    if recent and period and policy.debit_period_checked:
        raise http.Refusal(403, "not_allowed", "The mandate allows one debit in this period.")


@protected
def refund(bank: Bank, request: Request, payment_id: str) -> Response:
    """Give a merchant's payment back, whole or in part, and never more than was paid."""
    policy, store = bank.policy.payments, stores(bank)
    client_id, key, given = _asked(bank, request)
    payment = store.payments.get(payment_id)
    if payment is None or payment.outcome != "merchant":
        raise unknown()
    if payment.client_id != client_id and policy.refund_client_bound:
        raise unknown()
    amount = amount_of(bank, given)
    held: AbstractContextManager[Any] = nullcontext() if policy.refund_races else store.lock
    with held:
        made = _again(payment.refunds, key, policy.refund_key_honoured)
        if made is None:
            _judge_refund(bank, payment, amount, given.get("currency"))
            if policy.refund_races:
                linger()
            made = Movement(secrets.token_hex(12), key, amount, str(given["currency"]), bank.now())
            payment.refunds.append(made)
            if policy.refund_booked:
                ledger.book(bank, payment, amount, credit=True)
    return told(bank, {"data": made.row}, 201)


def _judge_refund(bank: Bank, payment: Payment, amount: str, currency: object) -> None:
    policy = bank.policy.payments
    if payment.status != "completed" and policy.refund_state_checked:
        raise http.Refusal(409, "not_paid", "There is nothing to give back.")
    if currency != payment.instruction["currency"]:
        raise http.bad_request(bank, "currency is not that of the payment.")
    before = sum((Decimal(each.amount) for each in payment.refunds), Decimal(0))
    total = Decimal(amount) + (before if policy.refunds_added_up else 0)
    if total > Decimal(payment.instruction["amount"]) and policy.refund_amount_checked:
        raise http.Refusal(403, "too_much", "That is more than was paid.")


@protected
def approve(bank: Bank, request: Request, payment_id: str) -> Response:
    """Approve a merchant's payment as its customer would in the bank's app: this bank is a sandbox."""
    caller, policy = access(bank, request, "consents"), bank.policy.payments
    found = stores(bank).payments.get(payment_id)
    if found is None or found.outcome != "merchant" or found.client_id != caller.client_id:
        raise unknown()
    with stores(bank).lock:
        if found.status == "awaiting_customer":
            found.status = "completed" if policy.approval_told else "awaiting_customer"
            ledger.book(bank, found)
            events.tell(bank, found)
    return Response(status=204)
