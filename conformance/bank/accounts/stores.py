"""The state of the account services of one bank, under one lock."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.bank.accounts import data
from conformance.bank.accounts.data import Account, Row

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@dataclass(slots=True)
class Consent:
    """A consent resource; times are seconds since 1970, `accounts` those that the customer picked."""

    identifier: str
    client_id: str
    permissions: tuple[str, ...]
    created_at: float
    expires_at: float | None
    transaction_from: float | None
    transaction_to: float | None
    status: str = "awaiting_authorisation"
    customer_id: str | None = None
    accounts: tuple[str, ...] = ()


@dataclass(slots=True)
class Event:
    """Something that a TSP polls for."""

    identifier: str
    client_id: str
    row: Row


@dataclass(slots=True)
class AccountStores:
    """Accounts, consents, events and accepted requests."""

    accounts: dict[str, Account]
    ledgers: dict[str, list[Row]]
    consents: dict[str, Consent] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def of_customer(self, customer_id: str) -> list[Account]:
        """Give the customer's accounts in their order."""
        return [each for each in self.accounts.values() if each.customer_id == customer_id]

    def tell(self, client_id: str, kind: str, at: float, **about: str) -> None:
        """Keep an event for the TSP."""
        identifier = secrets.token_hex(12)
        row = {"id": identifier, "type": kind, "at": data.instant(at), **about}
        with self.lock:
            self.events.append(Event(identifier, client_id, row))

    def book(self, account: Account, at: float) -> None:
        """Book one small credit now."""
        with self.lock:
            ledger = self.ledgers[account.account_id]
            amount = Decimal(1)
            balance = Decimal(ledger[-1]["balance"]) + amount
            row = data.transaction(account, secrets.token_hex(12), amount, True, balance, at)
            ledger.append(row | {"code": "INT", "description": "INTEREST 利息"})


def stores(bank: Bank) -> AccountStores:
    """Give the bank's account stores."""
    return bank.state.of(AccountStores, lambda: _opened(bank))


def _opened(bank: Bank) -> AccountStores:
    made = data.accounts(bank)
    ledgers = {each.account_id: data.transactions(bank, each) for each in made}
    return AccountStores({each.account_id: each for each in made}, ledgers)
