"""The state of the payment services of one bank, under one lock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.bank.accounts.data import instant

if TYPE_CHECKING:
    from conformance.bank.app import Bank

OPEN = ("awaiting_authorisation", "authorised")


@dataclass(slots=True)
class PaymentConsent:
    """What one customer is asked to allow: one instruction, exactly. Times are seconds since 1970."""

    identifier: str
    client_id: str
    function: str
    instruction: dict[str, Any]
    created_at: float
    expires_at: float | None
    status: str = "awaiting_authorisation"
    customer_id: str | None = None
    accounts: tuple[str, ...] = ()
    used_by: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """A debit under a mandate, or a refund of a payment; `at` is in seconds since 1970."""

    identifier: str
    key: str
    amount: str
    currency: str
    at: float

    @property
    def row(self) -> dict[str, str]:
        """Give it as the bank tells it."""
        told = {"id": self.identifier, "status": "completed", "amount": self.amount}
        return told | {"currency": self.currency, "created_at": instant(self.at)}


@dataclass(slots=True)
class Event:
    """Something that became of a payment, for its TSP to poll."""

    identifier: str
    client_id: str
    about: str
    status: str
    at: float
    payee: str = ""


@dataclass(slots=True)
class Payment:
    """An instruction that was taken, whatever it does: a payment, a mandate, a request."""

    identifier: str
    client_id: str
    customer_id: str
    function: str
    outcome: str
    instruction: dict[str, Any]
    account_id: str
    created_at: float
    status: str
    seen: int = 0
    launch_url: str = ""
    otp: str = ""
    otp_before: str = ""
    otp_made_at: float = 0.0
    otp_tries: int = 0
    otp_renewals: int = 0
    execution_date: str = ""
    debits: list[Movement] = field(default_factory=list)
    refunds: list[Movement] = field(default_factory=list)


@dataclass(slots=True)
class Reply:
    """The answer that an idempotency key stands for; `body` is a hash of path and content."""

    body: str
    payload: dict[str, Any]
    at: float = 0.0


@dataclass(slots=True)
class PaymentStores:
    """Consents, payments, and what was seen of keys and signatures."""

    consents: dict[str, PaymentConsent] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    signatures: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)


def stores(bank: Bank) -> PaymentStores:
    """Give the bank's payment stores."""
    return bank.state.of(PaymentStores)
