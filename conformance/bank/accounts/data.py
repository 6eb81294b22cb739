"""The synthetic accounts and their transactions: the same for the same seed, ending when the bank opened."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Row = dict[str, Any]
HONG_KONG = datetime.timezone(datetime.timedelta(hours=8))
DIGITS = {"HKD": 2, "USD": 2, "JPY": 0, "CNY": 2}
STEP = 57600  # seconds from one transaction to the one before it
_TEXTS = (
    ("POS", "PARKNSHOP 百佳 TSIM SHA TSUI"),
    ("FPS", "轉數快 FPS TRANSFER"),
    ("ATM", "CASH WITHDRAWAL 提款"),
    ("AUT", "CLP POWER 中電"),
    ("OCT", "OCTOPUS RELOAD 八達通增值"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `number` is the full number, which no answer shows."""

    account_id: str
    customer_id: str
    kind: str
    currency: str
    name: str
    number: str
    count: int


_PLAN = (
    ("customer-1", "current", "HKD", "Current account 往來戶口", 150),
    ("customer-1", "savings", "HKD", "Savings account 儲蓄戶口", 24),
    ("customer-1", "multi_currency", "JPY", "Yen account 日圓戶口", 12),
    ("customer-1", "time_deposit", "HKD", "Time deposit 定期存款", 1),
    ("customer-2", "current", "HKD", "Current account 往來戶口", 40),
    ("customer-2", "savings", "USD", "US dollar account 美元戶口", 8),
)


def instant(seconds: float) -> str:
    """Give a time as RFC 3339 with Hong Kong's offset."""
    return datetime.datetime.fromtimestamp(int(seconds), HONG_KONG).isoformat()


def money(amount: Decimal, currency: str) -> str:
    """Give an exact amount with the currency's number of decimals."""
    return f"{amount:.{DIGITS[currency]}f}"


def accounts(bank: Bank) -> tuple[Account, ...]:
    """Give all accounts of all customers."""
    sequential = bank.policy.accounts.object_ids_sequential
    made = []
    for place, (customer_id, kind, currency, name, count) in enumerate(_PLAN):
        numbers = bank.random("account", place)
        account_id = str(1001 + place) if sequential else f"{numbers.getrandbits(128):032x}"
        number = (
            f"{numbers.randrange(100, 999)}-{numbers.randrange(10**6, 10**7)}-{numbers.randrange(100, 999)}"
        )
        made.append(Account(account_id, customer_id, kind, currency, name, number, count))
    return tuple(made)


def transactions(bank: Bank, account: Account) -> list[Row]:
    """Give the account's transactions, oldest first; each carries the balance after it."""
    numbers = bank.random("transactions", account.account_id)
    unit = Decimal(1).scaleb(-DIGITS[account.currency])
    balance = Decimal(numbers.randrange(2_000_000, 9_000_000)) * unit
    rows = []
    for step in range(account.count, 0, -1):
        amount = Decimal(numbers.randrange(100, 90_000)) * unit
        credit = numbers.random() < 0.5 or amount > balance
        balance += amount if credit else -amount
        code, text = numbers.choice(_TEXTS)
        booked_at = bank.opened - step * STEP + numbers.randrange(0, STEP // 2)
        rows.append(
            transaction(account, f"{numbers.getrandbits(96):024x}", amount, credit, balance, booked_at)
        )
        rows[-1] |= {"code": code, "description": text}
    return rows


def transaction(
    account: Account, identifier: str, amount: Decimal, credit: bool, balance: Decimal, booked_at: float
) -> Row:
    """Give one booked transaction as a canonical row."""
    return {
        "id": identifier,
        "account_id": account.account_id,
        "amount": money(amount, account.currency),
        "currency": account.currency,
        "credit_debit": "credit" if credit else "debit",
        "status": "booked",
        "booked_at": instant(booked_at),
        "value_date": instant(booked_at)[:10],
        "balance": money(balance, account.currency),
    }
