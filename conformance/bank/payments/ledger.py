"""What payments do to accounts."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.bank.accounts import data
from conformance.bank.accounts.stores import stores as account_stores
from conformance.bank.payments.stores import Payment, PaymentConsent
from conformance.bank.race import linger

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def account(
    bank: Bank, customer_id: str | None, consent: PaymentConsent | None, named: str | None = None
) -> str:
    """Give the account that is charged: the one picked, else the customer's first."""
    store = account_stores(bank)
    owned = [each.account_id for each in store.of_customer(customer_id or "customer-1")]
    if named in owned and not bank.policy.payments.account_bound:
        return str(named)
    if consent is not None and consent.accounts:
        return consent.accounts[0]
    return owned[0]


def book(bank: Bank, payment: Payment, amount: str = "", *, credit: bool = False) -> None:
    """Charge the account with the payment or a part of it, or give that back, once for every call."""
    policy, store = bank.policy.payments, account_stores(bank)
    moved = Decimal(amount or payment.instruction["amount"])
    if policy.booked_amount_wrong:
        moved *= 10
    with nullcontext() if policy.booking_races else store.lock:
        charged = store.accounts[payment.account_id]
        rows = store.ledgers[charged.account_id]
        balance = Decimal(rows[-1]["balance"]) + (moved if credit else -moved)
        if policy.booking_races:
            linger()
        entry = data.transaction(charged, secrets.token_hex(12), moved, credit, balance, bank.now())
        if policy.movement_missing:
            rows[-1] = rows[-1] | {"balance": entry["balance"]}
            return
        rows.append(entry | {"code": "PAY", "description": "OPEN API PAYMENT 開放應用程式介面付款"})
