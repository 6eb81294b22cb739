"""What payments do to accounts."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.bank.accounts import data
from conformance.bank.accounts.stores import stores as account_stores
from conformance.bank.payments.stores import Payment, PaymentConsent

if TYPE_CHECKING:
    from conformance.bank.app import Bank


def account(bank: Bank, customer_id: str | None, consent: PaymentConsent | None) -> str:
    """Give the account that is charged: the first one picked, else the customer's first."""
    if consent is not None and consent.accounts:
        return consent.accounts[0]
    owned = account_stores(bank).of_customer(customer_id or "customer-1")
    return owned[0].account_id


def book(bank: Bank, payment: Payment) -> None:
    """Charge the account with the payment, once for every call."""
    store = account_stores(bank)
    with store.lock:
        charged = store.accounts[payment.account_id]
        rows = store.ledgers[charged.account_id]
        amount = Decimal(payment.instruction["amount"])
        if bank.policy.payments.booked_amount_wrong:
            amount *= 10
        balance = Decimal(rows[-1]["balance"]) - amount
        debit = data.transaction(charged, secrets.token_hex(12), amount, False, balance, bank.now())
        rows.append(debit | {"code": "PAY", "description": "OPEN API PAYMENT 開放應用程式介面付款"})
